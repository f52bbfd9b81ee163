#include "store/elasticsearch/schema/layout.h"

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

// Which rows came in one batch (store/common/watermark/visibility_watermark.h); read with a row,
// never looked for.
constexpr std::string_view batch_fields =
    R"("batch":{"type":"keyword","index":false,"doc_values":false,"store":true},)"
    R"("shared":{"type":"boolean","index":false,"doc_values":false,"store":true})";

std::string lectern_fields(Layout layout) {
  // A Lectern that knows the plain layout alone would take packed statements for somebody else's.
  // It finds no mark that it knows (below), and its mapping is refused: there `refers_to` is
  // indexed, though nobody asks for it.
  const std::string_view differing =
      layout == Layout::plain
          ? R"("refers_to":{"type":"keyword","doc_values":false,"store":true})"
          : R"("refers_to":{"type":"keyword","index":false,"doc_values":false,"store":true},)"
            R"("packed":{"type":"binary","store":true})";
  return fmt::format(
      R"("lectern":{{"dynamic":false,"properties":{{)"
      R"("stored":{{"type":"long","store":true}},)"  // microseconds: sorts exactly
      R"("id_high":{{"type":"long","index":false}},"id_low":{{"type":"long","index":false}},)"
      R"("terms":{{"type":"keyword","doc_values":false,"store":true}},)"
      R"("hash":{{"type":"keyword","index":false,"doc_values":false,"store":true}},)"
      R"("voids":{{"type":"boolean","index":false,"doc_values":false,"store":true}},)"
      R"("voided":{{"type":"boolean","doc_values":false,"store":true}},{},)"
      R"("text":{{"type":"text","index":false,"norms":false,"store":true}},{}}}}})",
      batch_fields, differing);
}

std::string agent_fields() {
  return fmt::format(
      R"({{"dynamic":false,"properties":{{"mbox":{0},"mbox_sha1sum":{0},"openid":{0},)"
      R"("account":{{"dynamic":false,"properties":{{"name":{0},"homePage":{0}}}}}}}}})",
      keyword);
}

std::string packed_mapping() {
  return fmt::format(
      R"({{"dynamic":false,"_source":{{"excludes":["lectern"]}},"_meta":{{"lectern":{{"layout":2}}}},)"
      R"("properties":{{"timestamp":{{"type":"date","ignore_malformed":true}},"actor":{0},)"
      R"("authority":{0},"verb":{{"dynamic":false,"properties":{{"id":{1}}}}},)"
      R"("object":{{"dynamic":false,"properties":{{"id":{1}}}}},{2}}}}})",
      agent_fields(), keyword, lectern_fields(Layout::packed));
}

/// Ralph's own fields stay as they came to be; new keys are no longer mapped.
std::string plain_mapping() {
  return fmt::format(
      R"({{"dynamic":false,"_meta":{{"lectern":{{"layout":1,"hidden":false}}}},"properties":{{{}}}}})",
      lectern_fields(Layout::plain));
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
Result<std::optional<Layout>> mark_of(json::Value root) {
  for (const auto index : root.children()) {
    const auto mappings = index.find("mappings");
    const auto meta = mappings ? mappings->find("_meta") : std::nullopt;
    const auto ours = meta ? meta->find("lectern") : std::nullopt;
    const auto mark = ours ? ours->find("layout") : std::nullopt;
    if (!mark || !mark->is(json::Type::number)) return std::nullopt;
    if (mark->number() == "1") return Layout::plain;
    if (mark->number() == "2") return Layout::packed;
    return fail(Code::internal, "The index was laid out by a newer Lectern",
                fmt::format("{}: layout {}", index.key(), mark->number()));
  }
  return std::nullopt;
}

/// Gives an index that an older Lectern made the fields that it lacks. Without them rows bear no
/// mark: nothing else depends on it, so a cluster that takes no changes is no obstacle.
void add_batch_fields(Cluster& cluster, const std::string& index, json::Value root,
                      Deadline deadline) {
  for (const auto one : root.children()) {
    const auto mappings = one.find("mappings");
    if (mappings && mappings->find("properties")) return;
  }
  const std::string body =
      fmt::format(R"({{"properties":{{"lectern":{{"properties":{{{}}}}}}}}})", batch_fields);
  const auto reply = cluster.expect_ok({"PUT", "/" + index + "/_mapping", body}, deadline);
  if (!reply)
    log::warning("the index {} cannot be given the marks of batches: {}", index,
                 reply.error().detail);
}

}  // namespace

Result<bool> is_there(Cluster& cluster, const std::string& index, Deadline deadline) {
  const Call look{"GET", "/" + index + "/_mapping?filter_path=*.mappings._meta,error.type,status"};
  TRY(const auto there, cluster.call(look, deadline));
  if (!there.ok() && there.status != 404) return fail(refusal(look, there));
  return there.ok();
}

Result<Layout> prepare_statements(Cluster& cluster, const std::string& index, Deadline deadline) {
  const Call look{"GET", "/" + index +
                             "/_mapping?filter_path=*.mappings._meta,"
                             "*.mappings.properties.lectern.properties.shared,error,status"};
  TRY(auto there, cluster.call(look, deadline));
  if (there.status == 404) {
    RETURN_IF_ERROR(create(cluster, index, packed_mapping(), "", deadline));
    log::info("made the index {}", index);
    // Another process or program may have been faster, and made it otherwise.
    TRY(there, cluster.call(look, deadline));
  }
  if (!there.ok()) return fail(refusal(look, there));
  RETURN_IF_ERROR(await_ready(cluster, index, deadline));
  TRY(const auto mark, mark_of(there.root()));
  if (mark) {
    add_batch_fields(cluster, index, there.root(), deadline);
    return *mark;
  }

  for (const auto layout : {Layout::packed, Layout::plain}) {
    const bool hidden = layout == Layout::packed;
    const std::string body = hidden ? packed_mapping() : plain_mapping();
    const Call call{"PUT", "/" + index + "/_mapping", body};
    TRY(const auto reply, cluster.call(call, deadline));
    if (reply.ok()) {
      log::info("took over the index {}; the field lectern is {} in its documents", index,
                hidden ? "hidden" : "visible");
      return layout;
    }
    if (!hidden) return fail(refusal(call, reply));
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
