#include "xapi/query.h"

#include <algorithm>
#include <limits>

namespace lectern::xapi {
namespace {

tl::unexpected<Error> refused(std::string message) {
  return fail(Error{Code::invalid, std::move(message), {}, "Communication 2.1.3", {}});
}

/// A count larger than the largest number is as good as that: the server's maximum is less.
Result<std::size_t> count_parameter(std::string_view name, std::string_view value) {
  constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();
  if (value.empty() || value.find_first_not_of("0123456789") != std::string_view::npos)
    return refused("The parameter `" + std::string(name) + "` must be a non-negative integer");
  std::size_t count = 0;
  for (const char c : value) {
    const auto digit = static_cast<std::size_t>(c - '0');
    if (count > (largest - digit) / 10) return largest;
    count = count * 10 + digit;
  }
  return count;
}

Result<Format> format_parameter(std::string_view value) {
  if (value == "exact") return Format::exact;
  if (value == "ids") return Format::ids;
  if (value == "canonical") return Format::canonical;
  return refused("The parameter `format` must be `exact`, `ids` or `canonical`");
}

/// An id asks for one statement; what else is given can only say how to show it.
Result<void> check_ids(const Parameters& parameters) {
  const bool by_id = value_of(parameters, "statementId").has_value();
  const bool by_voided_id = value_of(parameters, "voidedStatementId").has_value();
  if (by_id && by_voided_id)
    return refused("Query parameters cannot include both `statementId`and `voidedStatementId`");
  if (!by_id && !by_voided_id) return {};
  for (const auto& [name, value] : parameters)
    if (name != "statementId" && name != "voidedStatementId" && name != "attachments" &&
        name != "format")
      return refused("Querying by id only accepts `attachments` and `format` as extra parameters");
  return {};
}

/// A boolean, false when it is not given.
Result<bool> flag(const Parameters& parameters, std::string_view name) {
  const auto value = value_of(parameters, name);
  return value ? boolean_parameter(name, *value) : Result<bool>(false);
}

Result<std::string> id_parameter(std::string_view name, std::string_view value, Ids ids) {
  if (ids == Ids::any_text && !value.empty()) return std::string(value);
  return iri_parameter(name, value);
}

Result<Terms> read_filter(const Parameters& parameters, Ids ids) {
  TRY(const bool related_agents, flag(parameters, "related_agents"));
  TRY(const bool related_activities, flag(parameters, "related_activities"));
  Terms out;
  if (const auto value = value_of(parameters, "agent")) {
    TRY(const std::string ifi, agent_parameter("agent", *value, true));
    out.push_back(agent_term(ifi, related_agents));
  }
  if (const auto value = value_of(parameters, "verb")) {
    TRY(const std::string iri, id_parameter("verb", *value, ids));
    out.push_back(verb_term(iri));
  }
  if (const auto value = value_of(parameters, "activity")) {
    TRY(const std::string iri, id_parameter("activity", *value, ids));
    out.push_back(activity_term(iri, related_activities));
  }
  if (const auto value = value_of(parameters, "registration")) {
    TRY(const Uuid registration, uuid_parameter("registration", *value));
    out.push_back(registration_term(registration));
  }
  return out;
}

Result<void> read_window(const Parameters& parameters, StatementQuery& out) {
  if (const auto value = value_of(parameters, "since")) {
    TRY(out.since, time_parameter("since", *value));
  }
  if (const auto value = value_of(parameters, "until")) {
    TRY(out.until, time_parameter("until", *value));
  }
  if (const auto value = value_of(parameters, "limit")) {
    TRY(out.limit, count_parameter("limit", *value));
  }
  if (const auto value = value_of(parameters, "cursor")) {
    out.cursor = Cursor::parse(*value);
    if (!out.cursor) return refused("The parameter `cursor` is none that a `more` link has held");
  }
  return {};
}

}  // namespace

Result<StatementQuery> parse_statement_query(const Parameters& parameters, Ids ids) {
  RETURN_IF_ERROR(only_allowed(
      parameters, {"statementId", "voidedStatementId", "agent", "verb", "activity", "registration",
                   "related_activities", "related_agents", "since", "until", "limit", "format",
                   "attachments", "ascending", "mine", "cursor"}));
  RETURN_IF_ERROR(check_ids(parameters));
  StatementQuery out;
  if (const auto value = value_of(parameters, "statementId")) {
    TRY(out.statement_id, uuid_parameter("statementId", *value));
  }
  if (const auto value = value_of(parameters, "voidedStatementId")) {
    TRY(out.voided_statement_id, uuid_parameter("voidedStatementId", *value));
  }
  TRY(out.filter, read_filter(parameters, ids));
  RETURN_IF_ERROR(read_window(parameters, out));
  if (const auto value = value_of(parameters, "format")) {
    TRY(out.format, format_parameter(*value));
  }
  TRY(out.attachments, flag(parameters, "attachments"));
  TRY(out.ascending, flag(parameters, "ascending"));
  TRY(out.mine, flag(parameters, "mine"));
  return out;
}

}  // namespace lectern::xapi
