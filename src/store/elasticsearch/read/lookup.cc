#include "store/elasticsearch/read/lookup.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/json/writer.h"
#include "base/log.h"
#include "base/page_bytes.h"
#include "store/elasticsearch/client/search.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t ids_max = 1000;

bool found(Value item) {
  const auto member = item.find("found");
  return member && member->is(Type::boolean) && member->boolean();
}

Result<void> take_items(const Reply& reply, std::size_t count, std::string_view path,
                        const std::function<void(Value)>& take) {
  const auto items = reply.root().find("docs");
  if (!items || items->size() != count)
    return fail(Code::unavailable, "The database's answer was not understood",
                std::string(path) + ": expected an item for each id");
  for (const Value item : items->children()) {
    if (const auto error = item.find("error")) {
      const auto type = error->find("type");
      if (type && type->is(Type::string) && type->string() == "index_not_found_exception") continue;
      return fail(Code::unavailable, "The database cannot read a document",
                  std::string(error->source().substr(0, 500)));
    }
    if (found(item)) take(item);
  }
  return {};
}

/// Documents by their ids, slice by slice.
struct MultiGet {
  Cluster& cluster;
  const std::string path;
  const Deadline deadline;
  std::size_t ids_at_once = ids_max;  ///< falls when an answer would be too large

  /// Calls `take` for each document that is there, and goes on to the next slice while `more` says
  /// so. An index that is not there holds none. How many ids were looked at.
  Result<std::size_t> run(
      std::span<const std::string> ids, const std::function<void(Value)>& take,
      const std::function<bool()>& more = [] { return true; }) {
    std::size_t begin = 0;
    while (begin < ids.size() && more()) {
      const auto part = ids.subspan(begin, std::min(ids_at_once, ids.size() - begin));
      const std::string body = ids_body(part);
      Call call{"POST", path, body};
      if (part.size() > 1) call.answer_bytes_max = slice_bytes_max(part.size());
      const auto reply = cluster.expect_ok(call, deadline);
      if (!reply && reply.error().code == Code::too_large && part.size() > 1) {
        ids_at_once = std::max<std::size_t>(1, part.size() / 4);
        continue;
      }
      if (!reply) return fail(reply.error());
      RETURN_IF_ERROR(take_items(*reply, part.size(), path, take));
      begin += part.size();
    }
    return begin;
  }
};

Version version_of(Value item) {
  const auto number = [&](std::string_view name) {
    const auto member = item.find(name);
    return member && member->is(Type::number) ? member->as_integer().value_or(0) : 0;
  };
  return {number("_seq_no"), number("_primary_term")};
}

}  // namespace

std::size_t slice_bytes_max(std::size_t statements) {
  constexpr std::size_t around_a_text = 1024;
  const std::size_t bytes = std::min<std::size_t>(page_bytes_max(), SIZE_MAX / 4);
  return 2 * bytes + statements * around_a_text;
}

Result<std::vector<StatementDocument>> look_up(Cluster& cluster, const StatementIndex& index,
                                               std::span<const Uuid> ids, Deadline deadline,
                                               std::size_t bytes_max) {
  std::vector<std::string> texts;
  for (const Uuid& id : ids) texts.push_back(id.text());
  std::vector<StatementDocument> all;
  std::vector<std::string> foreign;
  std::size_t bytes = 0;
  const auto keep = [&](StatementDocument kept) {
    if (bytes >= bytes_max) return;
    bytes += kept.text.size();
    all.push_back(std::move(kept));
  };
  const auto more = [&] { return bytes < bytes_max; };
  MultiGet ours{
      cluster, fmt::format("/{}/_mget?{}", index.name, asking_for_statement_document(index.layout)),
      deadline};
  RETURN_IF_ERROR(ours.run(
      texts,
      [&](Value item) {
        if (auto kept = read_statement_document(item))
          keep(std::move(*kept));
        else
          foreign.emplace_back(item.find("_id")->string());
      },
      more));
  MultiGet others{cluster, fmt::format("/{}/_mget", index.name), deadline};
  RETURN_IF_ERROR(others.run(
      foreign,
      [&](Value item) {
        const auto source = item.find("_source");
        if (!source) return;
        auto kept = from_foreign(item.find("_id")->string(), source->source());
        if (!kept) {
          log::warning("{}/{} cannot be read: {}", index.name, item.find("_id")->string(),
                       kept.error().message);
          return;
        }
        kept->version = version_of(item);
        keep(std::move(*kept));
      },
      more));
  return all;
}

Result<TextsRead> look_up_texts(Cluster& cluster, const StatementIndex& index,
                                std::span<const Uuid> ids, std::size_t bytes_max,
                                std::size_t& ids_at_once, Deadline deadline) {
  std::vector<std::string> texts;
  for (const Uuid& id : ids) texts.push_back(id.text());
  TextsRead read;
  std::size_t bytes = 0;
  MultiGet slices{cluster, fmt::format("/{}/_mget?{}", index.name, asking_for_row(index.layout)),
                  deadline, std::clamp<std::size_t>(ids_at_once, 1, ids_max)};
  TRY(read.ids, slices.run(
                    texts,
                    [&](Value item) {
                      auto row = read_row(item);
                      if (!row) return;
                      bytes += row->json.size();
                      read.rows.push_back(std::move(*row));
                    },
                    [&] { return bytes < bytes_max; }));
  ids_at_once = slices.ids_at_once;
  return read;
}

Result<std::vector<std::string>> existing(Cluster& cluster, std::string_view index,
                                          std::span<const std::string> ids, Deadline deadline) {
  std::vector<std::string> there;
  MultiGet all{cluster, fmt::format("/{}/_mget?_source=false", index), deadline};
  RETURN_IF_ERROR(
      all.run(ids, [&](Value item) { there.emplace_back(item.find("_id")->string()); }));
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
    json::Writer json;
    json.object().member("size", part.size()).member("_source", false);
    json.member("track_total_hits", false).key("sort").array().value("_doc").end();
    json.key("query").object().key("ids").object().key("values").array();
    for (const auto& id : part) json.value(id);
    json.end().end().end().end();
    TRY(const auto reply, cluster.expect_ok({"POST", path, json.take()}, deadline));
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
