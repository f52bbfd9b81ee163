#include <algorithm>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "store/testing/contract/contract.h"

namespace lectern::store::contract {
namespace {

Document document_of(std::string bytes, Time updated = Time{std::chrono::seconds{1'700'000'000}}) {
  auto etag = to_hex(sha1(bytes));
  return {"application/octet-stream", std::move(bytes), std::move(etag), updated};
}

DocumentKey key_of(std::string id, std::string owner = "owner", std::string registration = "") {
  return {DocumentKind::state, std::move(owner), std::move(registration), std::move(id)};
}

/// One target's documents, with failures turned into failed tests.
struct Documents {
  DocumentStore& store;
  Context context;

  template <typename T>
  static T value(Result<T> result) {
    REQUIRE_MESSAGE(result.has_value(), result.error().message, result.error().detail);
    return std::move(*result);
  }

  std::optional<Document> get(const DocumentKey& key) { return value(store.get(context, key)); }
  bool put(const DocumentKey& key, const Document& document, const Expect& expect = {}) {
    return value(store.put(context, key, document, expect));
  }
  bool erase(const DocumentKey& key, const Expect& expect = {}) {
    return value(store.erase(context, key, expect));
  }
  std::set<std::string> list(const DocumentSpace& space, std::optional<Time> since = {}) {
    std::set<std::string> names;
    for (const auto& name : value(store.list(context, space, since)))
      CHECK(names.insert(name.registration + "/" + name.id).second);
    return names;
  }
};

void check_writing(const Backend& backend) {
  SUBCASE("a document comes back as it was put, until it is erased") {
    auto subject = backend.open();
    Documents documents{*subject.documents, {subject.target}};
    std::string bytes(256, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i);
    CHECK(!documents.get(key_of("a")));
    CHECK(documents.put(key_of("a"), document_of(bytes)));
    const auto there = documents.get(key_of("a"));
    REQUIRE(there);
    CHECK(there->bytes == bytes);
    CHECK(there->etag == to_hex(sha1(bytes)));
    CHECK(there->content_type == "application/octet-stream");
    CHECK(there->updated == document_of("").updated);
    CHECK(documents.put(key_of("a"), document_of("")));
    CHECK(documents.get(key_of("a"))->bytes.empty());
    CHECK(documents.erase(key_of("a")));
    CHECK(!documents.get(key_of("a")));
    CHECK(documents.erase(key_of("a")));
  }
  SUBCASE("a write happens only when what it expects holds") {
    auto subject = backend.open();
    Documents documents{*subject.documents, {subject.target}};
    const auto one = document_of("one"), two = document_of("two");
    CHECK(!documents.put(key_of("a"), one, Expect::current(one.etag)));
    CHECK(!documents.erase(key_of("a"), Expect::current(one.etag)));
    CHECK(documents.put(key_of("a"), one, Expect::absent()));
    CHECK(!documents.put(key_of("a"), two, Expect::absent()));
    CHECK(!documents.put(key_of("a"), two, Expect::current(two.etag)));
    CHECK(documents.get(key_of("a"))->bytes == "one");
    CHECK(documents.put(key_of("a"), two, Expect::current(one.etag)));
    CHECK(!documents.erase(key_of("a"), Expect::current(one.etag)));
    CHECK(documents.get(key_of("a"))->bytes == "two");
    CHECK(documents.erase(key_of("a"), Expect::current(two.etag)));
    CHECK(!documents.get(key_of("a")));
    CHECK(documents.erase(key_of("a"), Expect::absent()));
  }
  SUBCASE("of several writes each happens when what it expects holds") {
    auto subject = backend.open();
    Documents documents{*subject.documents, {subject.target}};
    const auto one = document_of("one"), two = document_of("two");
    CHECK(documents.put(key_of("a"), one));
    CHECK(documents.put(key_of("b"), one));
    const std::vector<DocumentWrite> writes{{key_of("a"), two, Expect::absent()},
                                            {key_of("b"), two, Expect::current(one.etag)},
                                            {key_of("c"), two, Expect::absent()},
                                            {key_of("d"), two, Expect::current(one.etag)},
                                            {key_of("e"), two, Expect::anything()}};
    CHECK(Documents::value(subject.documents->put_many(documents.context, writes)) ==
          std::vector<bool>{false, true, true, false, true});
    CHECK(documents.get(key_of("a"))->bytes == "one");
    CHECK(documents.get(key_of("b"))->bytes == "two");
    CHECK(documents.get(key_of("c"))->bytes == "two");
    CHECK(!documents.get(key_of("d")));
    CHECK(documents.get(key_of("e"))->bytes == "two");
    CHECK(Documents::value(subject.documents->put_many(documents.context, {})).empty());
  }
  SUBCASE("several documents are read in the order they were asked for") {
    auto subject = backend.open();
    Documents documents{*subject.documents, {subject.target}};
    documents.put(key_of("a"), document_of("1"));
    documents.put(key_of("b"), document_of("2"));
    const std::vector keys{key_of("b"), key_of("none"), key_of("a"), key_of("b")};
    const auto all =
        Documents::value(subject.documents->get_many(documents.context, keys, Freshness::exact));
    REQUIRE(all.size() == 4);
    CHECK(all[0].value().bytes == "2");
    CHECK(!all[1]);
    CHECK(all[2].value().bytes == "1");
    CHECK(all[3].value().bytes == "2");
    CHECK(Documents::value(subject.documents->get_many(documents.context, {}, Freshness::exact))
              .empty());
  }
  SUBCASE("a stale document is one that was there, and written over only if it still is") {
    auto subject = backend.open();
    Documents documents{*subject.documents, {subject.target}};
    for (const auto kind : {DocumentKind::state, DocumentKind::activity_definition}) {
      const DocumentKey key{kind, "owner", "", ""}, none{kind, "nobody", "", ""};
      const auto recalled = [&] {
        const auto all = Documents::value(subject.documents->get_many(
            documents.context, std::vector{none, key}, Freshness::may_be_stale));
        REQUIRE(all.size() == 2);
        CHECK(!all[0]);
        return all[1];
      };
      CHECK(!recalled());
      for (int i = 0; i < 4; ++i) {
        const auto before = document_of(std::to_string(i)),
                   now = document_of(std::to_string(i + 1));
        const auto next = document_of(std::to_string(i + 2));
        CHECK(documents.put(key, before));
        CHECK(documents.put(key, now, Expect::current(before.etag)));
        const auto known = recalled();
        REQUIRE(known);
        CHECK(known->etag == to_hex(sha1(known->bytes)));
        const bool current = known->etag == now.etag;
        CHECK(documents.put(key, next, Expect::current(known->etag)) == current);
        CHECK(documents.get(key)->bytes == (current ? next.bytes : now.bytes));
        CHECK(!documents.put(key, before, Expect::current(before.etag)));
      }
    }
  }
  SUBCASE("clients that count in one document by compare-and-set lose no count") {
    auto subject = backend.open();
    const Context context{subject.target};
    const auto key = key_of("counter");
    REQUIRE(subject.documents->put(context, key, document_of("0"), {}).value_or(false));
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        for (int done = 0; done < 10;) {
          const auto there = subject.documents->get(context, key);
          if (!there || !*there) continue;
          const auto next = document_of(std::to_string(std::stoi((*there)->bytes) + 1));
          if (subject.documents->put(context, key, next, Expect::current((*there)->etag))
                  .value_or(false))
            ++done;
        }
      });
    }
    for (auto& client : clients) client.join();
    CHECK(subject.documents->get(context, key).value()->bytes == "40");
  }
  SUBCASE("documents, like everything, are kept apart by target") {
    auto subject = backend.open();
    Documents here{*subject.documents, {subject.target}};
    Documents there{*subject.documents, {subject.other_target}};
    CHECK(here.put(key_of("a"), document_of("here")));
    CHECK(!there.get(key_of("a")));
    CHECK(there.put(key_of("a"), document_of("there"), Expect::absent()));
    REQUIRE(there.store.erase_all(there.context, {DocumentKind::state, "owner", {}}).has_value());
    CHECK(here.get(key_of("a"))->bytes == "here");
  }
}

void check_keys(const Backend& backend) {
  SUBCASE("any bytes may stand in a key, and no two keys are mixed up") {
    auto subject = backend.open();
    Documents documents{*subject.documents, {subject.target}};
    const std::vector<DocumentKey> keys{
        key_of("bc", "a"),
        key_of("c", "ab"),
        key_of("", "abc"),
        key_of("c", "a", "b"),
        key_of(std::string("\0x", 2), "a"),
        key_of(std::string("x\0", 2), "a"),
        key_of(std::string("x\0\1", 3), std::string("a\0", 2)),
        key_of("caf\xC3\xA9 \xFF", "a"),
        key_of("A", "a"),
        key_of("a", "a"),
        key_of("../a/$b.c?d#e%2F'\"", "a"),
        {DocumentKind::agent_profile, "a", "", "bc"},
        {DocumentKind::activity_profile, "a", "", "bc"},
        {DocumentKind::activity_definition, "a", "", ""},
        {DocumentKind::person, "a", "", ""},
    };
    for (std::size_t i = 0; i < keys.size(); ++i)
      CHECK(documents.put(keys[i], document_of(std::to_string(i)), Expect::absent()));
    for (std::size_t i = 0; i < keys.size(); ++i)
      CHECK(documents.get(keys[i])->bytes == std::to_string(i));
    CHECK(documents.list({DocumentKind::person, "a", {}}) == std::set<std::string>{"/"});
  }
  SUBCASE("a space lists its own documents, by registration and since an instant") {
    auto subject = backend.open();
    Documents documents{*subject.documents, {subject.target}};
    const Time early{std::chrono::seconds{100}}, late{std::chrono::seconds{200}};
    documents.put(key_of("a"), document_of("1", early));
    documents.put(key_of("b", "owner", "r1"), document_of("2", late));
    documents.put(key_of("c", "owner", "r2"), document_of("3", late));
    documents.put(key_of("d", "other"), document_of("4", late));
    documents.put({DocumentKind::agent_profile, "owner", "", "e"}, document_of("5", late));
    using Names = std::set<std::string>;
    const auto state = DocumentKind::state;
    CHECK(documents.list({state, "owner", {}}) == Names{"/a", "r1/b", "r2/c"});
    CHECK(documents.list({state, "owner", ""}) == Names{"/a"});
    CHECK(documents.list({state, "owner", "r1"}) == Names{"r1/b"});
    CHECK(documents.list({state, "owner", {}}, early) == Names{"r1/b", "r2/c"});
    CHECK(documents.list({state, "owner", {}}, late).empty());
    CHECK(documents.list({state, "nobody", {}}).empty());
  }
  SUBCASE("erasing a space leaves the others alone") {
    auto subject = backend.open();
    Documents documents{*subject.documents, {subject.target}};
    for (const auto* registration : {"", "r1", "r2"})
      documents.put(key_of("a", "owner", registration), document_of("x"));
    documents.put(key_of("a", "owner2"), document_of("x"));
    const auto erase_all = [&](const DocumentSpace& space) {
      REQUIRE(documents.store.erase_all(documents.context, space).has_value());
    };
    erase_all({DocumentKind::agent_profile, "owner", {}});
    CHECK(documents.list({DocumentKind::state, "owner", {}}).size() == 3);
    erase_all({DocumentKind::state, "owner", "r1"});
    CHECK(documents.list({DocumentKind::state, "owner", {}}) ==
          std::set<std::string>{"/a", "r2/a"});
    erase_all({DocumentKind::state, "owner", {}});
    CHECK(documents.list({DocumentKind::state, "owner", {}}).empty());
    CHECK(documents.get(key_of("a", "owner2")));
  }
}

void put_blob(Subject& subject, const std::string& sha2, const std::string& bytes) {
  const Blob blob{sha2, bytes};
  REQUIRE(subject.blobs->put({subject.target}, {&blob, 1}).has_value());
}

void check_blobs_of_a_batch(const Backend& backend) {
  SUBCASE("attachments of a batch are all kept, large ones, empty ones and known ones among them") {
    auto subject = backend.open();
    const Context context{subject.target};
    std::vector<std::string> contents{"", "known", std::string(9 * 1024 * 1024 + 5, 'l')};
    for (int i = 0; i < 300; ++i) contents.push_back("small " + std::to_string(i));
    std::vector<std::string> names;
    for (const auto& bytes : contents) names.push_back(to_hex(sha256(bytes)));
    put_blob(subject, names[1], contents[1]);
    std::vector<Blob> blobs;
    for (std::size_t i = 0; i < contents.size(); ++i) blobs.push_back({names[i], contents[i]});
    blobs.push_back(blobs[3]);  // once more
    auto& store = *subject.blobs;
    REQUIRE(store.put(context, blobs).has_value());
    REQUIRE(store.put(context, {}).has_value());
    for (std::size_t i = 0; i < contents.size(); ++i) {
      CHECK(store.size(context, names[i]).value() == contents[i].size());
      if (i != 2) CHECK(store.read(context, names[i], 0, 100).value() == contents[i]);
    }
    CHECK(store.read(context, names[2], 9 * 1024 * 1024, 100).value() == "lllll");
  }
}

void check_blobs(const Backend& backend) {
  SUBCASE("an attachment is kept once and read in any pieces") {
    auto subject = backend.open();
    const Context context{subject.target};
    std::string bytes(3 * 1024 * 1024 + 17, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 + i / 4096);
    const auto sha2 = to_hex(sha256(bytes));
    auto& store = *subject.blobs;
    CHECK(store.size(context, sha2).value() == std::nullopt);
    for (int again = 0; again < 2; ++again) put_blob(subject, sha2, bytes);
    CHECK(store.size(context, sha2).value() == bytes.size());
    for (const std::size_t piece : {64u * 1024u, 1'000'000u, 5'000'000u}) {
      std::string read;
      while (read.size() < bytes.size()) {
        const auto more = store.read(context, sha2, read.size(), piece);
        REQUIRE(more.has_value());
        REQUIRE(!more->empty());
        REQUIRE(more->size() <= piece);
        read += *more;
      }
      CHECK((read == bytes));
    }
    CHECK(store.read(context, sha2, bytes.size(), 10).value().empty());
    CHECK(store.size({subject.other_target}, sha2).value() == std::nullopt);
  }
  SUBCASE("an empty attachment has the size 0") {
    auto subject = backend.open();
    const Context context{subject.target};
    const auto sha2 = to_hex(sha256(""));
    put_blob(subject, sha2, "");
    CHECK(subject.blobs->size(context, sha2).value() == 0u);
  }
  SUBCASE("documents and attachments are there after a restart") {
    if (!backend.reopen) return;
    auto subject = backend.open();
    REQUIRE(subject.documents->put({subject.target}, key_of("a"), document_of("x"), {})
                .value_or(false));
    put_blob(subject, to_hex(sha256("y")), "y");
    subject = backend.reopen(std::move(subject));
    Documents documents{*subject.documents, {subject.target}};
    CHECK(documents.get(key_of("a"))->bytes == "x");
    CHECK(subject.blobs->read({subject.target}, to_hex(sha256("y")), 0, 9).value() == "y");
  }
}

}  // namespace

void check_documents(const Backend& backend) {
  check_writing(backend);
  check_keys(backend);
  check_blobs(backend);
  check_blobs_of_a_batch(backend);
}

}  // namespace lectern::store::contract
