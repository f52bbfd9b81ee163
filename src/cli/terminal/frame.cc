#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error_text.h"
#include "cli/command.h"
#include "cli/commands/uvicorn.h"
#include "cli/terminal/nearest.h"
#include "cli/terminal/version.h"

namespace lectern::cli {
namespace {

constexpr int usage_exit = 2;

std::string base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == path.npos ? path : path.substr(slash + 1));
}

/// `--username` of `-u,--username`; `URL` of the positional `URL`.
std::string long_name(const std::string& flags) {
  const std::size_t begin = flags.find("--");
  if (begin == std::string::npos) return flags;
  return flags.substr(begin, flags.find(',', begin) - begin);
}

int values_of(const Option& option) {
  if (option.value_name.empty()) return 0;
  return option.value_name.find(' ') == std::string::npos ? 1 : 2;
}

CLI::Option* add(CLI::App& app, const Option& option) {
  // Values are read from results() after parsing: the callbacks have nothing to do.
  CLI::Option* added = nullptr;
  if (values_of(option) == 0)
    added = app.add_flag_function(
        option.flags, [](std::int64_t) {}, option.meaning);
  else
    added = app.add_option(
                   option.flags, [](const CLI::results_t&) { return true; }, option.meaning)
                ->expected(values_of(option))
                ->allow_extra_args(false)
                ->type_name(option.value_name);
  if (option.repeatable && option.flags.front() != '-') added->expected(-1);  // FILE...
  added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->required(option.required);
  if (option.hidden || !option.group.empty()) added->group(option.hidden ? "" : option.group);
  return added;
}

void take(const Option& option, const CLI::Option& parsed, Invocation& invocation) {
  if (parsed.count() == 0) return;
  std::vector<std::string> values = parsed.results();
  const auto wanted = static_cast<std::size_t>(std::max(1, values_of(option)));
  if (!option.repeatable && values.size() > wanted)
    values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(wanted));
  const std::string name = long_name(option.flags);
  if (!option.setting.empty()) invocation.overrides[option.setting] = {values.back(), name};
  invocation.values[name] = std::move(values);
}

/// How to use it first, as click prints it; then CLI11's lists.
class Help : public CLI::Formatter {
 public:
  Help() { column_width(36); }
  std::string make_usage(const CLI::App* app, std::string name) const override {
    const bool has_commands = !app->get_subcommands({}).empty();
    return "Usage: " + name + " [OPTIONS]" + (has_commands ? " COMMAND [ARGS]..." : "") + "\n";
  }
};

/// What stands before the name of a command: `lectern user` of `lectern user add`.
std::string names_before(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  if (parent == nullptr) return "";
  const std::string before = names_before(*parent);
  return before.empty() ? parent->get_name() : before + " " + parent->get_name();
}

