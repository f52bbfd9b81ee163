#include "store/elasticsearch/read/lookup.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "store/elasticsearch/client/search.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t ids_max = 1000;

/// The elements of an array that was just opened.
void append_list(std::string& body, std::span<const std::string> ids) {
  for (const auto& id : ids) {
    if (body.back() != '[') body += ',';
    json::append_quoted(body, id);
  }
}

std::string ids_body(std::span<const std::string> ids) {
  std::string body = R"({"ids":[)";
  append_list(body, ids);
  return body += "]}";
}

bool found(Value item) {
  const auto member = item.find("found");
  return member && member->is(Type::boolean) && member->boolean();
}

/// Calls `take` for each document that is there. An index that is not there holds none.
template <typename Take>
Result<void> multi_get(Cluster& cluster, const std::string& path, std::span<const std::string> ids,
                       Deadline deadline, const Take& take) {
  for (std::size_t begin = 0; begin < ids.size(); begin += ids_max) {
    const auto part = ids.subspan(begin, std::min(ids_max, ids.size() - begin));
    const std::string body = ids_body(part);
    const Call call{"POST", path, body};
    TRY(const auto reply, cluster.expect_ok(call, deadline));
    const auto items = reply.root().find("docs");
    if (!items || items->size() != part.size())
      return fail(Code::unavailable, "The database's answer was not understood",
                  std::string(path) + ": expected an item for each id");
    for (const Value item : items->children()) {
      if (const auto error = item.find("error")) {
        const auto type = error->find("type");
        if (type && type->is(Type::string) && type->string() == "index_not_found_exception")
          continue;
        return fail(Code::unavailable, "The database cannot read a document",
                    std::string(error->source().substr(0, 500)));
      }
      if (found(item)) take(item);
    }
  }
  return {};
}

Version version_of(Value item) {
  const auto number = [&](std::string_view name) {
    const auto member = item.find(name);
    return member && member->is(Type::number) ? member->as_integer().value_or(0) : 0;
  };
  return {number("_seq_no"), number("_primary_term")};
}

}  // namespace

Result<std::vector<StatementDocument>> look_up(Cluster& cluster, const StatementIndex& index,
                                               std::span<const Uuid> ids, Deadline deadline) {
  std::vector<std::string> texts;
  for (const Uuid& id : ids) texts.push_back(id.text());
  std::vector<StatementDocument> all;
  std::vector<std::string> foreign;
  RETURN_IF_ERROR(multi_get(
      cluster, fmt::format("/{}/_mget?{}", index.name, asking_for_statement_document(index.layout)),
      texts, deadline, [&](Value item) {
        if (auto kept = read_statement_document(item))
          all.push_back(std::move(*kept));
        else
          foreign.emplace_back(item.find("_id")->string());
      }));
  RETURN_IF_ERROR(
      multi_get(cluster, fmt::format("/{}/_mget", index.name), foreign, deadline, [&](Value item) {
        const auto source = item.find("_source");
        if (!source) return;
        auto kept = from_foreign(item.find("_id")->string(), source->source());
        if (!kept) {
          log::warning("{}/{} cannot be read: {}", index.name, item.find("_id")->string(),
                       kept.error().message);
          return;
        }
        kept->version = version_of(item);
        all.push_back(std::move(*kept));
      }));
  return all;
}

Result<std::vector<Listed>> look_up_texts(Cluster& cluster, const StatementIndex& index,
                                          std::span<const Uuid> ids, Deadline deadline) {
  std::vector<std::string> texts;
  for (const Uuid& id : ids) texts.push_back(id.text());
  std::vector<Listed> all;
  RETURN_IF_ERROR(multi_get(cluster,
                            fmt::format("/{}/_mget?{}", index.name, asking_for_row(index.layout)),
                            texts, deadline, [&](Value item) {
                              if (auto row = read_row(item)) all.push_back(std::move(*row));
                            }));
  return all;
}

Result<std::vector<std::string>> existing(Cluster& cluster, std::string_view index,
                                          std::span<const std::string> ids, Deadline deadline) {
  std::vector<std::string> there;
  RETURN_IF_ERROR(multi_get(cluster, fmt::format("/{}/_mget?_source=false", index), ids, deadline,
                            [&](Value item) { there.emplace_back(item.find("_id")->string()); }));
  return there;
}

Result<std::vector<std::string>> existing_at_refresh(Cluster& cluster, std::string_view index,
                                                     std::span<const std::string> ids,
                                                     Deadline deadline) {
  const std::string path = fmt::format(
      "/{}/_search?allow_partial_search_results=false&ignore_unavailable=true"
      "&filter_path=timed_out,hits.hits._id,error",
      index);
  std::vector<std::string> there;
  for (std::size_t begin = 0; begin < ids.size(); begin += ids_max) {
    const auto part = ids.subspan(begin, std::min(ids_max, ids.size() - begin));
    std::string body =
        fmt::format(R"({{"size":{},"_source":false,"track_total_hits":false,"sort":["_doc"],)"
                    R"("query":{{"ids":{{"values":[)",
                    part.size());
    append_list(body, part);
    body += "]}}}";
    TRY(const auto reply, cluster.expect_ok({"POST", path, body}, deadline));
    TRY(const auto hits, hits_of(reply));
    if (!hits) continue;
    for (const Value hit : hits->children())
      if (const auto id = hit.find("_id"); id && id->is(Type::string))
        there.emplace_back(id->string());
  }
  return there;
}

Result<bool> write_again(Cluster& cluster, const StatementIndex& index, std::string_view refresh,
                         const StatementDocument& kept, Deadline deadline) {
  for (const bool with_statement : {true, false}) {
    std::string lines;
    append_index(lines, kept.id.text(), kept.version);
    append_document(lines, kept, index.layout, with_statement);
    TRY(const auto items, send_bulk(cluster, index.name, refresh, lines, deadline));
    if (items.size() != 1)
      return fail(Code::unavailable, "The database's answer was not understood",
                  "_bulk of " + index.name + ": expected one item");
    const auto& item = items.front();
    if (item.ok()) return true;
    if (item.status == 409) return false;
    if (item.status == 429 || item.status >= 500)
      return fail(Code::unavailable, "The database is busy", item.reason);
    if (!with_statement)
      return fail(Code::internal, "The database refuses a statement", item.reason);
  }
  return false;
}

}  // namespace lectern::store::elasticsearch
