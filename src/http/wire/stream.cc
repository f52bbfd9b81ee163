#include "http/wire/stream.h"

#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl.hpp>

#include "http/wire/tcp_progress.h"

namespace lectern::http {

class Stream::Tls {
 public:
  Tls(Socket& socket, asio::ssl::context& context) : stream(socket, context) {
    // Idle connections need not keep OpenSSL's 34 KiB of record buffers.
    SSL_set_mode(stream.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  }
  asio::ssl::stream<Socket&> stream;
};

Result<std::shared_ptr<asio::ssl::context>> open_tls(const std::string& certificate_file,
                                                     const std::string& key_file) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
  // With forward secrecy only, and no CBC; TLS 1.3 has nothing else.
  SSL_CTX_set_cipher_list(context->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  error_code ec;
  context->use_certificate_chain_file(certificate_file, ec);
  if (ec) return fail(Code::invalid, "TLS certificate " + certificate_file + ": " + ec.message());
  context->use_private_key_file(key_file, asio::ssl::context::pem, ec);
  if (ec) return fail(Code::invalid, "TLS key " + key_file + ": " + ec.message());
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    return fail(Code::invalid, "TLS key " + key_file + " is not the key of " + certificate_file);
  return context;
}

Stream::Stream(Socket socket, asio::ssl::context* tls) : socket_(std::move(socket)) {
  if (tls != nullptr) tls_ = std::make_unique<Tls>(socket_, *tls);
}
Stream::~Stream() = default;

Awaitable<Handshake> Stream::handshake() {
  if (!tls_) co_return Handshake::done;
  auto [ec] = co_await tls_->stream.async_handshake(asio::ssl::stream_base::server, use_tuple);
  if (!ec) co_return Handshake::done;
  const bool by_tls = ec.category() == asio::error::get_ssl_category();
  if (!by_tls || ERR_GET_REASON(static_cast<unsigned long>(ec.value())) != SSL_R_HTTP_REQUEST)
    co_return Handshake::broken;
  tls_.reset();
  co_return Handshake::plain_http;
}

Awaitable<std::size_t> Stream::read_some(char* begin, std::size_t bytes) {
  const auto room = asio::buffer(begin, bytes);
  if (tls_) {
    auto [ec, read] = co_await tls_->stream.async_read_some(room, use_tuple);
    co_return ec ? 0 : read;
  }
  auto [ec, read] = co_await socket_.async_read_some(room, use_tuple);
  co_return ec ? 0 : read;
}

Awaitable<std::size_t> Stream::write_some(std::string_view head, std::string_view body) {
  if (tls_) {
    // A TLS write takes one buffer; asio would only ever look at the first.
    const auto first = head.empty() ? body : head;
    const auto bytes = asio::buffer(first.data(), first.size());
    auto [ec, written] = co_await tls_->stream.async_write_some(bytes, use_tuple);
    co_return ec ? 0 : written;
  }
  const std::array buffers{asio::const_buffer(head.data(), head.size()),
                           asio::const_buffer(body.data(), body.size())};
  auto [ec, written] = co_await socket_.async_write_some(buffers, use_tuple);
  co_return ec ? 0 : written;
}

Awaitable<void> Stream::end_writing() {
  if (tls_) {
    co_await tls_->stream.async_shutdown(use_tuple);
  }
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

Awaitable<std::size_t> Stream::discard(char* scratch, std::size_t bytes) {
  const auto room = asio::buffer(scratch, bytes);
  auto [ec, read] = co_await socket_.async_read_some(room, use_tuple);
  co_return ec ? 0 : read;
}

void Stream::cancel() {
  error_code ignored;
  socket_.cancel(ignored);
}

void Stream::close() {
  error_code ignored;
  socket_.close(ignored);
}

void Stream::reset() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);  // here: Asio's destructor would have the kernel send it all the same
}

std::uint64_t Stream::acknowledged_bytes() {
  return tcp_acknowledged_bytes(socket_.native_handle());
}

bool Stream::readable() const {
  error_code ec;
  return socket_.available(ec) > 0 && !ec;
}

std::string Stream::remote() const {
  error_code ec;
  const auto end = socket_.remote_endpoint(ec);
  return ec ? std::string() : end.address().to_string();
}

}  // namespace lectern::http
