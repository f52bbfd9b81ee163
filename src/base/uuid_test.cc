#include "base/uuid.h"

#include <doctest/doctest.h>

namespace lectern {

TEST_CASE("a UUID is read in either case and written in lower case") {
  const auto id = Uuid::parse("7D4F3C70-1e79-4243-9B7D-166076CE8BFB");
  REQUIRE(id);
  CHECK(id->text() == "7d4f3c70-1e79-4243-9b7d-166076ce8bfb");
}

TEST_CASE("what is not a UUID is refused") {
  for (const auto* text :
       {"", "7d4f3c70-1e79-4243-9b7d-166076ce8bf", "7d4f3c70-1e79-4243-9b7d-166076ce8bfbb",
        "7d4f3c7g-1e79-4243-9b7d-166076ce8bfb", "7d4f3c701e79-4243-9b7d-166076ce8bfb-",
        "{7d4f3c70-1e79-4243-9b7d-166076ce8bf}"})
    CHECK(!Uuid::parse(text));
}

TEST_CASE("random UUIDs differ and carry version 4") {
  const Uuid a = Uuid::random(), b = Uuid::random();
  CHECK(a != b);
  CHECK(a.text()[14] == '4');
}

TEST_CASE("a name gives the UUID that RFC 4122 gives") {
  const auto dns = *Uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  CHECK(Uuid::from_name(dns, "www.example.com").text() == "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

}  // namespace lectern
