#include "lrs/documents/documents.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "lrs/documents/charged_reads.h"

namespace lectern::lrs {
namespace {

using store::Document;
using store::DocumentKind;
using store::Expect;
using xapi::Version;

/// How long a write waits that writers in other processes have overtaken; twice as long each time.
constexpr std::chrono::milliseconds first_pause{1};
constexpr std::chrono::milliseconds pause_max{64};

/// Waits a random part of that length, so that those who met do not meet again, and doubles it.
/// Errors: unavailable, when the deadline is over.
Result<void> pause(std::chrono::milliseconds& length, Deadline deadline) {
  if (std::chrono::steady_clock::now() + length > deadline)
    return fail(Code::unavailable, "Too many clients write this document at once; try again");
  std::this_thread::sleep_for(length * Uuid::random().bytes[0] / 256.0);
  length = std::min(2 * length, pause_max);
  return {};
}

Result<void> check(const store::DocumentKey& key) {
  if (key.owner.size() + key.registration.size() + key.id.size() > limits::key_bytes_max)
    return fail(Code::too_large, fmt::format("The parameters that name a document may have {} "
                                             "bytes in all",
                                             limits::key_bytes_max));
  return {};
}

bool is_json(std::string_view content_type) {
  return media_type_of(content_type) == "application/json";
}

Document document_of(std::string content_type, std::string bytes) {
  Document document;
  document.content_type =
      content_type.empty() ? "application/octet-stream" : std::move(content_type);
  document.etag = to_hex(sha1(bytes));
  document.bytes = std::move(bytes);
  document.updated = now();
  return document;
}

std::optional<std::string> etag_of(const std::optional<Document>& document) {
  return document ? std::optional(document->etag) : std::nullopt;
}

Expect expect_unchanged(const std::optional<Document>& document) {
  return document ? Expect::current(document->etag) : Expect::absent();
}

Error failed_precondition() {
  return {Code::precondition,
          "The document has changed or does not exist as If-Match or If-None-Match assumes: GET "
          "it, and send its ETag in If-Match",
          {},
          "Communication 3.1",
          {}};
}

/// Whether the operator lets this user replace profiles without looking.
bool replaces_profiles(const Lrs& lrs, const auth::Principal& principal) {
  const auto& users = lrs.options.unconditional_profile_users;
  return std::find(users.begin(), users.end(), principal.username) != users.end();
}

/// What a PUT without any precondition header means, by version, resource and user.
Result<void> allow_without_precondition(const Lrs& lrs, const auth::Principal& principal,
                                        const DocumentWrite& write, bool exists) {
  const bool state = write.key.kind == DocumentKind::state;
  if (state && write.version == Version::v1_0_3) return {};
  if (!state && replaces_profiles(lrs, principal)) return {};
  if (exists)
    return fail(Error{Code::conflict,
                      "The document exists already: GET it, check it, and send its ETag in "
                      "If-Match to replace it",
                      {},
                      "Communication 3.1",
                      {}});
  if (write.version == Version::v1_0_3)
    return fail(Error{Code::invalid,
                      "PUT needs If-Match with the document's ETag, or If-None-Match: * for a new "
                      "document",
                      {},
                      "Communication 3.1",
                      {}});
  return {};
}

/// Reads, decides, and writes only if nothing changed in between; else begins anew, until the
/// deadline. `next` makes the new document from the current one, or refuses.
template <typename Next>
Result<void> update(Lrs& lrs, const store::Context& context, const store::DocumentKey& key,
                    ChargedReads reads, const Next& next) {
  TRY(const auto turn, lrs.document_queue.wait(context, key));
  for (auto next_pause = first_pause;;) {
    TRY(const auto current, reads.read(context, key));
    TRY(Document document, next(current));
    TRY(const bool written,
        stores_of(lrs).documents.put(context, key, std::move(document), expect_unchanged(current)));
    if (written) return {};
    RETURN_IF_ERROR(pause(next_pause, context.deadline));
  }
}

/// Documents are any JSON: what JavaScript reads is kept and merged.
constexpr json::Rules any_json{.lenient = true};
constexpr json::Rules any_json_received{.bounded = true, .lenient = true};

/// The members of `added` laid over those of `known`, both JSON objects (Communication 2.2). Of a
/// key that occurs twice the last value counts, at the place of the first, as in JavaScript.
std::string merged(json::Value known, json::Value added) {
  std::vector<std::pair<json::Value, json::Value>> members;  // with the key, and with the value
  std::unordered_map<std::string_view, std::size_t> places;
  for (const auto object : {known, added})
    for (const auto member : object.children()) {
      const auto [place, is_new] = places.emplace(member.key(), members.size());
      if (is_new)
        members.emplace_back(member, member);
      else
        members[place->second].second = member;
    }
  std::string out = "{";
  for (const auto& [key, value] : members) {
    if (out.size() > 1) out += ',';
    out.append(key.key_source()).append(":").append(value.source());
  }
  return out + "}";
}

Result<Document> merge(const DocumentWrite& write, const std::optional<Document>& current,
                       std::uint64_t bytes_max) {
  if (!current) return document_of(write.content_type, std::string(write.bytes));
  const auto refuse = [](std::string what) {
    return fail(Error{Code::invalid, std::move(what), {}, "Communication 2.2", {}});
  };
  if (!is_json(write.content_type))
    return refuse(
        "POST merges into the document that exists: the content type must be "
        "application/json");
  if (!is_json(current->content_type))
    return refuse(
        "The document that exists is not application/json, so nothing can be merged "
        "into it: PUT replaces it");
  TRY(const auto added, json::parse_view(write.bytes, any_json_received));
  const auto known = json::parse_view(current->bytes, any_json);
  if (!added->root().is(json::Type::object)) return refuse("The body must be a JSON object");
  if (!known || !(*known)->root().is(json::Type::object))
    return refuse(
        "The document that exists is not a JSON object, so nothing can be merged into "
        "it: PUT replaces it");
  auto both = merged((*known)->root(), added->root());
  if (both.size() > bytes_max)
    return fail(Code::too_large,
                fmt::format("The document would have more than {} bytes", bytes_max));
  return document_of("application/json", std::move(both));
}

Result<void> check_body(const DocumentWrite& write) {
  RETURN_IF_ERROR(check(write.key));
  if (is_json(write.content_type))
    RETURN_IF_ERROR(json::parse_view(write.bytes, any_json_received));
  return {};
}

}  // namespace

Result<Document> get_document(Lrs& lrs, const auth::Principal& principal,
                              const store::DocumentKey& key, const ChargeMemory& charge) {
  RETURN_IF_ERROR(check(key));
  ChargedReads reads(lrs, charge);
  TRY(auto document, reads.read(lrs.context(principal), key));
  if (!document) return fail(Code::not_found, "There is no such document");
  return std::move(*document);
}

Result<void> put_document(Lrs& lrs, const auth::Principal& principal, const DocumentWrite& write) {
  RETURN_IF_ERROR(check_body(write));
  return update(
      lrs, lrs.context(principal), write.key, ChargedReads(lrs, write.charge),
      [&](const std::optional<Document>& current) -> Result<Document> {
        if (!write.preconditions.given())
          RETURN_IF_ERROR(allow_without_precondition(lrs, principal, write, current.has_value()));
        if (!write.preconditions.hold(etag_of(current))) return fail(failed_precondition());
        return document_of(write.content_type, std::string(write.bytes));
      });
}

Result<void> post_document(Lrs& lrs, const auth::Principal& principal, const DocumentWrite& write) {
  RETURN_IF_ERROR(check_body(write));
  // What is there, its nodes, and what comes of both.
  constexpr auto factor = limits::json_memory_factor + 1;
  return update(lrs, lrs.context(principal), write.key, ChargedReads(lrs, write.charge, factor),
                [&](const std::optional<Document>& current) -> Result<Document> {
                  if (!write.preconditions.hold(etag_of(current)))
                    return fail(failed_precondition());
                  return merge(write, current, lrs.options.document_bytes_max);
                });
}

Result<void> delete_document(Lrs& lrs, const auth::Principal& principal,
                             const store::DocumentKey& key, const Preconditions& preconditions,
                             const ChargeMemory& charge) {
  RETURN_IF_ERROR(check(key));
  const auto context = lrs.context(principal);
  TRY(const auto turn, lrs.document_queue.wait(context, key));
  if (!preconditions.given()) {
    RETURN_IF_ERROR(stores_of(lrs).documents.erase(context, key, Expect::anything()));
    return {};
  }
  ChargedReads reads(lrs, charge);
  for (auto next_pause = first_pause;;) {
    TRY(const auto current, reads.read(context, key));
    if (!preconditions.hold(etag_of(current))) return fail(failed_precondition());
    if (!current) return {};
    TRY(const bool erased,
        stores_of(lrs).documents.erase(context, key, Expect::current(current->etag)));
    if (erased) return {};
    RETURN_IF_ERROR(pause(next_pause, context.deadline));
  }
}

Result<std::vector<std::string>> list_documents(Lrs& lrs, const auth::Principal& principal,
                                                const store::DocumentSpace& space,
                                                std::optional<Time> since) {
  TRY(const auto names, stores_of(lrs).documents.list(lrs.context(principal), space, since));
  std::vector<std::string> ids;
  ids.reserve(names.size());
  for (const auto& name : names) ids.push_back(name.id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Result<void> delete_documents(Lrs& lrs, const auth::Principal& principal,
                              const store::DocumentSpace& space) {
  return stores_of(lrs).documents.erase_all(lrs.context(principal), space);
}

}  // namespace lectern::lrs
