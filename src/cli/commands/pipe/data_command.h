#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/process/store_door.h"
#include "pipeline/data/backend.h"

/// What read, write and list share of the command line.
namespace lectern::cli {

/// Which backends a command is for.
using CanDo = bool (*)(const pipeline::DataBackend&);

/// -b and a command's own options, behind them those of each backend that it is for.
std::vector<Option> with_backend_options(std::vector<Option> own, CanDo can_do);

/// A backend that was chosen, with what it is opened with.
struct ChosenBackend {
  const pipeline::DataBackend* backend = nullptr;
  pipeline::History history{""};
  pipeline::Interrupt interrupt;
  pipeline::DataValues values;
  std::unique_ptr<StoreDoor> door;

  /// What the backend is opened with; lives no longer than this.
  pipeline::OpenContext context();
};

/// Reads the settings, sets the log up and finds the backend. Nothing: what is wrong is told
/// already, and `exit_code` is set.
std::unique_ptr<ChosenBackend> chosen_backend(const Invocation& invocation, CanDo can_do,
                                              int& exit_code);

/// The number that an option gives, 0 without it. Nothing: the wrong use is told already.
std::optional<std::size_t> number_option(const Invocation& invocation, std::string_view option);

/// A Source's or a Listing's bytes to stdout, and what ended that.
class ToStdout {
 public:
  explicit ToStdout(bool lines) : lines_(lines) {}
  /// For Source::read() and Listing::list(); with `lines`, line ends are added.
  Result<bool> take(std::string_view bytes);
  bool pipe_closed() const { return pipe_closed_; }
  /// How often it took something.
  std::uint64_t taken() const { return taken_; }

 private:
  const bool lines_;
  bool pipe_closed_ = false;
  std::uint64_t taken_ = 0;
  std::string line_;
};

/// Writes the history down, prints an Error, and ends as a signal or a closed pipe wants it.
/// Returns the exit code.
int finish(ChosenBackend& chosen, const Result<void>& outcome, bool pipe_closed);

}  // namespace lectern::cli
