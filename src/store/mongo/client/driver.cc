#include "store/mongo/client/driver.h"

#include <cstdlib>

#include <dlfcn.h>

#include "base/log.h"

namespace lectern::store::mongo {
namespace {

void to_our_log(mongoc_log_level_t level, const char* domain, const char* message, void*) {
  // Its warnings are about connections that fail, which come back to us as errors too.
  if (level < MONGOC_LOG_LEVEL_WARNING)
    log::warning("{}: {}", domain, message);
  else
    log::debug("{}: {}", domain, message);
}

/// The driver wants to be started once, before anything else, and ended after everything.
struct Loaded {
  Driver functions;
  mongoc_stream_initiator_t initiator = nullptr;
  Result<void> outcome;

  Loaded() : outcome(load()) {}
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  ~Loaded() {
    if (outcome) functions.cleanup();
  }

 private:
  Result<void> load() {
    setenv("MONGOC_DISABLE_SHM", "1", 0);
    auto* const library = dlopen("libmongoc-1.0.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
      return fail(Code::internal, "MongoDB's library cannot be loaded", dlerror());
#define LECTERN_FIND(name)                                                                      \
  functions.name = reinterpret_cast<decltype(functions.name)>(dlsym(library, "mongoc_" #name)); \
  if (functions.name == nullptr)                                                                \
    return fail(Code::internal, "MongoDB's library lacks mongoc_" #name);
    LECTERN_MONGOC_FUNCTIONS(LECTERN_FIND)
#undef LECTERN_FIND
    initiator = reinterpret_cast<mongoc_stream_initiator_t>(
        dlsym(library, "mongoc_client_default_stream_initiator"));
    functions.log_set_handler(to_our_log, nullptr);
    functions.init();
    return {};
  }
};

const Loaded& loaded() {
  static const Loaded once;
  return once;
}

}  // namespace

Result<void> load_driver() { return loaded().outcome; }

mongoc_stream_initiator_t default_stream_initiator() { return loaded().initiator; }

const Driver& driver() { return loaded().functions; }

}  // namespace lectern::store::mongo
