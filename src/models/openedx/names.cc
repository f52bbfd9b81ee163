#include "models/openedx/names.h"

#include "base/text.h"
#include "base/uuid.h"
#include "models/openedx/known.h"

namespace lectern::models::openedx {
namespace {

using json::Type;

/// `block-v1:ORG+COURSE+RUN+type@TYPE+block@ID`; nothing where the course key is none.
std::optional<std::string> block_key(const Event& event, std::string_view type,
                                     std::string_view id) {
  const auto course = event.get("context.course_id");
  if (!course || !course->is(Type::string)) return std::nullopt;
  const std::string_view key = course->string();
  const std::size_t colon = key.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view kind = key.substr(0, colon);
  const std::string_view version = kind.substr(kind.rfind('-') + 1);
  std::string_view rest = key.substr(colon + 1);
  rest = rest.substr(0, rest.find(':'));
  std::string out = kind.find("ccx") == std::string_view::npos ? "block-" : "ccx-block-";
  return out.append(version) + ':' + std::string(rest) + "+type@" + std::string(type) + "+block@" +
         std::string(id);
}

std::optional<std::string> video(const Event& event) {
  const std::string id = text_of(event.get("data.id"));
  return id.empty() ? std::nullopt : block_key(event, "video", id);
}

std::string problem(const Naming& naming) {
  const auto data = naming.event.data();
  std::string out;
  if (data && data->is(Type::object) && data->size() > 0) {
    out = text_of(naming.event.get("data.problem_id"));
    if (out.empty()) out = text_of(naming.event.get("data.module_id"));
  } else {
    out = text_of(naming.event.get("usage_key"));
  }
  if (naming.child.empty()) return out;
  const std::size_t at = out.rfind('@');
  return (at == std::string::npos ? "" : out.substr(0, at + 1)) + std::string(naming.child);
}

/// The first value of a parameter of a URL's query.
std::string parameter_of(std::string_view url, std::string_view name) {
  url = url.substr(0, url.find('#'));
  const std::size_t begin = url.find('?');
  std::string_view query = begin == std::string_view::npos ? "" : url.substr(begin + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals + 1 == pair.size()) continue;
    if (percent_decoded(pair.substr(0, equals)) != name) continue;
    std::string value(pair.substr(equals + 1));
    for (char& c : value)
      if (c == '+') c = ' ';
    return percent_decoded(value);
  }
  return "";
}

/// What a browser's check is about: the page tells, or the names of its input fields.
std::optional<std::string> checked_problem(const Event& event) {
  auto referer = event.get("referer");
  if (!referer) referer = event.get("context.referer");
  if (referer && referer->is(Type::string)) {
    std::string block = parameter_of(referer->string(), "activate_block_id");
    if (!block.empty()) return block;
  }
  const auto data = event.get("data");
  if (!data || !data->is(Type::string)) return std::nullopt;
  std::string_view fields = data->string();
  const std::size_t from = fields.find('_');
  if (from == std::string_view::npos) return std::nullopt;
  fields.remove_prefix(from + 1);
  return block_key(event, "problem", fields.substr(0, fields.find('_')));
}

void trim_slashes(std::string& text) {
  while (text.ends_with('/')) text.pop_back();
}

/// The path of the request, without the thread's id.
std::optional<std::string> thread_path(const Event& event) {
  std::string path = text_of(event.get("context.path"));
  const std::string id = text_of(event.get("data.id"));
  if (path.empty() || id.empty()) return std::nullopt;
  trim_slashes(path);
  std::string out;
  for (std::size_t at = 0, found = 0; found != std::string::npos; at = found + id.size()) {
    found = path.find(id, at);
    out.append(path, at, found - at);
    if (found == std::string::npos) break;
  }
  trim_slashes(out);
  return out;
}

std::optional<std::string> named(std::string_view key, const Naming& naming) {
  if (key == "lms") return std::string(platform_of(naming.options));
  if (key == "video") return video(naming.event);
  if (key == "checked_problem") return checked_problem(naming.event);
  if (key == "thread_path") return thread_path(naming.event);
  std::string text = key == "problem" ? problem(naming) : text_of(naming.event.get(key));
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace

std::string_view platform_of(const ConvertOptions& options) {
  std::string_view url = options.platform_url;
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

std::optional<std::string> filled(std::string_view from, const Naming& naming,
                                  std::string& missing) {
  std::string out;
  while (!from.empty()) {
    const std::size_t open = std::min(from.find('{'), from.size());
    out += from.substr(0, open);
    from.remove_prefix(open);
    if (from.empty()) break;
    const std::size_t close = from.find('}');
    const std::string_view key = from.substr(1, close - 1);
    const auto text = named(key, naming);
    if (!text) {
      missing = key;
      return std::nullopt;
    }
    out += *text;
    from.remove_prefix(close + 1);
  }
  return out;
}

std::string user_of(const Event& event) {
  for (const std::string_view key : {"data.user_id", "data.username", "user_id", "username"})
    if (const auto user = event.get(key); is_true(user)) return text_of(user);
  return "";
}

std::string account_of(const std::string& user, const ConvertOptions& options) {
  if (options.known != nullptr) {
    const auto found = options.known->users.find(user);
    if (found != options.known->users.end()) return found->second;
  }
  const auto space = Uuid::parse(options.uuid_namespace);
  return space ? Uuid::from_name(*space, user).text() : user;
}

std::string course_name_of(const Event& event, const ConvertOptions& options) {
  if (options.known == nullptr) return "";
  const auto found = options.known->courses.find(text_of(event.get("context.course_id")));
  return found == options.known->courses.end() ? "" : found->second;
}

}  // namespace lectern::models::openedx
