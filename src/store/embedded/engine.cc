#include "store/embedded/engine.h"

namespace lectern::store::embedded {

Result<std::shared_ptr<Engine>> Engine::open(const std::string& folder, rocksdb::Env* env) {
  TRY(auto database, Database::open(folder, env));
  TRY(const auto newest, database->newest_stored());
  return std::make_shared<Engine>(std::move(database), newest);
}

}  // namespace lectern::store::embedded
