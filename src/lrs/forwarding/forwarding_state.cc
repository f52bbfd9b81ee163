#include "lrs/forwarding/forwarding_state.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/writer.h"
#include "base/time/micros.h"

namespace lectern::lrs {
namespace {

using json::Type;
using store::Document;
using store::DocumentKey;
using store::DocumentKind;
using store::Expect;

constexpr std::string_view target_prefix = "target:";
constexpr std::string_view dead_prefix = "dead:";

DocumentKey key_of(std::string owner, std::string id) {
  return {DocumentKind::forwarding, std::move(owner), "", std::move(id)};
}

Document document_of(std::string bytes) {
  Document document;
  document.content_type = "application/json";
  document.etag = to_hex(sha1(bytes));
  document.bytes = std::move(bytes);
  document.updated = now();
  return document;
}

std::int64_t integer_of(json::Value object, std::string_view key) {
  const auto member = object.find(key);
  return member && member->is(Type::number) ? member->as_integer().value_or(0) : 0;
}

std::string string_of(json::Value object, std::string_view key) {
  const auto member = object.find(key);
  return member && member->is(Type::string) ? std::string(member->string()) : std::string();
}

tl::unexpected<Error> bad_setting(std::size_t index, std::string_view what) {
  return fail(Code::invalid, fmt::format("XAPI_FORWARDINGS: item {} {}", index, what));
}

Result<Receiver> parse_receiver(json::Value item, std::size_t index) {
  Receiver receiver;
  for (const std::string_view key : {"url", "basic_username", "basic_password"}) {
    const auto member = item.find(key);
    if (!member || !member->is(Type::string) || member->string().empty())
      return bad_setting(index, fmt::format("needs `{}`, a text", key));
  }
  receiver.url = string_of(item, "url");
  if (!receiver.url.starts_with("http://") && !receiver.url.starts_with("https://"))
    return bad_setting(index, "needs a `url` that begins with http:// or https://");
  receiver.username = string_of(item, "basic_username");
  receiver.password = string_of(item, "basic_password");
  const auto active = item.find("is_active");
  if (!active || !active->is(Type::boolean))
    return bad_setting(index, "needs `is_active`, true or false");
  receiver.is_active = active->boolean();
  const auto retries = item.find("max_retries"), timeout = item.find("timeout");
  if (!retries || !retries->is(Type::number))
    return bad_setting(index, "needs `max_retries`, a number");
  if (!timeout || !timeout->is(Type::number) || !(timeout->as_double() > 0))
    return bad_setting(index, "needs `timeout`, seconds above 0");
  receiver.timeout = std::chrono::milliseconds(
      static_cast<std::int64_t>(std::min(timeout->as_double(), 3600.0) * 1000));
  if (const auto from = item.find("from")) {
    const auto text = from->is(Type::string) ? std::string(from->string()) : std::string();
    constexpr std::size_t day_size = 10;
    receiver.from = text == "beginning"
                        ? std::optional(Time{})
                        : parse_time(text.size() == day_size ? text + "T00:00:00Z" : text);
    if (!receiver.from)
      return bad_setting(index,
                         "has a `from` that is neither \"beginning\" nor a date such as "
                         "2026-01-31 or 2026-01-31T12:00:00Z");
  }
  return receiver;
}

std::string position_id(const std::string& target) { return "position:" + target; }

std::string dead_id(const std::string& target, const Uuid& statement) {
  return std::string(dead_prefix) + target + ":" + statement.text();
}

}  // namespace

Result<std::vector<Receiver>> parse_receivers(std::string_view text) {
  std::vector<Receiver> receivers;
  if (text.empty()) return receivers;
  const auto document = json::parse(std::string(text));
  if (!document || !(*document)->root().is(Type::array))
    return fail(Code::invalid, "XAPI_FORWARDINGS: must be a JSON list of objects");
  for (const auto item : (*document)->root().children()) {
    TRY(auto receiver, parse_receiver(item, receivers.size()));
    receivers.push_back(std::move(receiver));
  }
  return receivers;
}

Result<void> ForwardingState::add_target(const std::string& target) {
  RETURN_IF_ERROR(documents_.put({}, key_of("", std::string(target_prefix) + target),
                                 document_of(json::quoted(target)), Expect::absent()));
  return {};
}

Result<std::vector<std::string>> ForwardingState::targets() {
  std::vector<std::string> targets{""};
  TRY(const auto names, documents_.list({}, {DocumentKind::forwarding, "", std::nullopt}, {}));
  for (const auto& name : names)
    if (name.id.starts_with(target_prefix) && name.id.size() > target_prefix.size())
      targets.push_back(name.id.substr(target_prefix.size()));
  return targets;
}

Result<std::optional<ForwardingState::Served>> ForwardingState::served(const std::string& receiver,
                                                                       const std::string& target) {
  TRY(const auto document, documents_.get({}, key_of(receiver, position_id(target))));
  if (!document) return std::optional<Served>{};
  TRY(const auto parsed, json::parse(document->bytes));
  Served served{{}, document->etag};
  served.position.stored = Time(std::chrono::microseconds(integer_of(parsed->root(), "stored")));
  served.position.id = Uuid::parse(string_of(parsed->root(), "id")).value_or(Uuid{});
  return std::optional(std::move(served));
}

Result<std::optional<ForwardingState::Served>> ForwardingState::move(
    const std::string& receiver, const std::string& target, const std::optional<Served>& from,
    const xapi::Position& position) {
  const auto document = document_of(json::Writer()
                                        .object()
                                        .member("stored", micros_of(position.stored))
                                        .member("id", position.id.text())
                                        .end()
                                        .take());
  TRY(const bool moved, documents_.put({}, key_of(receiver, position_id(target)), document,
                                       from ? Expect::current(from->etag) : Expect::absent()));
  if (!moved) return std::optional<Served>{};
  return std::optional(Served{position, document.etag});
}

Result<bool> ForwardingState::acquire_lease(const std::string& receiver, const std::string& holder,
                                            std::chrono::milliseconds lease) {
  const auto key = key_of(receiver, "lease");
  TRY(const auto current, documents_.get({}, key));
  if (current) {
    TRY(const auto parsed, json::parse(current->bytes));
    if (string_of(parsed->root(), "holder") != holder &&
        integer_of(parsed->root(), "until") > micros_of(now()))
      return false;
  }
  return documents_.put({}, key,
                        document_of(json::Writer()
                                        .object()
                                        .member("holder", holder)
                                        .member("until", micros_of(now() + lease))
                                        .end()
                                        .take()),
                        current ? Expect::current(current->etag) : Expect::absent());
}

Result<void> ForwardingState::release(const std::string& receiver, const std::string& holder) {
  const auto key = key_of(receiver, "lease");
  TRY(const auto current, documents_.get({}, key));
  if (!current) return {};
  TRY(const auto parsed, json::parse(current->bytes));
  if (string_of(parsed->root(), "holder") != holder) return {};
  RETURN_IF_ERROR(documents_.erase({}, key, Expect::current(current->etag)));
  return {};
}

Result<void> ForwardingState::add_dead_letter(const DeadLetter& letter) {
  json::Writer json;
  json.object()
      .member("target", letter.target)
      .member("id", letter.statement.text())
      .member("status", letter.status)
      .member("reason", letter.reason)
      .member("refused", micros_of(letter.refused))
      .end();
  RETURN_IF_ERROR(documents_.put({},
                                 key_of(letter.receiver, dead_id(letter.target, letter.statement)),
                                 document_of(json.take()), Expect::anything()));
  return {};
}

Result<void> ForwardingState::remove_dead_letter(const DeadLetter& letter) {
  RETURN_IF_ERROR(documents_.erase(
      {}, key_of(letter.receiver, dead_id(letter.target, letter.statement)), Expect::anything()));
  return {};
}

Result<bool> ForwardingState::is_dead(const std::string& receiver, const std::string& target,
                                      const Uuid& statement) {
  TRY(const auto there, documents_.get({}, key_of(receiver, dead_id(target, statement))));
  return there.has_value();
}

Result<std::vector<DeadLetter>> ForwardingState::dead_letters(const std::string& receiver) {
  std::vector<DeadLetter> letters;
  TRY(const auto names,
      documents_.list({}, {DocumentKind::forwarding, receiver, std::nullopt}, {}));
  for (const auto& name : names) {
    if (!name.id.starts_with(dead_prefix)) continue;
    TRY(const auto document, documents_.get({}, key_of(receiver, name.id)));
    if (!document) continue;
    TRY(const auto parsed, json::parse(document->bytes));
    const auto root = parsed->root();
    DeadLetter letter;
    letter.receiver = receiver;
    letter.target = string_of(root, "target");
    letter.statement = Uuid::parse(string_of(root, "id")).value_or(Uuid{});
    letter.status = static_cast<int>(integer_of(root, "status"));
    letter.reason = string_of(root, "reason");
    letter.refused = Time(std::chrono::microseconds(integer_of(root, "refused")));
    letters.push_back(std::move(letter));
  }
  std::sort(letters.begin(), letters.end(),
            [](const DeadLetter& a, const DeadLetter& b) { return a.refused < b.refused; });
  return letters;
}

}  // namespace lectern::lrs
