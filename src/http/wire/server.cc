#include "http/wire/server.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "base/assert.h"
#include "base/log.h"
#include "http/edge.h"
#include "http/wire/connection.h"
#include "http/wire/stream.h"

namespace lectern::http {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick_max{250};
constexpr milliseconds tick_min{5};
constexpr milliseconds accept_pause{100};
constexpr int backlog = 4096;
constexpr std::string_view too_many_connections =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    "Content-Type: application/json\r\nContent-Length: 49\r\n\r\n"
    R"({"detail": "The server has too many connections"})";

/// How often deadlines are looked at: a tenth of the shortest is exact enough.
milliseconds tick_of(const ServerOptions& options) {
  const auto shortest = std::min({options.header_deadline, options.body_idle, options.body_deadline,
                                  options.idle_deadline, options.drain_deadline});
  return std::clamp(shortest / 10, tick_min, tick_max);
}

class AsioServer final : public Server {
 public:
  AsioServer(const ServerOptions& options, Handler handler)
      : edge_(options, std::move(handler)), tick_(tick_of(options)) {
    for (unsigned i = 0; i < std::max(1U, options.io_threads); ++i)
      loops_.push_back(std::make_unique<Loop>());
    acceptor_.emplace(loops_[0]->context.get_executor());
  }

  Result<void> open();
  void run() override;
  void stop() override;
  Result<void> reload_tls() override;
  std::uint16_t port() const override { return port_; }
  const ServerCounters& counters() const override { return edge_.counters; }
  const Budget& memory() const override { return edge_.memory; }
  const Budget& spool() const override { return edge_.spool; }
  std::size_t queue_depth() const override { return edge_.pool.depth() + edge_.bulk.depth(); }

 private:
  Result<void> bind();
  Awaitable<void> accept();
  Awaitable<void> watch(Loop& loop);
  void admit(Socket socket, Loop& loop);

  Edge edge_;  // before loops_: the connections that die with them refer to it
  std::vector<std::unique_ptr<Loop>> loops_;
  const milliseconds tick_;
  std::optional<Acceptor> acceptor_;  // used on the first loop's thread
  std::uint16_t port_ = 0;
  Clock::time_point drain_until_ = Clock::time_point::max();  // written before edge_.draining
};

Result<void> AsioServer::open() {
  const auto& options = edge_.options;
  if (options.tls_certificate_file.empty() != options.tls_key_file.empty())
    return fail(Code::invalid, "TLS needs both a certificate and a key");
  if (!options.tls_key_file.empty()) {
    TRY(edge_.tls, open_tls(options.tls_certificate_file, options.tls_key_file));
  }
  RETURN_IF_ERROR(bind());
  error_code ec;
  port_ = acceptor_->local_endpoint(ec).port();
  return {};
}

Result<void> AsioServer::bind() {
  const auto& options = edge_.options;
  const auto refuse = [&](const error_code& ec) {
    return fail(Code::invalid, fmt::format("cannot listen on {} port {}: {}", options.host,
                                           options.port, ec.message()));
  };
  error_code ec;
  if (options.listen_socket) {
    sockaddr_storage address{};
    socklen_t bytes = sizeof address;
    ::getsockname(*options.listen_socket, reinterpret_cast<sockaddr*>(&address), &bytes);
    const auto protocol = address.ss_family == AF_INET ? asio::ip::tcp::v4() : asio::ip::tcp::v6();
    acceptor_->assign(protocol, *options.listen_socket, ec);
    if (ec) return refuse(ec);
    return {};
  }
  asio::ip::tcp::resolver resolver(loops_[0]->context);
  const auto found = resolver.resolve(options.host, std::to_string(options.port),
                                      asio::ip::tcp::resolver::passive, ec);
  if (ec || found.empty()) return refuse(ec);
  const auto end = found.begin()->endpoint();
  acceptor_->open(end.protocol(), ec);
  if (ec) return refuse(ec);
  acceptor_->set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) acceptor_->bind(end, ec);
  if (!ec) acceptor_->listen(backlog, ec);
  if (ec) return refuse(ec);
  return {};
}

