#include "pipeline/data/objects/s3_signature.h"

#include <doctest/doctest.h>

namespace lectern::pipeline::objects {
namespace {

// The examples of AWS's documentation, "Authenticating Requests: Using the Authorization Header".
const S3Credentials example{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};

S3Request get(std::string path) {
  return {"GET", "https://examplebucket.s3.amazonaws.com", std::move(path), {}, {}, {}};
}

std::string signature_of(const S3Request& request) {
  const auto made =
      signed_request(request, example, "us-east-1", *parse_time("2013-05-24T00:00:00Z"));
  const std::string& header = made.headers.back().second;
  return header.substr(header.find("Signature=") + 10);
}

TEST_CASE("requests are signed as AWS's documentation has it") {
  S3Request part = get("/test.txt");
  part.headers = {{"Range", "bytes=0-9"}};
  CHECK(signature_of(part) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  S3Request lifecycle = get("/");
  lifecycle.parameters = {{"lifecycle", ""}};
  CHECK(signature_of(lifecycle) ==
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  S3Request list = get("/");
  list.parameters = {{"prefix", "J"}, {"max-keys", "2"}};
  CHECK(signature_of(list) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  S3Request put = get("/test$file.text");
  put.method = "PUT";
  put.headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                 {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  put.body = "Welcome to Amazon S3.";
  CHECK(signature_of(put) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

}  // namespace
}  // namespace lectern::pipeline::objects
