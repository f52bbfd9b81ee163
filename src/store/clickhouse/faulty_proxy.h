#pragma once

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace lectern::store::clickhouse {

/// A TCP proxy on a free port of 127.0.0.1 that lets a test play what happens between a store and
/// its server. A change of mode also holds for connections that are open.
class FaultyProxy {
 public:
  enum class Mode {
    pass,
    down,          ///< connections are closed at once
    silent,        ///< requests are taken and never answered
    garbage,       ///< each request is answered 200 with a text of somebody else
    lost_answers,  ///< requests are carried out, the connection breaks before the answer
  };

  /// Leads to host:port.
  explicit FaultyProxy(const std::string& address);
  ~FaultyProxy();

  /// Where it listens, as host:port.
  std::string address() const;
  void set(Mode mode) { mode_ = mode; }
  /// From the request on whose bytes hold this text, the mode is as set then; "" for none.
  void set_when(const std::string& text, Mode mode);

 private:
  void accept_all();
  void serve(int client);
  bool relay(int client, int server);
  void watch(std::string_view bytes);

  const std::string server_host_;
  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<Mode> mode_{Mode::pass};
  std::mutex mutex_;
  // Guarded by mutex_:
  std::string trigger_;
  Mode triggered_ = Mode::pass;

  std::list<std::thread> connections_;  // of the accepting thread
  std::thread acceptor_;
};

}  // namespace lectern::store::clickhouse
