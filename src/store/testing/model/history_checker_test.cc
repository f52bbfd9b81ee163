#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "store/testing/model/history.h"

namespace lectern::store::history {
namespace {

/// What two tries must share to bring the same statement.
using Content = std::pair<Uuid, std::string>;

std::string seconds(Moment moment) {
  return fmt::format("{:.3f} s", static_cast<double>(moment.count()) / 1e6);
}

class Check {
 public:
  explicit Check(const History& history) : history_(history) {}

  std::vector<std::string> run() {
    if (!find_the_truth()) return faults_;
    check_truth();
    for (const auto& append : history_.appends) check_append(append);
    check_origins();
    check_unknown_batches();
    check_promises();
    for (const auto& reading : history_.readings) check_reading(reading);
    for (const auto& look : history_.looks) check_look(look);
    check_voids();
    for (const auto& referring : history_.referring) check_referring(referring);
    check_documents();
    return std::move(faults_);
  }

 private:
  struct Try {
    const Append* append;
    std::size_t place;

    bool unknown() const { return append->answers.empty(); }
    bool is(Answer answer) const { return !unknown() && append->answers[place] == answer; }
    /// Of a batch that is refused nothing is, what it met under an id neither: that may be of
    /// another batch which is refused too.
    bool acknowledged() const {
      return is(Answer::stored) || (is(Answer::known) && !is_of_refused());
    }
    bool is_of_refused() const {
      const auto has = [&](Answer answer) {
        return std::find(append->answers.begin(), append->answers.end(), answer) !=
               append->answers.end();
      };
      return has(Answer::conflict) && !has(Answer::stored);
    }
    /// Its statement may be there on its account.
    bool may_stay() const { return unknown() || acknowledged(); }
    const Sent& sent() const { return append->sent[place]; }
  };

  template <typename... Values>
  void fault(fmt::format_string<Values...> text, Values&&... values) {
    if (faults_.size() < faults_max)
      faults_.push_back(fmt::format(text, std::forward<Values>(values)...));
  }

  bool find_the_truth() {
    for (const auto& reading : history_.readings)
      if (!reading.since && (last_ == nullptr || reading.until > last_->until)) last_ = &reading;
    if (last_ == nullptr) {
      fault("nobody read all of it in the end");
      return false;
    }
    for (const auto& append : history_.appends)
      for (std::size_t i = 0; i < append.sent.size(); ++i) {
        const Try one{&append, i};
        tries_[append.sent[i].id].push_back(one);
        if (append.sent[i].voids) voids_[*append.sent[i].voids].push_back(one);
        if (append.sent[i].refers_to) references_[*append.sent[i].refers_to].push_back(one);
        if (one.is(Answer::conflict)) refused_at_[append.batch] = append.span.ended;
      }
    for (const auto& look : history_.looks)
      if (look.span.begun >= last_->span.begun)
        for (const auto& seen : look.found) keep(seen);
    return true;
  }

  void keep(const Seen& seen) {
    const auto [there, is_new] = kept_.emplace(seen.id, seen);
    const auto& kept = there->second;
    if (kept.text != seen.text || kept.stored != seen.stored || kept.voided != seen.voided)
      fault("W1: processes differ about {}: {} stored {}{}, {} stored {}{}", seen.id.text(),
            kept.text, utc_text(kept.stored), kept.voided ? " (voided)" : "", seen.text,
            utc_text(seen.stored), seen.voided ? " (voided)" : "");
  }

  const Seen* kept(const Uuid& id) const {
    const auto there = kept_.find(id);
    return there == kept_.end() ? nullptr : &there->second;
  }

  std::vector<Try> tries_of(const Uuid& id) const {
    const auto there = tries_.find(id);
    return there == tries_.end() ? std::vector<Try>{} : there->second;
  }

  std::vector<Try> tries_of(const Content& content) const {
    auto all = tries_of(content.first);
    std::erase_if(all, [&](const Try& one) { return one.sent().text != content.second; });
    return all;
  }

  void check_truth() {
    std::set<Uuid> listed;
    for (const auto& row : last_->rows) listed.insert(row.id);
    for (const auto& [id, seen] : kept_)
      if (!seen.voided && listed.count(id) == 0)
        fault("W2: {} ({}) is found by id and in no list", id.text(), seen.text);
  }

  void check_append(const Append& append) {
    for (std::size_t i = 0; i < append.answers.size(); ++i) {
      const Try one{&append, i};
      if (one.acknowledged()) check_acknowledged(one);
      if (one.is(Answer::conflict)) check_conflict(one);
    }
  }

