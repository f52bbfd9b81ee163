#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.h"
#include "base/result.h"
#include "lrs/documents/charged_reads.h"
#include "lrs/documents/preconditions.h"
#include "lrs/lrs.h"
#include "store/document_store.h"
#include "xapi/version.h"

/// State, Agent Profile and Activity Profile documents (Communication 2.2, 2.3, 2.6, 2.7, 3.1).
/// State and profiles differ in their keys and in what a write without a precondition means.
namespace lectern::lrs {

using store::Document;
using store::DocumentKey;
using store::DocumentKind;
using store::DocumentSpace;

/// A document that a client wants written, with its conditions.
struct DocumentWrite {
  DocumentKey key;
  xapi::Version version = xapi::Version::v1_0_3;
  Preconditions preconditions;
  std::string content_type;  ///< "" becomes application/octet-stream
  std::string_view bytes;
  ChargeMemory charge = {};  ///< for what is used beside `bytes`
};

/// Errors of all: unavailable, too_large (a key beyond limits::key_bytes_max).

/// The document, its bytes charged. Errors: not_found, those of `charge`.
Result<Document> get_document(Lrs& lrs, const auth::Principal& principal, const DocumentKey& key,
                              const ChargeMemory& charge = {});

/// Writes it whole. Errors: precondition; conflict (without a precondition on a document that is
/// there, where the version wants one); invalid (1.0.3 profiles want a precondition always, but for
/// Options::unconditional_profile_users; JSON that does not parse).
Result<void> put_document(Lrs& lrs, const auth::Principal& principal, const DocumentWrite& write);

/// Writes it, or merges the members of a JSON object into the JSON object that is there. Errors:
/// precondition; invalid when either is not a JSON object; too_large beyond
/// Options::document_bytes_max.
Result<void> post_document(Lrs& lrs, const auth::Principal& principal, const DocumentWrite& write);

/// Removes it; fine when it is absent. Errors: precondition.
Result<void> delete_document(Lrs& lrs, const auth::Principal& principal, const DocumentKey& key,
                             const Preconditions& preconditions, const ChargeMemory& charge = {});

/// The ids of a space's documents changed after `since`, each once, sorted.
Result<std::vector<std::string>> list_documents(Lrs& lrs, const auth::Principal& principal,
                                                const DocumentSpace& space,
                                                std::optional<Time> since);

/// Removes all documents of a space.
Result<void> delete_documents(Lrs& lrs, const auth::Principal& principal,
                              const DocumentSpace& space);

}  // namespace lectern::lrs
