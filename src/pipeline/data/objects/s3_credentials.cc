#include "pipeline/data/objects/s3_credentials.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/text.h"

namespace lectern::pipeline::objects {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// A file of `~/.aws`, or the one that a variable names; "" where it cannot be read.
std::string text_of(const char* name, std::string_view in_home) {
  std::string path = variable(name);
  if (path.empty()) path = variable("HOME") + "/.aws/" + std::string(in_home);
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string& first_of(const std::string& one, const std::string& other) {
  return one.empty() ? other : one;
}

}  // namespace

std::string profile_value(std::string_view text, std::string_view section, std::string_view key) {
  bool inside = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.find_first_of("#; \t") == 0) continue;
    if (line.front() == '[') {
      inside = trimmed(line.substr(1, line.find(']') - 1)) == section;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (inside && equals != line.npos && trimmed(line.substr(0, equals)) == key)
      return std::string(trimmed(line.substr(equals + 1)));
  }
  return "";
}

S3Account s3_account(const DataValues& values) {
  const auto given = [&values](std::string_view key, const char* name) {
    return first_of(values.find(key)->second, variable(name));
  };
  S3Account account{{given("ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
                     given("SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
                     given("SESSION_TOKEN", "AWS_SESSION_TOKEN")},
                    given("DEFAULT_REGION", "AWS_DEFAULT_REGION"),
                    given("ENDPOINT_URL", "AWS_ENDPOINT_URL")};
  const std::string profile = first_of(variable("AWS_PROFILE"), "default");
  if (account.credentials.access_key_id.empty() && account.credentials.secret_access_key.empty()) {
    const std::string file = text_of("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    account.credentials = {profile_value(file, profile, "aws_access_key_id"),
                           profile_value(file, profile, "aws_secret_access_key"),
                           profile_value(file, profile, "aws_session_token")};
  }
  if (account.region.empty())
    account.region = profile_value(text_of("AWS_CONFIG_FILE", "config"),
                                   profile == "default" ? profile : "profile " + profile, "region");
  return account;
}

}  // namespace lectern::pipeline::objects
