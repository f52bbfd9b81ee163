#include "lrs/forwarding/delivery.h"

#include <doctest/doctest.h>

#include "base/digest.h"
#include "store/memory/blobs.h"

namespace lectern::lrs {
namespace {

struct Blobs : store::memory::MemoryBlobs {
  int asked = 0;
  Result<std::optional<std::uint64_t>> size(const store::Context& context,
                                            std::string_view sha2) override {
    ++asked;
    return MemoryBlobs::size(context, sha2);
  }
};

TEST_CASE("each content that a statement attaches is asked for once, whether it is held or not") {
  Blobs blobs;
  const std::string held(1000, 'h');
  const std::string held_sha2 = to_hex(sha256(held)), other_sha2 = to_hex(sha256("other"));
  const store::Blob blob{held_sha2, held};
  REQUIRE(blobs.put({}, {&blob, 1}).has_value());
  std::string list;
  for (int i = 0; i < 1000; ++i)
    for (const auto& sha2 : {held_sha2, other_sha2})
      list += (list.empty() ? R"({"sha2":")" : R"(,{"sha2":")") + sha2 + "\"}";
  const store::StoredStatement statement{{}, R"({"attachments":[)" + list + "]}"};
  const auto bytes = bytes_to_send(blobs, "", statement);
  REQUIRE(bytes.has_value());
  CHECK(*bytes == statement.json.size() + held.size());
  CHECK(blobs.asked == 2);
}

}  // namespace
}  // namespace lectern::lrs
