#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "store/common/reference_resolver.h"
#include "store/maintenance.h"
#include "store/statement_store.h"

namespace lectern::store {

/// A statement with what a database keeps beside its text.
struct DatabaseRow {
  Uuid id;
  Time stored;
  std::string_view text;
  xapi::Fingerprint fingerprint;
  xapi::Terms terms;  ///< own and inherited, sorted
  std::optional<Uuid> refers_to;
  bool voids = false;
  bool voided = false;
};

/// Adds a fault to a report: a line each, of the first verify_lines_max.
void add_fault(VerifyReport& report, std::string line);

/// The rows of one target of a database, checked against their texts and against each other; the
/// same for all databases. Each fault is a line of the report. Keeps in memory the ids of who
/// voids, is voided or refers, and the hashes of attachments. Not thread-safe.
class RowCheck {
 public:
  /// The statements with these ids that the database has; some hundreds at most.
  using Targets = std::function<Result<std::vector<ReferenceNode>>(std::span<const Uuid>)>;

  /// `report` outlives it.
  RowCheck(VerifyReport& report, Targets targets) : report_(report), targets_(std::move(targets)) {}

  /// Errors: those of `targets`.
  Result<void> check(const DatabaseRow& row);
  /// An attachment whose bytes are whole.
  void found_attachment(std::string_view sha2) { wanted_.erase(std::string(sha2)); }
  /// After the last row: who should be voided and is not, and what rows should have inherited.
  Result<void> check_references();
  /// After the last attachment: which are lacking.
  void check_attachments();
  /// The same where the database has none. Errors: those of `missing`.
  Result<void> check_attachments(const MissingContents& missing);

 private:
  struct Referring {
    Uuid id, target;
    xapi::Terms terms;
  };

  Result<void> check_inherited();
  Result<xapi::Terms> terms_of_chain(const Uuid& target);
  Result<void> check_voided();

  VerifyReport& report_;
  const Targets targets_;
  std::vector<Referring> referring_;              // not looked at yet
  std::unordered_set<Uuid> voiding_, voided_;     // rows that void; rows that are marked as voided
  std::unordered_set<Uuid> to_void_;              // what voiding rows refer to
  std::unordered_map<std::string, Uuid> wanted_;  // contents, and a statement that has each
};

/// What is said of a statement.
std::string fault_of(const Uuid& id, std::string_view what);

/// Whether a text names contents that must be kept: the hashes of attachments without a fileUrl.
std::vector<std::string> contents_of(json::Value statement);

}  // namespace lectern::store
