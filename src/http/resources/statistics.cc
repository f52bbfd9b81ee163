#include "lrs/statistics/statistics.h"

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/csv.h"
#include "base/json/writer.h"
#include "base/page_bytes.h"
#include "base/time/time.h"
#include "http/page.h"
#include "http/resources.h"
#include "http/respond.h"

namespace lectern::http {
namespace {

/// As short as it can be read back; whole numbers without a point.
std::string number_text(const lrs::Statistics::Value& value) {
  constexpr double whole_max = 9'007'199'254'740'992.0;
  if (!value) return "null";
  if (std::abs(*value) < whole_max && *value == std::floor(*value))
    return fmt::format("{}", static_cast<long long>(*value));
  return fmt::format("{}", *value);
}

void write_values(json::Writer& json, const lrs::Question& question,
                  const std::vector<lrs::Statistics::Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    json.raw_member(question.measures[i].name, number_text(values[i]));
}

void write_texts(json::Writer& json, std::string_view key, const lrs::Question& question,
                 const std::vector<std::optional<std::string>>& texts) {
  json.key(key).object();
  for (std::size_t i = 0; i < texts.size(); ++i)
    json.member(lrs::name_of(question.by[i]), texts[i]);
  json.end();
}

/// What is in the answer beside the instant.
std::string body_of(const lrs::Question& question, const lrs::Statistics& told) {
  json::Writer json;
  json.object().key("totals").object();
  write_values(json, question, told.totals.values);
  json.end().key("groups").array();
  for (const auto& group : told.groups) {
    json.object();
    write_texts(json, "key", question, group.keys);
    if (question.names) write_texts(json, "name", question, group.names);
    write_values(json, question, group.values);
    json.end();
  }
  json.end();
  json.member("groups_in_all", told.groups_in_all).member("ties", told.ties);
  json.key("left_out").object();
  json.member("scores", told.scores_left_out).member("durations", told.durations_left_out).end();
  json.key("estimates").object();
  if (told.estimated_percentiles)
    json.raw_member("percentiles", fmt::format("{}", lrs::Spread::relative_error));
  return json.end().end().take();
}

std::string csv_of(const lrs::Question& question, const lrs::Statistics& told) {
  std::string out;
  csv::CsvWriter csv(out);
  for (const auto by : question.by) csv.field(lrs::name_of(by));
  if (question.names)
    for (const auto by : question.by) csv.field(std::string(lrs::name_of(by)) + "_name");
  for (const auto& measure : question.measures) csv.field(measure.name);
  csv.end_line();
  const auto line = [&](const lrs::Statistics::Group& group) {
    for (const auto& key : group.keys) csv.field(key.value_or(""));
    for (const auto& name : group.names) csv.field(name.value_or(""));
    for (const auto& value : group.values) csv.number(value ? number_text(value) : "");
    csv.end_line();
  };
  if (question.by.empty()) line(told.totals);
  for (const auto& group : told.groups) line(group);
  return out;
}

}  // namespace

Result<Response> get_statistics(Exchange& exchange) {
  TRY(const auto question,
      lrs::read_question(exchange.parameters, exchange.lrs().options.takes_as_ralph
                                                  ? xapi::Ids::any_text
                                                  : xapi::Ids::iris));
  const auto format = xapi::value_of(exchange.parameters, "format").value_or("json");
  if (format != "json" && format != "csv")
    return fail(Code::invalid, "The parameter `format` must be `json` or `csv`");
  std::vector<xapi::LanguageRange> languages;
  if (const auto header = exchange.request.headers.find("Accept-Language"))
    languages = xapi::parse_accept_language(*header);
  RETURN_IF_ERROR(exchange.request.charge(page_bytes_max()));
  const auto grow = [&](std::uint64_t bytes) { return exchange.request.charge(bytes); };
  TRY(const auto told,
      lrs::statistics(exchange.lrs(), *exchange.principal, question, languages, grow));

  Response response;
  response.headers.add("X-Experience-API-Consistent-Through", utc_text(told.through));
  if (format == "csv") {
    response.headers.add("Content-Type", "text/csv; charset=utf-8; header=present");
    response.body = csv_of(question, told);
    tag_by(exchange, response.body, response);
    return response;
  }
  const std::string rest = body_of(question, told);
  response.headers.add("Content-Type", "application/json");
  response.body = json::Writer().object().member("through", utc_text(told.through)).end().take();
  response.body.back() = ',';
  response.body.append(rest, 1);
  tag_by(exchange, rest, response);
  return response;
}

}  // namespace lectern::http
