#include "lrs/forwarding/delivery.h"

#include <unordered_set>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "base/uuid.h"
#include "net/retry_after.h"
#include "net/upload.h"
#include "xapi/validate/validate.h"

namespace lectern::lrs {
namespace {

/// Bytes read from the store at once for an attachment.
constexpr std::size_t piece_bytes = 1024 * 1024;
/// Characters of a receiver's answer that are kept as the reason.
constexpr std::size_t reason_size_max = 500;
/// Of a receiver's answer: the ids of a batch have 4 KB.
constexpr std::size_t answer_bytes_max = 64UL * 1024;
/// A receiver may ask to be left alone for longer, but is asked again after this.
constexpr std::chrono::hours retry_after_most{1};

struct Attached {
  std::string sha2;
  std::string content_type;
  std::uint64_t bytes = 0;
};

/// What the statements attach and we hold.
Result<std::vector<Attached>> attached_to(
    store::BlobStore& blobs, const store::Context& context,
    const std::vector<const store::StoredStatement*>& statements) {
  std::vector<Attached> all;
  std::unordered_set<std::string> asked;
  for (const auto* statement : statements) {
    if (statement->json.find("\"attachments\"") == std::string::npos) continue;
    TRY(const auto document, json::parse(statement->json));
    for (auto& one : xapi::attachments_of(document->root())) {
      if (!asked.insert(one.sha2).second) continue;
      TRY(const auto bytes, blobs.size(context, one.sha2));
      if (bytes) all.push_back({one.sha2, one.content_type, *bytes});
    }
  }
  return all;
}

std::string as_array(const std::vector<const store::StoredStatement*>& statements) {
  std::string text = "[";
  for (const auto* statement : statements) {
    if (text.size() > 1) text += ',';
    text += statement->json;
  }
  return text + "]";
}

/// multipart/mixed (Communication 1.5.2), of which a piece of one content at a time is in memory.
class MultipartBody final : public net::BodySource {
 public:
  MultipartBody(store::BlobStore& blobs, const store::Context& context, std::string text,
                const std::vector<Attached>& attached, const std::string& boundary)
      : blobs_(blobs), context_(context) {
    std::string head =
        "--" + boundary + "\r\nContent-Type: application/json\r\n\r\n" + std::move(text);
    for (const auto& one : attached) {
      head += "\r\n--" + boundary + "\r\nContent-Type: " + one.content_type +
              "\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: " + one.sha2 +
              "\r\n\r\n";
      parts_.push_back({std::move(head), one.sha2, one.bytes});
      head.clear();
    }
    parts_.push_back({head + "\r\n--" + boundary + "--\r\n", {}, 0});
    for (const auto& part : parts_) bytes_ += part.text.size() + part.content_bytes;
  }

  std::uint64_t bytes() const override { return bytes_; }

  Result<std::size_t> read(char* to, std::size_t room) override {
    std::size_t written = 0;
    while (written < room && part_ < parts_.size()) {
      TRY(const auto some, rest());
      if (some.empty()) {
        ++part_;
        at_ = 0;
        continue;
      }
      const auto size = some.copy(to + written, room - written);
      written += size;
      at_ += size;
    }
    return written;
  }

 private:
  struct Part {
    std::string text;  // before the content
    std::string sha2;
    std::uint64_t content_bytes = 0;
  };

  /// What follows, as far as it is in memory; empty at the end of the part.
  Result<std::string_view> rest() {
    const Part& part = parts_[part_];
    if (at_ < part.text.size()) return std::string_view(part.text).substr(at_);
    const std::uint64_t offset = at_ - part.text.size();
    if (offset == part.content_bytes) return std::string_view();
    if (piece_.empty() || piece_part_ != part_ || offset < piece_at_ ||
        offset >= piece_at_ + piece_.size()) {
      TRY(piece_, blobs_.read(context_, part.sha2, offset,
                              static_cast<std::size_t>(std::min<std::uint64_t>(
                                  piece_bytes, part.content_bytes - offset))));
      if (piece_.empty())
        return fail(Code::unavailable, "an attachment's content has gone", part.sha2);
      piece_at_ = offset;
      piece_part_ = part_;
    }
    return std::string_view(piece_).substr(static_cast<std::size_t>(offset - piece_at_));
  }

