#include "store/mongo/settings.h"

namespace lectern::store::mongo {

DatabaseSettings database_settings(const StoreSettings& settings) {
  const auto value = [&](const char* name, const char* otherwise) {
    const auto set = settings.values.find(name);
    return set == settings.values.end() || set->second.empty() ? std::string(otherwise)
                                                               : set->second;
  };
  return {{value("CONNECTION_URI", "mongodb://localhost:27017/"), settings.connections_max,
           settings.timeout_ms},
          value("DEFAULT_DATABASE", "statements"),
          value("DEFAULT_COLLECTION", "marsha")};
}

}  // namespace lectern::store::mongo
