#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/result.h"
#include "net/http_client.h"
#include "pipeline/data/backend.h"

namespace lectern::pipeline::es {

using Documents = std::unique_ptr<json::Document>;

/// For a setting with a value that is none of those allowed.
tl::unexpected<Error> not_allowed(std::string_view key, std::string_view value,
                                  std::string_view allowed);

/// Whether the same request may succeed later, by its status.
bool may_pass(int status);

/// The nodes of a cluster, asked one after another until one answers. Thread-safe.
class Nodes {
 public:
  /// Those that the settings name. Errors: invalid, naming the setting.
  static Result<std::unique_ptr<Nodes>> open(const DataValues& values);

  /// One round trip; `request` has a path in the place of its URL. `failed` is what an Error begins
  /// with: unavailable, where the same request may succeed later; method_not_allowed where the
  /// server has no such address, as OpenSearch has not all of them; invalid.
  Result<Documents> ask(std::string_view failed, const net::HttpRequest& request);

 private:
  Nodes(std::vector<std::string> hosts, net::HttpOptions options)
      : hosts_(std::move(hosts)), client_(std::move(options)) {}

  Result<net::HttpResponse> ask_any(std::string_view failed, net::HttpRequest request);

  const std::vector<std::string> hosts_;
  net::HttpClient client_;
  std::atomic<std::size_t> current_{0};  // the host that answered last
};

/// A request of a node, its path in the place of the URL. Views the body.
net::HttpRequest request_of(std::string method, std::string path, std::string_view body = {},
                            std::string_view type = "application/json");

/// A member that is a string, else "".
std::string text_member(json::Value object, std::string_view key);

}  // namespace lectern::pipeline::es
