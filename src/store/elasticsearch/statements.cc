#include "store/elasticsearch/statements.h"

#include <algorithm>

#include <fmt/format.h>

#include "store/elasticsearch/append.h"
#include "store/elasticsearch/lookup.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

// Below index.max_result_window, which is 10,000 unless an operator changed it.
constexpr std::size_t search_rows_max = 5'000;
constexpr std::uint32_t health_timeout_ms = 5'000;

std::int64_t microseconds(Time time) { return time.time_since_epoch().count(); }

/// `rows` hits that match, in the order of the walk, from behind `after` on.
std::string search_body(const Filter& filter, const PageRequest& page, std::size_t rows) {
  const std::string_view order = page.ascending ? "asc" : "desc";
  std::string body =
      fmt::format(R"({{"size":{0},"track_total_hits":false,)"
                  R"("stored_fields":["lectern.text","lectern.refers_to"],)"
                  R"("sort":[{{"lectern.stored":"{1}"}},{{"lectern.id":"{1}"}}],)"
                  R"("query":{{"bool":{{"filter":[{{"range":{{"lectern.stored":{{"gt":{2})",
                  rows, order, filter.since ? microseconds(*filter.since) : INT64_MIN);
  if (filter.until) body += fmt::format(R"(,"lte":{})", microseconds(*filter.until));
  body += "}}}";
  for (const auto& term : filter.all_of) {
    body += R"(,{"term":{"lectern.terms":)";
    json::append_quoted(body, term);
    body += "}}";
  }
  body += ']';
  if (!filter.voided_too) body += R"(,"must_not":{"term":{"lectern.voided":true}})";
  body += "}}";
  if (page.after)
    body += fmt::format(R"(,"search_after":[{},"{}"])", microseconds(page.after->stored),
                        page.after->id.text());
  return body += '}';
}

Result<Listed> listed_of(Value hit) {
  Listed row;
  const auto sort = hit.find("sort");
  const auto fields = hit.find("fields");
  if (sort) {
    for (const Value value : sort->children()) {
      if (value.is(Type::number))
        row.position.stored = Time{std::chrono::microseconds{value.as_integer().value_or(0)}};
      if (value.is(Type::string)) row.position.id = Uuid::parse(value.string()).value_or(Uuid{});
    }
  }
  const auto texts = fields ? fields->find("lectern.text") : std::nullopt;
  if (!sort || !texts || texts->size() != 1)
    return fail(Code::unavailable, "The database gives a strange answer");
  for (const Value text : texts->children()) row.json = text.string();
  row.refers = fields->find("lectern.refers_to").has_value();
  return row;
}

}  // namespace

Result<std::vector<Verdict>> Statements::append(const Context& context, std::span<Row> rows,
                                                OnConflict on_conflict) {
  TRY(auto* const place, places_.of(context));
  return append_rows({cluster_, settings_, presence_, *place, context.deadline}, rows, on_conflict);
}

Result<std::vector<Found>> Statements::find(const Context& context, std::span<const Uuid> ids) {
  TRY(auto* const place, places_.of(context));
  TRY(auto kept, look_up(cluster_, place->names.statements, ids, context.deadline));
  std::vector<Found> found;
  for (auto& one : kept)
    found.push_back({{one.stored, one.id}, std::move(one.text), one.fingerprint, one.voided});
  return found;
}

Result<Page> Statements::query(const Context& context, const Filter& filter,
                               const PageRequest& request) {
  TRY(auto* const place, places_.of(context));
  const auto& index = place->names.statements;
  const auto refresh = [&] { return this->refresh(index, context.deadline); };
  RETURN_IF_ERROR(place->visibility.reach(filter.until, context.deadline, refresh));
  const std::string path = fmt::format(
      "/{}/_search?allow_partial_search_results=false&filter_path=hits.hits.fields,hits.hits.sort",
      index);
  Page page;
  PageRequest part = request;
  while (true) {
    const std::size_t wanted = std::min(request.rows_max - page.rows.size() + 1, search_rows_max);
    const std::string body = search_body(filter, part, wanted);
    TRY(const auto reply, cluster_.expect_ok({"POST", path, body}, context.deadline));
    const auto outer = reply.root().find("hits");
    const auto hits = outer ? outer->find("hits") : std::nullopt;
    if (!hits) return page;
    for (const Value hit : hits->children()) {
      if (page.rows.size() == request.rows_max) {
        page.more = true;
        return page;
      }
      TRY(auto row, listed_of(hit));
      page.rows.push_back(std::move(row));
    }
    if (hits->size() < wanted) return page;
    part.after = page.rows.back().position;
  }
}

Result<void> Statements::refresh(const std::string& index, Deadline deadline) {
  RETURN_IF_ERROR(cluster_.expect_ok({"POST", "/" + index + "/_refresh"}, deadline));
  return {};
}

Result<Time> Statements::consistent_through(const Context& context) {
  RETURN_IF_ERROR(places_.of(context));
  return presence_.settled(context.deadline);
}

Health Statements::health() {
  const std::chrono::milliseconds patience{std::min(settings_.timeout_ms, health_timeout_ms)};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto reply = cluster_.call({"GET", "/_cluster/health"}, deadline);
  if (!reply) return Health::away;
  const auto status = reply->root().find("status");
  if (!reply->ok() || !status || !status->is(Type::string)) return Health::error;
  if (status->string() == "green") return Health::ok;
  return status->string() == "yellow" && settings_.allow_yellow ? Health::ok : Health::error;
}

}  // namespace lectern::store::elasticsearch
