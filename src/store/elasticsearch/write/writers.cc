#include "store/elasticsearch/write/writers.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json/writer.h"
#include "base/time/micros.h"
#include "store/elasticsearch/schema/layout.h"

namespace lectern::store::elasticsearch {
namespace {

using json::Type;
using json::Value;

constexpr int attempts_max = 20;
constexpr const char* left = "left";

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

}  // namespace

Result<ElasticsearchWriters::Others> ElasticsearchWriters::exchange(const WriterEntry& own,
                                                                    Deadline deadline) {
  ++beat_;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    TRY(auto there, read(deadline));
    there.entries.erase(self_);
    auto of_those_that_left = there.entries.extract(left);
    compare_clocks(there);
    std::set<std::string> retired;
    auto others = sum_up(there.entries, retired);
    if (!of_those_that_left.empty())
      others.ceiling = std::max(others.ceiling, of_those_that_left.mapped().entry.ceiling);
    others.touched = there.version != written_ || !there.entries.empty();
    for (const auto& process : retired) there.entries.erase(process);
    there.entries[self_] = {beat_, own};
    there.entries.insert(std::move(of_those_that_left));
    there.clocks[self_] = now();
    TRY(const bool written, write(there, deadline));
    if (written) return others;
  }
  return fail(Code::unavailable, "Too many processes write at once", index_);
}

void ElasticsearchWriters::compare_clocks(const Document& document) {
  std::map<std::string, PeerClocks::Told> told;
  for (const auto& [process, said] : document.entries) {
    auto& one = told[process];
    one.beat = said.beat;
    if (const auto clock = document.clocks.find(process); clock != document.clocks.end())
      one.clock = clock->second;
  }
  clocks_.compare(told);
}

Result<ElasticsearchWriters::Others> ElasticsearchWriters::look(Deadline deadline) {
  TRY(auto there, read(deadline));
  Others others;
  for (const auto& [process, said] : there.entries)
    if (process != self_ && said.entry.floor)
      others.floor = std::min(others.floor, *said.entry.floor);
  return others;
}

Result<void> ElasticsearchWriters::leave(Deadline deadline) {
  for (int attempt = 0; attempt < attempts_max && beat_ > 0; ++attempt) {
    TRY(auto there, read(deadline));
    const auto own = there.entries.extract(self_);
    if (own.empty()) return {};
    auto& ceiling = there.entries[left].entry.ceiling;
    ceiling = std::max(ceiling, own.mapped().entry.ceiling);
    TRY(const bool written, write(there, deadline));
    if (written) return {};
  }
  return {};
}

Result<Time> ElasticsearchWriters::database_now(Deadline deadline) {
  TRY(const auto reply,
      cluster_.expect_ok({"GET", "/_nodes/_local/stats/os?filter_path=nodes.*.timestamp"},
                         deadline));
  if (const auto nodes = reply.root().find("nodes"))
    for (const Value node : nodes->children())
      if (const auto milliseconds = integer(node, "timestamp"))
        return Time{std::chrono::milliseconds{*milliseconds}};
  return fail(Code::unavailable, "The database does not tell its time");
}

Result<ElasticsearchWriters::Document> ElasticsearchWriters::read(Deadline deadline) {
  if (!prepared_) RETURN_IF_ERROR(prepare_writers(cluster_, index_, deadline));
  prepared_ = true;
  const Call call{"GET", "/" + index_ + "/_doc/writers"};
  TRY(const auto reply, cluster_.call(call, deadline));
  if (reply.status == 404) {
    prepared_ = !reply.root().find("error");  // an error: the index itself is gone
    return Document{{}, {}, "op_type=create", {}};
  }
  const auto source = reply.root().find("_source");
  if (!reply.ok() || !source) return fail(refusal(call, reply));
  Document there;
  there.version = version_of(reply.root());
  there.condition = fmt::format("if_seq_no={}&if_primary_term={}", there.version.seq_no,
                                there.version.primary_term);
  if (const auto processes = source->find("processes")) {
    for (const Value process : processes->children()) {
      WriterEntry entry{
          instant(process, "floor"), instant(process, "ceiling").value_or(Time{}), {}};
      if (const auto places = process.find("places"))
        for (const Value place : places->children())
          if (place.is(Type::string)) entry.places.emplace(place.string());
      if (const auto clock = instant(process, "clock")) there.clocks.emplace(process.key(), *clock);
      there.entries.emplace(process.key(),
                            Read{integer(process, "beat").value_or(0), std::move(entry)});
    }
  }
  return there;
}

Result<bool> ElasticsearchWriters::write(const Document& document, Deadline deadline) {
  json::Writer json;
  json.object().key("processes").object();
  for (const auto& [process, said] : document.entries) {
    json.key(process).object();
    json.member("beat", said.beat).member("ceiling", micros_of(said.entry.ceiling));
    if (const auto clock = document.clocks.find(process); clock != document.clocks.end())
      json.member("clock", micros_of(clock->second));
    if (said.entry.floor) json.member("floor", micros_of(*said.entry.floor));
    json.key("places").array();
    for (const auto& place : said.entry.places) json.value(place);
    json.end().end();
  }
  const std::string body = json.end().end().take();
  const Call call{"PUT", "/" + index_ + "/_doc/writers?" + document.condition, body};
  TRY(const auto reply, cluster_.call(call, deadline));
  if (reply.status == 409) return false;
  if (!reply.ok()) return fail(refusal(call, reply));
  written_ = version_of(reply.root());
  return true;
}

}  // namespace lectern::store::elasticsearch
