#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/data/history.h"
#include "pipeline/interrupt.h"
#include "pipeline/line_run.h"

/// Where `lectern read`, `write` and `list` find records: one interface, a file or folder a
/// backend, and registry.cc, which alone knows them all.
namespace lectern::pipeline {

/// What a write does with a record, as Ralph names it.
enum class Operation {
  index,   ///< store it under its id, over what is there
  create,  ///< store it as new: what is there stays
  remove,  ///< Ralph's `delete`
  update,  ///< change what is there
  append,  ///< add to what is there
};
std::string_view name_of(Operation operation);
std::optional<Operation> parse_operation(std::string_view name);

/// What a read is asked for.
struct ReadRequest {
  std::string query;           ///< in the backend's own language; "" is its default
  std::string target;          ///< "" is the default place
  std::size_t chunk_size = 0;  ///< records or bytes of one call; 0: the backend's setting
  bool ignore_errors = false;  ///< pass over records that cannot be read, and tell of them
};

/// Takes what was read, whole lines or pieces of files as they come; false: no more is wanted.
using TakeBytes = std::function<Result<bool>(std::string_view bytes)>;

/// A backend that records can be read from. One call at a time.
class Source {
 public:
  virtual ~Source() = default;
  /// Reads until there is no more, `take` returns false or the interrupt has come. Holds one chunk.
  /// Errors: invalid for the query or the target; unavailable; those of `take`.
  virtual Result<void> read(const ReadRequest& request, const TakeBytes& take) = 0;
};

/// What a write is asked for; the same for all its chunks.
struct WriteRequest {
  std::string target;
  std::size_t chunk_size = 0;  ///< records of one call; 0: the backend's setting
  Operation operation = Operation::create;
  bool ignore_errors = false;  ///< records that are refused are told of, and the others written
};

/// Lines in a row, on their way to a sink.
struct Chunk {
  std::string bytes;             ///< whole lines; only the very last may lack its end
  std::uint64_t first_line = 1;  ///< number of the first one in the input
  std::size_t file = 0;          ///< index of the input
  /// What prepare() makes of the lines, in the form that send() wants: one text, or one a record.
  std::string body;
  struct Record {
    std::uint64_t number = 0;  ///< of its line
    std::string text;          ///< what is sent
    std::string id;            ///< of it, where that helps the sink
    std::size_t bytes = 0;  ///< of it in `body`, where the records stand there one behind another
  };
  std::vector<Record> lines;
  std::uint64_t records = 0;  ///< that are to be sent
  /// Records that prepare() left out, or that the server refused for themselves.
  std::vector<RefusedRecord> refused;
  /// How far send() has come, in whatever unit it likes: it is called again after a failure that
  /// may pass.
  std::size_t sent = 0;
  /// What is behind `sent` was on its way once, and no answer came: it may be there.
  bool in_doubt = false;

  /// Adds a line, by its number, to `refused`. Lines that are refused in their order are looked for
  /// once, all together.
  void refuse(std::uint64_t number, Refusal refusal);

 private:
  std::size_t walked_bytes_ = 0;  // of `bytes`, before line first_line + walked_lines_
  std::uint64_t walked_lines_ = 0;
};

/// A backend that records can be written to.
class Sink {
 public:
  virtual ~Sink() = default;

  /// What a write does where the user does not say.
  virtual Operation default_operation() const = 0;
  /// Whether it can do that; what it cannot is refused before anything is read.
  virtual bool allows(Operation operation) const = 0;
  /// Records of one chunk, where the request names none; 0: whatever is at hand, as bytes.
  virtual std::size_t chunk_size_default() const = 0;
  /// The most records of one chunk, whatever the request says.
  virtual std::size_t chunk_size_max() const { return 100'000; }

  /// Whether what is written is one text, whose order is that of its lines: then concurrency makes
  /// no difference.
  bool is_one_stream() const { return chunk_size_default() == 0; }

  /// Whether there is nothing of it unless end() has succeeded: then none of the records counts as
  /// written.
  virtual bool is_all_or_nothing() const { return false; }

  /// Called once, before the first chunk; not at all where there is no input. Errors: invalid for
  /// the target; conflict where it is there and must not be; unavailable.
  virtual Result<void> begin(const WriteRequest& request) = 0;
  /// Checks the lines and makes the body. Several threads at once, in any order; must not block.
  virtual void prepare(Chunk& chunk) const = 0;
  /// Writes the body. In the order of the chunks on one thread; on several at once, in any order,
  /// where the user asks for concurrency. `unavailable` is tried again after a wait with the same
  /// chunk, so a second call must do no harm: whatever has an id is written once. Records that are
  /// refused for themselves go into chunk.refused, and are no Error.
  virtual Result<void> send(Chunk& chunk) = 0;
  /// Called once, after the last chunk, also after a failure: makes it durable. `whole` is false
  /// where the write was broken off.
  virtual Result<void> end(bool whole) = 0;
};

/// What a listing is asked for.
struct ListRequest {
  std::string target;
  bool details = false;   ///< a JSON object for each, else its name
  bool new_only = false;  ///< only what the history does not know as read
};

/// A backend whose containers can be listed.
class Listing {
 public:
  virtual ~Listing() = default;
  /// Gives each line to `take`, without its end, until that returns false. Errors: invalid for the
  /// target; unavailable.
  virtual Result<void> list(const ListRequest& request, const TakeBytes& take) = 0;
};

/// A setting of a backend: RALPH_BACKENDS__DATA__<GROUP>__<KEY>, and the option
/// --<name>-<key> with dashes.
struct DataSetting {
  std::string_view key;       ///< such as DEFAULT_DIRECTORY_PATH
  std::string_view fallback;  ///< the default, as an operator would write it
  std::string_view meaning;   ///< one line
  enum class Kind : std::uint8_t { text, number, boolean, object } kind = Kind::text;
  bool secret = false;
  bool honoured = true;  ///< false: taken for Ralph's sake
};

/// The values of a backend's settings by key; those that nobody gave have their default. Members of
/// objects are CLIENT_OPTIONS__ca_certs and the like.
using DataValues = std::map<std::string, std::string, std::less<>>;

/// Has the embedded store do something, by the running server or in this process (embedded.h).
using AskStore = std::function<Result<std::string>(const std::string& request)>;

/// What a backend is opened with.
struct OpenContext {
  DataValues values;
  AskStore ask_store;
  History& history;            ///< of this user
  const Interrupt& interrupt;  ///< outlives the backend
};

/// One kind of backend. A null function: it cannot do that. Errors of opening: invalid, naming the
/// setting and what is allowed.
struct DataBackend {
  std::string_view name;   ///< what -b takes, such as async_es
  std::string_view group;  ///< of its settings, such as ES
  std::span<const DataSetting> settings;
  Result<std::unique_ptr<Source>> (*open_source)(const OpenContext&) = nullptr;
  Result<std::unique_ptr<Sink>> (*open_sink)(const OpenContext&) = nullptr;
  Result<std::unique_ptr<Listing>> (*open_listing)(const OpenContext&) = nullptr;
};

/// Every kind, by name.
std::span<const DataBackend> data_backends();
const DataBackend* find_data_backend(std::string_view name);

/// Whether a backend has this setting: `FS__DEFAULT_DIRECTORY_PATH`, or a member of an object as in
/// `ES__CLIENT_OPTIONS__ca_certs`.
bool is_data_setting(std::string_view name);

/// A number among the values, which were checked by Kind.
std::size_t number_of(const DataValues& values, std::string_view key);

}  // namespace lectern::pipeline
