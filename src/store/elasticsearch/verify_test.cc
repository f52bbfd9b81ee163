#include "store/elasticsearch/verify.h"

#include <doctest/doctest.h>

#include "store/elasticsearch/fixture.h"
#include "store/testing/verify_fixture.h"

namespace lectern::store::elasticsearch {
namespace {

using contract::check_one_fault;
using contract::go_on;
using contract::Verified;

/// An index with statements of each kind, and a way to change it behind Lectern's back. `shown`: it
/// held a document before Lectern came, so that `_source` shows our part.
struct Changed {
  Indices indices;
  std::string index;
  Verified all;

  explicit Changed(const std::string& url, bool shown = false)
      : indices(url), index(indices.add()) {
    if (shown) {
      REQUIRE(send("PUT", "", "/_doc/x?refresh=true", R"({"a":1})"));
      {
        const auto stores = open_at(url, index);
        store(stores);
      }
      REQUIRE(send("DELETE", "", "/_doc/x?refresh=true"));
      return;
    }
    const auto stores = open_at(url, index);
    store(stores);
  }

  void store(const Stores& stores) { all.store_in(stores); }
  bool send(const std::string& method, const std::string& suffix, const std::string& path,
            const std::string& body = "") {
    return ask(method, indices.url + "/" + index + suffix + path, body).status / 100 == 2;
  }
  /// Writes the document of a statement again, with one text in it replaced.
  void rewrite(const Uuid& id, const std::string& from, const std::string& to) {
    auto text = ask("GET", indices.url + "/" + index + "/_source/" + id.text()).body;
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(
        send("PUT", "", "/_doc/" + id.text() + "?refresh=true", text.replace(at, from.size(), to)));
  }
  Result<VerifyReport> verify() {
    return elasticsearch::verify(settings_for(indices.url, index), "", go_on);
  }
};

}  // namespace

TEST_CASE("verify: what is whole has no fault") {
  for (const auto& url : test_servers())
    for (const bool shown : {false, true}) {
      Changed one(url, shown);
      const auto report = one.verify();
      contract::check_whole(report, 5);
      CHECK(report->documents == 1);
      CHECK(report->attachments == 1);
    }
}

TEST_CASE("verify: a document that another program wrote over lacks Lectern's part") {
  for (const auto& url : test_servers()) {
    Changed one(url);
    const auto id = one.all.plain.id.text();
    REQUIRE(one.send("PUT", "", "/_doc/" + id + "?refresh=true", one.all.rows[0].json));
    check_one_fault(one.verify(), id + ": it lacks Lectern's part");
  }
}

TEST_CASE("verify: a document that lost the statement which Ralph reads is a fault") {
  for (const auto& url : test_servers()) {
    Changed one(url, true);
    const auto id = one.all.plain.id.text();
    one.rewrite(one.all.plain.id, "\"actor\":", "\"nobody\":");
    check_one_fault(one.verify(), id + ": the statement in its document");
  }
}

TEST_CASE("verify: references, voided marks and attachments are looked at") {
  for (const auto& url : test_servers()) {
    {
      Changed one(url);
      const auto id = one.all.plain.id.text() + ":" + one.all.referring.id.text();
      REQUIRE(one.send("DELETE", "-lectern-references", "/_doc/" + id));
      check_one_fault(one.verify(), one.all.referring.id.text() + ": its reference is missing");
    }
    {
      Changed one(url, true);
      one.rewrite(one.all.voided.id, ",\"voided\":true", "");
      check_one_fault(one.verify(),
                      one.all.voided.id.text() + ": it was voided, and is not marked so");
    }
    Changed one(url);
    REQUIRE(one.send("DELETE", "-lectern-blobs", "/_doc/" + one.all.sha2 + ":0"));
    check_one_fault(one.verify(), "attachment " + one.all.sha2 + " is not what its hash says");
    REQUIRE(one.send("DELETE", "-lectern-blobs", "/_doc/" + one.all.sha2));
    check_one_fault(one.verify(), one.all.attached.text() + ": its attachment " + one.all.sha2);
  }
}

}  // namespace lectern::store::elasticsearch
