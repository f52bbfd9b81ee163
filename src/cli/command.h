#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/settings/settings.h"

/// How a command describes itself, so that only cli/terminal/frame.cc needs the argument parser.
namespace lectern::cli {

/// An option of a command, with a long name; or a positional argument, whose name has no dashes.
struct Option {
  std::string flags;       ///< "-u,--username"; "--yes,!--no": a flag and its opposite
  std::string value_name;  ///< "NAME"; two words: two values; "": a flag, "true" when given
  std::string meaning;     ///< one line, for --help
  bool required = false;
  bool repeatable = false;  ///< else the last one given counts
  std::string setting{};    ///< the setting that it overrides (cli/settings/settings_table.h)
  std::string group{};      ///< its heading in --help; "" is "Options"
  bool hidden = false;      ///< left out of --help
};

/// A command with what was given to it.
struct Invocation {
  std::string program;  ///< the name that the program was called by
  std::string command;  ///< such as "runserver" or "user add"
  /// Values by the option's (first) long name, e.g. "--username"; absent ones are not there.
  std::map<std::string, std::vector<std::string>, std::less<>> values;
  /// What options with a setting gave, and -v.
  Overrides overrides;

  bool has(std::string_view option) const { return values.find(option) != values.end(); }
  /// The last value of an option, if it was given.
  std::optional<std::string> value(std::string_view option) const;
};

/// A command, or a group of them, as the command line knows it.
struct Command {
  std::string name;
  std::string meaning;  ///< one line, for --help
  std::vector<Option> options;
  /// Returns the exit code. None: one of `commands` is needed.
  std::function<int(const Invocation&)> run;
  std::vector<Command> commands{};  ///< of its own, as in `user add`
  std::string footer{};             ///< what --help ends with
};

/// Prints how to use the command and what was wrong, to stderr. Returns 2.
int usage_error(const Invocation& invocation, std::string_view message);

/// Prints `Error: message` to stderr. Returns 1.
int failure(std::string_view message);
/// The same with what the Error keeps for the log: whoever runs a command may read it.
int failure(const Error& error);

/// The settings of this process with what the command line says; the Error is printed already when
/// there is nothing.
std::optional<Loaded> settings_for(const Invocation& invocation);

/// Every command, in the order of --help.
std::vector<Command> commands();

/// Runs the program: what `main` does.
int run(int argc, char** argv);

}  // namespace lectern::cli
