#include "store/embedded/safety/verify.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <rocksdb/sst_file_reader.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "base/limits.h"
#include "store/common/reference_resolver.h"
#include "store/common/row_check.h"
#include "store/embedded/format/posting_block.h"
#include "store/embedded/read/term_cursor.h"
#include "store/embedded/safety/body_walk.h"
#include "store/embedded/safety/posting_tally.h"
#include "store/embedded/write/committer.h"

namespace lectern::store::embedded {
namespace {

constexpr std::size_t rows_at_once = 256;
constexpr std::uint64_t progress_rows = 4096;
/// Beyond what clocks that are kept right differ by.
constexpr std::chrono::minutes clock_ahead_max{1};
/// Chains whose terms are remembered, for the next statement that refers to the same one.
constexpr std::size_t chains_max = 1'024;
/// Rows with faulty postings of which it is told what they have too much.
constexpr std::size_t odd_rows_max = 20'000;

/// A row under examination.
struct Examined {
  TargetNumber target;
  Row row;
  bool voided;
};

class Verification {
 public:
  Verification(const Database& database, const OnProgress& on_progress)
      : database_(database),
        on_progress_(on_progress),
        snapshot_(database.rocks().GetSnapshot()),
        names_(names_of(database)) {
    options_.snapshot = snapshot_;
    options_.fill_cache = false;
  }
  ~Verification() { database_.rocks().ReleaseSnapshot(snapshot_); }
  Verification(const Verification&) = delete;
  Verification& operator=(const Verification&) = delete;

  Result<VerifyReport> run() {
    TRY(ahead_, read_rows_ahead(database_.rocks(), snapshot_));
    TRY(covered_, database_.covered(snapshot_));
    estimate();
    check_files();
    read_references();
    check_bodies();
    check_ids();
    check_references();
    check_postings();
    check_documents();
    check_blobs();
    check_contents();
    check_dictionaries();
    check_clock();
    if (stopped_) return fail(Code::unavailable, "the verification was stopped");
    return std::move(report_);
  }

 private:
  static std::unordered_map<TargetNumber, std::string> names_of(const Database& database) {
    std::unordered_map<TargetNumber, std::string> names;
    for (const auto& [name, number] : database.targets()) names.emplace(number, name);
    return names;
  }

  void fault(std::string line) {
    ++report_.wrong;
    if (report_.faults.size() < verify_lines_max) report_.faults.push_back(std::move(line));
  }

  void step() {
    if (++done_ % progress_rows == 0) stopped_ = stopped_ || !on_progress_({done_, total_});
  }

  std::string statement(TargetNumber target, const Uuid& id) const {
    const auto name = names_.find(target);
    if (name == names_.end()) return fmt::format("statement {} (target {})", id.text(), target);
    return "statement " + id.text() + (name->second.empty() ? "" : " of " + name->second);
  }

  std::unique_ptr<rocksdb::Iterator> walk(Family family) const {
    return std::unique_ptr<rocksdb::Iterator>(
        database_.rocks().NewIterator(options_, database_.family(family)));
  }

  /// Calls `look` for each key and value; what cannot be read is a fault.
  template <typename Look>
  void each(Family family, std::string_view what, Look&& look) {
    const auto at = walk(family);
    // Before the first target are dictionaries.
    at->Seek(family == Family::postings ? std::string_view() : first_target);
    for (; at->Valid() && !stopped_; at->Next()) {
      look(view(at->key()), view(at->value()));
      step();
    }
    if (!at->status().ok())
      fault(fmt::format("{} cannot be read: {}", what, at->status().ToString()));
  }

