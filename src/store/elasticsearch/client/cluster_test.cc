#include "store/elasticsearch/client/cluster.h"

#include <string>

#include <doctest/doctest.h>

#include "net/loopback_server.h"
#include "store/testing/answer_bytes.h"

namespace lectern::store::elasticsearch {
namespace {

constexpr std::size_t answer_bytes = 32UL * 1024 * 1024;

/// Answers every call with so many bytes.
struct Database {
  Database() { settings.hosts = {server.url()}; }

  const net::LoopbackServer server{[](const auto&) {
    return R"(200 OK)" + std::string("\r\n\r\n") + R"({"hits":")" +
           std::string(answer_bytes - 11, 'x') + "\"}";
  }};
  ElasticsearchSettings settings;
};

}  // namespace

TEST_CASE("answers of Elasticsearch to many callers share a budget of memory") {
  Database database;
  Cluster cluster(database.settings);
  contract::check_answers_share_a_budget(answer_bytes, [&] {
    return cluster.call({"GET", "/"}, Deadline::max());
  });
}

TEST_CASE("an answer of Elasticsearch is not read beyond what its caller wants") {
  Database database;
  Cluster cluster(database.settings);
  Call call{"GET", "/"};
  call.answer_bytes_max = answer_bytes;
  CHECK(cluster.call(call, Deadline::max()).has_value());
  call.answer_bytes_max = answer_bytes - 1;
  CHECK(cluster.call(call, Deadline::max()).error().code == Code::too_large);
}

}  // namespace lectern::store::elasticsearch
