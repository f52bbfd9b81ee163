#include "store/clickhouse/write/id_reservations.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "store/clickhouse/write/server_clock_watermark.h"

namespace lectern::store::clickhouse {
namespace {

constexpr std::string_view claims_columns =
    "id FixedString(16), stored Int64, hash FixedString(16), timestamp Int64, owner Int64, state "
    "UInt8";
constexpr std::size_t claim_bytes = 16 + 8 + 16 + 8 + 8 + 1;

RowWriter encoded(std::span<const Row* const> rows, std::int64_t owner, ClaimState state) {
  RowWriter body;
  body.reserve(rows.size() * claim_bytes);
  for (const Row* row : rows) {
    body.fixed(row->id);
    body.i64(micros_of(row->stored));
    body.fixed(row->fingerprint.hash);
    const auto& timestamp = row->fingerprint.timestamp;
    body.i64(timestamp ? micros_of(*timestamp) : no_timestamp);
    body.i64(owner);
    body.u8(static_cast<std::uint8_t>(state));
  }
  return body;
}

/// Of the rows of each claim the one that says most.
std::vector<Claim> merged(const std::vector<Claim>& claims) {
  std::map<std::pair<xapi::Position, std::int64_t>, Claim> all;
  for (const Claim& claim : claims) {
    const auto [at, is_new] = all.try_emplace({claim.position, claim.owner}, claim);
    if (at->second.state < claim.state) at->second = claim;
  }
  std::vector<Claim> last;
  for (const auto& [key, claim] : all) last.push_back(claim);
  return last;
}

std::int64_t random_owner() {
  const auto bytes = Uuid::random().bytes;
  std::int64_t owner = 0;
  std::memcpy(&owner, bytes.data(), sizeof owner);
  return owner;
}

bool is_dead(const Claim& claim) {
  return claim.state == ClaimState::abandoned ||
         claim.age_us > std::chrono::microseconds{silence_max}.count();
}

bool is_live(const Claim& claim) { return claim.state == ClaimState::claimed && !is_dead(claim); }

constexpr std::size_t ended_max = 1'000;

}  // namespace

void EndedFlushes::add(std::int64_t owner, ClaimState state) {
  last_.emplace_back(owner, state);
  if (last_.size() > ended_max) last_.pop_front();
}

std::optional<ClaimState> EndedFlushes::state_of(std::int64_t owner) const {
  for (const auto& [known, state] : last_)
    if (known == owner) return state;
  return std::nullopt;
}

Claims::Claims(Server& server, const Names& names, const EndedFlushes& ended, Deadline deadline)
    : server_(server), names_(names), ended_(ended), deadline_(deadline), owner_(random_owner()) {}

Result<void> write_claims(Server& server, const Names& names, std::span<const Row* const> rows,
                          std::int64_t owner, ClaimState state, std::optional<Time> until,
                          Deadline deadline) {
  if (rows.empty()) return {};
  const auto body = encoded(rows, owner, state);
  return server.insert({.table = names.ids,
                        .columns = claims_columns,
                        .rows = rows.size(),
                        .body = body.bytes(),
                        .until = until,
                        .repeatable = true},
                       deadline);
}

Result<void> Claims::mark(std::span<const Row* const> rows, ClaimState state, Deadline deadline) {
  return write_claims(server_, names_, rows, owner_, state, std::nullopt, deadline);
}

Result<void> Claims::lay(std::span<const Row* const> rows, Time until) {
  for (const Row* row : rows) ours_.emplace(row->id, row->stored);
  return write_claims(server_, names_, rows, owner_, ClaimState::claimed, until, deadline_);
}

Result<void> Claims::read(std::span<const Uuid> ids) {
  TRY(const auto claims, claims_of(server_, names_, ids, deadline_));
  rivals_.clear();
  std::vector<xapi::Position> positions;
  for (const Claim& claim : merged(claims)) {
    if (claim.owner == owner_) continue;
    Rival rival{claim};
    if (const auto state = ended_.state_of(claim.owner)) rival.claim.state = *state;
    rivals_[claim.position.id].push_back(rival);
    positions.push_back(claim.position);
  }
  TRY(const auto with_row, committed(server_, names_, positions, deadline_));
  for (auto& [id, rivals] : rivals_)
    for (Rival& rival : rivals) rival.has_row = with_row.contains(rival.claim.position);
  return {};
}

std::optional<xapi::Fingerprint> Claims::kept(const Uuid& id) const {
  const auto at = rivals_.find(id);
  if (at == rivals_.end()) return std::nullopt;
  for (const Rival& rival : at->second)
    if (rival.has_row) return rival.claim.fingerprint;
  return std::nullopt;
}

bool Claims::any(const Uuid& id,
                 const std::function<bool(const Claim&, const Turn& ours)>& is) const {
  const auto at = rivals_.find(id);
  if (at == rivals_.end() || kept(id)) return false;
  const Turn ours{ours_.at(id), owner_};
  return std::any_of(at->second.begin(), at->second.end(),
                     [&](const Rival& rival) { return is(rival.claim, ours); });
}

bool Claims::must_yield(const Uuid& id) const {
  return any(id, [](const Claim& claim, const Turn& ours) {
    return is_live(claim) && Turn{claim.position.stored, claim.owner} < ours;
  });
}

bool Claims::must_wait(const Uuid& id) const {
  return any(id, [](const Claim& claim, const Turn& ours) {
    return is_live(claim) && Turn{claim.position.stored, claim.owner} > ours;
  });
}

bool Claims::is_left_over(const Uuid& id) const {
  return any(id, [](const Claim& claim, const Turn&) {
    return is_dead(claim) && claim.state != ClaimState::withdrawn &&
           claim.state != ClaimState::refused;
  });
}

bool Claims::was_refused(const Uuid& id) const {
  return any(id,
             [](const Claim& claim, const Turn&) { return claim.state == ClaimState::refused; });
}

}  // namespace lectern::store::clickhouse
