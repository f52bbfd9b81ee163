#include "store/clickhouse/migration/verify.h"

#include <functional>

#include <doctest/doctest.h>

#include "store/clickhouse/client/key_list.h"
#include "store/clickhouse/fixture.h"
#include "store/testing/verify_fixture.h"

namespace lectern::store::clickhouse {
namespace {

using contract::check_one_fault;
using contract::go_on;
using contract::Verified;

/// A table with statements of each kind, and a way to change it behind Lectern's back.
struct Changed {
  StoreSettings settings;
  Backdoor backdoor;
  Verified all;
  std::string table = fresh_table();

  explicit Changed(const std::string& address)
      : settings(settings_for(address)), backdoor(address) {
    settings.statements_only = true;
    settings.values["EVENT_TABLE_NAME"] = table;
    const auto stores = open_clickhouse(settings);
    REQUIRE(stores.has_value());
    all.store_in(*stores->statements);
  }

  Result<VerifyReport> verify() { return clickhouse::verify(settings, "", go_on); }
  /// Deletes rows of a table, and waits until they are gone.
  void remove(const std::string& suffix, const std::string& where) {
    backdoor.run("ALTER TABLE lectern_test." + table + suffix + " DELETE WHERE " + where +
                 " SETTINGS mutations_sync = 2");
  }
};

}  // namespace

TEST_CASE("verify: what is whole has no fault") {
  const auto address = test_server();
  if (!address) return;
  Changed one(*address);
  contract::check_whole(one.verify(), 4);
}

TEST_CASE("verify: Ralph's row without ours, and ours without Ralph's, are faults") {
  const auto address = test_server();
  if (!address) return;
  {
    Changed one(*address);
    one.remove("", "event_id = '" + one.all.plain.id.text() + "'");
    check_one_fault(one.verify(), one.all.plain.id.text() + ": Ralph's row is missing");
  }
  Changed other(*address);
  other.remove("_lectern_rows", "id = " + literal(other.all.plain.id));
  check_one_fault(other.verify(), other.all.plain.id.text() + ": it lacks Lectern's part");
}

TEST_CASE("verify: what another program changed of a statement is a fault") {
  const auto address = test_server();
  if (!address) return;
  Changed one(*address);
  one.backdoor.run("ALTER TABLE lectern_test." + one.table +
                   " UPDATE event = replaceAll(event, 'ada', 'eve') WHERE event_id = '" +
                   one.all.plain.id.text() + "' SETTINGS mutations_sync = 2");
  check_one_fault(one.verify(), one.all.plain.id.text() + ": Ralph's row in ");
}

TEST_CASE("verify: ids, terms, references and voided marks are looked at") {
  const auto address = test_server();
  if (!address) return;
  struct Case {
    const char* suffix;
    std::function<std::string(const Verified&)> where, words;
  };
  const Case cases[] = {
      {"_lectern_ids", [](const Verified& all) { return "id = " + literal(all.plain.id); },
       [](const Verified& all) { return all.plain.id.text() + ": its id is missing"; }},
      {"_lectern_terms", [](const Verified& all) { return "id = " + literal(all.plain.id); },
       [](const Verified& all) { return all.plain.id.text() + ": 0 of its "; }},
      {"_lectern_marks",
       [](const Verified& all) { return "kind = 2 AND id = " + literal(all.plain.id); },
       [](const Verified& all) { return all.referring.id.text() + ": its reference is missing"; }},
      {"_lectern_marks",
       [](const Verified& all) { return "kind = 1 AND id = " + literal(all.voided.id); },
       [](const Verified& all) {
         return all.voided.id.text() + ": it was voided, and is not marked so";
       }},
      {"_lectern_marks",
       [](const Verified& all) { return "kind = 3 AND id = " + literal(all.referring.id); },
       [](const Verified& all) { return all.referring.id.text() + ": terms that it takes over"; }},
  };
  for (const auto& one : cases) {
    Changed changed(*address);
    changed.remove(one.suffix, one.where(changed.all));
    check_one_fault(changed.verify(), one.words(changed.all));
  }
}

}  // namespace lectern::store::clickhouse
