#include "cli/commands/pipe/data_command.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <set>

#include <fmt/format.h>

#include "base/log.h"
#include "cli/settings/setting_value.h"
#include "pipeline/output.h"

namespace lectern::cli {
namespace {

using pipeline::DataBackend;
using pipeline::DataSetting;
using pipeline::DataValues;

/// --fs-default-directory-path of the backend fs and DEFAULT_DIRECTORY_PATH.
Option option_of(const DataBackend& backend, const DataSetting& setting) {
  std::string name = fmt::format("{}-{}", backend.name, setting.key);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  const bool boolean = setting.kind == DataSetting::Kind::boolean;
  return {"--" + name + (boolean ? ",!--no-" + name : ""),
          boolean ? "" : "TEXT",
          std::string(setting.meaning),
          false,
          false,
          fmt::format("BACKENDS__DATA__{}__{}", backend.group, setting.key),
          "Backend options",
          !setting.honoured || backend.name.starts_with("async_")};
}

std::string names(CanDo can_do) {
  std::string all;
  for (const auto& backend : pipeline::data_backends())
    if (can_do(backend)) (all += all.empty() ? "" : ", ") += backend.name;
  return all;
}

Result<void> add_value(const DataSetting& setting, const std::string& text, DataValues& values) {
  switch (setting.kind) {
    case DataSetting::Kind::text: {
      break;
    }
    case DataSetting::Kind::number: {
      if (text.empty() || text.find_first_not_of("0123456789") != text.npos || text.size() > 18)
        return fail(Code::invalid, "a whole number");
      break;
    }
    case DataSetting::Kind::boolean: {
      TRY(const bool on, read_boolean(text));
      values[std::string(setting.key)] = on ? "true" : "false";
      return {};
    }
    case DataSetting::Kind::object: {
      if (text.empty()) return {};
      TRY(const auto members, read_object(text));
      for (const auto& [key, member] : members)
        values[fmt::format("{}__{}", setting.key, key)] = member;
      return {};
    }
  }
  values[std::string(setting.key)] = text;
  return {};
}

/// What was given for the backend's settings, and the defaults of the others.
Result<DataValues> values_of(const DataBackend& backend,
                             const std::map<std::string, std::string>& given) {
  DataValues values;
  const std::string prefix = std::string(backend.group) + "__";
  for (const auto& setting : backend.settings) {
    const auto it = given.find(prefix + std::string(setting.key));
    const std::string text = it == given.end() ? std::string(setting.fallback) : it->second;
    if (const auto added = add_value(setting, text, values); !added)
      return fail(Code::invalid,
                  fmt::format("RALPH_BACKENDS__DATA__{}{}={}: allowed is {}", prefix, setting.key,
                              setting.secret ? "***" : text, added.error().message));
    // Members that were given one by one: CLIENT_OPTIONS__ca_certs.
    if (setting.kind != DataSetting::Kind::object) continue;
    const std::string path = prefix + std::string(setting.key) + "__";
    for (auto member = given.lower_bound(path);
         member != given.end() && member->first.starts_with(path); ++member)
      values[member->first.substr(prefix.size())] = member->second;
  }
  return values;
}

}  // namespace

std::vector<Option> with_backend_options(std::vector<Option> own, CanDo can_do) {
  own.insert(own.begin(), {"-b,--backend", "NAME", "Where: " + names(can_do), true});
  for (const auto& backend : pipeline::data_backends())
    if (can_do(backend))
      for (const auto& setting : backend.settings) own.push_back(option_of(backend, setting));
  return own;
}

std::unique_ptr<ChosenBackend> chosen_backend(const Invocation& invocation, CanDo can_do,
                                              int& exit_code) {
  const auto name = invocation.value("--backend").value_or("");
  const auto* const backend = pipeline::find_data_backend(name);
  if (backend == nullptr || !can_do(*backend)) {
    exit_code = usage_error(
        invocation, fmt::format("--backend must be one of {}, not '{}'", names(can_do), name));
    return nullptr;
  }
  exit_code = 1;
  const auto loaded = settings_for(invocation);
  if (!loaded) return nullptr;
  const Settings& settings = loaded->settings;
  log::configure(settings.log_level, settings.log_format);
  auto values = values_of(*backend, settings.data_values);
  if (!values) {
    failure(values.error().message);
    return nullptr;
  }
  auto chosen = std::make_unique<ChosenBackend>();
  chosen->backend = backend;
  chosen->values = std::move(*values);
  chosen->door = std::make_unique<StoreDoor>(settings);
  chosen->history = pipeline::History(settings.history_file);
  return chosen;
}

pipeline::OpenContext ChosenBackend::context() {
  return {values, [this](const std::string& request) { return door->ask(request); }, history,
          interrupt};
}

std::optional<std::size_t> number_option(const Invocation& invocation, std::string_view option) {
  std::size_t number = 0;
  const auto text = invocation.value(option);
  if (!text) return number;
  const char* const end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  if (read.ec == std::errc{} && read.ptr == end) return number;
  usage_error(invocation, fmt::format("{} must be a whole number, not '{}'", option, *text));
  return std::nullopt;
}

Result<bool> ToStdout::take(std::string_view bytes) {
  ++taken_;
  if (lines_) {
    line_.assign(bytes);
    line_ += '\n';
    bytes = line_;
  }
  TRY(const bool open, pipeline::Output::to_stdout().write(bytes));
  pipe_closed_ = !open;
  return open;
}

int finish(ChosenBackend& chosen, const Result<void>& outcome, bool pipe_closed) {
  const auto flushed = chosen.history.flush();
  if (!outcome) return failure(outcome.error());
  if (!flushed) return failure(flushed.error().message);
  if (const int signal = chosen.interrupt.signal(); signal != 0)
    pipeline::Interrupt::end_by(signal);
  if (pipe_closed) pipeline::Interrupt::end_by(SIGPIPE);
  return 0;
}

}  // namespace lectern::cli
