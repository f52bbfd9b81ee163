#include "pipeline/data/objects/s3_credentials.h"

#include <doctest/doctest.h>

namespace lectern::pipeline::objects {
namespace {

TEST_CASE("profiles are read as AWS's tools write them") {
  constexpr std::string_view file =
      "# of mine\n[default]\r\naws_access_key_id = A=1 \r\naws_secret_access_key=s\n"
      "; aws_session_token = no\n  aws_session_token = no\n\n[ other ]\naws_session_token=t";
  CHECK(profile_value(file, "default", "aws_access_key_id") == "A=1");
  CHECK(profile_value(file, "default", "aws_secret_access_key") == "s");
  CHECK(profile_value(file, "default", "aws_session_token") == "");
  CHECK(profile_value(file, "other", "aws_session_token") == "t");
  CHECK(profile_value(file, "third", "aws_session_token") == "");
  CHECK(profile_value("[", "", "x") == "");
}

}  // namespace
}  // namespace lectern::pipeline::objects
