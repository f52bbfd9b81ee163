#include "store/clickhouse/verify.h"

#include <functional>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "store/clickhouse/client/key_list.h"
#include "store/clickhouse/fixture.h"
#include "store/memory/blobs.h"
#include "store/memory/documents.h"
#include "store/open_blobs.h"
#include "store/testing/verify_fixture.h"

namespace lectern::store::clickhouse {
namespace {

using contract::check_one_fault;
using contract::go_on;
using contract::Verified;

Result<std::vector<std::string>> none_missing(const std::vector<std::string>&) {
  return std::vector<std::string>{};
}

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
    all.store_in(*stores);
  }

  Result<VerifyReport> verify(const MissingContents& missing = none_missing) {
    return clickhouse::verify(settings, "", missing, go_on);
  }
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

TEST_CASE("verify: terms that bear another verb's mark are a fault") {
  const auto address = test_server();
  if (!address) return;
  for (const bool refers : {false, true}) {
    Changed one(*address);
    const auto& id = refers ? one.all.referring.id : one.all.plain.id;
    one.backdoor.run("INSERT INTO lectern_test." + one.table +
                     "_lectern_terms SELECT term, stored, id, 7 FROM lectern_test." + one.table +
                     "_lectern_terms WHERE id = " + literal(id));
    check_one_fault(one.verify(), id.text() + ": its terms in ");
  }
}

TEST_CASE("verify: terms and marks of statements that are not there are faults") {
  const auto address = test_server();
  if (!address) return;
  {
    // Behind all others, and before them.
    for (const char* stored : {"stored + 1", "stored - 100000000"}) {
      Changed one(*address);
      const Uuid lost = Uuid::random();
      one.backdoor.run("INSERT INTO lectern_test." + one.table + "_lectern_terms SELECT term, " +
                       stored + ", " + literal(lost) + ", verb FROM lectern_test." + one.table +
                       "_lectern_terms WHERE id = " + literal(one.all.rows.back().id));
      check_one_fault(one.verify(), lost.text() + ": ");
    }
  }
  Changed one(*address);
  const Uuid lost = Uuid::random();
  one.backdoor.run("INSERT INTO lectern_test." + one.table + "_lectern_marks VALUES (3, " +
                   literal(lost) + ", 'verb:x')");
  check_one_fault(one.verify(), lost.text() + ": terms that it takes over are in ");
  Changed other(*address);
  std::string value;
  for (const char c : ReferredMark{1, lost, false}.text())
    value += fmt::format("{:02x}", static_cast<unsigned char>(c));
  other.backdoor.run("INSERT INTO lectern_test." + other.table + "_lectern_marks SELECT 2, " +
                     literal(other.all.plain.id) + ", unhex('" + value + "')");
  check_one_fault(other.verify(), lost.text() + ": its reference is in ");
}

TEST_CASE("verify: what a write that came to nothing left under its reservation is no fault") {
  const auto address = test_server();
  if (!address) return;
  Changed one(*address);
  const Uuid left = Uuid::random();
  const auto copy = [&](const std::string& suffix, const std::string& columns) {
    const auto name = "lectern_test." + one.table + suffix;
    one.backdoor.run("INSERT INTO " + name + " SELECT " + columns + " FROM " + name +
                     " WHERE id = " + literal(one.all.plain.id));
  };
  copy("_lectern_ids", literal(left) + ", stored, hash, timestamp, owner, at, state");
  copy("_lectern_terms", "term, stored, " + literal(left) + ", verb");
  contract::check_whole(one.verify(), 4);
}

TEST_CASE("verify: an attachment that its place lacks is a fault") {
  const auto address = test_server();
  if (!address) return;
  Changed one(*address);
  Verified more;
  auto stores = open_clickhouse(one.settings);
  REQUIRE(stores.has_value());
  stores->documents = std::make_unique<memory::MemoryDocuments>();
  stores->blobs = std::make_unique<memory::MemoryBlobs>();
  more.store_in(*stores);
  const auto in = [](BlobStore& place) {
    return [&place](const std::vector<std::string>& sha2) {
      return missing_contents(place, "", sha2);
    };
  };
  const auto whole = one.verify(in(*stores->blobs));
  contract::check_whole(whole, 9);
  CHECK(whole->attachments == 1);
  memory::MemoryBlobs empty;
  check_one_fault(one.verify(in(empty)),
                  more.attached.text() + ": its attachment " + more.sha2 + " is missing");
}

}  // namespace lectern::store::clickhouse