  store::BlobStore& blobs_;
  const store::Context context_;
  std::vector<Part> parts_;
  std::uint64_t bytes_ = 0;
  std::size_t part_ = 0;  // the one that is being sent
  std::uint64_t at_ = 0;  // in it
  std::string piece_;     // of its content, from piece_at_ on
  std::uint64_t piece_at_ = 0;
  std::size_t piece_part_ = 0;
};

/// Whether an answer of status 200 is an LRS's: a list of ids (Communication 2.1.2), each of which
/// was sent. Some name only those that were new to them.
bool names_what_was_sent(const std::string& body,
                         const std::vector<const store::StoredStatement*>& statements) {
  const auto document = json::parse(body);
  if (!document || !(*document)->root().is(json::Type::array)) return false;
  std::unordered_set<Uuid> sent;
  for (const auto* one : statements) sent.insert(one->position.id);
  bool any = false;
  for (const json::Value id : (*document)->root().children()) {
    const auto named = id.is(json::Type::string) ? Uuid::parse(id.string()) : std::nullopt;
    any = named && sent.contains(*named);
    if (!any) return false;
  }
  return any;
}

Delivered verdict_of(const net::HttpResponse& answer,
                     const std::vector<const store::StoredStatement*>& statements) {
  Delivered delivered;
  delivered.status = answer.status;
  delivered.reason = answer.body.substr(0, reason_size_max);
  delivered.retry_after = net::retry_after(answer, now(), retry_after_most);
  if (answer.status == 204 ||
      (answer.status == 200 && names_what_was_sent(answer.body, statements)))
    delivered.kind = Delivered::Kind::taken;
  else if (answer.status == 400 || answer.status == 409 || answer.status == 413 ||
           answer.status == 415 || answer.status == 422)
    delivered.kind = Delivered::Kind::refused;
  else
    delivered.kind = Delivered::Kind::later;
  return delivered;
}

}  // namespace

net::HttpOptions receiver_options(std::chrono::milliseconds timeout) {
  net::HttpOptions options;
  options.response_bytes_max = answer_bytes_max;
  options.timeout = timeout;
  return options;
}

Result<std::uint64_t> bytes_to_send(store::BlobStore& blobs, const std::string& target,
                                    const store::StoredStatement& statement) {
  TRY(const auto attached, attached_to(blobs, {target}, {&statement}));
  std::uint64_t bytes = statement.json.size();
  for (const auto& one : attached) bytes += one.bytes;
  return bytes;
}

bool is_of_2_0(const std::string& statement) {
  const auto document = json::parse(statement);
  if (!document) return false;
  const auto version = (*document)->root().find("version");
  return version && version->is(json::Type::string) && version->string().starts_with("2.");
}

Result<Delivered> deliver(net::HttpClient& client, const Receiver& receiver,
                          store::BlobStore& blobs, const std::string& target,
                          const std::vector<const store::StoredStatement*>& statements) {
  const store::Context context{target};
  TRY(const auto attached, attached_to(blobs, context, statements));
  std::string body = as_array(statements);
  std::string type = "application/json";
  std::optional<MultipartBody> multipart;
  net::HttpRequest request;
  if (attached.empty()) {
    request.body = body;
  } else {
    const std::string boundary = "lectern-" + Uuid::random().text();
    type = "multipart/mixed; boundary=" + boundary;
    multipart.emplace(blobs, context, std::move(body), attached, boundary);
  }
  request.method = "POST";
  request.url = receiver.url;
  request.timeout = receiver.timeout;
  request.headers = {
      {"Content-Type", type},
      {"X-Experience-API-Version", is_of_2_0(statements.front()->json) ? "2.0.0" : "1.0.3"},
      {"Authorization", "Basic " + to_base64(receiver.username + ":" + receiver.password)}};
  const auto answer = multipart
                          ? net::upload(request, *multipart, receiver_options(receiver.timeout))
                          : client.send(request);
  if (!answer) return Delivered{Delivered::Kind::later, 0, answer.error().detail, std::nullopt};
  return verdict_of(*answer, statements);
}

}  // namespace lectern::lrs
