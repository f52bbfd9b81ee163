#include "store/clickhouse/read/lookup_batcher.h"

#include <algorithm>
#include <map>

namespace lectern::store::clickhouse {

template <typename Key, typename Value>
Result<std::vector<Value>> LookupBatcher<Key, Value>::find(std::span<const Key> keys,
                                                           Deadline deadline) {
  if (keys.size() > keys_max_) return find_(keys, deadline);
  const auto lookup = std::make_shared<Lookup>(Lookup{{keys.begin(), keys.end()}, deadline});
  if (!executor_.submit(lookup, 1, deadline))
    return fail(Code::unavailable, "The database is too slow", "find() passed its deadline");
  return std::move(lookup->found);
}

template <typename Key, typename Value>
void LookupBatcher<Key, Value>::run(const Lookups& lookups) {
  std::vector<Key> keys;
  Deadline deadline = Deadline::min();
  for (const auto& lookup : lookups) {
    keys.insert(keys.end(), lookup->keys.begin(), lookup->keys.end());
    deadline = std::max(deadline, lookup->deadline);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  const auto found = find_(keys, deadline);
  std::map<Key, const Value*> by_key;
  if (found)
    for (const Value& one : *found) by_key.emplace(key_of(one), &one);
  for (const auto& lookup : lookups) {
    if (!found) {
      lookup->found = fail(found.error());
      continue;
    }
    for (const Key& key : lookup->keys)
      if (const auto at = by_key.find(key); at != by_key.end())
        lookup->found->push_back(*at->second);
  }
}

template class LookupBatcher<Uuid, FoundRow>;
template class LookupBatcher<Uuid, Uuid>;
template class LookupBatcher<xapi::Position, StatementRow>;
template class LookupBatcher<TermHash, NewestPostings>;

}  // namespace lectern::store::clickhouse
