#include "store/common/no_documents.h"

namespace lectern::store {
namespace {

/// Derived from statements, which are kept: to go without costs a client nothing but names.
bool is_learned(DocumentKind kind) {
  return kind == DocumentKind::activity_definition || kind == DocumentKind::person;
}

}  // namespace

Result<std::vector<std::optional<Document>>> NoDocuments::get_many(
    const Context&, std::span<const DocumentKey> keys, Freshness) {
  for (const auto& key : keys)
    if (!is_learned(key.kind)) return refused();
  return std::vector<std::optional<Document>>(keys.size());
}

Result<std::vector<bool>> NoDocuments::put_many(const Context&,
                                                std::span<const DocumentWrite> writes) {
  for (const auto& write : writes)
    if (!is_learned(write.key.kind)) return refused();
  return std::vector<bool>(writes.size(), true);
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

Result<void> NoBlobs::put(const Context&, std::span<const Blob>) { return refused(); }

Result<std::optional<std::uint64_t>> NoBlobs::size(const Context&, std::string_view) {
  return std::nullopt;
}

Result<std::string> NoBlobs::read(const Context&, std::string_view, std::uint64_t, std::size_t) {
  return refused();
}

}  // namespace lectern::store
