#include "lrs/statistics/statistics.h"

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/csv.h"
#include "base/json/json.h"
#include "base/json/writer.h"
#include "base/page_bytes.h"
#include "base/time/time.h"
#include "http/page.h"
#include "http/resources.h"
#include "http/respond.h"
#include "lrs/statistics/arrow/arrow_stream.h"

namespace lectern::http {
namespace {

constexpr std::string_view arrow_type = "application/vnd.apache.arrow.stream";

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

void write_keys(json::Writer& json, const lrs::Question& question,
                const lrs::Statistics::Group& group) {
  json.key("key").object();
  for (std::size_t i = 0; i < group.keys.size(); ++i)
    json.member(lrs::name_of(question.by[i]), group.keys[i]);
  json.end();
  if (!question.names) return;
  json.key("name").object();
  for (std::size_t i = 0; i < group.names.size(); ++i)
    if (lrs::has_names(question.by[i])) json.member(lrs::name_of(question.by[i]), group.names[i]);
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
    write_keys(json, question, group);
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
  for (const auto by : question.by)
    if (question.names && lrs::has_names(by)) csv.field(std::string(lrs::name_of(by)) + "_name");
  for (const auto& measure : question.measures) csv.field(measure.name);
  csv.end_line();
  const auto line = [&](const lrs::Statistics::Group& group) {
    for (const auto& key : group.keys) csv.field(key.value_or(""));
    for (std::size_t i = 0; i < group.names.size(); ++i)
      if (lrs::has_names(question.by[i])) csv.field(group.names[i].value_or(""));
    for (const auto& value : group.values) csv.number(value ? number_text(value) : "");
    csv.end_line();
  };
  if (question.by.empty()) line(told.totals);
  for (const auto& group : told.groups) line(group);
  return out;
}

/// The groups as a table, like CSV; what is said of all of them in its metadata, as JSON has it.
Result<std::string> arrow_of(const lrs::Question& question, const lrs::Statistics& told,
                             std::string_view rest) {
  lrs::ArrowStream arrow;
  std::vector<const lrs::Statistics::Group*> rows;
  if (question.by.empty()) rows.push_back(&told.totals);
  for (const auto& group : told.groups) rows.push_back(&group);
  const auto add_texts = [&](std::string name, auto texts_of, std::size_t at) {
    std::vector<std::optional<std::string_view>> values;
    for (const auto* row : rows) values.push_back(texts_of(*row)[at]);
    arrow.add_texts(std::move(name), std::move(values));
  };
  const auto keys = [](const lrs::Statistics::Group& row) -> const auto& { return row.keys; };
  const auto names = [](const lrs::Statistics::Group& row) -> const auto& { return row.names; };
  for (std::size_t i = 0; i < question.by.size(); ++i)
    add_texts(std::string(lrs::name_of(question.by[i])), keys, i);
  for (std::size_t i = 0; i < question.by.size(); ++i)
    if (question.names && lrs::has_names(question.by[i]))
      add_texts(std::string(lrs::name_of(question.by[i])) + "_name", names, i);
  for (std::size_t i = 0; i < question.measures.size(); ++i) {
    std::vector<lrs::Statistics::Value> values;
    for (const auto* row : rows) values.push_back(row->values[i]);
    arrow.add_numbers(question.measures[i].name, std::move(values),
                      lrs::is_whole(question.measures[i]));
  }
  arrow.add_metadata("through", utc_text(told.through));
  TRY(const auto document, json::parse_view(rest));
  for (const auto member : document->root().children())
    if (member.key() != "groups")
      arrow.add_metadata(std::string(member.key()), std::string(member.source()));
  return arrow.write();
}

/// The parameter `format`, or else Arrow where Accept names it.
Result<std::string> format_of(const Exchange& exchange) {
  const auto format = xapi::value_of(exchange.parameters, "format");
  const auto accept = exchange.request.headers.find("Accept");
  if (!format) return accept && accept->find(arrow_type) != std::string::npos ? "arrow" : "json";
  if (*format == "json" || *format == "csv" || *format == "arrow") return std::string(*format);
  return fail(Code::invalid, "The parameter `format` must be `json`, `csv` or `arrow`");
}

}  // namespace

Result<Response> get_statistics(Exchange& exchange) {
  TRY(const auto question,
      lrs::read_question(exchange.parameters, exchange.lrs().options.takes_as_ralph
                                                  ? xapi::Ids::any_text
                                                  : xapi::Ids::iris));
  TRY(const auto format, format_of(exchange));
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
  response.headers.add("Vary", "Accept");
  if (format == "arrow") {
    response.headers.add("Content-Type", std::string(arrow_type));
    TRY(response.body, arrow_of(question, told, rest));
    tag_by(exchange, format + rest, response);
    return response;
  }
  response.headers.add("Content-Type", "application/json");
  response.body = json::Writer().object().member("through", utc_text(told.through)).end().take();
  response.body.back() = ',';
  response.body.append(rest, 1);
  tag_by(exchange, rest, response);
  return response;
}

}  // namespace lectern::http
