#include "http/wire/request_parser.h"

#include <boost/beast/http/basic_parser.hpp>

#include "base/assert.h"
#include "base/text.h"

namespace lectern::http {
namespace {

namespace beast = boost::beast::http;
using boost::beast::error_code;
using Chars = boost::beast::string_view;

std::string text(Chars chars) { return std::string(chars.data(), chars.size()); }

/// Splits a request-target into path and query; of the absolute form the path is what is behind
/// the authority.
void split_target(std::string_view target, Request& request) {
  if (!target.empty() && target.front() != '/' && target != "*") {
    if (const auto scheme = target.find("://"); scheme != std::string_view::npos) {
      const auto path = target.find_first_of("/?", scheme + 3);
      target = path == std::string_view::npos ? "/" : target.substr(path);
    }
  }
  const auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (request.path.empty()) request.path = "/";
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
}

}  // namespace

class RequestParser::Grammar final : public beast::basic_parser<true> {
 public:
  Grammar(std::size_t header_bytes_max, std::uint64_t body_bytes_max)
      : header_bytes_max_(header_bytes_max), body_bytes_max_(body_bytes_max) {
    header_limit(static_cast<std::uint32_t>(header_bytes_max));
    body_limit(body_bytes_max);
    eager(false);
  }

  std::size_t feed(std::string_view bytes, std::string& body) {
    LECTERN_ASSERT(!is_done() && !fault);
    body_ = &body;
    eager(is_header_done());
    error_code ec;
    const auto taken = put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
    if (ec && ec != beast::error::need_more && !fault) fault = fault_of(ec);
    return taken;
  }

  Request request;
  std::optional<Fault> fault;
  bool expects_continue = false;
  bool http_1_0 = false;

 private:
  Fault fault_of(const error_code& ec) const {
    if (ec == beast::error::header_limit)
      return {431, "The request's headers are too large: more than " +
                       std::to_string(header_bytes_max_) +
                       " bytes (LECTERN_RUNSERVER_HEADER_BYTES_MAX)"};
    if (ec == beast::error::body_limit)
      return {413, "The request's body is too large: more than " + std::to_string(body_bytes_max_) +
                       " bytes (LECTERN_RUNSERVER_BODY_BYTES_MAX)"};
    return {400, "The request is not valid HTTP: " + ec.message()};
  }

  void refuse(int status, std::string detail, error_code& ec) {
    fault = Fault{status, std::move(detail)};
    ec = beast::error::bad_value;
  }

  void on_request_impl(beast::verb, Chars method, Chars target, int version, error_code&) override {
    request.method = text(method);
    header_bytes_ = method.size() + target.size();
    http_1_0 = version == 10;
    split_target({target.data(), target.size()}, request);
  }

  void on_field_impl(beast::field name, Chars name_text, Chars value, error_code& ec) override {
    // Beast's own limit holds for what it sees at once; a client that sends field by field
    // would never meet it. Trailers count too.
    header_bytes_ += name_text.size() + value.size() + 4;
    if (header_bytes_ > header_bytes_max_) {
      ec = beast::error::header_limit;
      return;
    }
    if (is_header_done()) return;  // a trailer: nothing in it is of use
    if (name == beast::field::host && ++hosts_ > 1) return refuse(400, "Two Host headers", ec);
    if (name == beast::field::content_length && ++lengths_ > 1)
      return refuse(400, "Two Content-Length headers", ec);
    const std::string_view view(value.data(), value.size());
    if (name == beast::field::transfer_encoding && !equal_without_case(view, "chunked"))
      return refuse(400, "Transfer-Encoding other than chunked", ec);
    if (name == beast::field::transfer_encoding && http_1_0)
      return refuse(400, "Transfer-Encoding in HTTP/1.0", ec);
    if (name == beast::field::expect) expects_continue = equal_without_case(view, "100-continue");
    request.headers.add(text(name_text), text(value));
  }

  void on_header_impl(error_code& ec) override {
    if (hosts_ == 0 && !http_1_0) return refuse(400, "The Host header is missing", ec);
    if (http_1_0) expects_continue = false;
  }

  std::size_t on_body_impl(Chars piece, error_code&) override {
    body_->append(piece.data(), piece.size());
    return piece.size();
  }
  std::size_t on_chunk_body_impl(std::uint64_t, Chars piece, error_code&) override {
    body_->append(piece.data(), piece.size());
    return piece.size();
  }

  void on_response_impl(int, Chars, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  void on_chunk_header_impl(std::uint64_t, Chars, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  const std::size_t header_bytes_max_;
  const std::uint64_t body_bytes_max_;
  std::size_t header_bytes_ = 0;
  unsigned hosts_ = 0;
  unsigned lengths_ = 0;
  std::string* body_ = nullptr;
};

RequestParser::RequestParser(std::size_t header_bytes_max, std::uint64_t body_bytes_max)
    : grammar_(std::make_unique<Grammar>(header_bytes_max, body_bytes_max)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

std::size_t RequestParser::put(std::string_view bytes, std::string& body) {
  return grammar_->feed(bytes, body);
}
const std::optional<Fault>& RequestParser::fault() const { return grammar_->fault; }
bool RequestParser::head_done() const { return grammar_->is_header_done(); }
bool RequestParser::done() const { return grammar_->is_done(); }
Request& RequestParser::request() { return grammar_->request; }
bool RequestParser::keep_alive() const { return grammar_->keep_alive(); }
bool RequestParser::http_1_0() const { return grammar_->http_1_0; }
bool RequestParser::expects_continue() const { return grammar_->expects_continue; }
std::optional<std::uint64_t> RequestParser::content_length() const {
  const auto length = grammar_->content_length();
  return length ? std::optional(*length) : std::nullopt;
}

}  // namespace lectern::http
