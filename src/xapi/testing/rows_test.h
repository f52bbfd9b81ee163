#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "xapi/version.h"

namespace lectern::xapi {

/// For tests: one property of an otherwise valid statement, and what becomes of it.
struct Row {
  std::string key;
  std::string value;           // "" leaves the property out
  std::string path = "";       // of the fault
  std::string_view rule = "";  // "": it is valid
};

/// An object's properties as JSON texts; those that are "" are left out.
using Properties = std::map<std::string, std::string, std::less<>>;

/// The least that a statement must have.
extern const Properties plain;

/// The JSON object with these properties.
std::string object_of(const Properties& properties);

/// The statement is refused with this path and rule, or valid when there is no rule.
void expect(const std::string& text, const std::string& path, std::string_view rule,
            Version version);

/// Runs rows in these versions, each property beside those of `base`, and once more within a
/// SubStatement where one may have the property.
void run(const std::vector<Row>& rows,
         const std::vector<Version>& versions = {Version::v1_0_3, Version::v2_0_0},
         const Properties& base = plain);

}  // namespace lectern::xapi
