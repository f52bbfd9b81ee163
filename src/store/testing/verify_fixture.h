#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "store/maintenance.h"
#include "store/stores.h"
#include "store/testing/sample.h"

/// What the tests of verify() on databases share: statements of each kind, and how a report is
/// looked at.
namespace lectern::store::contract {

inline bool go_on(const WorkProgress&) { return true; }

/// A statement, one that is voided, one that refers and takes over terms, one with an attachment.
struct Verified {
  Sample plain, voided;
  Sample referring{.refers_to = plain.id};
  Sample voiding{.refers_to = voided.id, .voids = true};
  std::string content = "the bytes of an attachment";
  std::string sha2 = to_hex(sha256(content));
  Uuid attached = Uuid::random();
  std::vector<Row> rows;

  /// Stores one statement of each sort; where documents are kept, also one that attaches
  /// `content`, and a State document.
  void store_in(const Stores& stores) {
    rows = {row_of(plain), row_of(voided), row_of(referring), row_of(voiding)};
    if (stores.documents) {
      rows.push_back(row_of(R"({"id":")" + attached.text() +
                                R"(","actor":{"mbox":"mailto:ada@example.org"},)"
                                R"("verb":{"id":"http://example.org/did"},)"
                                R"("object":{"id":"http://example.org/it"},"attachments":[{)"
                                R"("usageType":"http://example.org/u","display":{"en":"x"},)"
                                R"("contentType":"text/plain","length":26,"sha2":")" +
                                sha2 + R"("}]})",
                            "lms"));
      REQUIRE(stores.blobs->put({}, std::array{Blob{sha2, content}}).has_value());
      const Document document{"text/plain", "x", to_hex(sha1("x")), now()};
      REQUIRE(stores.documents->put({}, {DocumentKind::state, "owner", "", "name"}, document, {})
                  .has_value());
    }
    const auto outcomes = stores.statements->append({}, rows, OnConflict::refuse_batch);
    REQUIRE_MESSAGE(outcomes.has_value(), outcomes.error().message, outcomes.error().detail);
  }
};

/// For what a failed check says.
inline std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const auto& line : lines) all += line + "\n";
  return all;
}

/// Exactly one fault, whose line holds these words.
inline void check_one_fault(const Result<VerifyReport>& report, std::string_view words) {
  REQUIRE_MESSAGE(report.has_value(), report.error().message, report.error().detail);
  CAPTURE(joined(report->faults));
  CAPTURE(words);
  CHECK(report->wrong == 1);
  REQUIRE(!report->faults.empty());
  CHECK(report->faults.front().find(words) != std::string::npos);
}

/// The report counts so many statements and tells of no fault.
inline void check_whole(const Result<VerifyReport>& report, std::uint64_t statements) {
  REQUIRE_MESSAGE(report.has_value(), report.error().message, report.error().detail);
  CAPTURE(joined(report->faults));
  CHECK(report->wrong == 0);
  CHECK(report->statements == statements);
}

}  // namespace lectern::store::contract
