#include "store/mongo/statements.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "base/log.h"
#include "base/page_bytes.h"
#include "base/time/micros.h"
#include "store/common/page_merge.h"
#include "store/mongo/schema/layout.h"
#include "store/mongo/write/append.h"
#include "store/mongo/write/references.h"

namespace lectern::store::mongo {
namespace {

/// MongoDB starts from the first term.
xapi::Terms rarest_first(xapi::Terms terms) {
  std::stable_sort(terms.begin(), terms.end(), [](const xapi::Term& a, const xapi::Term& b) {
    return xapi::selectivity_rank(a.kind) < xapi::selectivity_rank(b.kind);
  });
  return terms;
}

/// The range of `stored` is always given, so that sparse indexes count as complete.
Bson filter_of(const Filter& filter, const PageRequest& page) {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
  if (filter.since) low = micros_of(*filter.since) + 1;
  if (filter.until) high = micros_of(*filter.until);
  Bson query;
  if (!filter.all_of.empty()) {
    const auto terms = rarest_first(filter.all_of);
    if (terms.size() == 1) {
      query.text("lectern.terms", terms[0].text());
    } else {
      Array all;
      for (const auto& term : terms) all.text(term.text());
      Bson every;
      every.array("$all", all.get());
      query.object("lectern.terms", every);
    }
  }
  if (page.after) {
    auto& bound = page.ascending ? low : high;
    bound = page.ascending ? std::max(bound, micros_of(page.after->stored))
                           : std::min(bound, micros_of(page.after->stored));
  }
  Bson range;
  range.integer("$gte", low).integer("$lte", high);
  query.object("lectern.stored", range);
  if (page.after) {
    Bson other_instant, instant, further, id;
    other_instant.integer("$ne", micros_of(page.after->stored));
    instant.object("lectern.stored", other_instant);
    further.uuid(page.ascending ? "$gt" : "$lt", page.after->id);
    id.object("lectern.id", further);
    query.array("$or", Array().object(instant).object(id).get());
  }
  if (!filter.voided_too) {
    Bson not_voided;
    not_voided.flag("$ne", true);
    query.object("lectern.voided", not_voided);
  }
  return query;
}

Bson options_of(const PageRequest& page) {
  const auto rows = static_cast<std::int64_t>(page.rows_max) + 1;
  Bson fields, order, options;
  fields.small("_id", 0);
  for (const char* name : {"lectern.id", "lectern.stored", "lectern.text", "lectern.refers_to"})
    fields.small(name, 1);
  const std::int32_t direction = page.ascending ? 1 : -1;
  order.small("lectern.stored", direction).small("lectern.id", direction);
  options.object("projection", fields)
      .object("sort", order)
      .integer("limit", rows)
      .integer("batchSize", rows);
  return options;
}

}  // namespace

Result<std::vector<AppendOutcome>> MongoStatements::append(const Context& context,
                                                           std::span<Row> rows,
                                                           OnConflict on_conflict) {
  if (rows.empty()) return std::vector<AppendOutcome>{};
  return MongoAppend(*database_, context, rows, on_conflict).run();
}

Result<void> find_ours(Client& client, const std::string& database, const Collection& place,
                       std::span<const Uuid> ids,
                       const std::function<bool(StoredStatement)>& take) {
  if (ids.empty()) return {};
  Array wanted;
  for (const Uuid& id : ids) wanted.uuid(id);
  Bson any, filter, options;
  any.array("$in", wanted.get());
  filter.object("lectern.id", any);
  options.object("projection", found_fields())
      .integer("batchSize", static_cast<std::int64_t>(ids.size()) + 1);
  return client.find(database, place.collection, filter, options, [&](View document) {
    auto one = found_of(document);
    return !one || take(std::move(*one));
  });
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
  TRY(auto page, page_of(client, place, filter, request));
  const auto terms = terms_of_marked(filter.all_of);
  if (!terms) return page;
  // In queries of their own: MongoDB does not walk an index in order for either of two terms.
  const Filter marked{*terms, filter.since, filter.until};
  InheritanceWatch& watch = watch_of(place.collection);
  auto known = watch.known(filter.until);
  if (!known) {
    const auto look = [&]() -> Result<bool> {
      TRY(const auto any, page_of(client, place, {{inherits_more}, {}, {}}, {{}, 1}));
      return !any.rows.empty();
    };
    TRY(known, watch.ask(filter.until, promised_.load(), context.deadline, look));
  }
  if (!*known) return page;
  TRY(auto others, page_of(client, place, marked, request));
  return merged(std::move(page), std::move(others), request);
}

Result<Page> MongoStatements::page_of(Client& client, const Collection& place, const Filter& filter,
                                      const PageRequest& request) {
  Page page;
  std::size_t bytes = 0;
  const auto read = [&](View document) {
    auto one = found_of(document);
    if (!one) return true;
    bytes += one->json.size();
    if (page.rows.size() == request.rows_max || (bytes > page_bytes_max() && !page.rows.empty())) {
      page.more = true;
      return false;
    }
    page.rows.push_back(
        {one->position, std::move(one->json), field(document, "lectern.refers_to").has_value()});
    return true;
  };
  RETURN_IF_ERROR(client.find(database_->name(), place.collection, filter_of(filter, request),
                              options_of(request), read));
  return page;
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
