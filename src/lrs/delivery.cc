#include "lrs/delivery.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/uuid.h"
#include "xapi/validate.h"

namespace lectern::lrs {
namespace {

/// Bytes read from the store at once for an attachment.
constexpr std::size_t piece_bytes = 1024 * 1024;
/// Characters of a receiver's answer that are kept as the reason.
constexpr std::size_t reason_size_max = 500;

struct Attached {
  std::string sha2;
  std::string content_type;
  std::uint64_t bytes = 0;
};

/// What the statements attach and we hold.
Result<std::vector<Attached>> attached_to(store::DocumentStore& documents,
                                          const store::Context& context,
                                          const std::vector<const store::Listed*>& statements) {
  std::vector<Attached> all;
  for (const auto* statement : statements) {
    if (statement->json.find("\"attachments\"") == std::string::npos) continue;
    TRY(const auto document, json::parse(statement->json));
    for (auto& one : xapi::attachments_of(document->root())) {
      const bool listed = std::any_of(all.begin(), all.end(),
                                      [&](const Attached& a) { return a.sha2 == one.sha2; });
      if (listed) continue;
      TRY(const auto bytes, documents.blob_size(context, one.sha2));
      if (bytes) all.push_back({one.sha2, one.content_type, *bytes});
    }
  }
  return all;
}

std::string as_array(const std::vector<const store::Listed*>& statements) {
  std::string text = "[";
  for (const auto* statement : statements) {
    if (text.size() > 1) text += ',';
    text += statement->json;
  }
  return text + "]";
}

Result<std::string> as_multipart(store::DocumentStore& documents, const store::Context& context,
                                 std::string text, const std::vector<Attached>& attached,
                                 const std::string& boundary) {
  std::string body =
      "--" + boundary + "\r\nContent-Type: application/json\r\n\r\n" + std::move(text);
  for (const auto& one : attached) {
    body += "\r\n--" + boundary + "\r\nContent-Type: " + one.content_type +
            "\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: " + one.sha2 +
            "\r\n\r\n";
    for (std::uint64_t at = 0;;) {
      TRY(const auto piece, documents.read_blob(context, one.sha2, at, piece_bytes));
      if (piece.empty()) break;
      at += piece.size();
      body += piece;
    }
  }
  return body + "\r\n--" + boundary + "--\r\n";
}

/// Whether an answer of status 200 is an LRS's: a list of ids (Communication 2.1.2), each of which
/// was sent. Some name only those that were new to them.
bool names_what_was_sent(const std::string& body,
                         const std::vector<const store::Listed*>& statements) {
  const auto document = json::parse(body);
  if (!document || !(*document)->root().is(json::Type::array)) return false;
  bool any = false;
  for (const json::Value id : (*document)->root().children()) {
    const auto named = id.is(json::Type::string) ? Uuid::parse(id.string()) : std::nullopt;
    any = named && std::any_of(statements.begin(), statements.end(),
                               [&](const auto* one) { return one->position.id == *named; });
    if (!any) return false;
  }
  return any;
}

Delivered verdict_of(const net::HttpResponse& answer,
                     const std::vector<const store::Listed*>& statements) {
  Delivered delivered;
  delivered.status = answer.status;
  delivered.reason = answer.body.substr(0, reason_size_max);
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

Result<std::uint64_t> bytes_to_send(store::DocumentStore& documents, const std::string& target,
                                    const store::Listed& statement) {
  TRY(const auto attached, attached_to(documents, {target}, {&statement}));
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
                          store::DocumentStore& documents, const std::string& target,
                          const std::vector<const store::Listed*>& statements) {
  const store::Context context{target};
  TRY(const auto attached, attached_to(documents, context, statements));
  std::string body = as_array(statements);
  std::string type = "application/json";
  if (!attached.empty()) {
    const std::string boundary = "lectern-" + Uuid::random().text();
    TRY(body, as_multipart(documents, context, std::move(body), attached, boundary));
    type = "multipart/mixed; boundary=" + boundary;
  }
  net::HttpRequest request;
  request.method = "POST";
  request.url = receiver.url;
  request.timeout = receiver.timeout;
  request.headers = {
      {"Content-Type", type},
      {"X-Experience-API-Version", is_of_2_0(statements.front()->json) ? "2.0.0" : "1.0.3"},
      {"Authorization", "Basic " + to_base64(receiver.username + ":" + receiver.password)}};
  request.body = body;
  const auto answer = client.send(request);
  if (!answer) return Delivered{Delivered::Kind::later, 0, answer.error().detail};
  return verdict_of(*answer, statements);
}

}  // namespace lectern::lrs
