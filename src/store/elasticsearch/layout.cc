#include "store/elasticsearch/layout.h"

#include <fmt/format.h>

#include "base/log.h"

namespace lectern::store::elasticsearch {
namespace {

// A replica where there is a second node, and none (so that health is green) where there is not.
constexpr std::string_view index_settings = R"("number_of_shards":1,"auto_expand_replicas":"0-1")";

// For indices that nobody searches without asking for a refresh before.
constexpr std::string_view no_refresh = R"(,"refresh_interval":"-1")";

// Ralph's filters ask for `.keyword` fields. A longer value than a Lucene term may be is not
// indexed there; 8191 characters are at most 32,764 bytes.
constexpr std::string_view keyword =
    R"({"type":"text","index":false,"norms":false,)"
    R"("fields":{"keyword":{"type":"keyword","ignore_above":8191}}})";

constexpr std::string_view lectern_fields =
    R"("lectern":{"dynamic":false,"properties":{)"
    R"("stored":{"type":"long","store":true},)"  // microseconds: sorts exactly
    R"("id_high":{"type":"long","index":false},"id_low":{"type":"long","index":false},)"
    R"("terms":{"type":"keyword","doc_values":false,"store":true},)"
    R"("hash":{"type":"keyword","index":false,"doc_values":false,"store":true},)"
    R"("refers_to":{"type":"keyword","doc_values":false,"store":true},)"
    R"("voids":{"type":"boolean","index":false,"doc_values":false,"store":true},)"
    R"("voided":{"type":"boolean","doc_values":false,"store":true},)"
    R"("text":{"type":"text","index":false,"norms":false,"store":true}}})";

std::string agent_fields() {
  return fmt::format(
      R"({{"dynamic":false,"properties":{{"mbox":{0},"mbox_sha1sum":{0},"openid":{0},)"
      R"("account":{{"dynamic":false,"properties":{{"name":{0},"homePage":{0}}}}}}}}})",
      keyword);
}

std::string marked(Hiding hiding) {
  return fmt::format(R"("_meta":{{"lectern":{{"layout":1,"hidden":{}}}}})",
                     hiding == Hiding::hidden);
}

std::string hidden_mapping() {
  return fmt::format(
      R"({{"dynamic":false,"_source":{{"excludes":["lectern"]}},{0},"properties":{{)"
      R"("timestamp":{{"type":"date","ignore_malformed":true}},"actor":{1},"authority":{1},)"
      R"("verb":{{"dynamic":false,"properties":{{"id":{2}}}}},)"
      R"("object":{{"dynamic":false,"properties":{{"id":{2}}}}},{3}}}}})",
      marked(Hiding::hidden), agent_fields(), keyword, lectern_fields);
}

/// Ralph's own fields stay as they came to be; new keys are no longer mapped.
std::string visible_mapping() {
  return fmt::format(R"({{"dynamic":false,{},"properties":{{{}}}}})", marked(Hiding::visible),
                     lectern_fields);
}

/// Waits until an index that somebody else has just made can be read.
Result<void> await_ready(Cluster& cluster, const std::string& index, Deadline deadline) {
  RETURN_IF_ERROR(cluster.call(
      {"GET", "/_cluster/health/" + index + "?wait_for_status=yellow&timeout=10s"}, deadline));
  return {};
}

/// Makes an index; one that another process made meanwhile is as good.
Result<void> create(Cluster& cluster, const std::string& index, std::string_view mapping,
                    std::string_view more_settings, Deadline deadline) {
  const std::string body = fmt::format(R"({{"settings":{{{}{}}},"mappings":{}}})", index_settings,
                                       more_settings, mapping);
  const Call call{"PUT", "/" + index, body};
  TRY(const auto reply, cluster.call(call, deadline));
  if (reply.ok()) return {};
  if (reply.error_type() == "resource_already_exists_exception")
    return await_ready(cluster, index, deadline);
  return fail(refusal(call, reply));
}

Result<void> create_missing(Cluster& cluster, const std::string& index, std::string_view mapping,
                            Deadline deadline) {
  TRY(const bool there, is_there(cluster, index, deadline));
  if (there) return await_ready(cluster, index, deadline);
  return create(cluster, index, mapping, no_refresh, deadline);
}

/// What the mapping of an index says of us, if we have been there; of an alias, its first index.
std::optional<Hiding> mark_of(json::Value root) {
  for (const auto index : root.children()) {
    const auto mappings = index.find("mappings");
    const auto meta = mappings ? mappings->find("_meta") : std::nullopt;
    const auto ours = meta ? meta->find("lectern") : std::nullopt;
    const auto hidden = ours ? ours->find("hidden") : std::nullopt;
    if (!hidden || !hidden->is(json::Type::boolean)) return std::nullopt;
    return hidden->boolean() ? Hiding::hidden : Hiding::visible;
  }
  return std::nullopt;
}

}  // namespace

Result<bool> is_there(Cluster& cluster, const std::string& index, Deadline deadline) {
  const Call look{"GET", "/" + index + "/_mapping?filter_path=*.mappings._meta,error.type,status"};
  TRY(const auto there, cluster.call(look, deadline));
  if (!there.ok() && there.status != 404) return fail(refusal(look, there));
  return there.ok();
}

Result<Hiding> prepare_statements(Cluster& cluster, const std::string& index, Deadline deadline) {
  const Call look{"GET", "/" + index + "/_mapping?filter_path=*.mappings._meta,error,status"};
  TRY(auto there, cluster.call(look, deadline));
  if (there.status == 404) {
    RETURN_IF_ERROR(create(cluster, index, hidden_mapping(), "", deadline));
    log::info("made the index {}", index);
    // Another process or program may have been faster, and made it otherwise.
    TRY(there, cluster.call(look, deadline));
  }
  if (!there.ok()) return fail(refusal(look, there));
  RETURN_IF_ERROR(await_ready(cluster, index, deadline));
  if (const auto mark = mark_of(there.root())) return *mark;

  for (const auto hiding : {Hiding::hidden, Hiding::visible}) {
    const std::string body = hiding == Hiding::hidden ? hidden_mapping() : visible_mapping();
    const Call call{"PUT", "/" + index + "/_mapping", body};
    TRY(const auto reply, cluster.call(call, deadline));
    if (reply.ok()) {
      log::info("took over the index {}; the field lectern is {} in its documents", index,
                hiding == Hiding::hidden ? "hidden" : "visible");
      return hiding;
    }
    if (hiding == Hiding::visible) return fail(refusal(call, reply));
    log::info("the index {} holds documents already: {}", index, reply.error_reason());
  }
  return fail(Code::internal, "unreachable");
}

Result<void> prepare_references(Cluster& cluster, const std::string& index, Deadline deadline) {
  return create_missing(cluster, index,
                        R"({"dynamic":false,"properties":{"target":{"type":"keyword"},)"
                        R"("referrer":{"type":"keyword"}}})",
                        deadline);
}

Result<void> prepare_documents(Cluster& cluster, const std::string& index, Deadline deadline) {
  return create_missing(cluster, index,
                        R"({"dynamic":false,"properties":{)"
                        R"("owner":{"type":"keyword","doc_values":false},)"
                        R"("space":{"type":"keyword","doc_values":false},)"
                        R"("key":{"type":"keyword","index":false},"updated":{"type":"long"}}})",
                        deadline);
}

Result<void> prepare_writers(Cluster& cluster, const std::string& index, Deadline deadline) {
  return create_missing(cluster, index, R"({"dynamic":false})", deadline);
}

Result<void> prepare_blobs(Cluster& cluster, const std::string& index, Deadline deadline) {
  return create_missing(cluster, index, R"({"dynamic":false})", deadline);
}

}  // namespace lectern::store::elasticsearch
