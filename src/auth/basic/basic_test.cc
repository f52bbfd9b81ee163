#include "auth/basic/basic.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include <doctest/doctest.h>

#include "auth/basic/credentials.h"
#include "auth/basic/password.h"
#include "auth/header.h"
#include "auth/timed_cache.h"
#include "base/digest.h"

using namespace lectern;
using namespace lectern::auth;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// Outlived by `header`.
Attempt from(std::string_view header) { return {header, "192.0.2.1"}; }

constexpr unsigned cheap = 4;  // of bcrypt, for tests

std::string user(const std::string& name, const std::string& password,
                 const std::string& more = R"("scopes":["all"])") {
  return R"({"username":")" + name + R"(","hash":")" + hash_password(password, cheap).value() +
         R"(","agent": {"mbox" : "mailto:)" + name + R"(@x.org"}, "nonsense":1,)" + more + "}";
}

struct File {
  fs::path folder;
  fs::path path;
  explicit File(const std::string& text) {
    char name[] = "/tmp/lectern-basic-XXXXXX";
    folder = mkdtemp(name);
    path = folder / "auth.json";
    write(text);
  }
  ~File() { fs::remove_all(folder); }
  void write(const std::string& text) const {
    std::ofstream(folder / "new") << text;
    fs::rename(folder / "new", path);
  }
};

std::string header(const std::string& name, const std::string& password) {
  return "Basic " + to_base64(name + ":" + password);
}

std::unique_ptr<BasicAuthenticator> open(const File& file,
                                         BasicOptions options = {.reload_interval = 0ms}) {
  options.file = file.path.string();
  auto basic = BasicAuthenticator::open(options);
  REQUIRE(basic);
  return std::move(*basic);
}

Code code_of(BasicAuthenticator& basic, const std::string& text) {
  const auto outcome = basic.authenticate(from(text));
  REQUIRE_FALSE(outcome);
  return outcome.error().code;
}

}  // namespace

TEST_CASE("a user with the right password becomes the principal of the file") {
  const File file("[" + user("jane", "s:cret", R"("scopes":["statements/read"],"target":"t1")") +
                  "]");
  auto basic = open(file);
  const auto principal = basic->authenticate(from(header("jane", "s:cret")));
  REQUIRE(principal);
  CHECK((*principal)->username == "jane");
  CHECK((*principal)->agent_json == R"({"mbox":"mailto:jane@x.org"})");
  CHECK((*principal)->agent_ifi == "mbox:mailto:jane@x.org");
  CHECK((*principal)->target == "t1");
  CHECK((*principal)->scopes.grants(Scope::statements_read_mine));
  CHECK_FALSE((*principal)->scopes.grants(Scope::statements_write));
}

TEST_CASE("everything else is turned away with Ralph's text") {
  const File file("[" + user("jane", "secret") + "]");
  auto basic = open(file);
  const std::string one_too_many = header("jane", "secret") + "=";
  for (const std::string& text :
       {std::string(), header("jane", "Secret"), header("joe", "secret"), header("", ""),
        std::string("Basic Og=="), std::string("Basic"), std::string("Basic !!"),
        std::string("Bearer abc"), one_too_many, "Basic " + to_base64("jane"),
        header("jane", std::string("secret\0x", 8))}) {
    const auto outcome = basic->authenticate(from(text));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Code::unauthenticated);
    CHECK(outcome.error().message == "Invalid authentication credentials");
  }
  CHECK(basic->authenticate(from("bAsIc  " + to_base64("jane:secret") + " ")));
}

TEST_CASE("credentials are checked once, whether they are good or wrong") {
  const File file("[" + user("jane", "secret") + "]");
  auto basic = open(file);
  for (int i = 0; i < 3; ++i) CHECK(basic->authenticate(from(header("jane", "secret"))));
  CHECK(basic->counts().checks == 1);
  CHECK(basic->counts().remembered == 2);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(basic->authenticate(from(header("jane", "wrong"))));
  for (int i = 0; i < 3; ++i) CHECK_FALSE(basic->authenticate(from(header("nobody", "wrong"))));
  CHECK(basic->counts().checks == 3);
  CHECK(basic->counts().failed == 6);
  const std::string wrong = header("jane", "wrong");
  auto later = open(file, {.reload_interval = 1h});
  CHECK_FALSE(later->authenticate(from(wrong)));
  const auto remembered = later->remembered(from(wrong));
  REQUIRE(remembered);
  CHECK(remembered->error().code == Code::unauthenticated);
}

