#pragma once

#include <string>
#include <string_view>

#include "pipeline/data/backend.h"
#include "pipeline/data/objects/s3_signature.h"

namespace lectern::pipeline::objects {

/// Who asks, and where; "" for what is nowhere.
struct S3Account {
  S3Credentials credentials;
  std::string region;
  std::string endpoint_url;
};
/// The settings of S3; what they leave out is looked for where AWS's own tools look, in the
/// environment and in the files of the user's profile.
S3Account s3_account(const DataValues& values);

/// The value of a key in a section of a file as AWS's tools write it: `[section]`, `key = value`,
/// lines that begin with `#` or `;` or a space say nothing. "" where it is not there.
std::string profile_value(std::string_view text, std::string_view section, std::string_view key);

}  // namespace lectern::pipeline::objects
