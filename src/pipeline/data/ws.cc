#include "pipeline/data/ws.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <type_traits>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/log.h"
#include "net/http_client.h"
#include "pipeline/data/retry.h"
#include "pipeline/data/ws_address.h"

namespace lectern::pipeline::ws {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Kind = DataSetting::Kind;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr std::array table = {
    DataSetting{"URI", "", "the WebSocket, ws or wss"},
    DataSetting{"CLIENT_OPTIONS", "",
                "compression (deflate), max_size (1048576 bytes), open_timeout (10 s), origin, "
                "ping_interval (20 s), ping_timeout (20 s), user_agent_header; the others that "
                "Ralph takes have no meaning here",
                Kind::object},
    DataSetting{"LOCALE_ENCODING", "utf8", "text is always UTF-8", Kind::text, false, false},
    DataSetting{"READ_CHUNK_SIZE", "500", "messages are given on as they come", Kind::number, false,
                false},
    DataSetting{"WRITE_CHUNK_SIZE", "500", "nothing is written", Kind::number, false, false},
};

/// How the connection is made and kept.
struct Options {
  Address address;
  std::string shown_uri;
  bool deflate = true;
  std::size_t message_bytes_max = 1024 * 1024;  // 0: any
  std::optional<milliseconds> open_timeout{10'000};
  std::optional<milliseconds> ping_interval{20'000};
  std::optional<milliseconds> ping_timeout{20'000};
  std::string origin;
  std::string user_agent = "lectern";
};

bool is_none(std::string_view text) { return text.empty() || text == "null" || text == "None"; }

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  return whole && value >= 0 && value <= 1e12 ? std::optional(value) : std::nullopt;
}

/// Sets one of CLIENT_OPTIONS; false for a value that is none.
bool set_option(Options& options, std::string_view key, const std::string& text) {
  const bool none = is_none(text);
  const auto value = number(text);
  const auto time = value ? std::optional(milliseconds(std::llround(*value * 1000))) : std::nullopt;
  if (key == "compression") options.deflate = text == "deflate";
  if (key == "compression") return none || text == "deflate";
  if (key == "origin") options.origin = none ? "" : text;
  if (key == "user_agent_header") options.user_agent = none ? "" : text;
  if (key == "max_size") options.message_bytes_max = static_cast<std::size_t>(value.value_or(0));
  if (key == "open_timeout") options.open_timeout = time;
  if (key == "ping_interval") options.ping_interval = time;
  if (key == "ping_timeout") options.ping_timeout = time;
  const bool is_number = key == "max_size" || key.ends_with("_timeout") ||
                         key.ends_with("_interval") || key.ends_with("_limit") ||
                         key == "max_queue";
  return none || !is_number || value;
}

Result<Options> options_of(const DataValues& values) {
  const std::string& uri = values.find("URI")->second;
  if (uri.empty()) return fail(Code::invalid, "WS needs a URI");
  Options options;
  TRY(options.address, parse_address(uri));
  options.shown_uri = net::without_credentials(uri);
  constexpr std::string_view prefix = "CLIENT_OPTIONS__";
  for (auto it = values.lower_bound(prefix); it != values.end() && it->first.starts_with(prefix);
       ++it)
    if (!set_option(options, std::string_view(it->first).substr(prefix.size()), it->second))
      return fail(Code::invalid, fmt::format("WS {}={}: allowed is a number, or None; deflate, or "
                                             "None, for compression",
                                             it->first, it->second));
  return options;
}

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
using Plain = websocket::stream<beast::tcp_stream>;
using Secure = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

/// Reads one WebSocket. Its own event loop, on the caller's thread.
class Reader {
 public:
  Reader(const Options& options, const Interrupt& interrupt, const TakeBytes& take)
      : options_(options),
        take_(take),
        wish_(loop_, dup(interrupt.descriptor())),
        tls_(asio::ssl::context::tls_client) {}

  /// Whether it was opened.
  bool opened() const { return opened_; }

  Result<void> run() {
    error_code ignored;
    tls_.set_default_verify_paths(ignored);
    Result<void> outcome;
    const auto ended = [this, &outcome](const std::exception_ptr& thrown, Result<void> result) {
      outcome =
          thrown ? Result<void>(fail(Code::internal, "the event loop failed")) : std::move(result);
      loop_.stop();
    };
    if (options_.address.tls) {
      Secure stream(loop_, tls_);
      asio::co_spawn(loop_, read(stream), ended);
      run_loop();
    } else {
      Plain stream(loop_);
      asio::co_spawn(loop_, read(stream), ended);
      run_loop();
    }
    return outcome;
  }

 private:
  /// Until the reading ends, or the interrupt comes.
  void run_loop() {
    wish_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [this](const error_code& error) { error ? void() : loop_.stop(); });
    loop_.run();
  }

  template <typename Stream>
  asio::awaitable<Result<void>> read(Stream& stream) {
    auto open = co_await connect(stream);
    if (open) open = co_await shake_hands(stream);
    if (!open) co_return open;
    opened_ = true;
    log::info("Reading from {}", options_.shown_uri);
    beast::flat_buffer buffer;
    for (;;) {
      const auto [error, size] = co_await stream.async_read(buffer, use_tuple);
      if (error) co_return ended(stream, error);
      line_.assign(static_cast<const char*>(buffer.cdata().data()), size);
      line_ += '\n';
      buffer.consume(size);
      const auto go_on = take_(line_);
      if (!go_on) co_return fail(go_on.error());
      if (!*go_on) co_return Result<void>();
    }
  }

  template <typename Stream>
  asio::awaitable<Result<void>> connect(Stream& stream) {
    auto& socket = beast::get_lowest_layer(stream);
    asio::ip::tcp::resolver resolver(loop_);
    const auto [unresolved, found] =
        co_await resolver.async_resolve(options_.address.host, options_.address.port, use_tuple);
    if (unresolved) co_return not_opened(unresolved);
    if (options_.open_timeout) socket.expires_after(*options_.open_timeout);
    const auto [unconnected, _] = co_await socket.async_connect(found, use_tuple);
    if (unconnected) co_return not_opened(unconnected);
    if constexpr (std::is_same_v<Stream, Secure>) {
      auto& secure = stream.next_layer();
      secure.set_verify_mode(asio::ssl::verify_peer);
      secure.set_verify_callback(asio::ssl::host_name_verification(options_.address.host));
      std::string name = options_.address.host;
      SSL_ctrl(secure.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               name.data());
      const auto [unsafe] =
          co_await secure.async_handshake(asio::ssl::stream_base::client, use_tuple);
      if (unsafe) co_return not_opened(unsafe);
    }
    socket.expires_never();  // the WebSocket's own time-outs begin
    co_return Result<void>();
  }

  template <typename Stream>
  asio::awaitable<Result<void>> shake_hands(Stream& stream) {
    const auto never = websocket::stream_base::none();
    websocket::stream_base::timeout timeouts{never, never, true};
    if (options_.open_timeout) timeouts.handshake_timeout = *options_.open_timeout;
    // Beast asks for a sign of life when half of the time is over.
    if (options_.ping_interval && options_.ping_timeout)
      timeouts.idle_timeout = *options_.ping_interval + *options_.ping_timeout;
    stream.set_option(timeouts);
    websocket::permessage_deflate deflate;
    deflate.client_enable = options_.deflate;
    stream.set_option(deflate);
    stream.read_message_max(options_.message_bytes_max);
    stream.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
      using Field = beast::http::field;
      if (!options_.user_agent.empty()) request.set(Field::user_agent, options_.user_agent);
      if (!options_.origin.empty()) request.set(Field::origin, options_.origin);
      if (!options_.address.userinfo.empty())
        request.set(Field::authorization, "Basic " + to_base64(options_.address.userinfo));
    }));
    websocket::response_type answer;
    const auto [error] = co_await stream.async_handshake(answer, options_.address.authority,
                                                         options_.address.target, use_tuple);
    if (!error) co_return Result<void>();
    const int status = static_cast<int>(answer.result_int());
    if (error != websocket::error::upgrade_declined) co_return not_opened(error);
    const bool passes = status == 408 || status == 429 || status >= 500;
    co_return fail(passes ? Code::unavailable : Code::invalid,
                   fmt::format("Failed open websocket connection for {}: HTTP {}",
                               options_.shown_uri, status));
  }

  Result<void> not_opened(const error_code& error) const {
    // A certificate that is not trusted will not be so in a second.
    const bool passes = error.category() != asio::error::get_ssl_category();
    return fail(passes ? Code::unavailable : Code::invalid,
                fmt::format("Failed open websocket connection for {}: {}", options_.shown_uri,
                            error.message()));
  }

  /// What it means that no further message could be read.
  template <typename Stream>
  Result<void> ended(Stream& stream, const error_code& error) const {
    using websocket::close_code;
    const auto code = stream.reason().code;
    const bool closed = error == websocket::error::closed;
    if (closed &&
        (code == close_code::normal || code == close_code::going_away || code == close_code::none))
      return {};
    const std::string why = closed ? fmt::format("closed with code {} {}", code,
                                                 std::string_view(stream.reason().reason.c_str()))
                                   : error.message();
    return fail(Code::internal, fmt::format("Failed to receive message from websocket {}: {}",
                                            options_.shown_uri, why));
  }

  const Options& options_;
  const TakeBytes& take_;
  asio::io_context loop_;
  asio::posix::stream_descriptor wish_;  // readable once the interrupt has come
  asio::ssl::context tls_;
  bool opened_ = false;
  std::string line_;
};

class WsSource : public Source {
 public:
  WsSource(Options options, const Interrupt& interrupt)
      : options_(std::move(options)), interrupt_(interrupt) {}

  Result<void> read(const ReadRequest& request, const TakeBytes& take) override {
    if (!request.target.empty() || request.chunk_size > 0 || !request.query.empty())
      log::warning("a WebSocket has no query, target and chunk size: they are ignored");
    // What was opened once is not opened again: messages may have been missed.
    return tried_again(interrupt_, [&]() -> Result<void> {
      Reader reader(options_, interrupt_, take);
      return reader.run();
    });
  }

 private:
  const Options options_;
  const Interrupt& interrupt_;
};

}  // namespace

std::span<const DataSetting> settings() { return table; }

Result<std::unique_ptr<Source>> open_source(const OpenContext& context) {
  TRY(auto options, options_of(context.values));
  std::unique_ptr<Source> made = std::make_unique<WsSource>(std::move(options), context.interrupt);
  return made;
}

}  // namespace lectern::pipeline::ws