TEST_CASE("what is known is answered without a check, and without looking at the file") {
  const File file("[" + user("jane", "secret") + "]");
  auto basic = open(file, {.reload_interval = 1h});
  const std::string good = header("jane", "secret"), other = header("joe", "secret");
  CHECK_FALSE(basic->remembered(from(good)));
  CHECK(basic->authenticate(from(good)));
  const auto known = basic->remembered(from(good));
  REQUIRE(known);
  REQUIRE(*known);
  CHECK((**known)->username == "jane");
  CHECK_FALSE(basic->remembered(from(other)));
  const auto none = basic->remembered(from(""));
  REQUIRE(none);
  CHECK(none->error().code == Code::unauthenticated);
  CHECK(basic->counts().checks == 1);

  auto due = open(file, {.reload_interval = 0ms});
  CHECK(due->authenticate(from(good)));
  CHECK_FALSE(due->remembered(from(good)));
}

TEST_CASE("a change of one user costs the others nothing") {
  const std::string joe = user("joe", "x"), jane = user("jane", "old");
  const File file("[" + joe + "," + jane + "]");
  auto basic = open(file);
  CHECK(basic->authenticate(from(header("joe", "x"))));
  CHECK_FALSE(basic->authenticate(from(header("jane", "new"))));
  CHECK_FALSE(basic->authenticate(from(header("anna", "x"))));
  CHECK(basic->counts().checks == 3);
  file.write("[" + joe + "," + user("jane", "new") + "," + user("anna", "x") + "]");
  CHECK(basic->authenticate(from(header("joe", "x"))));
  CHECK(basic->counts().checks == 3);
  CHECK(basic->authenticate(from(header("jane", "new"))));
  CHECK(basic->authenticate(from(header("anna", "x"))));
  CHECK(basic->counts().checks == 5);
}

TEST_CASE("a disabled user is not let in, and has the password again when enabled") {
  std::string text = "[" + user("jane", "secret") + "]";
  const File file(text);
  auto basic = open(file);
  CHECK(basic->authenticate(from(header("jane", "secret"))));
  const std::size_t hash = text.find("$2b$");
  file.write(text.substr(0, hash) + "!" + text.substr(hash));
  CHECK(code_of(*basic, header("jane", "secret")) == Code::unauthenticated);
  CHECK(code_of(*basic, header("jane", "!secret")) == Code::unauthenticated);
  file.write(text);
  CHECK(basic->authenticate(from(header("jane", "secret"))));
}

TEST_CASE("five thousand users are known at once, by default") {
  std::string text = "[";
  const std::string one = user("user", "secret");
  for (int i = 0; i < 5000; ++i) {
    std::string entry = one;
    entry.replace(entry.find("\"user\""), 6, "\"user" + std::to_string(i) + "\"");
    text += (i == 0 ? "" : ",") + entry;
  }
  const File file(text + "]");
  auto basic = open(file, {.reload_interval = 1h});
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 5000; ++i)
      REQUIRE(basic->authenticate(from(header("user" + std::to_string(i), "secret"))));
  CHECK(basic->counts().checks == 5000);
  CHECK(basic->counts().remembered == 5000);
}

TEST_CASE("who tries too many passwords has to wait, and then longer; who is known has not") {
  const File file("[" + user("jane", "secret") + "," + user("joe", "x") + "]");
  auto basic =
      open(file, {.cache_ttl = 0s, .reload_interval = 1h, .throttle = {.failures_max = 3}});
  CHECK(basic->authenticate(from(header("jane", "secret"))));
  for (int i = 0; i < 3; ++i)
    CHECK(code_of(*basic, header("jane", "wrong" + std::to_string(i))) == Code::unauthenticated);
  const std::string fourth = header("jane", "wrong4");
  const auto outcome = basic->authenticate(from(fourth));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::unavailable);
  CHECK(basic->delay(from(fourth)) == 1s);
  CHECK(basic->delay({fourth, "198.51.100.7"}) == 0s);
  const auto remembered = basic->remembered(from(fourth));
  REQUIRE(remembered);
  CHECK(remembered->error().code == Code::unavailable);
  CHECK(basic->counts().delayed == 2);
  // The same wrong one again is no new guess; the right one was good before, though it is due for
  // another check; from elsewhere nobody has guessed.
  CHECK(code_of(*basic, header("jane", "wrong0")) == Code::unauthenticated);
  CHECK(basic->authenticate(from(header("jane", "secret"))));
  CHECK(basic->authenticate({header("joe", "x"), "198.51.100.7"}));
}

