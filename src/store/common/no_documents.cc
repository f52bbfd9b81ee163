#include "store/common/no_documents.h"

namespace lectern::store {
namespace {

/// Derived from statements, which are kept: to go without costs a client nothing but names.
bool is_learned(DocumentKind kind) {
  return kind == DocumentKind::activity_definition || kind == DocumentKind::person;
}

}  // namespace

Result<std::optional<Document>> NoDocuments::get(const Context&, const DocumentKey& key) {
  if (is_learned(key.kind)) return std::nullopt;
  return refused();
}

Result<bool> NoDocuments::put(const Context&, const DocumentKey& key, const Document&,
                              const Expect&) {
  if (is_learned(key.kind)) return true;
  return refused();
}

Result<bool> NoDocuments::erase(const Context&, const DocumentKey&, const Expect&) {
  return refused();
}

Result<std::vector<DocumentName>> NoDocuments::list(const Context&, const DocumentSpace& space,
                                                    std::optional<Time>) {
  // Nobody forwards from here, which is no fault as long as nobody is to.
  if (space.kind == DocumentKind::forwarding) return std::vector<DocumentName>{};
  return refused();
}

Result<void> NoDocuments::erase_all(const Context&, const DocumentSpace&) { return refused(); }

Result<void> NoDocuments::put_blobs(const Context&, std::span<const Blob>) { return refused(); }

Result<std::optional<std::uint64_t>> NoDocuments::blob_size(const Context&, std::string_view) {
  return std::nullopt;
}

Result<std::string> NoDocuments::read_blob(const Context&, std::string_view, std::uint64_t,
                                           std::size_t) {
  return refused();
}

}  // namespace lectern::store
