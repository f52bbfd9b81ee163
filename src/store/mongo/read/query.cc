#include "store/mongo/read/query.h"

#include <algorithm>
#include <limits>

#include "base/page_bytes.h"
#include "base/time/micros.h"
#include "store/mongo/schema/layout.h"

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

Result<Page> read_page(Client& client, const std::string& database, const Collection& place,
                       const Filter& filter, const PageRequest& request) {
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
  RETURN_IF_ERROR(client.find(database, place.collection, filter_of(filter, request),
                              options_of(request), read));
  return page;
}

}  // namespace lectern::store::mongo
