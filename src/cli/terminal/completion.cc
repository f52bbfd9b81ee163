#include "cli/terminal/completion.h"

#include <algorithm>

#include <fmt/format.h>

namespace lectern::cli {
namespace {

/// `--username` of `-u,--username`, ` --yes --no` of `--yes,!--no`; nothing of a positional one.
std::string long_names(const Option& option) {
  std::string names;
  for (std::size_t at = 0; (at = option.flags.find("--", at)) != option.flags.npos;) {
    const std::size_t end = std::min(option.flags.find(',', at), option.flags.size());
    names += " " + option.flags.substr(at, end - at);
    at = end;
  }
  return names;
}

/// A case for each command, those of commands first: the first that fits counts.
std::string cases(const std::vector<Command>& all, const std::string& before) {
  std::string out;
  for (const auto& command : all) {
    const std::string name = before + command.name;
    out += cases(command.commands, name + " ");
    std::string words;
    for (const auto& own : command.commands) words += " " + own.name;
    for (const auto& option : command.options)
      if (!option.hidden) words += long_names(option);
    out += fmt::format("    \"{}\"*) words='{} --verbosity --help' ;;\n", name, words);
  }
  return out;
}

int run_completion(const Invocation& invocation) {
  if (invocation.value("SHELL") != "bash")
    return usage_error(invocation, "SHELL must be bash (zsh takes it after `bashcompinit`)");
  std::string names;
  for (const auto& command : commands()) names += command.name + " ";
  fmt::print(
      "# lectern completion bash: source <(lectern completion bash)\n"
      "_lectern() {{\n"
      "  local word said='' words\n"
      "  for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n"
      "    [[ $word == -* ]] || said+=\"${{said:+ }}$word\"\n"
      "  done\n"
      "  case \"$said\" in\n{}"
      "    *) words='{}help --verbosity --version --help' ;;\n"
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"${{COMP_WORDS[COMP_CWORD]}}\"))\n"
      "}}\n"
      "complete -o default -F _lectern lectern\n",
      cases(commands(), ""), names);
  return 0;
}

}  // namespace

Command completion_command() {
  return {"completion",
          "Print a script that completes commands and options in a shell",
          {{"SHELL", "SHELL", "bash", true}},
          run_completion};
}

}  // namespace lectern::cli
