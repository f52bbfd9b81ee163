#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/elasticsearch/client/bulk.h"
#include "store/elasticsearch/schema/layout.h"
#include "store/statement_store.h"

namespace lectern::store::elasticsearch {

/// A statement as its document holds it: all that is needed to write the document again.
struct StatementDocument {
  Uuid id;
  Time stored;
  xapi::Terms terms;  ///< own and inherited, sorted
  xapi::Fingerprint fingerprint;
  std::optional<Uuid> refers_to;
  bool voids = false;
  bool voided = false;
  std::string batch;    ///< the mark of its batch (BatchMark); "" for a row that came alone
  bool shared = false;  ///< somebody was answered with it: it stays whatever its batch does
  std::string text;     ///< the exact text; `_source` loses digits and the order of members
  Version version;      ///< of the document, when it was read
};

/// `sort` for the order of Position, `order` being asc or desc; the values that stand for a place
/// in it; both are arrays; and the place of a hit's `sort`. The id is cut into two numbers, since
/// to compare a keyword costs a look into its dictionary.
std::string sort_by_place(std::string_view order);
std::string sort_values(const xapi::Position& position);
std::optional<xapi::Position> place_of(json::Value sort);

/// The document of a statement, on one line. Without `with_statement` it holds no more than the
/// id and `lectern`: for an index whose old mapping refuses a member of the statement.
void append_document(std::string& lines, const StatementDocument& kept, Layout layout,
                     bool with_statement = true);
/// The same of a row that is new, with the mark of its batch.
void append_document(std::string& lines, const Row& row, std::string_view batch, Layout layout,
                     bool with_statement = true);

/// What to ask for, to read a StatementDocument back: the query of a multi-get.
std::string_view asking_for_statement_document(Layout layout);

/// Reads a hit or an item of a multi-get that was asked for so; nothing when it lacks our part.
std::optional<StatementDocument> read_statement_document(json::Value hit);

/// The same for a row of a page, of which less need be asked for.
std::string_view asking_for_row(Layout layout);
std::optional<StoredStatement> read_row(json::Value hit);

/// The exact text in a hit that was asked for `lectern.text`, `lectern.packed` and `_source`. What
/// cannot be unpacked is taken from `_source`, and the log says so. Nothing: it has none.
std::optional<std::string> exact_text(json::Value hit);

/// Reads a document that another program wrote: our part is taken from the statement. `source` is
/// its `_source`. Its place is its own `stored`, else its `timestamp`. Errors: invalid, with the
/// reason why it cannot be served.
Result<StatementDocument> from_foreign(std::string_view id, std::string_view source);

}  // namespace lectern::store::elasticsearch
