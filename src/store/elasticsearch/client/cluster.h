#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/result.h"
#include "base/time/time.h"
#include "net/http_client.h"
#include "store/elasticsearch/settings.h"

namespace lectern::store::elasticsearch {

/// An answer of the cluster: a status below 500 and a JSON text.
struct Reply {
  int status = 0;
  std::unique_ptr<json::Document> document;
  std::shared_ptr<net::AnswerShare> share = {};  ///< what its text takes of net::all_answers()

  json::Value root() const { return document->root(); }
  bool ok() const { return status / 100 == 2; }
  /// `error.type` of a refusal, such as "index_not_found_exception"; "" when there is none.
  std::string error_type() const;
  /// The refusal in one line, for the log.
  std::string error_reason() const;
};

/// A request as the caller sees it: the host is chosen by Cluster.
struct Call {
  std::string_view method = "GET";
  std::string path;  ///< from the slash on, with the query
  std::string_view body = {};
  std::string_view content_type = "application/json";
  /// Never sent twice: after a broken connection neither this node nor the next one is asked again.
  bool once = false;
  /// Bytes of the answer, beyond which it is not read on and the error is too_large; 0: as many as
  /// all answers together may have, and it is unavailable.
  std::size_t answer_bytes_max = 0;
};

/// The nodes behind HOSTS, asked one after another until one answers. Thread-safe.
class Cluster {
 public:
  explicit Cluster(const ElasticsearchSettings& settings);

  /// One round trip. A request may be carried out twice, when a node takes it and the connection
  /// breaks before the answer: callers send only what bears that. Errors: unavailable (no node
  /// answers in time, as Elasticsearch does, or all are too busy); too_large for the request, or
  /// for an answer beyond Call::answer_bytes_max.
  Result<Reply> call(const Call& call, Deadline deadline);
  /// As call(), and fails with `internal` when the answer is a refusal.
  Result<Reply> expect_ok(const Call& call, Deadline deadline);

  /// For the log: the hosts without passwords.
  std::string location() const;

 private:
  Result<net::HttpResponse> ask_hosts(const Call& call, Deadline deadline);

  std::vector<std::string> hosts_;
  net::HttpClient client_;
  std::atomic<std::size_t> current_{0};  // the host that answered last
};

/// The Error for a refusal nobody foresaw.
Error refusal(const Call& call, const Reply& reply);

}  // namespace lectern::store::elasticsearch