  std::vector<std::optional<std::string>> get_all(Family family,
                                                  const std::vector<std::string>& keys) {
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    database_.rocks().MultiGet(options_, database_.family(family), keys.size(), slices.data(),
                               values.data(), statuses.data());
    std::vector<std::optional<std::string>> found(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (statuses[i].ok()) found[i] = values[i].ToString();
    return found;
  }

  void estimate() {
    for (std::size_t i = 0; i < family_count; ++i) {
      std::uint64_t keys = 0;
      database_.rocks().GetIntProperty(database_.family(static_cast<Family>(i)),
                                       rocksdb::DB::Properties::kEstimateNumKeys, &keys);
      total_ += keys;
    }
    stopped_ = !on_progress_({0, total_});
  }

  void check_files() {
    std::vector<rocksdb::LiveFileMetaData> files;
    database_.rocks().GetLiveFilesMetaData(&files);
    rocksdb::Options options;
    for (const auto& file : files) {
      rocksdb::SstFileReader reader(options);
      auto status = reader.Open(file.db_path + file.name);
      if (status.ok()) status = reader.VerifyChecksum(rocksdb::ReadOptions());
      if (status.IsPathNotFound() || status.IsNotFound()) continue;  // it was joined with others
      if (!status.ok())
        fault(fmt::format("file {} ({}) is damaged: {}", file.name.substr(1),
                          file.column_family_name, status.ToString()));
    }
  }

  void read_references() {
    each(Family::references, "references", [&](std::string_view key, std::string_view value) {
      ++references_;
      const auto reference = decode_reference(value);
      if (key.size() != 28 || !reference) return fault("a reference is unreadable");
      if (reference->voids) voided_.insert(std::string(key.substr(0, 20)));
    });
  }

  void check_bodies() {
    BodyWalk walk(database_, snapshot_, BodyWalk::Order::newest_first);
    std::vector<Examined> rows;
    while (const auto entry = stopped_ ? std::nullopt : walk.next()) {
      step();
      ++report_.statements;
      newest_ = std::max(newest_, stored_of(entry->order));
      std::string unpacked;
      const auto body = database_.read_body(entry->bytes, stored_of(entry->order), unpacked);
      if (!body) {
        fault(fmt::format("the statement stored at {} is unreadable",
                          stored_text(stored_of(entry->order))));
        continue;
      }
      auto row = row_of_body(*body, stored_of(entry->order));
      if (!row) {
        fault(statement(entry->target, body->id) + ": " + row.error().message);
        continue;
      }
      if (!names_.contains(entry->target))
        fault(statement(entry->target, body->id) + ": its target has no name");
      rows.push_back({entry->target, std::move(*row), body->voided});
      if (rows.size() == rows_at_once) check_rows(rows);
    }
    check_rows(rows);
    if (!walk.first_damage().empty())
      fault(
          fmt::format("{} statements cannot be read: {}", walk.lost().size(), walk.first_damage()));
  }

  void check_rows(std::vector<Examined>& rows) {
    std::vector<std::string> keys;
    for (const auto& [target, row, voided] : rows) keys.push_back(id_key(target, row.id));
    const auto entries = get_all(Family::ids, keys);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& [target, row, voided] = rows[i];
      const auto name = statement(target, row.id);
      const auto entry = entries[i] ? decode_id_entry(*entries[i]) : std::nullopt;
      if (!entry)
        fault(name + ": its id is missing");
      else if (!is_entry_of(*entry, row))
        fault(name + ": its id leads elsewhere, or its fingerprint is not that of its text");
      check_voided(name, keys[i], row, voided);
      want_contents(target, row);
      if (row.refers_to) check_referring(name, target, row, voided);
      if (row.refers_to) continue;
      // Those of a voided row may be left, and those of the newest are not all on disk.
      if (voided || order_of(row.stored) < covered_)
        tally_.expect_more(order_of(row.stored));
      else
        tally_.expect(order_of(row.stored), own_postings(database_, target, row));
    }
    rows.clear();
  }

  void check_voided(const std::string& name, const std::string& key, const Row& row, bool voided) {
    const bool should_be = !row.voids && voided_.contains(key);
    if (voided == should_be) return;
    fault(name + (voided ? ": it is marked as voided, and nothing voids it"
                         : ": it was voided, and is not marked so"));
  }

