#include "cli/commands/forward.h"

#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "cli/users/password_input.h"
#include "net/http_client.h"

namespace lectern::cli {
namespace {

/// The endpoint that --url names, or that of a server with this machine's settings.
Result<std::string> url_of(const Invocation& invocation) {
  if (auto url = invocation.value("--url")) {
    while (url->ends_with('/')) url->pop_back();
    return *url;
  }
  TRY(const auto loaded,
      load_settings(Sources::of_process(invocation.overrides, invocation.program == "ralph")));
  const auto& settings = loaded.settings;
  return fmt::format("{}://localhost:{}/xAPI", settings.tls_certificate.empty() ? "http" : "https",
                     settings.port);
}

Result<std::string> ask(const Invocation& invocation, std::string method, std::string path) {
  std::string password;
  if (invocation.has("--username")) {
    TRY(password, password_of(invocation, false));
  }
  TRY(std::string url, url_of(invocation));
  net::HttpClient client;
  net::HttpRequest request;
  request.method = std::move(method);
  request.url = url + path;
  request.headers = {
      {"X-Experience-API-Version", "1.0.3"},
      {"Authorization",
       "Basic " + to_base64(invocation.value("--username").value_or("") + ":" + password)}};
  auto sent = client.send(request);
  if (!sent) {
    const bool guessed = !invocation.has("--url");
    return fail(sent.error().code,
                sent.error().message + (guessed ? "; --url names another server" : ""),
                sent.error().detail);
  }
  auto& answer = *sent;
  if (answer.status == 200) return std::move(answer.body);
  return fail(Code::invalid,
              fmt::format("{} answered {}: {}", net::without_credentials(request.url),
                          answer.status, answer.body.substr(0, 300)));
}

std::string text_of(json::Value object, std::string_view key) {
  const auto member = object.find(key);
  if (!member) return {};
  return std::string(member->is(json::Type::string) ? member->string() : member->source());
}

void print_receivers(json::Value root) {
  const auto receivers = root.find("receivers");
  if (!receivers || receivers->size() == 0) fmt::print("Nothing is forwarded.\n");
  if (receivers)
    for (const auto one : receivers->children()) {
      const auto trouble = text_of(one, "trouble");
      fmt::print("{}: {} forwarded, {} refused, {} ms behind{}{}\n", text_of(one, "receiver"),
                 text_of(one, "forwarded"), text_of(one, "refused"), text_of(one, "lag_ms"),
                 trouble.empty() ? "" : "; trouble: ", trouble);
    }
  const auto letters = root.find("dead_letters");
  if (!letters || letters->size() == 0) return;
  fmt::print("{} statements were refused for good:\n", letters->size());
  for (const auto one : letters->children())
    fmt::print("  {} by {} at {}: {} {}\n", text_of(one, "statement"), text_of(one, "receiver"),
               text_of(one, "refused"), text_of(one, "status"), text_of(one, "reason"));
  fmt::print("`lectern forward --replay` sends them again.\n");
}

bool any_in_trouble(json::Value root) {
  const auto receivers = root.find("receivers");
  if (!receivers) return false;
  for (const auto one : receivers->children())
    if (!text_of(one, "trouble").empty()) return true;
  return false;
}

int run_forward(const Invocation& invocation) {
  const bool replay = invocation.has("--replay");
  const auto answer = replay ? ask(invocation, "POST", "/extensions/forwarding/replay")
                             : ask(invocation, "GET", "/extensions/forwarding");
  if (!answer) return failure(answer.error());
  const auto document = json::parse(*answer);
  if (!document) return failure("the answer is no JSON: is this a Lectern?");
  if (invocation.has("--json"))
    fmt::print("{}\n", *answer);
  else if (replay)
    fmt::print("{} were taken this time.\n", text_of((*document)->root(), "taken"));
  else
    print_receivers((*document)->root());
  return any_in_trouble((*document)->root()) ? 1 : 0;
}

}  // namespace

Command forward_command() {
  std::vector<Option> options = {
      {"--url", "URL",
       "The server's endpoint; by default http://localhost:PORT/xAPI, by its settings"},
      {"-u,--username", "NAME", "A user with the scope `all`"}};
  for (auto& option : password_options()) options.push_back(std::move(option));
  options.push_back({"--replay", "", "Send the dead letters again"});
  options.push_back({"--json", "", "Print the server's JSON"});
  return {"forward", "Show how forwarding is doing, and send again what was refused",
          std::move(options), run_forward};
}

}  // namespace lectern::cli
