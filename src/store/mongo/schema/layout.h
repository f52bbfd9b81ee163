#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time/time.h"
#include "store/mongo/client/bson.h"
#include "store/statement_store.h"

/// How a statement lies in its collection. `_id` and `_source` are Ralph's, `lectern` is ours:
///
///   {
///     _id: ObjectId              4 bytes big-endian seconds of the timestamp, first 8 bytes of the
///                                SHA-256 of the id's text (Ralph's rule)
///     _source: { ... }           the statement as BSON (store/mongo/client/convert.h)
///     lectern: {                 absent in what Ralph wrote, until it is migrated
///       id: UUID
///       stored: int64            microseconds since 1970
///       hash: string             xapi::Fingerprint
///       terms: [ string ... ]    xapi::Terms, own and inherited
///       refers_to: UUID          where the object is a StatementRef
///       voids: true              where it is a voiding statement
///       voided: true             where one voids it
///       batch: string            the mark of a row that came with others (BatchMark)
///       shared: true             where somebody was answered with this row: it stays
///       text: string             the exact text to give back
///     }
///   }
namespace lectern::store::mongo {

/// Bytes of one document that every MongoDB takes.
inline constexpr std::size_t document_bytes_max = 16 * 1024 * 1024;

/// The `_id` that Ralph gives a statement; timestamps outside 1970 to 2106 count as the nearest.
bson_oid_t object_id_of(std::string_view id_text, Time timestamp);
/// An `_id` for the case that another statement has the one above: of the whole hash.
bson_oid_t other_object_id_of(std::string_view id_text);

/// The text of the id member, as the client wrote it.
std::string_view id_text_of(json::Value statement);

/// What is ours of a row. `json` is the text to give back, `batch` the mark of its batch, if any.
Bson lectern_part(const Row& row, std::string_view json, std::string_view batch = {});

/// The whole document of a row that has its `stored`. Errors: too_large.
Result<Bson> document_of(const Row& row, std::string_view batch = {}, bool other_id = false);

/// The projection that found_of() needs, and what it reads from one document that has our part.
Bson found_fields();
std::optional<StoredStatement> found_of(View document);

/// The same of a document that Ralph wrote, as far as it can be read. Errors: invalid, saying what
/// is wrong with it.
Result<Row> row_of_source(View document);

/// The terms that a document's `lectern.terms` holds, sorted.
xapi::Terms terms_in(View document);

}  // namespace lectern::store::mongo
