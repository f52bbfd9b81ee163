#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "xapi/position.h"
#include "xapi/terms.h"
#include "xapi/version.h"

namespace lectern::xapi {

/// The parameters of a request, percent-decoded, in their order.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// Splits a query string or form body (`a=b&c=d`), decoding %XX and `+`; a `+` in an IRI, as a
/// value or in the JSON of `agent`, stays, since no blank can stand there. Errors: invalid for bad
/// escapes, for values that are not UTF-8, and beyond limits::parameters_max.
Result<Parameters> parse_parameters(std::string_view text);

/// The first value of a parameter.
std::optional<std::string_view> value_of(const Parameters& parameters, std::string_view name);

/// Refuses a parameter that is not in `allowed` (also a known one in other letter case) and one
/// that is given twice (Communication 3.2). The message is Ralph's:
/// "The following parameter is not allowed: `name`".
Result<void> only_allowed(const Parameters& parameters,
                          std::initializer_list<std::string_view> allowed);

/// Typed values; the Error names the parameter. A blank before `hh:mm` in an instant, which is what
/// an unencoded `+` becomes, is read as `+`; booleans may have any letter case.
Result<Uuid> uuid_parameter(std::string_view name, std::string_view value);
Result<Time> time_parameter(std::string_view name, std::string_view value);
Result<bool> boolean_parameter(std::string_view name, std::string_view value);
Result<std::string> iri_parameter(std::string_view name, std::string_view value);
/// A JSON Agent (or, where allowed, an identified Group): its `ifi` (terms.h).
Result<std::string> agent_parameter(std::string_view name, std::string_view value,
                                    bool group_allowed);

/// The parameter `format` of GET /statements.
enum class Format { exact, ids, canonical };

/// GET /statements (Communication 2.1.3), all rules about its parameters applied.
struct StatementQuery {
  std::optional<Uuid> statement_id;         ///< excludes everything but format and attachments
  std::optional<Uuid> voided_statement_id;  ///< likewise
  Terms filter;                             ///< agent, verb, activity, registration
  std::optional<Time> since;                ///< exclusive
  std::optional<Time> until;                ///< inclusive
  std::size_t limit = 0;                    ///< 0: the server's default
  Format format = Format::exact;
  bool attachments = false;
  bool ascending = false;
  bool mine = false;
  std::optional<Cursor> cursor;
};

/// What the parameters `verb` and `activity` may be: IRIs, as the standard has it, or any text,
/// where statements are taken whose ids are no IRIs (xapi/ralph_statement.h).
enum class Ids { iris, any_text };

/// Reads the parameters. Errors: invalid. The texts for both ids at once, for an id with other
/// parameters and for unknown ones are Ralph's.
Result<StatementQuery> parse_statement_query(const Parameters& parameters, Ids ids = Ids::iris);

}  // namespace lectern::xapi