int print_help(const CLI::App& app) {
  const std::string text = app.help(names_before(app));
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

/// A command of the parser beside the one it stands for.
struct Entry {
  Command command;
  std::string name;  // with those before it: "user add"
  CLI::App* app = nullptr;
  std::vector<CLI::Option*> options;
  CLI::Option* level = nullptr;  // -v stands before the command or behind it
};

const Option verbosity{"-v,--verbosity",
                       "LEVEL",
                       "Least level that is logged: CRITICAL, ERROR, WARNING, INFO or DEBUG",
                       false,
                       false,
                       "LOG_LEVEL"};

/// Adds them below `app`, each behind the command that it belongs to.
void add_commands(CLI::App& app, std::vector<Command> commands, const std::string& before,
                  std::vector<Entry>& entries) {
  for (Command& command : commands) {
    Entry entry{std::move(command), before, nullptr, {}};
    entry.name += entry.command.name;
    entry.app = app.add_subcommand(entry.command.name, entry.command.meaning);
    entry.app->set_help_flag("--help", "Show this message and exit");
    entry.app->footer(entry.command.footer);
    for (const Option& option : entry.command.options)
      entry.options.push_back(add(*entry.app, option));
    if (entry.command.run) entry.level = add(*entry.app, verbosity);
    const std::string name = entry.name + " ";
    CLI::App& own = *entry.app;
    std::vector<Command> own_commands = std::move(entry.command.commands);
    if (!own_commands.empty()) own.require_subcommand(0, 1);
    entries.push_back(std::move(entry));
    add_commands(own, std::move(own_commands), name, entries);
  }
}

/// What is wrong with an argument that nobody takes, and what may have been meant.
std::string not_expected(const CLI::App& asked) {
  const auto left = asked.remaining(true);
  const std::string word = left.empty() ? "" : left.front();
  std::vector<std::string> known;
  const bool is_option = word.starts_with("-");
  for (const auto* command : asked.get_subcommands({}))
    if (!is_option) known.push_back(command->get_name());
  for (const auto* option : asked.get_options())
    if (is_option)
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  if (known.empty()) return fmt::format("the argument '{}' was not expected", word);
  const auto meant = nearest(word, known);
  return fmt::format("no such {} '{}'{}", is_option ? "option" : "command", word,
                     meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
}

/// `lectern help user add` as `lectern user add --help`.
std::vector<std::string> spelt_out(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty() || words.front() != "help") return words;
  words.erase(words.begin());
  words.emplace_back("--help");
  return words;
}

int run_command(const std::string& program, int argc, char** argv) {
  CLI::App app("Lectern, a learning record store for xAPI 1.0.3 and 2.0.0", program);
  app.formatter(std::make_shared<Help>());
  app.set_help_flag("--help", "Show this message and exit");
  bool version = false;
  app.add_flag("--version", version, "Show the version and exit");
  const CLI::Option* level = add(app, verbosity);
  std::vector<Entry> entries;
  add_commands(app, commands(), "", entries);
  app.require_subcommand(0, 1);

  const CLI::App* asked = &app;
  const Entry* chosen = nullptr;
  Invocation invocation{program, "", {}, {}};
  const auto find_chosen = [&] {
    for (const Entry& entry : entries)
      if (entry.app->count_all() > 0 || entry.app->parsed()) chosen = &entry;
    if (chosen == nullptr) return;
    asked = chosen->app;
    invocation.command = chosen->name;
  };
  try {
    auto words = spelt_out(argc, argv);
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    find_chosen();
    const bool is_wrong = !asked->get_subcommands({}).empty() && !asked->remaining(true).empty();
    return is_wrong ? usage_error(invocation, not_expected(*asked)) : print_help(*asked);
  } catch (const CLI::ExtrasError&) {
    find_chosen();
    return usage_error(invocation, not_expected(*asked));
  } catch (const CLI::ParseError& error) {
    find_chosen();
    return usage_error(invocation, error.what());
  }
  if (version) {
    fmt::print("{}, version {}\n", program, version_text());
    return 0;
  }
  find_chosen();
  if (chosen == nullptr || !chosen->command.run) {
    print_help(*asked);
    return usage_exit;
  }
  take(verbosity, *level, invocation);
  take(verbosity, *chosen->level, invocation);
  for (std::size_t i = 0; i < chosen->options.size(); ++i)
    take(chosen->command.options[i], *chosen->options[i], invocation);
  return chosen->command.run(invocation);
}

}  // namespace

std::optional<std::string> Invocation::value(std::string_view option) const {
  const auto it = values.find(option);
  if (it == values.end()) return std::nullopt;
  return it->second.back();
}

int usage_error(const Invocation& invocation, std::string_view message) {
  const std::string name =
      invocation.program + (invocation.command.empty() ? "" : " " + invocation.command);
  fmt::print(stderr, "Usage: {} [OPTIONS]{}\nTry '{} --help' for help.\n\nError: {}\n", name,
             invocation.command.empty() ? " COMMAND [ARGS]..." : "", name, message);
  return usage_exit;
}

int failure(std::string_view message) {
  fmt::print(stderr, "Error: {}\n", message);
  return 1;
}

int failure(const Error& error) { return failure(whole_text(error)); }

std::optional<Loaded> settings_for(const Invocation& invocation) {
  auto loaded =
      load_settings(Sources::of_process(invocation.overrides, invocation.program == "ralph"));
  if (loaded) return std::move(*loaded);
  failure(loaded.error().message);
  return std::nullopt;
}

int run(int argc, char** argv) {
  const std::string program = argc > 0 ? base_name(argv[0]) : "lectern";
  if (program == "uvicorn") return run_uvicorn({argv + 1, argv + argc});
  return run_command(program, argc, argv);
}

}  // namespace lectern::cli
