#include "store/open.h"

#include <doctest/doctest.h>

namespace lectern::store {

TEST_CASE("an unknown backend is refused by name, with what is allowed") {
  StoreSettings settings;
  settings.backend = "tape";
  const auto stores = open_stores(settings);
  REQUIRE(!stores.has_value());
  CHECK(stores.error().code == Code::invalid);
  CHECK(stores.error().message.find("'tape'") != std::string::npos);
  for (const auto& name : backend_names())
    CHECK(stores.error().message.find(name) != std::string::npos);
}

}  // namespace lectern::store
