#include "store/elasticsearch/verify.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/writer.h"
#include "store/common/row_check.h"
#include "store/elasticsearch/blobs.h"
#include "store/elasticsearch/client/search.h"
#include "store/elasticsearch/read/lookup.h"
#include "store/elasticsearch/schema/packed_text.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr std::size_t documents_at_once = 100;
constexpr std::size_t blob_bytes_at_once = 8UL * 1024 * 1024;

std::string_view text_of(std::optional<Value> value) {
  return value && value->is(Type::string) ? value->string() : std::string_view();
}

/// Of a member that may be missing.
std::string decoded(Value source, std::string_view name) {
  return from_base64(text_of(source.find(name))).value_or("");
}

/// The first value of a stored field.
std::optional<Value> field(Value hit, std::string_view name) {
  const auto fields = hit.find("fields");
  const auto values = fields ? fields->find(name) : std::nullopt;
  if (values)
    for (const Value value : values->children()) return value;
  return std::nullopt;
}

bool flag(std::optional<Value> value) {
  return value && value->is(Type::boolean) && value->boolean();
}

/// All documents of an index as they were when the walk began, some at a time.
class Walk {
 public:
  /// `asking`: members of the search that say what is wanted of each.
  Walk(Cluster& cluster, std::string index, std::string asking)
      : cluster_(cluster), index_(std::move(index)), asking_(std::move(asking)) {}
  ~Walk() {
    if (scroll_.empty()) return;
    const auto body = json::Writer().object().member("scroll_id", scroll_).end().take();
    static_cast<void>(cluster_.call({"DELETE", "/_search/scroll", body}, Deadline::max()));
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  /// Calls `each` with the next hits; false: there are no more, or there is no such index.
  template <typename Each>
  Result<bool> next(Each&& each) {
    Call call{"POST", "/_search/scroll"};
    std::string body;
    json::Writer json;
    if (scroll_.empty()) {
      call.path = "/" + index_ + "/_search?scroll=5m&allow_partial_search_results=false";
      json.object().member("size", documents_at_once).raw_members(R"("sort":["_doc"])");
      body = json.raw_members(asking_).end().take();
    } else {
      body = json.object().member("scroll", "5m").member("scroll_id", scroll_).end().take();
    }
    call.body = body;
    TRY(const auto reply, cluster_.call(call, Deadline::max()));
    if (reply.status == 404 && scroll_.empty()) return false;
    if (!reply.ok()) return fail(refusal(call, reply));
    scroll_ = text_of(reply.root().find("_scroll_id"));
    TRY(const auto hits, hits_of(reply));
    if (!hits || hits->size() == 0) return false;
    for (const Value hit : hits->children()) RETURN_IF_ERROR(each(hit));
    return true;
  }

 private:
  Cluster& cluster_;
  const std::string index_, asking_;
  std::string scroll_;
};

class Verification {
 public:
  Verification(const ElasticsearchSettings& settings, IndexNames names, std::string target,
               const OnProgress& on_progress)
      : cluster_(settings),
        blobs_(cluster_, settings),
        names_(std::move(names)),
        context_{std::move(target)},
        on_progress_(on_progress),
        rows_(report_, [this](std::span<const Uuid> ids) { return targets(ids); }) {}

  Result<VerifyReport> run() {
    for (const auto* index :
         {&names_.statements, &names_.references, &names_.documents, &names_.blobs})
      RETURN_IF_ERROR(refresh(*index));
    RETURN_IF_ERROR(walk(names_.statements,
                         R"("_source":true,"stored_fields":["lectern.stored","lectern.terms",)"
                         R"("lectern.hash","lectern.refers_to","lectern.voids","lectern.voided",)"
                         R"("lectern.text","lectern.packed"])",
                         [this](Value hit) { return check_statement(hit); }));
    RETURN_IF_ERROR(check_announced());
    RETURN_IF_ERROR(rows_.check_references());
    RETURN_IF_ERROR(walk(names_.documents, R"("_source":["id","etag","bytes"])",
                         [this](Value hit) { return check_document(hit); }));
    RETURN_IF_ERROR(
        walk(names_.blobs, R"("_source":["size"])", [this](Value hit) { return check_blob(hit); }));
    rows_.check_attachments();
    return std::move(report_);
  }

 private:
  /// And counts what is in it.
  Result<void> refresh(const std::string& index) {
    TRY(const auto refreshed, cluster_.call({"POST", "/" + index + "/_refresh"}, Deadline::max()));
    if (refreshed.status == 404) return {};
    TRY(const auto reply, cluster_.expect_ok({"GET", "/" + index + "/_count"}, Deadline::max()));
    if (const auto count = reply.root().find("count"); count && count->is(Type::number))
      total_ += static_cast<std::uint64_t>(count->as_integer().value_or(0));
    return {};
  }

  template <typename Look>
  Result<void> walk(const std::string& index, const char* asking, Look&& look) {
    Walk documents(cluster_, index, asking);
    for (bool more = true; more;) {
      TRY(more, documents.next([&](Value hit) {
        ++done_;
        return look(hit);
      }));
      if (!on_progress_({done_, total_}))
        return fail(Code::unavailable, "the verification was stopped");
    }
    return {};
  }

  Result<std::vector<ReferenceNode>> targets(std::span<const Uuid> ids) {
    // Asks for what either layout may have.
    TRY(auto kept, look_up(cluster_, {names_.statements, Layout::packed}, ids, Deadline::max()));
    std::vector<ReferenceNode> targets;
    for (StatementDocument& one : kept)
      targets.push_back({one.id, std::move(one.terms), one.refers_to, one.voids});
    return targets;
  }