TEST_CASE("who waits for a running check of the same password counts, too") {
  const std::string hash = hash_password("secret", 11).value();
  const File file(R"([{"username":"jane","hash":")" + hash +
                  R"(","scopes":[],"agent":{"mbox":"mailto:a@b.c"}}])");
  auto basic = open(file, {.checks_max = 1, .waiting_max = 2});
  std::vector<std::future<Code>> all;
  for (int i = 0; i < 16; ++i)
    all.push_back(std::async(std::launch::async, [&basic] {
      return basic->authenticate(from(header("jane", "wrong"))).error().code;
    }));
  int turned_away = 0;
  for (auto& one : all) turned_away += one.get() == Code::unavailable ? 1 : 0;
  CHECK(turned_away > 0);
  CHECK(basic->counts().checks == 1);
  CHECK(basic->counts().turned_away == static_cast<std::uint64_t>(turned_away));
}

TEST_CASE("a changed file counts at once, for remembered users too") {
  const File file("[" + user("jane", "old") + "]");
  auto basic = open(file);
  CHECK(basic->authenticate(from(header("jane", "old"))));
  file.write("[" + user("jane", "new") + "," + user("joe", "x") + "]");
  CHECK(code_of(*basic, header("jane", "old")) == Code::unauthenticated);
  CHECK(basic->authenticate(from(header("jane", "new"))));
  CHECK(basic->authenticate(from(header("joe", "x"))));
}

TEST_CASE("a file that becomes wrong leaves the users as they were, one that is gone has none") {
  const File file("[" + user("jane", "old") + "]");
  auto basic = open(file);
  file.write("[{");
  CHECK(basic->authenticate(from(header("jane", "old"))));
  fs::remove(file.path);
  CHECK(code_of(*basic, header("jane", "old")) == Code::unauthenticated);
  CHECK_FALSE(basic->has_file());
  file.write("[" + user("jane", "back") + "]");
  CHECK(basic->authenticate(from(header("jane", "back"))));
  CHECK(basic->has_file());
}

TEST_CASE("a file that is wrong at the start is an error that names it") {
  const std::string jane = user("jane", "x");
  const auto message = [](const std::string& text) {
    const File file(text);
    const auto basic = BasicAuthenticator::open({.file = file.path.string()});
    REQUIRE_FALSE(basic);
    CHECK(basic.error().message.find(file.path.string() + " is wrong: ") != std::string::npos);
    return basic.error().message.substr(basic.error().message.find(": ") + 2);
  };
  CHECK(message("").substr(0, 8) == "not JSON");
  CHECK(message("{}") == "must be a JSON list of users");
  CHECK(message("[1]") == "entry 1 must be an object");
  CHECK(message("[{}]") == "entry 1: 'username' must be a string");
  CHECK(message("[" + jane + "," + jane + "]") == "user 'jane': the username is there twice");
  CHECK(message("[" + user("a", "x", R"("scopes":"all")") + "]") ==
        "user 'a': 'scopes' must be a list");
  CHECK(message(R"([{"username":"a","hash":"x"}])") == "user 'a': 'hash' is not a bcrypt hash");
  const auto missing = BasicAuthenticator::open({.file = "/nowhere/auth.json"});
  REQUIRE(missing);
  CHECK_FALSE((*missing)->has_file());
  CHECK(code_of(**missing, header("a", "b")) == Code::unauthenticated);
}

TEST_CASE("free-form scopes of older files are accepted with one warning for the user") {
  const auto read = parse_credentials(
      "[" + user("jane", "x", R"("scopes":["ralph_scope","statements/write","other"])") + "]");
  REQUIRE(read);
  CHECK(read->warnings == std::vector<std::string>{
                              "user 'jane' has scopes that grant nothing: 'ralph_scope', 'other'"});
  const auto& scopes = read->users.at("jane")->principal->scopes;
  CHECK(scopes.names() == std::vector<std::string_view>{"statements/write"});
}

