#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/result.h"
#include "base/uuid.h"
#include "xapi/version.h"

namespace lectern::xapi {

/// One attachment object of a statement or of its SubStatement (Data 2.4.11).
struct AttachmentRef {
  std::string sha2;  ///< lower-case hex
  bool has_file_url = false;
  /// Has the usageType http://adlnet.gov/expapi/attachments/signature, and is the statement's own:
  /// a SubStatement is not signed by itself.
  bool is_signature = false;
  std::string content_type;
};

/// Checks one statement against every rule of Data 2.2 to 4.6 for the version of the request.
/// Errors: invalid, with `path` (JSON pointer from the document's root) and `rule`.
Result<void> validate_statement(json::Value statement, Version version);

/// What else is wrong with a statement that validate_statement() refused with `first`, so that who
/// writes one need not send it once for each fault: the first fault of each property but the one
/// that holds `first`. Nothing where the properties' names are at fault.
std::vector<Error> further_faults(json::Value statement, Version version, const Error& first);

/// Checks an Agent as a query parameter or document key holds it: an Agent with one IFI or, where
/// `group_allowed`, an identified Group (Data 2.4.2).
Result<void> validate_agent(json::Value agent, bool group_allowed);

/// The attachment objects of a statement, its SubStatement's too, in order. The JSON need not be
/// valid: what is missing stays empty.
std::vector<AttachmentRef> attachments_of(json::Value statement);

/// An absolute IRI (RFC 3987) with a scheme (Data 3.1).
bool is_iri(std::string_view text);
/// A well-formed language tag (RFC 5646), grandfathered ones too (Data 4.2). No registry look-up.
bool is_language_tag(std::string_view text);
/// An ISO 8601 duration as in Data 4.6.
bool is_duration(std::string_view text);
/// A media type, `type/subtype` with optional parameters (RFC 9110, 8.3.1).
bool is_media_type(std::string_view text);

}  // namespace lectern::xapi