  Result<void> check_statement(Value hit) {
    const std::string name(text_of(hit.find("_id")));
    const auto id = Uuid::parse(name);
    const auto stored = field(hit, "lectern.stored");
    if (!id || !stored) {
      ++report_.statements;
      add_fault(report_, "statement " + name + ": it lacks Lectern's part");
      return {};
    }
    const auto text = text_of_hit(hit, *id);
    const auto hash = xapi::Fingerprint::parse(text_of(field(hit, "lectern.hash")));
    if (!text || !hash || !stored->is(Type::number)) {
      ++report_.statements;
      add_fault(report_, fault_of(*id, "Lectern's part of it is unreadable"));
      return {};
    }
    DatabaseRow row{*id,   Time{std::chrono::microseconds{stored->as_integer().value_or(0)}},
                    *text, *hash,
                    {},    {}};
    if (const auto terms = hit.find("fields")->find("lectern.terms"))
      for (const Value term : terms->children())
        if (auto one = xapi::Term::parse(text_of(term))) row.terms.push_back(std::move(*one));
    std::sort(row.terms.begin(), row.terms.end());
    row.refers_to = Uuid::parse(text_of(field(hit, "lectern.refers_to")));
    row.voids = flag(field(hit, "lectern.voids"));
    row.voided = flag(field(hit, "lectern.voided"));
    if (row.refers_to) announced_.push_back(row.refers_to->text() + ":" + id->text());
    if (announced_.size() >= documents_at_once) RETURN_IF_ERROR(check_announced());
    return rows_.check(row);
  }

  /// The exact text; tells where the statement that Ralph reads is another one.
  std::optional<std::string> text_of_hit(Value hit, const Uuid& id) {
    const auto source = hit.find("_source");
    const bool there = source && source->is(Type::object);
    const auto differs = [&] {
      add_fault(report_, fault_of(id,
                                  "the statement in its document, which Ralph reads, is missing "
                                  "or another than ours"));
    };
    if (const auto packed = field(hit, "lectern.packed")) {
      auto text = unpack_text(text_of(packed), there ? source->source() : "{}");
      if (text) return std::move(*text);
      differs();
      return there ? std::optional(std::string(source->source())) : std::nullopt;
    }
    const auto plain = field(hit, "lectern.text");
    if (!plain) return std::nullopt;
    std::string text(text_of(plain));
    if (!there || is_another(id, source->source(), text)) differs();
    return text;
  }

  /// Whether `_source`, but for our part of it, is another statement than a text.
  static bool is_another(const Uuid& id, std::string_view source, const std::string& text) {
    const auto ours = json::parse_view(text);
    if (!ours || !(*ours)->root().is(Type::object)) return false;  // which is told
    const auto read = from_foreign(id.text(), source);
    if (!read) return true;
    const auto theirs = json::parse_view(read->text);
    return !theirs || xapi::fingerprint_of((*theirs)->root()).hash !=
                          xapi::fingerprint_of((*ours)->root()).hash;
  }

  /// Who refers must stand in the index of references too.
  Result<void> check_announced() {
    if (announced_.empty()) return {};
    auto ids = std::exchange(announced_, {});
    TRY(auto there, existing_or_none(ids));
    std::sort(there.begin(), there.end());
    for (const auto& id : ids)
      if (!std::binary_search(there.begin(), there.end(), id))
        add_fault(report_, fmt::format("statement {}: its reference is missing in {}",
                                       id.substr(id.find(':') + 1), names_.references));
    return {};
  }

  Result<std::vector<std::string>> existing_or_none(const std::vector<std::string>& ids) {
    TRY(const bool there, is_there(cluster_, names_.references, Deadline::max()));
    if (!there) return std::vector<std::string>{};
    return existing(cluster_, names_.references, ids, Deadline::max());
  }

  Result<void> check_document(Value hit) {
    ++report_.documents;
    const auto source = hit.find("_source");
    if (!source || to_hex(sha1(decoded(*source, "bytes"))) != text_of(source->find("etag")))
      add_fault(report_, fmt::format("document '{}': its etag is not that of its content",
                                     source ? decoded(*source, "id") : ""));
    return {};
  }

  Result<void> check_blob(Value hit) {
    const auto source = hit.find("_source");
    const auto size = source ? source->find("size") : std::nullopt;
    if (!size || !size->is(Type::number)) return {};  // a piece
    ++report_.attachments;
    const std::string sha2(text_of(hit.find("_id")));
    rows_.found_attachment(sha2);
    const auto bytes_max = static_cast<std::uint64_t>(size->as_integer().value_or(0));
    std::string bytes;
    while (bytes.size() < bytes_max) {
      const auto some = blobs_.read(context_, sha2, bytes.size(), blob_bytes_at_once);
      if (!some || some->empty()) break;
      bytes += *some;
    }
    const auto digest = sha2_of_length(bytes, sha2.size());
    if (bytes.size() != bytes_max || !digest || to_hex(*digest) != sha2)
      add_fault(report_, fmt::format("attachment {} is not what its hash says", sha2));
    return {};
  }

  Cluster cluster_;
  ElasticsearchBlobs blobs_;
  const IndexNames names_;
  const Context context_;
  const OnProgress& on_progress_;
  VerifyReport report_;
  RowCheck rows_;
  std::vector<std::string> announced_;  // not looked for yet
  std::uint64_t done_ = 0, total_ = 0;
};

}  // namespace

Result<VerifyReport> verify(const StoreSettings& from, const std::string& target,
                            const OnProgress& on_progress) {
  TRY(const auto settings, read_settings(from));
  TRY(auto names, index_names(settings.default_index, target));
  return Verification(settings, std::move(names), target, on_progress).run();
}

}  // namespace lectern::store::elasticsearch