  void check_acknowledged(const Try& one) {
    const auto& sent = one.sent();
    const auto* there = kept(sent.id);
    const auto at = seconds(one.append->span.ended);
    if (there == nullptr)
      return fault("W2: {} ({}), acknowledged at {}, is lost{}", sent.id.text(), sent.text, at,
                   told_of(sent.id));
    if (there->text != sent.text)
      return fault("W1: {} was acknowledged as {} at {}, and {} is kept", sent.id.text(), sent.text,
                   at, there->text);
    if (!one.is(Answer::stored)) return;
    const auto stored = one.append->stored[one.place];
    if (there->stored != stored)
      fault("W2: {} ({}) was acknowledged with stored {} at {}, and stands at {}", sent.id.text(),
            sent.text, utc_text(stored), at, utc_text(there->stored));
    for (const auto& other : tries_of(sent.id))
      if (other.is(Answer::stored) && other.append < one.append)
        fault("W1: {} was acknowledged as new at {} and at {}", sent.id.text(),
              seconds(other.append->span.ended), at);
  }

  /// Somebody must have sent another statement under the id, and not have been refused before.
  void check_conflict(const Try& one) {
    const auto all = tries_of(one.sent().id);
    const bool another = std::any_of(all.begin(), all.end(), [&](const Try& other) {
      const auto& span = other.append->span;
      return other.sent().text != one.sent().text && span.begun < one.append->span.ended &&
             (other.may_stay() || span.ended > one.append->span.begun);
    });
    if (!another)
      fault("W1: {} ({}) was refused at {}, and nobody sent anything else under its id",
            one.sent().id.text(), one.sent().text, seconds(one.append->span.ended));
    for (const auto& other : all)
      if (other.acknowledged() && other.sent().text == one.sent().text &&
          other.append->span.ended < one.append->span.begun)
        fault("W1: {} ({}) was acknowledged at {} and in conflict at {}", one.sent().id.text(),
              one.sent().text, seconds(other.append->span.ended), seconds(one.append->span.ended));
  }

  /// What is kept was sent, and not in refused batches alone.
  void check_origins() {
    for (const auto& [id, seen] : kept_) {
      const auto all = tries_of({id, seen.text});
      const bool may_stay = std::any_of(all.begin(), all.end(), [&](const Try& one) {
        const auto refused = refused_at_.find(one.append->batch);
        return one.acknowledged() || (one.unknown() && (refused == refused_at_.end() ||
                                                        refused->second < one.append->span.begun));
      });
      if (all.empty())
        fault("W1: {} ({}) is kept, and nobody sent it", id.text(), seen.text);
      else if (!may_stay)
        fault("W8: {} ({}) of a batch that was refused at {} is kept", id.text(), seen.text,
              seconds(all.back().append->span.ended));
    }
  }

  /// A batch that nobody was answered is there as a whole or not at all, as far as nobody else has
  /// brought its statements.
  void check_unknown_batches() {
    std::map<int, const Append*> batches;
    std::set<int> answered;
    for (const auto& append : history_.appends) {
      batches.emplace(append.batch, &append);
      if (!append.answers.empty()) answered.insert(append.batch);
    }
    for (const auto& batch : batches) {
      const Append* append = batch.second;
      if (answered.count(append->batch) > 0) continue;
      std::size_t own = 0, there = 0;
      for (const auto& sent : append->sent) {
        const auto all = tries_of({sent.id, sent.text});
        if (!std::all_of(all.begin(), all.end(),
                         [&](const Try& one) { return one.append->batch == append->batch; }))
          continue;
        ++own;
        if (const auto* row = kept(sent.id); row != nullptr && row->text == sent.text) ++there;
      }
      if (there > 0 && there < own)
        fault("W11: of a batch of unknown outcome, sent at {}, {} of {} statements are kept",
              seconds(append->span.begun), there, own);
    }
  }

