#include "cli/commands/remote.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json/json.h"
#include "base/text.h"
#include "cli/users/password_input.h"
#include "net/download.h"

namespace lectern::cli {
namespace {

/// What --where may name: the filters of docs/statistics.md.
constexpr auto filter_names = std::to_array<std::string_view>(
    {"agent", "verb", "activity", "registration", "related_agents", "related_activities", "since",
     "until", "mine", "activity_type", "parent", "course", "platform", "language", "success",
     "completion", "clock"});

/// Hands an answer's body on.
class Taker final : public net::BodyTaker {
 public:
  Taker(const std::function<Result<bool>(std::string_view)>& take,
        const std::function<bool()>& is_stopped)
      : take_(take), is_stopped_(is_stopped) {}

  Result<bool> take(const net::HttpResponse&, std::string_view bytes) override {
    TRY(const bool more, take_(bytes));
    ended_ |= !more;
    return more;
  }
  bool is_stopped() const override { return is_stopped_(); }
  bool ended() const { return ended_ || is_stopped_(); }

 private:
  const std::function<Result<bool>(std::string_view)>& take_;
  const std::function<bool()>& is_stopped_;
  bool ended_ = false;
};

std::string told_by(const net::HttpResponse& answer) {
  const auto document = json::parse(answer.body);
  const auto detail = document ? (*document)->root().find("detail") : std::nullopt;
  const auto reason = detail && detail->is(json::Type::string) ? std::string(detail->string()) : "";
  return fmt::format("the server answers {}{}{}", answer.status, reason.empty() ? "" : ": ",
                     reason);
}

Code code_of(int status) {
  if (status == 401) return Code::unauthenticated;
  if (status == 403) return Code::forbidden;
  if (status == 404) return Code::not_found;
  if (status == 413) return Code::too_large;
  const bool may_pass = status >= 500 || status == 408 || status == 429;
  return may_pass ? Code::unavailable : Code::invalid;
}

}  // namespace

net::HttpRequest Remote::request(std::string_view path, const xapi::Parameters& more) const {
  net::HttpRequest request;
  request.url = url + std::string(path);
  char joint = '?';
  for (const auto* const list : {&filters, &more})
    for (const auto& [name, value] : *list) {
      request.url += joint + percent_encoded(name) + "=" + percent_encoded(value);
      joint = '&';
    }
  request.headers.emplace_back("X-Experience-API-Version", "1.0.3");
  return request;
}

std::vector<Option> remote_options() {
  std::vector<Option> options = {
      {"URL", "URL", "The server's endpoint, such as http://localhost:8100/xAPI", true},
      {"-u,--username", "NAME", "User for Basic authentication"}};
  for (auto& option : password_options()) options.push_back(std::move(option));
  Option where{"-w,--where", "NAME=VALUE",
               "Only these: verb=..., activity=..., agent=..., course=..., since=... "
               "(docs/statistics.md)"};
  where.repeatable = true;
  options.push_back(std::move(where));
  return options;
}

Result<Remote> remote_of(const Invocation& invocation) {
  Remote remote;
  remote.url = *invocation.value("URL");
  while (remote.url.ends_with('/')) remote.url.pop_back();
  if (!remote.url.starts_with("http://") && !remote.url.starts_with("https://"))
    return fail(Code::invalid, "URL: an http:// or https:// endpoint is wanted");
  remote.options.username = invocation.value("--username").value_or("");
  if (!remote.options.username.empty()) {
    TRY(remote.options.password, password_of(invocation, false));
  }
  if (!invocation.has("--where")) return remote;
  for (const auto& text : invocation.values.find("--where")->second) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    if (equals == text.npos ||
        std::find(filter_names.begin(), filter_names.end(), name) == filter_names.end())
      return fail(Code::invalid, "--where: one of these with `=` and a value is wanted: " +
                                     fmt::format("{}", fmt::join(filter_names, ", ")));
    remote.filters.emplace_back(name, text.substr(equals + 1));
  }
  return remote;
}

Result<std::optional<net::HttpResponse>> receive_answer(
    const Remote& remote, const net::HttpRequest& request,
    const std::function<Result<bool>(std::string_view)>& take,
    const std::function<bool()>& is_stopped) {
  Taker taker(take, is_stopped);
  TRY(auto answer, net::download(request, taker, remote.options));
  if (taker.ended()) return std::nullopt;
  if (answer.status != 200) return fail(code_of(answer.status), told_by(answer));
  return std::optional(std::move(answer));
}

Result<bool> receive(const Remote& remote, const net::HttpRequest& request,
                     const std::function<Result<bool>(std::string_view)>& take,
                     const std::function<bool()>& is_stopped) {
  TRY(const auto answer, receive_answer(remote, request, take, is_stopped));
  return answer.has_value();
}

}  // namespace lectern::cli
