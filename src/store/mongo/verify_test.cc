#include "store/mongo/verify.h"

#include <doctest/doctest.h>

#include "store/mongo/fixture.h"
#include "store/testing/verify_fixture.h"

namespace lectern::store::mongo {
namespace {

using contract::check_one_fault;
using contract::go_on;
using contract::Verified;

/// A collection with statements of each kind, and a way to change it behind Lectern's back.
struct Changed {
  TestDatabase database;
  Verified all;
  std::unique_ptr<Pool> pool;

  explicit Changed(const std::string& server) : database(server) {
    {
      const auto stores = database.open();
      all.store_in(stores);
    }
    auto opened = Pool::open({test_uri(server), 4, 10'000});
    REQUIRE(opened.has_value());
    pool = std::move(*opened);
  }

  Result<VerifyReport> verify() { return mongo::verify(database.settings(), "", go_on); }

  void update(const Uuid& id, const Bson& change) {
    Bson filter, one, command;
    filter.uuid("lectern.id", id);
    one.object("q", filter).object("u", change);
    command.text("update", "marsha").array("updates", Array().object(one).get());
    auto client = pool->lease(Deadline::max());
    REQUIRE(client.has_value());
    REQUIRE(client->write_bulk(database.name, std::move(command)).has_value());
  }
  void unset(const Uuid& id, const char* name) {
    Bson member, change;
    member.text(name, "");
    update(id, change.object("$unset", member));
  }
  void set(const Uuid& id, const Bson& members) {
    Bson change;
    update(id, change.object("$set", members));
  }
  void remove(const std::string& collection, const std::string& id) {
    Bson filter, one, command;
    one.object("q", filter.text("_id", id)).small("limit", 1);
    command.text("delete", collection).array("deletes", Array().object(one).get());
    auto client = pool->lease(Deadline::max());
    REQUIRE(client.has_value());
    const auto written = client->write_bulk(database.name, std::move(command));
    REQUIRE(written.has_value());
    REQUIRE(written->count == 1);
  }
};

}  // namespace

TEST_CASE("verify: what is whole has no fault") {
  const auto server = test_server();
  if (!server) return;
  Changed one(*server);
  const auto report = one.verify();
  contract::check_whole(report, 5);
  CHECK(report->documents == 1);
  CHECK(report->attachments == 1);
}

TEST_CASE("verify: a document without Lectern's part, or without Ralph's, is a fault") {
  const auto server = test_server();
  if (!server) return;
  {
    Changed one(*server);
    one.unset(one.all.plain.id, "lectern");
    // Who refers to it does not lose what it took over.
    check_one_fault(one.verify(), one.all.plain.id.text() + ": it lacks Lectern's part");
  }
  Changed other(*server);
  other.unset(other.all.plain.id, "_source");
  check_one_fault(other.verify(), other.all.plain.id.text() + ": it lacks Ralph's _source");
}

TEST_CASE("verify: what another program changed of a statement is a fault") {
  const auto server = test_server();
  if (!server) return;
  Changed one(*server);
  Bson changed;
  one.set(one.all.plain.id, changed.text("_source.actor.mbox", "mailto:eve@example.org"));
  check_one_fault(one.verify(),
                  one.all.plain.id.text() + ": Ralph's _source is not that of its text");
}

TEST_CASE("verify: terms, inherited ones and the voided mark are looked at") {
  const auto server = test_server();
  if (!server) return;
  {
    Changed one(*server);
    Bson terms;
    one.set(one.all.plain.id, terms.array("lectern.terms", Array().get()));
    check_one_fault(one.verify(), "terms of its text are missing");
  }
  {
    Changed one(*server);
    Array own;
    for (const auto& term : one.all.rows[2].terms) own.text(term.text());
    Bson terms;
    one.set(one.all.referring.id, terms.array("lectern.terms", own.get()));
    check_one_fault(one.verify(), one.all.referring.id.text() + ": terms that it takes over");
  }
  Changed other(*server);
  other.unset(other.all.voided.id, "lectern.voided");
  check_one_fault(other.verify(),
                  other.all.voided.id.text() + ": it was voided, and is not marked so");
}

TEST_CASE("verify: an attachment that is missing, or lacks a piece, is a fault") {
  const auto server = test_server();
  if (!server) return;
  Changed one(*server);
  one.remove("marsha.lectern.blobs", one.all.sha2 + "/0");
  check_one_fault(one.verify(), "attachment " + one.all.sha2 + " is not what its hash says");
  one.remove("marsha.lectern.blobs", one.all.sha2);
  check_one_fault(one.verify(), one.all.attached.text() + ": its attachment " + one.all.sha2);
}

}  // namespace lectern::store::mongo