  void check_promises() {
    auto promises = history_.promises;
    std::sort(promises.begin(), promises.end(),
              [](const auto& a, const auto& b) { return a.span.ended < b.span.ended; });
    const auto highest_before = [&](Moment moment, std::optional<int> process) {
      const Promise* highest = nullptr;
      for (const auto& promise : promises) {
        if (promise.span.ended >= moment) break;
        if ((!process || promise.process == *process) &&
            (highest == nullptr || promise.through > highest->through))
          highest = &promise;
      }
      return highest;
    };
    for (const auto& promise : promises) {
      const auto* before = highest_before(promise.span.begun, promise.process);
      if (before != nullptr && before->through > promise.through)
        fault("W3: process {} promised {} at {} and {} at {}", promise.process,
              utc_text(before->through), seconds(before->span.ended), utc_text(promise.through),
              seconds(promise.span.ended));
    }
    for (const auto& append : history_.appends) {
      const auto* promised = highest_before(append.span.begun, std::nullopt);
      if (promised == nullptr) continue;
      for (std::size_t i = 0; i < append.sent.size(); ++i) {
        const Try one{&append, i};
        if (one.is(Answer::stored) && append.stored[i] <= promised->through)
          fault("W4: process {} stored {} at {}, begun at {}, when process {} had promised {}",
                append.process, append.sent[i].id.text(), utc_text(append.stored[i]),
                seconds(append.span.begun), promised->process, utc_text(promised->through));
      }
    }
  }

  /// Whether a reader must, or must not, meet a statement that is kept; nothing: either is right.
  std::optional<bool> must_list(const Reading& reading, const Seen& row) const {
    const auto voids = voids_.find(row.id);
    if (voids == voids_.end()) return true;
    bool may_be_voided = false;
    for (const auto& one : voids->second) {
      if (!one.may_stay()) continue;
      const auto* there = kept(one.sent().id);
      if (one.acknowledged() && one.append->span.ended < reading.span.begun && there != nullptr &&
          there->stored <= reading.until)
        return false;
      if (one.append->span.begun < reading.span.ended) may_be_voided = true;
    }
    if (may_be_voided && row.voided) return std::nullopt;
    return true;
  }

  void check_reading(const Reading& reading) {
    const auto place = [](const Seen& row) { return std::tie(row.stored, row.id); };
    std::set<Uuid> met;
    for (std::size_t i = 0; i < reading.rows.size(); ++i) {
      const auto& row = reading.rows[i];
      const auto at = seconds(reading.span.ended);
      if (!met.insert(row.id).second)
        fault("W6: {} ({}) is twice in a list read at {}", row.id.text(), row.text, at);
      if (i > 0 && (place(reading.rows[i - 1]) < place(row)) != reading.ascending)
        fault("W6: {} stands out of order in a list read at {}", row.id.text(), at);
      if (row.stored > reading.until || (reading.since && row.stored <= *reading.since))
        fault("W6: {} stands outside of the list read at {}", row.id.text(), at);
      const auto* there = kept(row.id);
      if (there == nullptr || there->text != row.text || there->stored != row.stored)
        fault("W5: {} ({}, stored {}) was listed at {}, and is {}", row.id.text(), row.text,
              utc_text(row.stored), at,
              there == nullptr ? "gone" : there->text + ", stored " + utc_text(there->stored));
      else if (must_list(reading, *there) == false)
        fault("W2: {} is listed at {}, and had been voided", row.id.text(), at);
    }
    for (const auto& [id, row] : kept_)
      if (row.stored <= reading.until && (!reading.since || row.stored > *reading.since) &&
          met.count(id) == 0 && must_list(reading, row) == true)
        fault("W4: {} ({}, stored {}) was not in the list up to {} that was read from {} to {}{}",
              id.text(), row.text, utc_text(row.stored), utc_text(reading.until),
              seconds(reading.span.begun), seconds(reading.span.ended), told_of(id));
  }

  /// All that was done under an id, and to it.
  std::string told_of(const Uuid& id) const {
    constexpr std::array names{"stored", "known", "conflict", "refused"};
    std::string told;
    const auto tell = [&](const Try& one, std::string_view what) {
      told += fmt::format(
          "\n    {} {}, batch {} of {}, process {}, {} to {}: {}", what, one.sent().text,
          one.append->batch, one.append->sent.size(), one.append->process,
          seconds(one.append->span.begun), seconds(one.append->span.ended),
          one.unknown() ? "unknown"
                        : names[static_cast<std::size_t>(one.append->answers[one.place])]);
    };
    for (const auto& one : tries_of(id)) tell(one, "sent as");
    for (const auto& one : voids_of(id)) tell(one, "voided by");
    return told;
  }

