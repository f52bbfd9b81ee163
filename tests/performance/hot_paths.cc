// hot_paths PATH TIMES FOLDER: goes one of the five paths that most of a server's work lies on so
// many times, on the store in a folder, for callgrind to count its instructions (instructions.py).
// What is made ready does not depend on TIMES. `append` wants what `prepare 40` has stored, from
// which the store has learned to pack texts; `find` and `page` want what `append 40` has stored
// then.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/json/json.h"
#include "statements.h"
#include "store/open.h"
#include "xapi/equality/fingerprint.h"
#include "xapi/stamp.h"
#include "xapi/terms.h"
#include "xapi/validate/validate.h"

namespace lectern::performance {
namespace {

constexpr std::size_t batch_size = 25, batches_max = 40, page_rows = 100;

xapi::Stamp stamp_with() {
  return {{},
          R"({"objectType":"Agent","account":{"homePage":"https://lrs.example.org","name":"key"}})",
          false,
          xapi::Version::v1_0_3};
}

store::Row row_of(json::Value statement) {
  auto text = xapi::stamp(statement, stamp_with());
  const auto id = Uuid::parse(statement.find("id")->string());
  LECTERN_ASSERT(id);
  store::Row row;
  row.id = *id;
  row.terms = xapi::terms_of(statement);
  row.fingerprint = xapi::fingerprint_of(statement);
  row.json = std::move(text.json);
  row.stored_at = std::move(text.stored_at);
  return row;
}

std::unique_ptr<json::Document> parsed(std::string text) {
  auto document = json::parse(std::move(text));
  LECTERN_ASSERT(document);
  return std::move(*document);
}

class Paths {
 public:
  Paths() {
    // Few learners, so that the pages are full.
    dealer_.learners = 8;
    for (std::size_t i = 0; i < batches_max; ++i)
      texts_.push_back(dealer_.batch(i * batch_size, batch_size));
  }

  /// What the paths of a store go by.
  void open(const std::string& folder) {
    store::StoreSettings settings;
    settings.app_dir = folder;
    auto opened = store::open_stores(settings);
    LECTERN_ASSERT(opened);
    stores_ = std::move(*opened);
  }

  /// Each statement of a batch against every rule.
  void validate(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      const auto document = parsed(texts_[i % batches_max]);
      for (const auto statement : document->root().children())
        LECTERN_ASSERT(xapi::validate_statement(statement, xapi::Version::v1_0_3).has_value());
    }
  }

  /// What is kept beside the text of each statement of a batch.
  void derive(std::size_t times) {
    const auto document = parsed(texts_[0]);
    for (std::size_t i = 0; i < times; ++i)
      for (const auto statement : document->root().children())
        LECTERN_ASSERT(!row_of(statement).terms.empty());
  }

  /// Other statements than append(), enough for a dictionary.
  void prepare(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      auto batch = rows_of(dealer_.batch((batches_max + i) * batch_size, batch_size));
      LECTERN_ASSERT(stores_.statements->append({}, batch, store::OnConflict::refuse_batch));
    }
  }

  void append(std::size_t times) {
    LECTERN_ASSERT(times <= batches_max);
    std::vector<std::vector<store::Row>> batches;
    for (const auto& text : texts_) batches.push_back(rows_of(text));
    for (std::size_t i = 0; i < times; ++i) {
      auto batch = batches[i];
      LECTERN_ASSERT(stores_.statements->append({}, batch, store::OnConflict::refuse_batch));
    }
  }

  void find(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      const auto id = Uuid::parse(dealer_.id(i % (batches_max * batch_size)));
      const auto found = stores_.statements->find({}, std::vector{*id});
      LECTERN_ASSERT(found && found->size() == 1);
    }
  }

  void page(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      const auto agent = parsed(texts_[i % batches_max]);
      const auto terms = xapi::terms_of(*agent->root().children().begin());
      xapi::Terms wanted;
      for (const auto& term : terms)
        if (term.kind == xapi::TermKind::agent) wanted = {term};
      const auto found = stores_.statements->query({}, {wanted, {}, {}}, {{}, page_rows, false});
      LECTERN_ASSERT(found && found->rows.size() == page_rows);
    }
  }

 private:
  std::vector<store::Row> rows_of(const std::string& text) const {
    std::vector<store::Row> rows;
    const auto document = parsed(text);
    for (const auto statement : document->root().children()) rows.push_back(row_of(statement));
    return rows;
  }

  Dealer dealer_;
  std::vector<std::string> texts_;
  store::Stores stores_;
};

}  // namespace
}  // namespace lectern::performance

int main(int argc, char** argv) {
  using lectern::performance::Paths;
  const std::map<std::string, void (Paths::*)(std::size_t)> paths = {
      {"validate", &Paths::validate}, {"derive", &Paths::derive}, {"prepare", &Paths::prepare},
      {"append", &Paths::append},     {"find", &Paths::find},     {"page", &Paths::page}};
  if (argc != 4 || !paths.contains(argv[1])) {
    std::fprintf(stderr,
                 "usage: hot_paths validate|derive|prepare|append|find|page TIMES FOLDER\n");
    return 2;
  }
  Paths made;
  const std::string_view path = argv[1];
  if (path != "validate" && path != "derive") made.open(argv[3]);
  (made.*paths.at(argv[1]))(std::strtoul(argv[2], nullptr, 10));
  return 0;
}