  void check_referring(const std::string& name, TargetNumber target, const Row& row, bool voided) {
    ++referring_;
    tally_.expect_more(order_of(row.stored));
    const auto key = reference_key(target, *row.refers_to, row.stored);
    const auto found = get_all(Family::references, {key})[0];
    const auto reference = found ? decode_reference(*found) : std::nullopt;
    if (!reference || reference->id != row.id || reference->voids != row.voids)
      fault(name + ": its reference is missing");
    if (voided) return;
    check_own_postings(name, target, row);
    check_inherited(name, target, row);
  }

  /// A posting wherever it lies, with its mark; nothing where there is none.
  std::optional<std::optional<VerbMark>> find_posting(const PostingKey& key) const {
    TermHash hash;
    std::copy_n(key.begin(), hash.size(), hash.begin());
    const auto order = be64({key.data() + hash.size(), 8});
    const TermCursor at(database_, hash, {order, order, false});
    std::optional<std::optional<VerbMark>> found;
    if (at.valid()) found.emplace(at.mark());
    return found;
  }

  /// What a row takes over from the statements it refers to, or the mark in place of that.
  void check_inherited(const std::string& name, TargetNumber target, const Row& row) {
    const auto order = order_of(row.stored);
    if (find_posting(posting_key(database_.hash_of(target, inherits_more), order))) return;
    const auto& inherited = inherited_from(target, *row.refers_to);
    const auto lacking = std::count_if(
        inherited.begin(), inherited.end(),
        [&](const TermHash& hash) { return !find_posting(posting_key(hash, order)).has_value(); });
    if (lacking > 0)
      fault(
          fmt::format("{}: {} of the {} postings that it takes over from what it refers to are "
                      "missing",
                      name, lacking, inherited.size()));
  }

  /// Of a statement, as its text has it; nothing where there is none that can be read.
  std::optional<Row> row_at(TargetNumber target, const Uuid& id) {
    const auto bytes = get_all(Family::ids, {id_key(target, id)})[0];
    const auto entry = bytes ? decode_id_entry(*bytes) : std::nullopt;
    if (!entry || !entry->kept) return std::nullopt;
    const auto body_bytes = get_all(Family::bodies, {body_key(target, entry->stored)})[0];
    if (!body_bytes) return std::nullopt;
    std::string unpacked;
    const auto body = database_.read_body(*body_bytes, entry->stored, unpacked);
    auto row = body ? row_of_body(*body, entry->stored) : Result<Row>(fail(body.error()));
    return row ? std::optional(std::move(*row)) : std::nullopt;
  }

  /// The hashes of what is taken over from a statement and those along its chain.
  const std::vector<TermHash>& inherited_from(TargetNumber target, const Uuid& id) {
    if (chains_.size() == chains_max) chains_.clear();
    const auto [at, is_new] = chains_.try_emplace(id_key(target, id));
    if (!is_new) return at->second;
    xapi::Terms terms;
    std::unordered_set<Uuid> seen;
    std::optional<Uuid> next = id;
    while (next && seen.size() < limits::reference_chain_max && seen.insert(*next).second) {
      const auto row = row_at(target, *next);
      next = row ? row->refers_to : std::nullopt;
      if (row)
        for (auto& term : xapi::inheritable(row->terms)) terms.push_back(std::move(term));
    }
    std::sort(terms.begin(), terms.end());
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
    if (terms.size() > limits::inherited_terms_max) terms = {inherits_more};
    for (const auto& term : terms) at->second.push_back(database_.hash_of(target, term));
    return at->second;
  }

