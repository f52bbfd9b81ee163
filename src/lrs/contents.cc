#include "lrs/contents.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"
#include "xapi/validate/validate.h"

namespace lectern::lrs {
namespace {

constexpr std::string_view rule = "Communication 1.5.2";

tl::unexpected<Error> broken(std::string message, std::string path = {}) {
  return fail(Error{Code::invalid, std::move(message), std::move(path), std::string(rule), {}});
}

}  // namespace

ContentsByHash::ContentsByHash(std::span<const AttachmentContent> contents) : all_(contents) {
  for (const auto& content : contents) by_sha2_.emplace(lower_case(content.sha2), &content);
}

const AttachmentContent* ContentsByHash::find(std::string_view sha2) const {
  const auto place = by_sha2_.find(std::string(sha2));
  return place == by_sha2_.end() ? nullptr : place->second;
}

const Result<xapi::SignedStatement>& ContentsByHash::signed_by(const AttachmentContent& content) {
  const auto known = signatures_.find(&content);
  if (known != signatures_.end()) return known->second;
  return signatures_.emplace(&content, xapi::verify_signature(content.bytes)).first->second;
}

Result<void> check_contents(json::Value statement, ContentsByHash& contents) {
  std::unordered_set<const AttachmentContent*>
      verified;  // a signature that is attached twice is checked once
  for (const auto& attachment : xapi::attachments_of(statement)) {
    const AttachmentContent* const content = contents.find(attachment.sha2);
    if (content == nullptr && !attachment.has_file_url)
      return broken(fmt::format("The attachment with sha2 {} has neither a fileUrl nor a part in "
                                "the request with that X-Experience-API-Hash",
                                attachment.sha2),
                    statement.pointer() + "/attachments");
    if (!attachment.is_signature || content == nullptr || !verified.insert(content).second)
      continue;
    const auto& signed_one = contents.signed_by(*content);
    if (!signed_one) return fail(signed_one.error());
    RETURN_IF_ERROR(xapi::check_signed(statement, *signed_one));
  }
  return {};
}

Result<void> check_no_orphans(json::Value body, const ContentsByHash& contents) {
  if (contents.empty()) return {};
  std::unordered_set<std::string> named;
  const auto collect = [&](json::Value statement) {
    if (!statement.is(json::Type::object)) return;
    for (auto& attachment : xapi::attachments_of(statement))
      named.insert(std::move(attachment.sha2));
  };
  if (body.is(json::Type::array))
    for (const auto statement : body.children()) collect(statement);
  else
    collect(body);
  for (const auto& content : contents.all_) {
    const std::string sha2 = lower_case(content.sha2);
    if (!named.contains(sha2))
      return broken(fmt::format("No attachment of the statements has the sha2 {} of a part", sha2));
    const auto digest = sha2_of_length(content.bytes, sha2.size());
    if (!digest || to_hex(*digest) != sha2)
      return broken(fmt::format(
          "The bytes of the part with X-Experience-API-Hash {} do not have that SHA-2", sha2));
  }
  return {};
}

void add_attached(json::Value statement, const ContentsByHash& contents,
                  std::unordered_set<std::string>& hashes) {
  for (auto& attachment : xapi::attachments_of(statement))
    if (contents.find(attachment.sha2) != nullptr) hashes.insert(std::move(attachment.sha2));
}

Result<void> keep_contents(store::BlobStore& blobs, const store::Context& context,
                           const std::unordered_set<std::string>& hashes,
                           const ContentsByHash& contents) {
  if (hashes.empty()) return {};
  std::vector<store::Blob> kept;
  kept.reserve(hashes.size());
  for (const auto& sha2 : hashes)
    if (const AttachmentContent* const content = contents.find(sha2))
      kept.push_back({sha2, content->bytes});
  return blobs.put(context, kept);
}

}  // namespace lectern::lrs
