#pragma once

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace lectern::store {

/// For tests: a TCP proxy on a free port of 127.0.0.1 that plays what can happen between a store
/// and its server. A change of fault also holds for connections that are open.
class FaultyProxy {
 public:
  enum class Fault {
    none,
    down,          ///< connections are closed at once
    silent,        ///< requests are taken and never passed on
    stalled,       ///< requests are carried out, the answers are kept back until the fault is over
    lost_answers,  ///< requests are carried out, the connection breaks before the answer
    cut_answers,   ///< the connection breaks after the first bytes of an answer
    nonsense,      ///< requests are not passed on; somebody else answers them
  };

  /// Leads to host:port, on 127.0.0.1.
  explicit FaultyProxy(const std::string& address);
  ~FaultyProxy();
  FaultyProxy(const FaultyProxy&) = delete;
  FaultyProxy& operator=(const FaultyProxy&) = delete;

  /// Where it listens, as host:port.
  std::string address() const;
  /// `nonsense` is the answer of that fault.
  void set(Fault fault, const std::string& nonsense = "");
  /// From the request on whose bytes hold this text, the fault is as set then; "" for none.
  void set_when(const std::string& text, Fault fault);

 private:
  void accept_all();
  void serve(int client);
  bool relay(int client, int server);
  bool relay_request(int client, int server);
  bool relay_answer(int client, int server);
  void watch(std::string_view bytes);

  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<Fault> fault_{Fault::none};
  std::mutex mutex_;
  // Guarded by mutex_:
  std::string trigger_;
  Fault triggered_ = Fault::none;
  std::string nonsense_;

  std::list<std::thread> connections_;  // of the accepting thread
  std::thread acceptor_;
};

}  // namespace lectern::store