  void check_own_postings(const std::string& name, TargetNumber target, const Row& row) {
    const auto postings = own_postings(database_, target, row);
    const auto wrong =
        std::count_if(postings.begin(), postings.end(), [&](const ExpectedPosting& posting) {
          const auto mark = find_posting(posting.key);
          return !mark || *mark != posting.mark;
        });
    if (wrong > 0)
      fault(fmt::format("{}: {} of its {} postings are missing or changed", name, wrong,
                        postings.size()));
  }

  void check_ids() {
    std::vector<std::string> keys, names;
    const auto flush = [&] {
      const auto bodies = get_all(Family::bodies, keys);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto body = bodies[i] ? decode_body(*bodies[i]) : std::nullopt;
        if (!body || statement(be32(keys[i]), body->id) != names[i])
          fault(names[i] + ": its id leads to no statement");
      }
      keys.clear();
      names.clear();
    };
    each(Family::ids, "ids", [&](std::string_view key, std::string_view value) {
      const auto entry = decode_id_entry(value);
      if (key.size() != 20 || !entry) return fault("an id is unreadable");
      if (!entry->kept) return;
      Uuid id;
      std::copy(key.begin() + 4, key.end(), id.bytes.begin());
      keys.push_back(body_key(be32(key), entry->stored));
      names.push_back(statement(be32(key), id));
      if (keys.size() == rows_at_once) flush();
    });
    flush();
  }

  void check_references() {
    if (references_ == referring_) return;
    fault(fmt::format("there are {} references for {} statements that refer to others", references_,
                      referring_));
  }

  void check_postings() {
    each(Family::postings, "postings", [&](std::string_view key, std::string_view value) {
      const auto readable = each_posting(key, value, [&](const PostingKey& one, const auto& mark) {
        const std::string_view alone(one.data(), one.size());
        if (!is_ahead(alone)) tally_.found(alone, mark ? view(slice(*mark)) : "");
      });
      if (!readable) tally_.found(key, value);
    });
    if (tally_.is_even()) return;
    std::unordered_map<std::uint64_t, std::unordered_set<std::string>> expected;
    BodyWalk walk(database_, snapshot_, BodyWalk::Order::newest_first);
    while (const auto entry = stopped_ ? std::nullopt : walk.next()) {
      if (!tally_.is_odd(entry->order) || tally_.may_have_more(entry->order)) continue;
      std::string unpacked;
      const auto body = database_.read_body(entry->bytes, stored_of(entry->order), unpacked);
      if (!body) continue;
      const auto row = row_of_body(*body, stored_of(entry->order));
      if (!row || row->refers_to) continue;
      check_own_postings(statement(entry->target, row->id), entry->target, *row);
      if (expected.size() == odd_rows_max) continue;
      auto& keys = expected[entry->order];
      for (const auto& posting : own_postings(database_, entry->target, *row))
        keys.emplace(posting.key.data(), posting.key.size());
    }
    if (expected.size() < odd_rows_max) find_postings_too_many(expected);
  }

  void find_postings_too_many(
      const std::unordered_map<std::uint64_t, std::unordered_set<std::string>>& expected) {
    std::unordered_map<std::uint64_t, std::size_t> too_many;
    const auto look = [&](const PostingKey& one, const std::optional<VerbMark>&) {
      const std::string key(one.data(), one.size());
      std::uint64_t order = 0;
      if (!decode_order(key, order) || !tally_.is_odd(order) || tally_.may_have_more(order)) return;
      if (is_ahead(key)) return;
      const auto keys = expected.find(order);
      if (keys == expected.end() || !keys->second.contains(key)) ++too_many[order];
    };
    each(Family::postings, "postings", [&](std::string_view key, std::string_view value) {
      if (!each_posting(key, value, look)) fault("a posting is unreadable");
    });
    for (const auto& [order, count] : too_many)
      fault(fmt::format("{} postings lead to what was stored at {}, which should not have them",
                        count, stored_text(stored_of(order))));
  }