Result<void> AsioServer::reload_tls() {
  const auto& options = edge_.options;
  if (options.tls_key_file.empty()) return {};
  TRY(auto tls, open_tls(options.tls_certificate_file, options.tls_key_file));
  // On the first loop, which hands it to new connections.
  asio::post(loops_[0]->context, [this, tls = std::move(tls)] { edge_.tls = tls; });
  return {};
}

void AsioServer::run() {
  asio::co_spawn(loops_[0]->context.get_executor(), accept(), asio::detached);
  std::vector<std::thread> threads;
  for (auto& loop : loops_)
    asio::co_spawn(loop->context.get_executor(), watch(*loop), asio::detached);
  for (std::size_t i = 1; i < loops_.size(); ++i)
    threads.emplace_back([this, i] { loops_[i]->context.run(); });
  loops_[0]->context.run();
  for (auto& thread : threads) thread.join();
}

void AsioServer::stop() {
  // On the first loop, so that a second stop() finds the first one's work done.
  asio::post(loops_[0]->context, [this] {
    if (edge_.draining) return;
    drain_until_ = Clock::now() + edge_.options.drain_deadline;
    edge_.draining = true;
    error_code ignored;
    acceptor_->close(ignored);
    for (auto& loop : loops_)
      asio::post(loop->context, [one = loop.get()] {
        for (auto* connection : one->connections) connection->drain();
        one->tick.cancel();
      });
  });
}

Awaitable<void> AsioServer::accept() {
  std::size_t next = 0;
  Timer pause(loops_[0]->context.get_executor());
  while (!edge_.draining) {
    auto& loop = *loops_[next++ % loops_.size()];
    Socket socket(loop.context.get_executor());
    auto [ec] = co_await acceptor_->async_accept(socket, use_tuple);
    if (edge_.draining) break;
    if (!ec) {
      admit(std::move(socket), loop);
    } else if (ec != asio::error::connection_aborted) {
      // Out of descriptors, most likely: the client stays in the backlog while others end.
      log::warning("cannot accept a connection: {}", ec.message());
      pause.expires_after(accept_pause);
      co_await pause.async_wait(use_tuple);
    }
  }
}

void AsioServer::admit(Socket socket, Loop& loop) {
  auto& counters = edge_.counters;
  ++counters.connections_accepted;
  error_code ignored;
  if (counters.connections_open >= edge_.options.connections_max) {
    ++counters.connections_refused;
    if (!edge_.tls) socket.send(asio::buffer(too_many_connections), 0, ignored);
    return;
  }
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  ++counters.connections_open;
  auto connection = std::make_unique<Connection>(edge_, loop, std::move(socket));
  asio::co_spawn(loop.context.get_executor(), Connection::serve(std::move(connection)),
                 asio::detached);
}

/// Looks at the deadlines of a loop's connections until the server ends, which also keeps the
/// loop running.
Awaitable<void> AsioServer::watch(Loop& loop) {
  while (!edge_.draining || !loop.connections.empty()) {
    loop.tick.expires_after(tick_);
    co_await loop.tick.async_wait(use_tuple);
    const auto now = Clock::now();
    for (auto* connection : loop.connections) connection->check(now);
    edge_.pool.expire(now);
    edge_.bulk.expire(now);
    if (edge_.draining && now >= drain_until_) {
      edge_.abandoned = true;
      for (auto* connection : loop.connections) connection->close();
    }
  }
}

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(const ServerOptions& options, Handler handler) {
  LECTERN_ASSERT(handler != nullptr);
  auto server = std::make_unique<AsioServer>(options, std::move(handler));
  RETURN_IF_ERROR(server->open());
  return server;
}

}  // namespace lectern::http
