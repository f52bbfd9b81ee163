#pragma once

#include <mongoc/mongoc.h>

#include "base/result.h"

namespace lectern::store::mongo {

// Every function of libmongoc that we call, without its prefix.
#define LECTERN_MONGOC_FUNCTIONS(EACH) \
  EACH(init)                           \
  EACH(cleanup)                        \
  EACH(log_set_handler)                \
  EACH(uri_new_with_error)             \
  EACH(uri_destroy)                    \
  EACH(uri_get_hosts)                  \
  EACH(uri_get_option_as_int32)        \
  EACH(uri_set_option_as_int32)        \
  EACH(client_pool_new_with_error)     \
  EACH(client_pool_destroy)            \
  EACH(client_pool_pop)                \
  EACH(client_pool_push)               \
  EACH(client_pool_set_appname)        \
  EACH(client_pool_set_error_api)      \
  EACH(client_command_with_opts)       \
  EACH(client_write_command_with_opts) \
  EACH(client_get_collection)          \
  EACH(client_get_write_concern)       \
  EACH(client_set_stream_initiator)    \
  EACH(collection_destroy)             \
  EACH(collection_find_with_opts)      \
  EACH(collection_insert_many)         \
  EACH(cursor_destroy)                 \
  EACH(cursor_error)                   \
  EACH(cursor_next)                    \
  EACH(read_prefs_new)                 \
  EACH(read_prefs_destroy)             \
  EACH(write_concern_append)           \
  EACH(write_concern_copy)             \
  EACH(write_concern_destroy)          \
  EACH(write_concern_get_w)            \
  EACH(write_concern_get_wmajority)    \
  EACH(write_concern_get_wtimeout)     \
  EACH(write_concern_set_journal)      \
  EACH(write_concern_set_wmajority)

/// libmongoc. It starts itself as soon as it is loaded, makes a file in shared memory that a killed
/// process leaves behind, and writes to stderr when it meets the file of another: so it is not
/// linked but loaded when the first store is opened, with that file switched off.
struct Driver {
#define LECTERN_MEMBER(name) decltype(&mongoc_##name) name = nullptr;
  LECTERN_MONGOC_FUNCTIONS(LECTERN_MEMBER)
#undef LECTERN_MEMBER
};

/// Loads and starts libmongoc, once; its log goes to ours from then on. Thread-safe.
/// Errors: internal, when it is not installed or lacks a function.
Result<void> load_driver();

/// How libmongoc opens a connection by itself, the client being its user's data. Its headers do not
/// declare it: null where the library does not give it away. Thread-safe.
mongoc_stream_initiator_t default_stream_initiator();

/// The functions. For those who come after a load_driver() that went well. Thread-safe.
const Driver& driver();

}  // namespace lectern::store::mongo
