#include "http/resources/statements_out.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "base/text.h"
#include "http/request/multipart.h"
#include "http/respond.h"
#include "lrs/attachments.h"
#include "xapi/validate/validate.h"

namespace lectern::http {
namespace {

/// Bytes of an attachment's content that are in memory at once.
constexpr std::size_t piece_bytes = 1024 * 1024;

/// The link to the next page: the same path and parameters, with the cursor.
std::string more_link(const Exchange& exchange, const xapi::Cursor& cursor) {
  std::string link = exchange.app.options.root_path + exchange.path;
  if (exchange.request.path.ends_with('/')) link += '/';
  char joint = '?';
  for (const auto& [name, value] : exchange.parameters) {
    if (name == "cursor") continue;
    link += joint + percent_encoded(name) + "=" + percent_encoded(value);
    joint = '&';
  }
  return link + joint + "cursor=" + cursor.text();
}

/// One attachment's content on its way out, and the head of its part.
struct Outgoing {
  std::string head;
  std::string sha2;
  std::uint64_t bytes = 0;
};

/// A multipart/mixed answer while it is being sent: first the JSON, then each content in pieces.
class Mixed {
 public:
  Mixed(lrs::Lrs& lrs, std::shared_ptr<const auth::Principal> principal, std::string json)
      : lrs_(lrs), principal_(std::move(principal)) {
    first_ = writer_.head({{"Content-Type", "application/json"}}) + std::move(json);
  }

  std::string content_type() const { return writer_.content_type(); }

  Result<void> add(const std::string& sha2, const std::string& content_type) {
    TRY(const auto bytes, lrs::attachment_bytes(lrs_, *principal_, sha2));
    if (!bytes) return {};
    parts_.push_back({writer_.head({{"Content-Type", content_type},
                                    {"Content-Transfer-Encoding", "binary"},
                                    {"X-Experience-API-Hash", sha2}}),
                      sha2, *bytes});
    return {};
  }

  std::uint64_t bytes() const {
    std::uint64_t all = first_.size() + writer_.end().size();
    for (const auto& part : parts_) all += part.head.size() + part.bytes;
    return all;
  }

  /// What is in memory while it is sent.
  std::uint64_t held_bytes() const {
    std::uint64_t all = first_.size() + 2 * piece_bytes;
    for (const auto& part : parts_) all += part.head.size() + part.sha2.size();
    return all;
  }

  /// The next piece; empty at the end.
  Result<std::string> next() {
    if (!first_.empty()) return std::exchange(first_, {});
    if (at_ < parts_.size()) {
      const Outgoing& part = parts_[at_];
      if (!head_sent_) {
        head_sent_ = true;
        if (part.bytes == 0) next_part();
        return part.head;
      }
      TRY(auto piece, lrs::read_attachment(lrs_, *principal_, part.sha2, sent_, piece_bytes));
      if (piece.empty()) return fail(Code::internal, "An attachment ended early");
      sent_ += piece.size();
      if (sent_ >= part.bytes) next_part();
      return piece;
    }
    if (std::exchange(done_, true)) return std::string();
    return writer_.end();
  }

 private:
  void next_part() {
    ++at_;
    sent_ = 0;
    head_sent_ = false;
  }

  lrs::Lrs& lrs_;
  const std::shared_ptr<const auth::Principal> principal_;  // the answer may outlive the exchange
  MultipartWriter writer_;
  std::string first_;
  std::vector<Outgoing> parts_;
  std::size_t at_ = 0;
  std::uint64_t sent_ = 0;
  bool head_sent_ = false;
  bool done_ = false;
};

using ContentTypes = std::unordered_map<std::string, std::string>;

/// The content types that the statements declare for their attachments, by sha2. They go into
/// headers, so anything that could end the line is left out.
ContentTypes content_types_of(const std::vector<std::string>& statements) {
  ContentTypes types;
  for (const auto& statement : statements) {
    if (statement.find("\"attachments\"") == std::string::npos) continue;
    const auto document = json::parse(statement);
    if (!document) continue;
    for (auto& attachment : xapi::attachments_of((*document)->root()))
      if (attachment.content_type.find_first_of("\r\n") == std::string::npos)
        types.try_emplace(std::move(attachment.sha2), std::move(attachment.content_type));
  }
  return types;
}

Result<Response> with_attachments(Exchange& exchange, std::string json, const ContentTypes& types,
                                  const std::vector<std::string>& sha2s) {
  auto mixed = std::make_shared<Mixed>(exchange.lrs(), exchange.principal, std::move(json));
  for (const auto& sha2 : sha2s) {
    const auto type = types.find(sha2);
    RETURN_IF_ERROR(
        mixed->add(sha2, type == types.end() ? "application/octet-stream" : type->second));
  }
  Response response;
  response.headers.add("Content-Type", mixed->content_type());
  response.stream_bytes = mixed->bytes();
  response.stream_held_bytes = mixed->held_bytes();
  response.stream = [mixed] { return mixed->next(); };
  return response;
}

}  // namespace

Result<Response> respond_with(Exchange& exchange, const xapi::StatementQuery& query,
                              lrs::Listing listing) {
  std::size_t bytes = 256;
  for (const auto& statement : listing.statements) bytes += statement.size() + 1;
  json::Writer json(bytes);
  json.object();
  // Ralph leaves `more` out on the last page.
  if (listing.next || !exchange.ralph)
    json.member("more", listing.next ? more_link(exchange, *listing.next) : std::string());
  json.key("statements").array();
  for (const auto& statement : listing.statements) json.raw(statement);
  json.end().end();
  if (!query.attachments) return json_response(json.take());
  return with_attachments(exchange, json.take(), content_types_of(listing.statements),
                          listing.attachments);
}

Result<Response> respond_with(Exchange& exchange, const xapi::StatementQuery& query,
                              lrs::Single single) {
  const auto types = query.attachments ? content_types_of({single.statement}) : ContentTypes{};
  std::string text = std::move(single.statement);
  if (exchange.ralph)
    text = json::Writer().object().key("statements").array().raw(text).end().end().take();
  TRY(Response response,
      query.attachments ? with_attachments(exchange, std::move(text), types, single.attachments)
                        : Result<Response>(json_response(std::move(text))));
  response.headers.add("Last-Modified", http_date(single.stored));
  return response;
}

}  // namespace lectern::http
