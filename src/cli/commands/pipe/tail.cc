#include "cli/commands/pipe/tail.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/json/json.h"
#include "cli/commands/remote.h"
#include "cli/terminal/colours.h"
#include "pipeline/interrupt.h"
#include "xapi/facts.h"

namespace lectern::cli {
namespace {

constexpr std::chrono::seconds before_next_try{1};
/// A line of an event is a statement; a longer one is none.
constexpr std::size_t line_bytes_max = 256UL * 1024 * 1024;

/// The last part of an IRI: what a person would call it.
std::string_view short_name(std::string_view iri) {
  const auto end = iri.find_last_not_of('/');
  iri = iri.substr(0, end == iri.npos ? 0 : end + 1);
  const auto joint = iri.find_last_of("/#:");
  return joint == iri.npos ? iri : iri.substr(joint + 1);
}

/// How many bytes in front a terminal obeys instead of showing them: control characters, and what
/// breaks a line or turns the direction of writing. 0: none. The text is UTF-8 and not empty.
std::size_t obeyed(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto last = byte(2);
  if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
  if (byte(0) == 0xC2) return byte(1) < 0xA0 ? 2 : 0;  // U+0080 to U+009F
  if (byte(0) != 0xE2) return 0;
  if (byte(1) == 0x80 && last >= 0xA8 && last <= 0xAE) return 3;  // U+2028 to U+202E
  if (byte(1) == 0x81 && last >= 0xA6 && last <= 0xA9) return 3;  // U+2066 to U+2069
  return 0;
}

/// With a blank for each character that a terminal would obey.
std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t bytes = obeyed(text);
    out += bytes > 0 ? ' ' : text.front();
    text.remove_prefix(bytes > 0 ? std::min(bytes, text.size()) : 1);
  }
  return out;
}

std::string name_of(json::Value statement) {
  const auto actor = statement.find("actor");
  const auto name = actor ? actor->find("name") : std::nullopt;
  if (name && name->is(json::Type::string)) return std::string(name->string());
  const std::string ifi = xapi::facts_of(statement).actor;
  const auto joint = ifi.find_last_of(": ");
  return ifi.empty() ? "somebody" : ifi.substr(joint + 1);
}

/// `12:30:05 ann attended course-1 0.8`
std::string one_liner(json::Value statement, bool colours) {
  const auto facts = xapi::facts_of(statement);
  const auto paint = [&](std::string_view code, std::string_view text) {
    const auto clean = harmless(text);
    return colours ? fmt::format("\x1b[{}m{}\x1b[0m", code, clean) : clean;
  };
  const auto stored = statement.find("stored");
  const bool has_time = stored && stored->is(json::Type::string) && stored->string().size() > 19;
  std::string line = paint("2", has_time ? stored->string().substr(11, 8) : "") + " " +
                     paint("36", name_of(statement)) + " " + paint("33", short_name(facts.verb)) +
                     " " + paint("32", short_name(facts.activity));
  if (facts.scaled) line += " " + paint("35", fmt::format("{}", *facts.scaled));
  if (facts.success) line += *facts.success ? paint("32", " ✓") : paint("31", " ✗");
  return line;
}

/// Takes events apart.
class Events {
 public:
  Events(bool as_json, bool colours) : as_json_(as_json), colours_(colours) {}

  Result<bool> take(std::string_view bytes) {
    // What was left has no line end: it is not looked through again with each piece.
    const std::size_t looked_at = rest_.size();
    rest_ += bytes;
    std::size_t begin = 0;
    for (auto end = rest_.find('\n', looked_at); end != rest_.npos; end = rest_.find('\n', begin)) {
      TRY(const bool more, take_line(std::string_view(rest_).substr(begin, end - begin)));
      if (!more) return false;
      begin = end + 1;
    }
    rest_.erase(0, begin);
    if (rest_.size() > line_bytes_max) return fail(Code::too_large, "a line has no end");
    return std::fflush(stdout) == 0;
  }
  const std::string& last_id() const { return last_id_; }
  void begin_again() { rest_ = id_ = data_ = ""; }

 private:
  /// An event is whole, and counts, with the empty line behind it.
  Result<bool> take_line(std::string_view line) {
    if (line.starts_with("id: ")) id_ = line.substr(4);
    if (line.starts_with("data: ")) data_ = line.substr(6);
    if (!line.empty()) return true;
    if (!id_.empty()) last_id_ = std::exchange(id_, {});
    if (data_.empty()) return true;
    TRY(const auto document, json::parse(std::exchange(data_, {})));
    if (!as_json_) return std::printf("%s\n", one_liner(document->root(), colours_).c_str()) >= 0;
    const auto text = document->text();
    return std::printf("%.*s\n", static_cast<int>(text.size()), text.data()) >= 0;
  }

  const bool as_json_, colours_;
  std::string rest_, id_, data_, last_id_;
};

int run_tail(const Invocation& invocation) {
  const auto remote = remote_of(invocation);
  if (!remote) return usage_error(invocation, remote.error().message);
  const pipeline::Interrupt interrupt;
  const auto is_stopped = [&] { return interrupt.stopped(); };
  Events events(invocation.has("--json"), wants_colours(stdout));
  bool told = false;
  while (!interrupt.stopped()) {
    auto request = remote->request("/extensions/tail", {});
    if (!events.last_id().empty()) request.headers.emplace_back("Last-Event-ID", events.last_id());
    events.begin_again();
    const auto ended = receive(
        *remote, request, [&](std::string_view bytes) { return events.take(bytes); }, is_stopped);
    if (interrupt.stopped() || (ended && !*ended)) break;
    if (!ended && (events.last_id().empty() || ended.error().code != Code::unavailable))
      return failure(ended.error());
    if (!std::exchange(told, true)) fmt::print(stderr, "The connection broke; going on there\n");
    std::this_thread::sleep_for(before_next_try);
  }
  if (interrupt.signal() != 0) pipeline::Interrupt::end_by(interrupt.signal());
  return 0;
}

}  // namespace

Command tail_command() {
  auto options = remote_options();
  options.push_back({"--json", "", "Print each statement as it is stored, on a line"});
  return {"tail", "Follow a server's statements as they are stored", std::move(options), run_tail};
}

}  // namespace lectern::cli