  /// Whether a posting leads to a row that is no statement yet. No two targets share a `stored`.
  bool is_ahead(std::string_view key) const {
    std::uint64_t order = 0;
    return decode_order(key, order) &&
           std::any_of(ahead_.begin(), ahead_.end(), [&](const RowsAhead& rows) {
             return rows.contain(rows.target, stored_of(order));
           });
  }

  void check_documents() {
    each(Family::documents, "documents", [&](std::string_view key, std::string_view value) {
      ++report_.documents;
      std::string registration, name;
      const auto document = decode_document(value);
      if (!document || !decode_document_key(key, registration, name))
        return fault("a document is unreadable");
      if (document->etag != to_hex(sha1(document->bytes)))
        fault(fmt::format("document '{}': its etag is not that of its content", name));
    });
  }

  /// An attachment's pieces lie side by side, its size behind them.
  void check_blobs() {
    std::string hash, bytes;
    each(Family::blobs, "attachments", [&](std::string_view key, std::string_view value) {
      if (key.size() < 8) return fault("an attachment is unreadable");
      const auto here = key.substr(0, key.size() - 4);
      const auto piece = be32(key.substr(key.size() - 4));
      if (here != hash) {
        hash = here;
        bytes.clear();
      }
      if (piece != blob_size_piece) {
        bytes += value;
        return;
      }
      ++report_.attachments;
      const auto sha2 = hash.substr(4);
      const auto digest = sha2_of_length(bytes, sha2.size());
      if (value.size() != 8 || be64(value) != bytes.size() || !digest || to_hex(*digest) != sha2)
        fault(fmt::format("attachment {} is not what its hash says", sha2));
      contents_.erase(hash);
      bytes.clear();
    });
  }

  /// Notes the attachments whose bytes must be here, since nothing else says where they are.
  void want_contents(TargetNumber target, const Row& row) {
    if (row.json.find("attachments") == row.json.npos) return;
    const auto document = json::parse_view(row.json);
    if (!document) return;
    for (const auto& sha2 : contents_of((*document)->root())) {
      std::string key;
      append_be32(key, target);
      contents_.emplace(key + sha2, statement(target, row.id));
    }
  }

  void check_contents() {
    for (const auto& [key, name] : contents_)
      fault(fmt::format("{}: its attachment {} is missing", name, key.substr(4)));
  }

  /// Each is there twice, or one damaged place could make all texts unreadable.
  void check_dictionaries() {
    const auto* const newest = database_.dictionaries().newest();
    for (DictionaryNumber number = 1; newest && number <= newest->number(); ++number) {
      // As they are now: one may have been added since the snapshot was taken.
      const auto key = dictionary_key(number);
      const auto one = database_.get(Family::blobs, key),
                 other = database_.get(Family::documents, key);
      if (!one || !other || !*one || *one != *other)
        fault(fmt::format("dictionary {} of texts is not there twice", number));
    }
  }

  void check_clock() {
    if (newest_ - now() > clock_ahead_max) report_.remarks.push_back(text_of_clock_ahead(newest_));
  }

  const Database& database_;
  const OnProgress& on_progress_;
  const rocksdb::Snapshot* snapshot_;
  const std::unordered_map<TargetNumber, std::string> names_;
  rocksdb::ReadOptions options_;
  VerifyReport report_;
  PostingTally tally_;
  std::vector<RowsAhead> ahead_;
  std::uint64_t covered_ = 0;
  std::unordered_set<std::string> voided_;  // id keys of what voiding statements refer to
  std::unordered_map<std::string, std::vector<TermHash>> chains_;  // what is inherited, by id key
  std::unordered_map<std::string, std::string> contents_;  // target and sha2, to a statement's name
  std::uint64_t references_ = 0, referring_ = 0;
  std::uint64_t done_ = 0, total_ = 0;
  Time newest_{};
  bool stopped_ = false;
};

}  // namespace

Result<VerifyReport> verify_database(const Database& database, const OnProgress& on_progress) {
  return Verification(database, on_progress).run();
}

}  // namespace lectern::store::embedded
