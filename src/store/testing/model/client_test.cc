#include "store/testing/model/client.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "base/concurrency/mutex.h"
#include "base/digest.h"
#include "store/testing/sample.h"

namespace lectern::store::model {
namespace {

using namespace std::chrono_literals;
using history::Answer;
using history::Sent;
using Kind = history::DocumentOperation::Kind;

constexpr int operations_of_a_document = 24;

Answer answer_of(AppendOutcome outcome) {
  switch (outcome) {
    case AppendOutcome::stored:
      return Answer::stored;
    case AppendOutcome::known:
      return Answer::known;
    case AppendOutcome::conflict:
      return Answer::conflict;
    default:
      return Answer::refused;
  }
}

Document document_of(const std::string& value) {
  return {"text/plain", value, to_hex(sha1(value)), now()};
}

}  // namespace

Row row_of(const Sent& sent) {
  contract::Sample sample{.id = sent.id, .agent = sent.text};
  sample.note = sent.text;
  sample.refers_to = sent.refers_to;
  sample.voids = sent.voids.has_value();
  return contract::row_of(sample);
}

std::string text_of(const std::string& json) {
  constexpr std::string_view before = R"("http://example.org/note":")";
  const auto at = json.find(before);
  if (at == std::string::npos) return json;
  const auto from = at + before.size();
  return json.substr(from, json.find('"', from) - from);
}

Uuid Shared::new_id() {
  Uuid id;
  for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(up_to(255));
  return id;
}

Sent Shared::make_statement() {
  // What was sent before, to be known or in conflict.
  if (!sent_.empty() && once_in(7)) {
    auto again = sent_[sent_.size() - 1 - up_to(std::min<std::size_t>(sent_.size() - 1, 20))];
    if (once_in(2)) again.text = fmt::format("t{}", ++texts_);
    return again;
  }
  Sent made{new_id(), fmt::format("t{}", ++texts_)};
  if (once_in(5)) {  // one of those that others send in this moment too
    while (coming_.size() < 3) coming_.push_back(new_id());
    made.id = coming_[up_to(coming_.size() - 1)];
    if (once_in(3)) coming_.pop_front();
  } else if (!plain_.empty() && once_in(5)) {
    const auto target =
        plain_[plain_.size() - 1 - up_to(std::min<std::size_t>(plain_.size() - 1, 30))];
    made.refers_to = target;
    if (once_in(2)) made.voids = target;
    targets_.push_back(target);
  } else {
    plain_.push_back(made.id);
  }
  return made;
}

Shared::Batch Shared::make_batch() {
  const MutexLock lock(mutex_);
  Batch batch{++batches_, {}};
  for (auto count = up_to(4) + 1; count > 0; --count) {
    auto sent = make_statement();
    const auto same = [&](const Sent& other) { return other.id == sent.id; };
    if (std::none_of(batch.sent.begin(), batch.sent.end(), same))
      batch.sent.push_back(std::move(sent));
  }
  sent_.insert(sent_.end(), batch.sent.begin(), batch.sent.end());
  return batch;
}

std::optional<Shared::Batch> Shared::take_unknown() {
  const MutexLock lock(mutex_);
  if (unknown_.empty() || once_in(3)) return std::nullopt;
  auto batch = std::move(unknown_.front());
  unknown_.pop_front();
  return batch;
}

void Shared::put_unknown(Batch batch) {
  const MutexLock lock(mutex_);
  if (!once_in(4)) unknown_.push_back(std::move(batch));  // some are never heard of again
}

std::vector<Uuid> Shared::some_ids() {
  const MutexLock lock(mutex_);
  std::set<Uuid> ids;
  for (int i = 0; i < 12 && !sent_.empty(); ++i) ids.insert(sent_[up_to(sent_.size() - 1)].id);
  return {ids.begin(), ids.end()};
}

std::vector<Uuid> Shared::all_ids() {
  const MutexLock lock(mutex_);
  std::set<Uuid> ids;
  for (const auto& sent : sent_) ids.insert(sent.id);
  return {ids.begin(), ids.end()};
}

std::vector<Uuid> Shared::targets() {
  const MutexLock lock(mutex_);
  const std::set<Uuid> once(targets_.begin(), targets_.end());
  return {once.begin(), once.end()};
}

std::string Shared::some_document() {
  const MutexLock lock(mutex_);
  const int newest = ++documents_ / operations_of_a_document * 2;
  return fmt::format("document {}", newest + static_cast<int>(up_to(1)));
}

std::optional<Time> ask_promise(const Running& running, const Context& context,
                                history::Recorder& recorder) {
  history::Promise promise{running.number, {recorder.now(), {}}, {}};
  const auto through = running.process->stores().statements->consistent_through(context);
  promise.span.ended = recorder.now();
  if (!through || !running.process->is_alive()) return std::nullopt;
  promise.through = *through;
  recorder.add(promise);
  return *through;
}

bool append(const Running& running, const Context& context, const Shared::Batch& batch,
            history::Recorder& recorder) {
  std::vector<Row> rows;
  for (const auto& sent : batch.sent) rows.push_back(row_of(sent));
  history::Append append{running.number, {recorder.now(), {}}, batch.number, batch.sent, {}, {}};
  const auto outcomes =
      running.process->stores().statements->append(context, rows, OnConflict::refuse_batch);
  append.span.ended = recorder.now();
  const bool answered = outcomes && running.process->is_alive();
  if (answered) {
    for (const auto outcome : *outcomes) append.answers.push_back(answer_of(outcome));
    for (const auto& row : rows) append.stored.push_back(row.stored);
  } else if (!outcomes && outcomes.error().code != Code::unavailable) {
    recorder.add_fault("answered with " + outcomes.error().message);
  }
  recorder.add(std::move(append));
  return answered;
}

std::optional<history::Reading> read(Processes& processes, const std::string& target,
                                     history::Recorder& recorder, history::Reading reading,
                                     const std::function<std::size_t()>& next_slot) {
  reading.span.begun = recorder.now();
  PageRequest request{std::nullopt, 7, reading.ascending};
  for (;;) {
    const auto running = processes.at(next_slot());
    if (!running) return std::nullopt;
    const auto page = running->process->stores().statements->query(
        {target, std::chrono::steady_clock::now() + 4s}, {{}, reading.since, reading.until},
        request);
    if (!page || !running->process->is_alive()) return std::nullopt;
    for (const auto& row : page->rows)
      reading.rows.push_back({row.position.id, text_of(row.json), row.position.stored});
    if (!page->more) break;
    request.after = page->rows.back().position;
    request.rows_max = request.rows_max * 2;
  }
  reading.span.ended = recorder.now();
  return reading;
}

Context ModelClient::context() {
  return {deployment_.target, std::chrono::steady_clock::now() + 1s + 500ms * up_to(4)};
}

void ModelClient::do_something() {
  const auto choice = up_to(99);
  if (choice < 45) return append();
  if (choice < 62) return read_window();
  if (choice < 70) return walk();
  if (choice < 82 || !deployment_.documents) return look();
  use_document();
}

void ModelClient::append() {
  auto batch = shared_.take_unknown();
  if (!batch) batch = shared_.make_batch();
  const auto running = processes_.at(up_to(processes_.count() - 1));
  if (!running) return shared_.put_unknown(std::move(*batch));
  if (model::append(*running, context(), *batch, recorder_)) return;
  shared_.put_unknown(std::move(*batch));
  std::this_thread::sleep_for(20ms);
}

void ModelClient::read_window() {
  const auto running = processes_.at(up_to(processes_.count() - 1));
  if (!running) return;
  const auto promised = ask_promise(*running, context(), recorder_);
  if (!promised || (read_until_ && *promised <= *read_until_)) return;
  history::Reading wanted{{}, read_until_, *promised, true, {}};
  auto reading = read(processes_, deployment_.target, recorder_, wanted,
                      [&] { return up_to(processes_.count() - 1); });
  if (!reading) return;
  read_until_ = *promised;
  recorder_.add(std::move(*reading));
}

void ModelClient::walk() {
  const auto running = processes_.at(up_to(processes_.count() - 1));
  if (!running) return;
  const auto promised = ask_promise(*running, context(), recorder_);
  if (!promised) return;
  history::Reading wanted{{}, {}, *promised, up_to(1) == 0, {}};
  auto reading = read(processes_, deployment_.target, recorder_, wanted,
                      [&] { return up_to(processes_.count() - 1); });
  if (reading) recorder_.add(std::move(*reading));
}

void ModelClient::look() {
  const auto running = processes_.at(up_to(processes_.count() - 1));
  history::Look look{{recorder_.now(), {}}, shared_.some_ids(), {}};
  if (!running || look.ids.empty()) return;
  const auto found = running->process->stores().statements->find(context(), look.ids);
  look.span.ended = recorder_.now();
  if (!found || !running->process->is_alive()) return;
  for (const auto& one : *found)
    look.found.push_back({one.position.id, text_of(one.json), one.position.stored, one.voided});
  recorder_.add(std::move(look));
}

void ModelClient::use_document() {
  const auto running = processes_.at(up_to(processes_.count() - 1));
  if (!running) return;
  auto& documents = *running->process->stores().documents;
  history::DocumentOperation got{Kind::get, {recorder_.now(), {}}, shared_.some_document(), {}};
  const auto found = documents.get(context(), {DocumentKind::state, "owner", "", got.key});
  got.span.ended = recorder_.now();
  if (!found || !running->process->is_alive()) return;
  if (*found) got.value = (*found)->bytes;
  recorder_.add(got);
  if (up_to(2) == 0) return;
  auto written = got;
  written.kind = up_to(5) == 0 ? Kind::erase : Kind::put;
  written.value.clear();
  if (written.kind == Kind::put)
    written.value = fmt::format("v{}.{}", random_() % 100'000, ++values_);
  if (up_to(4) > 0) written.expected = got.value;
  // To remove what is not there under the condition that it is not would be no write.
  if (written.kind == Kind::erase && got.value.empty()) written.expected.reset();
  write_document(documents, written, *running);
}

void ModelClient::write_document(DocumentStore& documents, history::DocumentOperation operation,
                                 const Running& running) {
  const DocumentKey key{DocumentKind::state, "owner", "", operation.key};
  auto expect = Expect::anything();
  if (operation.expected)
    expect = operation.expected->empty() ? Expect::absent()
                                         : Expect::current(document_of(*operation.expected).etag);
  operation.span.begun = recorder_.now();
  const auto done = operation.kind == Kind::put
                        ? documents.put(context(), key, document_of(operation.value), expect)
                        : documents.erase(context(), key, expect);
  operation.span.ended = recorder_.now();
  if (done && running.process->is_alive()) operation.done = *done;
  recorder_.add(std::move(operation));
}

}  // namespace lectern::store::model
