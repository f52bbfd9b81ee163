#pragma once

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/http_client.h"
#include "xapi/version.h"

namespace lectern::cli::conformance {

/// The LRS under test, and how to speak to it.
struct Subject {
  std::string url;  ///< the endpoint, which `/statements` is appended to
  std::string username;
  std::string password;
};

using Query = std::vector<std::pair<std::string, std::string>>;

/// One request of a check.
struct Call {
  std::string method = "GET";
  std::string path;  ///< `/statements`, or an absolute path such as a `more` link
  Query query{};
  std::string body{};
  net::HttpHeaders headers{};  ///< besides version, credentials and, for JSON, the type
  bool authenticated = true;
  std::string version{};  ///< other than the check's; "-" sends none
};

/// What a run has stored in the LRS under test.
struct Traces {
  std::set<std::string> statements{};  ///< ids; for good: xAPI cannot delete them
  std::vector<Call> documents{};       ///< the DELETE of each document that was written
};

/// Speaks to an LRS for one check in one version. Errors of its calls end the check as failed.
class Probe {
 public:
  Probe(net::HttpClient& client, const Subject& subject, xapi::Version version, Traces& traces)
      : client_(client), subject_(subject), version_(version), traces_(traces) {}

  xapi::Version version() const { return version_; }
  bool is_2_0() const { return version_ == xapi::Version::v2_0_0; }

  /// Sends it. Errors: unavailable.
  Result<net::HttpResponse> send(const Call& call);
  /// Sends it and wants one of these statuses. Errors: invalid, saying what came instead.
  Result<net::HttpResponse> expect(std::initializer_list<int> statuses, const Call& call);

  /// POSTs statements (JSON texts), wants 200, and waits until the LRS says that they are readable.
  Result<void> store(std::initializer_list<std::string> statements);
  /// The ids of the statements that a query lists, all pages of it.
  Result<std::vector<std::string>> list(const Query& query);
  /// list(), compared with what must come, in any order.
  Result<void> expect_list(const Query& query, std::vector<std::string> ids);

 private:
  Result<void> wait_until_readable(std::string_view instant);
  void remember(const Call& call, const net::HttpResponse& answer);
  net::HttpClient& client_;
  const Subject& subject_;
  const xapi::Version version_;
  Traces& traces_;
};

/// A failed expectation.
tl::unexpected<Error> unmet(std::string what);

/// Values that no other check uses.
std::string fresh_id();
std::string fresh_iri();
std::string fresh_agent();  ///< an Agent with a fresh mbox, as JSON

/// A small valid statement; `more` is appended as members, e.g. `"result":{}`.
std::string statement(const std::string& id, const std::string& agent, const std::string& activity,
                      const std::string& more = {});
/// A statement whose object refers to another one.
std::string referring(const std::string& id, const std::string& agent, const std::string& target,
                      bool voiding = false);

}  // namespace lectern::cli::conformance
