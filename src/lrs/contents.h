#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/json/json.h"
#include "base/result.h"
#include "store/blob_store.h"
#include "store/document_store.h"
#include "xapi/signature.h"

namespace lectern::lrs {

/// An attachment's content as it came with a request (Communication 1.5.2). Views the request.
struct AttachmentContent {
  std::string_view sha2;  ///< X-Experience-API-Hash
  std::string_view bytes;
};

/// The contents that came with a request, by their hash. Views the request.
class ContentsByHash {
 public:
  explicit ContentsByHash(std::span<const AttachmentContent> contents);
  /// The content with this hash (lower-case hex), or null.
  const AttachmentContent* find(std::string_view sha2) const;
  bool empty() const { return by_sha2_.empty(); }
  /// The statement that a content of these signed, which is looked at once however many statements
  /// attach it. Errors: those of xapi::verify_signature().
  const Result<xapi::SignedStatement>& signed_by(const AttachmentContent& content);

 private:
  friend Result<void> check_no_orphans(json::Value body, const ContentsByHash& contents);
  std::span<const AttachmentContent> all_;
  std::unordered_map<std::string, const AttachmentContent*> by_sha2_;
  std::unordered_map<const AttachmentContent*, Result<xapi::SignedStatement>> signatures_;
};

/// Checks one statement's attachments against the contents that came with it: each has a `fileUrl`
/// or a content (Communication 1.5.2), and a signature holds (Data 2.6). Errors: invalid.
Result<void> check_contents(json::Value statement, ContentsByHash& contents);

/// Checks the contents themselves: each has the hash it claims and belongs to some attachment of
/// the statements in `body`. Errors: invalid.
Result<void> check_no_orphans(json::Value body, const ContentsByHash& contents);

/// Adds the hashes of those of the contents that a statement attaches.
void add_attached(json::Value statement, const ContentsByHash& contents,
                  std::unordered_set<std::string>& hashes);

/// Keeps the contents with these hashes, all together.
Result<void> keep_contents(store::BlobStore& blobs, const store::Context& context,
                           const std::unordered_set<std::string>& hashes,
                           const ContentsByHash& contents);

}  // namespace lectern::lrs
