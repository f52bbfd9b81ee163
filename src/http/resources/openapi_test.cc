#include "http/resources/openapi.h"

#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "base/json/json.h"
#include "http/embedded.h"
#include "http/routes.h"

namespace lectern::http {
namespace {

std::string upper_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c - 'a' + 'A');
  return out;
}

/// The paths that `/docs/{file}` stands for: one for each value that the parameter may have.
std::vector<std::string> paths_of(json::Value item) {
  const std::string path(item.key());
  const auto brace = path.find('{');
  if (brace == path.npos) return {path};
  std::vector<std::string> out;
  const auto schema = item.find("parameters")->children().begin();
  for (const auto value : (*schema).find("schema")->find("enum")->children())
    out.push_back(path.substr(0, brace) + std::string(value.string()));
  return out;
}

/// `METHOD path scope`, where the scope is `none` for what is open and empty where any will do.
std::set<std::string> described() {
  std::set<std::string> out;
  const auto document = json::parse(openapi_document(""));
  REQUIRE(document);
  for (const auto item : (*document)->root().find("paths")->children())
    for (const auto operation : item.children()) {
      if (operation.key() == "parameters") continue;
      const auto security = operation.find("security");
      std::string scope;
      if (security && security->size() == 0) scope = "none";
      if (security && security->size() > 0)
        for (const auto name : (*security->children().begin()).find("basic")->children())
          scope += name.string();
      for (const auto& path : paths_of(item))
        out.insert(upper_case(operation.key()) + " " + path + " " + scope);
    }
  return out;
}

/// The paths of a route: one for each embedded file that `{file}` stands for; its page has the
/// folder's path.
std::vector<std::string> paths_of(const Route& route) {
  const auto place = route.path.find('{');
  if (place == route.path.npos) return {std::string(route.path)};
  const auto folder = route.path.substr(1, place - 1);
  std::vector<std::string> out;
  for (const auto& file : embedded_files())
    if (file.name.starts_with(folder) && !file.name.ends_with(".html"))
      out.push_back("/" + std::string(file.name));
  return out;
}

std::set<std::string> served() {
  std::set<std::string> out;
  for (const auto& route : routes())
    for (const auto& path : paths_of(route))
      out.insert(std::string(route.method) + " " + path + " " +
                 std::string(route.open    ? "none"
                             : route.scope ? auth::text_of(*route.scope)
                                           : ""));
  return out;
}

std::string missing(const std::set<std::string>& here, const std::set<std::string>& there) {
  std::string out;
  for (const auto& one : there)
    if (!here.contains(one)) out += one + "\n";
  return out;
}

}  // namespace

TEST_CASE("every route is described with its scope, and nothing that is no route") {
  CHECK(missing(described(), served()) == "");
  CHECK(missing(served(), described()) == "");
}

TEST_CASE("the document names the version, and where a proxy serves it") {
  const auto document = json::parse(openapi_document("/lrs"));
  REQUIRE(document);
  const auto root = (*document)->root();
  CHECK(root.find("info")->find("version")->string() == LECTERN_VERSION);
  CHECK((*root.find("servers")->children().begin()).find("url")->string() == "/lrs");
}

TEST_CASE("HEAD goes wherever GET goes, and other methods are told what is allowed") {
  CHECK(find_route("HEAD", "/xAPI/statements"));
  const auto refused = find_route("DELETE", "/xAPI/statements");
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::method_not_allowed);
  CHECK(refused.error().detail == "PUT, POST, GET, HEAD");
}

}  // namespace lectern::http