TEST_CASE("requests with the same header at the same time share one check") {
  // A hash dear enough that eight threads surely meet.
  const std::string hash = hash_password("secret", 11).value();
  const File file(R"([{"username":"jane","hash":")" + hash +
                  R"(","scopes":[],"agent":{"mbox":"mailto:a@b.c"}}])");
  auto basic = open(file, {.cache_entries_max = 0, .waiting_max = 16, .reload_interval = 0ms});
  std::vector<std::future<bool>> all;
  for (int i = 0; i < 8; ++i)
    all.push_back(std::async(std::launch::async, [&] {
      return basic->authenticate(from(header("jane", "secret"))).has_value();
    }));
  for (auto& one : all) CHECK(one.get());
  CHECK(basic->counts().checks < 8);
}

TEST_CASE("when too many different checks wait, the rest is asked to try again") {
  const std::string hash = hash_password("secret", 11).value();
  const File file(R"([{"username":"jane","hash":")" + hash +
                  R"(","scopes":[],"agent":{"mbox":"mailto:a@b.c"}}])");
  auto basic = open(file, {.checks_max = 1, .waiting_max = 1});
  std::vector<std::future<Code>> all;
  for (int i = 0; i < 8; ++i)
    all.push_back(std::async(std::launch::async, [&basic, i] {
      return basic->authenticate(from(header("jane", std::to_string(i)))).error().code;
    }));
  int turned_away = 0;
  for (auto& one : all) turned_away += one.get() == Code::unavailable ? 1 : 0;
  CHECK(turned_away > 0);
  CHECK(turned_away < 8);
}

TEST_CASE("hashes of every bcrypt dialect are understood, others are not") {
  const std::string made = hash_password("pässword", cheap).value();
  CHECK(made.substr(0, 7) == "$2b$04$");
  for (const char* dialect : {"$2a", "$2b", "$2y"}) {
    const std::string hash = dialect + made.substr(3);
    CHECK(is_bcrypt(hash));
    CHECK(verify_password("pässword", hash));
    CHECK_FALSE(verify_password("passord", hash));
  }
  CHECK_FALSE(is_bcrypt("$2x" + made.substr(3)));
  CHECK_FALSE(is_bcrypt("$2b$32" + made.substr(6)));
  CHECK_FALSE(is_bcrypt("$6$salt$hash"));
  const std::string long_one(80, 'x');
  CHECK_FALSE(hash_password(long_one, cheap));
  CHECK(verify_password(long_one, hash_password(std::string(72, 'x'), cheap).value()));
  CHECK(hash_password("x").value().substr(0, 7) == "$2b$12$");
}

TEST_CASE("scopes grant what the standard says") {
  Scopes all, reader, mine;
  CHECK(all.add("all"));
  CHECK(reader.add("all/read"));
  CHECK(mine.add("statements/read/mine"));
  CHECK_FALSE(mine.add("example_scope"));
  CHECK(all.grants(Scope::authority_write));
  CHECK(reader.grants(Scope::statements_read_mine));
  CHECK(reader.grants(Scope::profile_read));
  CHECK_FALSE(reader.grants(Scope::state_write));
  CHECK_FALSE(reader.grants(Scope::define));
  CHECK(mine.grants(Scope::statements_read_mine));
  CHECK_FALSE(mine.grants(Scope::statements_read));
}

TEST_CASE("a cache forgets by age, by room and when it is cleared") {
  TimedCache<int> cache(2);
  const auto now = std::chrono::steady_clock::now();
  cache.put("a", 1, now + 10s);
  cache.put("b", 2, now + 20s);
  CHECK(cache.find("a", now) == 1);
  cache.put("c", 3, now + 20s);
  CHECK_FALSE(cache.find("b", now));
  CHECK(cache.find("a", now + 9s) == 1);
  CHECK_FALSE(cache.find("a", now + 10s));
  CHECK(cache.find("c", now) == 3);
  cache.clear();
  CHECK_FALSE(cache.find("c", now));
}