  void check_look(const Look& look) {
    std::map<Uuid, const Seen*> found;
    for (const auto& seen : look.found)
      if (!found.emplace(seen.id, &seen).second)
        fault("W1: {} was found twice at {}", seen.id.text(), seconds(look.span.ended));
    for (const auto& id : look.ids) {
      bool acknowledged = false, sent = false;
      const auto there = found.find(id);
      for (const auto& one : tries_of(id)) {
        acknowledged |= one.acknowledged() && one.append->span.ended < look.span.begun;
        sent |= there != found.end() && one.sent().text == there->second->text &&
                one.append->span.begun < look.span.ended;
      }
      const auto at = seconds(look.span.ended);
      if (there != found.end() && !sent)
        fault("W1: {} ({}) was found at {}, before it was sent", id.text(), there->second->text,
              at);
      if (acknowledged) check_found(look, id, there == found.end() ? nullptr : there->second);
    }
  }

  void check_found(const Look& look, const Uuid& id, const Seen* seen) {
    const auto at = seconds(look.span.ended);
    const auto* there = kept(id);
    if (there == nullptr) return;  // it is told already
    if (seen == nullptr)
      return fault("W2: {} ({}) was acknowledged before {}, and not found", id.text(), there->text,
                   at);
    if (seen->text != there->text || seen->stored != there->stored)
      fault("W1: {} was {} at {}, stored {}, and is {}, stored {}", id.text(), seen->text, at,
            utc_text(seen->stored), there->text, utc_text(there->stored));
    bool was_voided = false, may_be_voided = false;
    for (const auto& one : voids_of(id)) {
      was_voided |= one.acknowledged() && one.append->span.ended < look.span.begun;
      may_be_voided |= one.may_stay() && one.append->span.begun < look.span.ended;
    }
    if (seen->voided && !may_be_voided)
      fault("W8: {} was voided at {}, and nobody's voiding statement was taken{}", id.text(), at,
            told_of(id));
    if (!seen->voided && was_voided) fault("W2: {} was not voided at {}", id.text(), at);
  }

  std::vector<Try> voids_of(const Uuid& id) const {
    const auto all = voids_.find(id);
    return all == voids_.end() ? std::vector<Try>{} : all->second;
  }

  void check_voids() {
    for (const auto& one_kept : kept_) {
      const auto& id = one_kept.first;
      const auto& row = one_kept.second;
      const auto all = voids_of(id);
      const auto any = [&](auto is) { return std::any_of(all.begin(), all.end(), is); };
      if (row.voided && !any([](const Try& one) { return one.may_stay(); }))
        fault("W8: {} is voided, and nobody's voiding statement was taken{}", id.text(),
              told_of(id));
      if (!row.voided && any([](const Try& one) { return one.acknowledged(); }))
        fault("W2: {} is not voided, and its voiding statement was acknowledged", id.text());
    }
  }

  void check_referring(const Referring& referring) {
    const std::set<Uuid> met(referring.ids.begin(), referring.ids.end());
    const auto* target = kept(referring.target);
    const bool has_target = target != nullptr;
    if (has_target && !target->voided && met.count(referring.target) == 0)
      fault("W2: {} is not found by its own actor", referring.target.text());
    const auto references = references_.find(referring.target);
    std::set<Uuid> may{referring.target};
    if (references != references_.end()) {
      for (const auto& one : references->second) {
        const auto* row = kept(one.sent().id);
        if (row == nullptr || row->text != one.sent().text) continue;
        may.insert(row->id);
        if (has_target && one.acknowledged() && !row->voided && met.count(row->id) == 0)
          fault("W2: {} refers to {} and is not found by that one's actor", row->id.text(),
                referring.target.text());
      }
    }
    for (const auto& id : met)
      if (!has_target || may.count(id) == 0)
        fault("W2: {} is found by the actor of {}, which it does not refer to", id.text(),
              referring.target.text());
  }

  void check_documents() {
    std::map<std::string, std::vector<DocumentOperation>> by_key;
    for (const auto& operation : history_.documents) by_key[operation.key].push_back(operation);
    for (auto& [key, operations] : by_key)
      if (const auto found = fault_of_document(std::move(operations)); !found.empty())
        fault("W13: {}", found);
  }

  const History& history_;
  std::vector<std::string> faults_;
  const Reading* last_ = nullptr;
  std::map<Uuid, Seen> kept_;
  std::map<Uuid, std::vector<Try>> tries_, voids_, references_;  // by id; by target
  std::map<int, Moment> refused_at_;                             // batches, the last time
};

}  // namespace

std::vector<std::string> faults_of(const History& history) { return Check(history).run(); }

}  // namespace lectern::store::history
