#include "store/elasticsearch/writers.h"

#include <algorithm>

#include <fmt/format.h>

#include "store/elasticsearch/layout.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr int attempts_max = 20;

std::optional<std::int64_t> integer(Value object, std::string_view key) {
  const auto member = object.find(key);
  return member && member->is(Type::number) ? member->as_integer() : std::nullopt;
}

std::optional<Time> instant(Value object, std::string_view key) {
  const auto count = integer(object, key);
  return count ? std::optional(Time{std::chrono::microseconds{*count}}) : std::nullopt;
}

Version version_of(Value document) {
  return {integer(document, "_seq_no").value_or(0), integer(document, "_primary_term").value_or(0)};
}

std::int64_t microseconds(Time time) { return time.time_since_epoch().count(); }

}  // namespace

Result<Writers::Others> Writers::exchange(Entry own, std::chrono::milliseconds dead_after,
                                          Deadline deadline) {
  own.beat = ++beat_;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    TRY(auto there, read(deadline));
    const auto now = std::chrono::steady_clock::now();
    there.entries.erase(self_);
    std::map<std::string, Seen> seen;
    Others others;
    others.touched = there.version != written_ || !there.entries.empty();
    for (auto entry = there.entries.begin(); entry != there.entries.end();) {
      const auto& [process, said] = *entry;
      const auto known = seen_.find(process);
      const bool same = known != seen_.end() && known->second.beat == said.beat;
      const Seen now_seen{said.beat, same ? known->second.since : now};
      seen[process] = now_seen;
      others.ceiling = std::max(others.ceiling, said.ceiling);
      if (now - now_seen.since > dead_after) {
        entry = there.entries.erase(entry);
        continue;
      }
      others.any = true;
      if (said.floor) others.floor = std::min(others.floor, *said.floor);
      ++entry;
    }
    seen_ = std::move(seen);
    there.entries[self_] = own;
    TRY(const bool written, write(there, deadline));
    if (written) return others;
  }
  return fail(Code::unavailable, "Too many processes write at once", index_);
}

Result<void> Writers::leave(Deadline deadline) {
  for (int attempt = 0; attempt < attempts_max && beat_ > 0; ++attempt) {
    TRY(auto there, read(deadline));
    if (there.entries.erase(self_) == 0) return {};
    TRY(const bool written, write(there, deadline));
    if (written) return {};
  }
  return {};
}

Result<Writers::Read> Writers::read(Deadline deadline) {
  if (!prepared_) RETURN_IF_ERROR(prepare_writers(cluster_, index_, deadline));
  prepared_ = true;
  const Call call{"GET", "/" + index_ + "/_doc/writers"};
  TRY(const auto reply, cluster_.call(call, deadline));
  if (reply.status == 404) {
    prepared_ = !reply.root().find("error");  // an error: the index itself is gone
    return Read{{}, "op_type=create", {}};
  }
  const auto source = reply.root().find("_source");
  if (!reply.ok() || !source) return fail(refusal(call, reply));
  Read there;
  there.version = version_of(reply.root());
  there.condition = fmt::format("if_seq_no={}&if_primary_term={}", there.version.seq_no,
                                there.version.primary_term);
  if (const auto processes = source->find("processes"))
    for (const Value process : processes->children())
      there.entries.emplace(process.key(),
                            Entry{integer(process, "beat").value_or(0), instant(process, "floor"),
                                  instant(process, "ceiling").value_or(Time{})});
  return there;
}

Result<bool> Writers::write(const Read& read, Deadline deadline) {
  std::string body = R"({"processes":{)";
  for (const auto& [process, entry] : read.entries) {
    if (body.back() != '{') body += ',';
    json::append_quoted(body, process);
    body += fmt::format(R"(:{{"beat":{},"ceiling":{})", entry.beat, microseconds(entry.ceiling));
    if (entry.floor) body += fmt::format(R"(,"floor":{})", microseconds(*entry.floor));
    body += '}';
  }
  body += "}}";
  const Call call{"PUT", "/" + index_ + "/_doc/writers?" + read.condition, body};
  TRY(const auto reply, cluster_.call(call, deadline));
  if (reply.status == 409) return false;
  if (!reply.ok()) return fail(refusal(call, reply));
  written_ = version_of(reply.root());
  return true;
}

}  // namespace lectern::store::elasticsearch
