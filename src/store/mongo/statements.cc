#include "store/mongo/statements.h"

#include <algorithm>
#include <unordered_set>

#include "base/log.h"
#include "base/page_bytes.h"
#include "store/common/page_merge.h"
#include "store/common/reference_resolver.h"
#include "store/mongo/read/lookup.h"
#include "store/mongo/read/query.h"
#include "store/mongo/write/append.h"

namespace lectern::store::mongo {

Result<std::vector<AppendOutcome>> MongoStatements::append(const Context& context,
                                                           std::span<Row> rows,
                                                           OnConflict on_conflict) {
  if (rows.empty()) return std::vector<AppendOutcome>{};
  return MongoAppend(*database_, context, rows, on_conflict).run();
}

Result<std::vector<StoredStatement>> MongoStatements::find(const Context& context,
                                                           std::span<const Uuid> ids) {
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  std::vector<StoredStatement> found;
  std::size_t bytes = 0;
  std::unordered_set<Uuid> missing(ids.begin(), ids.end());
  const auto take = [&](StoredStatement one) {
    bytes += one.json.size();
    missing.erase(one.position.id);
    found.push_back(std::move(one));
    return bytes < page_bytes_max();
  };
  RETURN_IF_ERROR(find_ours(client, database_->name(), place, ids, take));
  if (missing.empty() || bytes >= page_bytes_max()) return found;
  TRY(auto foreign, find_foreign(client, database_->name(), place, {missing.begin(), missing.end()},
                                 page_bytes_max() - bytes));
  std::move(foreign.begin(), foreign.end(), std::back_inserter(found));
  return found;
}

Result<Page> MongoStatements::query(const Context& context, const Filter& filter,
                                    const PageRequest& request) {
  TRY(const auto place, database_->place(context));
  TRY(auto client, database_->lease(context));
  TRY(auto page, read_page(client, database_->name(), place, filter, request));
  const auto terms = terms_of_marked(filter.all_of);
  if (!terms) return page;
  // In queries of their own: MongoDB does not walk an index in order for either of two terms.
  const Filter marked{*terms, filter.since, filter.until};
  InheritanceWatch& watch = watch_of(place.collection);
  auto known = watch.known(filter.until);
  if (!known) {
    const auto look = [&]() -> Result<bool> {
      TRY(const auto any,
          read_page(client, database_->name(), place, {{inherits_more}, {}, {}}, {{}, 1}));
      return !any.rows.empty();
    };
    TRY(known, watch.ask(filter.until, promised_.load(), context.deadline, look));
  }
  if (!*known) return page;
  TRY(auto others, read_page(client, database_->name(), place, marked, request));
  return merged(std::move(page), std::move(others), request);
}

InheritanceWatch& MongoStatements::watch_of(const std::string& collection) {
  const MutexLock lock(mutex_);
  return marked_[collection];
}

Result<Time> MongoStatements::consistent_through(const Context& context) {
  TRY(const auto settled, database_->watermark().settled(context.deadline));
  for (Time promised = promised_; promised < settled.through;)
    if (promised_.compare_exchange_weak(promised, settled.through)) break;
  return settled.through;
}

Health MongoStatements::health() {
  auto client = database_->pool().lease(Deadline::max());
  if (!client) return Health::away;
  Bson ping, status;
  ping.small("ping", 1);
  if (const auto answer = client->read("admin", std::move(ping)); !answer) {
    log::warning("MongoDB does not answer a ping: {}", answer.error().detail);
    return Health::away;
  }
  status.small("serverStatus", 1);
  const auto answer = client->read("admin", std::move(status));
  if (!answer) return Health::error;
  if (database_->watermark().is_kept_from_writing()) return Health::error;
  const auto ok = field(answer->view(), "ok");
  return ok && ok->integer() == 1 ? Health::ok : Health::error;
}

}  // namespace lectern::store::mongo
