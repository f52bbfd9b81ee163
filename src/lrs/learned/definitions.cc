#include "lrs/learned/definitions.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <sys/mman.h>

#include "base/assert.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/log.h"
#include "xapi/formats.h"
#include "xapi/member.h"
#include "xapi/terms.h"

namespace lectern::lrs {

using json::Type;
using json::Value;
using store::DocumentKey;
using store::DocumentKind;

namespace {

/// Attempts to keep what could not be kept, and how long the first one waits at least.
constexpr int later_attempts_max = 5;
constexpr std::chrono::seconds later_pause{1};
/// Names kept for one agent; later ones are not written down.
constexpr std::size_t person_names_max = 64;
/// Attempts to write a document that other writers keep changing.
constexpr int attempts_max = 8;
/// Documents that are written down together.
constexpr std::size_t together_max = 500;

}  // namespace

DefinitionRegistry::DefinitionRegistry(bool few_callers)
    : few_callers_(few_callers),
      executor_({1, together_max},
                [this](const auto& jobs, Deadline deadline) { merge_batch(jobs, deadline); }) {
  // Mapped rather than allocated: pages that are never touched cost nothing.
  void* const memory = mmap(nullptr, slots * sizeof(std::uint64_t), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  LECTERN_ASSERT(memory != MAP_FAILED);
  facts_.reset(static_cast<std::atomic<std::uint64_t>*>(memory));
}

void DefinitionRegistry::Free::operator()(std::atomic<std::uint64_t>* memory) const {
  munmap(memory, slots * sizeof(std::uint64_t));
}

bool DefinitionRegistry::has(std::uint64_t fact) const {
  return facts_[fact % slots].load(std::memory_order_relaxed) == fact;
}

void DefinitionRegistry::add(std::uint64_t fact) {
  facts_[fact % slots].store(fact, std::memory_order_relaxed);
}

namespace {

std::uint64_t fact_of(std::string_view target, DocumentKind kind, std::string_view owner,
                      std::string_view said) {
  const std::hash<std::string_view> hash;
  std::uint64_t fact = hash(target);
  for (const std::uint64_t part :
       {std::uint64_t{hash(owner)}, std::uint64_t{hash(said)}, static_cast<std::uint64_t>(kind)})
    fact = (fact ^ part) * 0x9E3779B97F4A7C15ULL + (fact >> 29);
  return fact;
}

/// Gathers what statements say. Parts of a type that the standard does not allow there, as those
/// taken for Ralph's sake may hold, say nothing.
class DefinitionExtractor {
 public:
  /// `learned` tells what is no news; without it, everything is.
  DefinitionExtractor(const DefinitionRegistry* learned, std::string_view target)
      : learned_(learned), target_(target) {}

  void statement(Value statement) {
    for (const Value member : statement.children()) {
      const auto key = member.key();
      if (key == "actor" || key == "authority") agent(member);
      if (key == "object") object(member);
      if (key == "context") context(member);
    }
  }

  Updates take() { return std::move(sayings_); }

 private:
  /// Most of what is said is known: the key is made only for news.
  void say(DocumentKind kind, std::string_view owner, std::string_view text) {
    const std::uint64_t fact = fact_of(target_, kind, owner, text);
    if (learned_ != nullptr && learned_->has(fact)) return;
    sayings_[DocumentKey{kind, std::string(owner), "", ""}].push_back({std::string(text), fact});
  }

  void activity(Value activity) {
    const auto id = xapi::string_member(activity, "id");
    const auto definition = activity.find("definition");
    if (id && definition && definition->is(json::Type::object) && definition->size() > 0)
      say(DocumentKind::activity_definition, *id, definition->source());
  }

  void agent(Value agent) {
    if (const auto name = agent.find("name"); name && name->is(json::Type::string))
      if (const auto ifi = xapi::ifi_of(agent)) say(DocumentKind::person, *ifi, name->source());
    if (const auto members = agent.find("member"))
      for (const Value member : members->children())
        if (!member.find("member")) this->agent(member);
  }

  void object(Value object) {
    const std::string_view kind = xapi::object_type_of(object);
    if (kind == "Activity") activity(object);
    if (kind == "Agent" || kind == "Group") agent(object);
    if (kind == "SubStatement") statement(object);
  }

  void context(Value context) {
    for (const Value member : context.children()) {
      const auto key = member.key();
      if (key == "instructor" || key == "team") agent(member);
      if (key == "contextActivities")
        for (const Value list : member.children()) {
          if (list.is(Type::object)) activity(list);
          if (list.is(Type::array))
            for (const Value one : list.children()) activity(one);
        }
      if (key == "contextAgents" || key == "contextGroups")
        for (const Value entry : member.children())
          if (const auto who = entry.find(key == "contextAgents" ? "agent" : "group")) agent(*who);
    }
  }

  const DefinitionRegistry* learned_;
  std::string_view target_;
  Updates sayings_;
};

/// `known` is a JSON array of strings or "": the same with one more name, if it is new and there is
/// room for it.
std::string merge_name(const std::string& known, std::string_view name_source) {
  if (known.size() + name_source.size() + 2 > limits::learned_bytes_max) return known;
  if (known.empty()) return "[" + std::string(name_source) + "]";
  const auto document = json::parse(known);
  const auto added = json::parse(std::string(name_source));
  if (!document || !added || (*document)->root().size() >= person_names_max) return known;
  for (const Value name : (*document)->root().children())
    if (name.string() == (*added)->root().string()) return known;
  return known.substr(0, known.size() - 1) + "," + std::string(name_source) + "]";
}

std::string merged(const DocumentKey& key, std::string known, const std::vector<Update>& updates) {
  for (const auto& update : updates)
    known = key.kind == DocumentKind::person ? merge_name(known, update.text)
                                             : xapi::merge_definition(known, update.text);
  return known;
}

std::size_t bytes_of(const Updates& updates) {
  std::size_t bytes = 0;
  for (const auto& [key, said] : updates) {
    bytes += sizeof key + key.owner.size();
    for (const auto& update : said) bytes += sizeof update + update.text.size();
  }
  return bytes;
}

/// The write that takes `updates` into what is known; nothing when they are no news.
std::optional<store::DocumentWrite> write_for(const std::optional<store::Document>& known,
                                              const DocumentKey& key,
                                              const std::vector<Update>& updates) {
  std::string text = merged(key, known ? known->bytes : "", updates);
  if (text.empty() || (known && known->bytes == text)) return std::nullopt;
  store::DocumentWrite write;
  write.key = key;
  write.expect = known ? store::Expect::current(known->etag) : store::Expect::absent();
  write.document.content_type = "application/json";
  write.document.etag = to_hex(sha1(text));
  write.document.bytes = std::move(text);
  write.document.updated = now();
  return write;
}

}  // namespace

DocumentKey definition_key(std::string_view activity_id) {
  return {DocumentKind::activity_definition, std::string(activity_id), "", ""};
}

DocumentKey person_key(std::string_view ifi) {
  return {DocumentKind::person, std::string(ifi), "", ""};
}

Result<void> DefinitionRegistry::take(store::DocumentStore& documents,
                                      const store::Context& context, const Updates& updates) {
  try_again(documents, context);
  auto kept = keep(documents, context, updates);
  if (!kept) put_off(context.target, {updates, bytes_of(updates), 0, {}});
  return kept;
}

/// Keeps what an earlier call could not.
void DefinitionRegistry::try_again(store::DocumentStore& documents, const store::Context& context) {
  std::vector<Postponed> due;
  {
    const MutexLock lock(mutex_);
    if (postponed_.empty()) return;
    const auto waiting = postponed_.find(context.target);
    if (waiting == postponed_.end()) return;
    const auto time = std::chrono::steady_clock::now();
    const auto first_due =
        std::stable_partition(waiting->second.begin(), waiting->second.end(),
                              [&](const Postponed& one) { return one.next > time; });
    std::move(first_due, waiting->second.end(), std::back_inserter(due));
    waiting->second.erase(first_due, waiting->second.end());
    if (waiting->second.empty()) postponed_.erase(waiting);
    for (const auto& one : due) postponed_bytes_ -= one.bytes;
  }
  for (auto& one : due)
    if (!keep(documents, context, one.updates)) put_off(context.target, std::move(one));
}

void DefinitionRegistry::put_off(const std::string& target, Postponed postponed) {
  postponed.next = std::chrono::steady_clock::now() + later_pause * (1 << postponed.attempts);
  ++postponed.attempts;
  const MutexLock lock(mutex_);
  if (postponed.attempts > later_attempts_max ||
      postponed_bytes_ + postponed.bytes > limits::postponed_bytes_max)
    return log::warning(
        "what statements said of {} activities and agents is not learned: it will "
        "be when they say it again",
        postponed.updates.size());
  postponed_bytes_ += postponed.bytes;
  postponed_[target].push_back(std::move(postponed));
}

Result<void> DefinitionRegistry::keep(store::DocumentStore& documents,
                                      const store::Context& context, const Updates& updates) {
  if (updates.empty()) return {};
  if (!few_callers_) return write_down(documents, context, updates);
  const std::size_t weight = updates.size();
  const auto job = std::make_shared<MergeJob>(MergeJob{documents, context.target, updates, {}});
  if (!executor_.submit(job, weight, context.deadline))
    return fail(Code::unavailable, "The database is too slow");
  return job->outcome;
}

void DefinitionRegistry::merge_batch(const BatchExecutor<MergeJob>::Jobs& jobs, Deadline deadline) {
  std::map<std::string_view, std::vector<MergeJob*>> by_target;
  for (const auto& job : jobs) by_target[job->target].push_back(job.get());
  for (const auto& [target, same] : by_target) {
    store::Context context;
    context.target = target;
    context.deadline = deadline;
    Updates all;
    for (const MergeJob* job : same)
      for (const auto& [key, said] : job->updates) {
        auto& updates = all[key];
        updates.insert(updates.end(), said.begin(), said.end());
      }
    const auto outcome = write_down(same.front()->documents, context, std::move(all));
    const bool alone = !outcome && outcome.error().code != Code::unavailable && same.size() > 1;
    for (MergeJob* job : same)  // so that what one brings harms nobody else
      job->outcome = alone ? write_down(job->documents, context, job->updates) : outcome;
  }
}

Result<void> DefinitionRegistry::write_down(store::DocumentStore& documents,
                                            const store::Context& context, Updates open) {
  for (int attempt = 0; attempt < attempts_max && !open.empty(); ++attempt) {
    std::vector<DocumentKey> keys;
    for (const auto& [key, said] : open) keys.push_back(key);
    TRY(const auto known, documents.get_many(context, keys,
                                             attempt == 0 ? store::Freshness::may_be_stale
                                                          : store::Freshness::exact));
    std::vector<store::DocumentWrite> writes;
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (auto write = write_for(known[i], keys[i], open[keys[i]]))
        writes.push_back(std::move(*write));
    std::vector<bool> written;
    if (!writes.empty()) {
      TRY(written, documents.put_many(context, writes));
    }
    Updates again;
    for (std::size_t i = 0; i < writes.size(); ++i)
      if (!written[i]) again[writes[i].key] = open[writes[i].key];
    for (const auto& [key, said] : open)
      if (!again.contains(key))
        for (const auto& update : said) add(update.fact);
    open = std::move(again);
  }
  return {};
}

Result<void> learn(DefinitionRegistry& learned, store::DocumentStore& documents,
                   const store::Context& context, std::span<const Value> statements) {
  DefinitionExtractor listener(&learned, context.target);
  for (const Value statement : statements) listener.statement(statement);
  return learned.take(documents, context, listener.take());
}

std::string told_by(std::span<const Value> statements, const DocumentKey& key) {
  DefinitionExtractor listener(nullptr, {});
  for (const Value statement : statements) listener.statement(statement);
  const auto updates = listener.take();
  const auto said = updates.find(key);
  return said == updates.end() ? std::string() : merged(key, {}, said->second);
}

}  // namespace lectern::lrs
