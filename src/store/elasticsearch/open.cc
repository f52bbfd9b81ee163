#include "store/elasticsearch/open.h"

#include "net/silence_watch.h"
#include "store/common/watermark/clock_check.h"
#include "store/elasticsearch/blobs.h"
#include "store/elasticsearch/documents.h"
#include "store/elasticsearch/migration.h"
#include "store/elasticsearch/schema/index_names.h"
#include "store/elasticsearch/statements.h"
#include "store/elasticsearch/write/writers.h"

namespace lectern::store::elasticsearch {
namespace {

/// What both stores use; lives as long as the last of them.
struct Connection {
  explicit Connection(ElasticsearchSettings its_settings)
      : settings(std::move(its_settings)), cluster(settings), probes(options_of(settings)) {
    for (const auto& host : settings.hosts)
      silences.push_back(std::make_unique<net::SilenceWatch>(
          net::without_credentials(host), net::calls_to(host),
          [this, url = host + "/"](std::chrono::milliseconds within) {
            const auto answer = probes.send({"GET", url, {}, {}, within});
            return answer && answer->status < 500;
          }));
  }

  static net::HttpOptions options_of(const ElasticsearchSettings& settings) {
    net::HttpOptions options;
    options.ca_file = settings.ca_file;
    options.verify_tls = settings.verify_tls;
    return options;
  }

  const ElasticsearchSettings settings;
  Cluster cluster;
  net::HttpClient probes;
  /// Each notices when a node answers again after a cut of the line.
  std::vector<std::unique_ptr<net::SilenceWatch>> silences;
};

/// StatementDocument in a base that comes first, so that the connection outlives the store; shared,
/// since the stores may be destroyed in any order.
struct Holder {
  std::shared_ptr<Connection> connection;
};

/// A store together with its connection, which is the same for all of them.
template <typename Store>
class Connected final : private Holder, public Store {
 public:
  explicit Connected(const std::shared_ptr<Connection>& shared)
      : Holder{shared}, Store(shared->cluster, shared->settings) {}
};

}  // namespace

Result<void> check_target(const StoreSettings&, const std::string& target) {
  RETURN_IF_ERROR(index_names({}, target));
  return {};
}

Result<Stores> open(const StoreSettings& from) {
  TRY(auto settings, read_settings(from));
  const auto connection = std::make_shared<Connection>(std::move(settings));
  // Its lists rest on its own clock, beside those of other processes (docs/CONSISTENCY.md, W14).
  ElasticsearchWriters clock(connection->cluster, "", Uuid{});
  RETURN_IF_ERROR(
      check_clock_at_start([&](Deadline deadline) { return clock.database_now(deadline); }));
  Stores stores;
  stores.statements = std::make_unique<Connected<ElasticsearchStatements>>(connection);
  stores.documents = std::make_unique<Connected<ElasticsearchDocuments>>(connection);
  stores.blobs = std::make_unique<Connected<ElasticsearchBlobs>>(connection);
  stores.few_document_callers = true;  // a round trip costs more than the documents in it
  stores.migration = std::make_unique<Connected<ElasticsearchMigration>>(connection);
  stores.location = connection->cluster.location() + "/" + connection->settings.default_index;
  return stores;
}

}  // namespace lectern::store::elasticsearch
