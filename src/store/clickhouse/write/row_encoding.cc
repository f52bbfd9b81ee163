#include "store/clickhouse/write/row_encoding.h"

#include <algorithm>
#include <tuple>

namespace lectern::store::clickhouse {
namespace {

constexpr std::size_t term_bytes = 16 + 8 + 16 + 8;
constexpr std::size_t around_text_bytes = 40;

std::size_t text_bytes(std::span<const NewRow> rows) {
  std::size_t bytes = 0;
  for (const auto& row : rows) bytes += row.row->json.size() + around_text_bytes;
  return bytes;
}

}  // namespace

std::int64_t timestamp_of(const xapi::Fingerprint& fingerprint) {
  return fingerprint.timestamp ? micros_of(*fingerprint.timestamp) : no_timestamp;
}

std::uint8_t flags_of(const Row& row) {
  return static_cast<std::uint8_t>((row.refers_to ? flag::refers : 0) |
                                   (row.voids ? flag::voids : 0));
}

/// In the order of their table, which saves the server sorting them.
TableRows terms_body(std::span<const NewRow> rows) {
  struct OwnPosting {
    const TermHash* hash;
    const Row* row;
    std::int64_t verb;
  };
  std::vector<OwnPosting> terms;
  for (const auto& [row, hashes, in_events] : rows) {
    const auto verb = verb_mark_of(*row);
    for (const TermHash& hash : *hashes) terms.push_back({&hash, row, verb});
  }
  std::sort(terms.begin(), terms.end(), [](const OwnPosting& a, const OwnPosting& b) {
    return std::tie(*a.hash, a.row->stored, a.row->id) <
           std::tie(*b.hash, b.row->stored, b.row->id);
  });
  TableRows body;
  body.rows = terms.size();
  body.bytes.reserve(body.rows * term_bytes);
  for (const auto& [hash, row, verb] : terms) {
    body.bytes.fixed(*hash);
    body.bytes.i64(micros_of(row->stored));
    body.bytes.fixed(row->id);
    body.bytes.i64(verb);
  }
  return body;
}

TableRows marks_body(std::span<const NewRow> rows) {
  TableRows body;
  for (const auto& [row, hashes, in_events] : rows) {
    if (!row->refers_to) continue;
    body.bytes.u8(static_cast<std::uint8_t>(Mark::referred));
    body.bytes.fixed(*row->refers_to);
    body.bytes.string(ReferredMark{micros_of(row->stored), row->id, row->voids}.text());
    ++body.rows;
  }
  return body;
}

TableRows events_body(std::span<const NewRow> rows) {
  TableRows body;
  body.bytes.reserve(text_bytes(rows));
  for (const auto& [row, hashes, in_events] : rows) {
    if (in_events) continue;
    body.bytes.uuid(row->id);
    body.bytes.i64(micros_of(emission_time(row->timestamp.value_or(row->stored))));
    body.bytes.string(row->json);
    ++body.rows;
  }
  return body;
}

TableRows feed_body(std::span<const NewRow> rows, std::int64_t owner, bool with_events) {
  TableRows body;
  body.rows = rows.size();
  body.bytes.reserve(text_bytes(rows));
  for (const auto& [row, hashes, in_events] : rows) {
    body.bytes.uuid(row->id);
    body.bytes.i64(micros_of(emission_time(row->timestamp.value_or(row->stored))));
    body.bytes.string(with_events ? row->json : "");
    body.bytes.fixed(row->id);
    body.bytes.i64(micros_of(row->stored));
    body.bytes.fixed(row->fingerprint.hash);
    body.bytes.i64(timestamp_of(row->fingerprint));
    body.bytes.i64(owner);
    body.bytes.i64(verb_mark_of(*row));
    body.bytes.size(hashes->size());
    for (const TermHash& hash : *hashes) body.bytes.fixed(hash);
  }
  return body;
}

std::size_t feed_rows(std::span<const NewRow> rows, bool with_events) {
  std::size_t count = rows.size() * (with_events ? 3 : 2);
  for (const auto& row : rows) count += row.hashes->size();
  return count;
}

TableRows rows_body(std::span<const NewRow> rows) {
  TableRows body;
  body.rows = rows.size();
  body.bytes.reserve(text_bytes(rows));
  for (const auto& [row, hashes, in_events] : rows) {
    body.bytes.i64(micros_of(row->stored));
    body.bytes.fixed(row->id);
    body.bytes.u8(flags_of(*row));
    body.bytes.string(row->json);
  }
  return body;
}

}  // namespace lectern::store::clickhouse
