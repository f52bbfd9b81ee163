#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <thread>

#include "base/concurrency/mutex.h"

namespace lectern::store {

/// For tests: a TCP proxy on a free port of 127.0.0.1 that plays what can happen between a store
/// and its server. It knows where a request of HTTP/1.1 or of MongoDB ends. A change of fault also
/// holds for connections that are open.
class FaultyProxy {
 public:
  /// What the proxy does to a connection.
  enum class Fault {
    none,
    down,          ///< connections are closed at once
    silent,        ///< requests are taken and never passed on
    stalled,       ///< requests are carried out, the answers are kept back until the fault is over
    lost_answers,  ///< requests are carried out, the connection breaks before the answer
    cut_answers,   ///< the connection breaks after the first bytes of an answer
    halved_answers,  ///< the connection breaks in the middle of an answer
    cut_requests,    ///< half of a request arrives, then the connection breaks at both ends
    held,            ///< the client's connection ends at once; its request arrives later
    trickling,       ///< answers come byte after byte, trickle_pause apart
    reordered,  ///< requests arrive after a while up to reorder_max, so they overtake each other
    nonsense,   ///< requests are not passed on; somebody else answers them
  };
  static constexpr std::chrono::milliseconds trickle_pause{10};
  static constexpr std::chrono::milliseconds reorder_max{200};

  /// Leads to host:port, on 127.0.0.1.
  explicit FaultyProxy(const std::string& address);
  /// What is held by then never arrives.
  ~FaultyProxy();
  FaultyProxy(const FaultyProxy&) = delete;
  FaultyProxy& operator=(const FaultyProxy&) = delete;

  /// Where it listens, as host:port.
  std::string address() const;
  /// `nonsense` is the answer of that fault.
  void set(Fault fault, const std::string& nonsense = "");
  /// From the request on whose bytes hold this text, the fault is as set then; "" for none.
  void set_when(const std::string& text, Fault fault);
  /// The first request whose bytes hold this text meets the fault, and its connection with it; all
  /// that come later meet the other one.
  void set_once(const std::string& text, Fault fault, Fault others = Fault::none);
  /// Every request whose bytes hold this text meets the fault, and its connection with it; all
  /// others go through: for a write that is held, also when it is sent again, while entries are
  /// renewed.
  void set_each(const std::string& text, Fault fault);
  /// How much later a held request arrives: 5 s, unless told otherwise.
  void hold_for(std::chrono::milliseconds pause) { hold_ms_ = pause.count(); }
  /// How many requests that were held have arrived, with an answer of the server.
  int held_arrived() const { return held_arrived_; }

 private:
  struct Connection;

  void accept_all();
  void serve(Connection& connection);
  Fault fault_of(const Connection& connection) const;
  bool relay(Connection& connection);
  bool relay_request(Connection& connection);
  bool relay_answer(Connection& connection);
  bool pass_on(Connection& connection, std::string_view bytes);
  void hold(Connection& connection, std::string bytes);
  void watch(Connection& connection, std::string_view bytes);
  void pause(std::chrono::milliseconds time) const;

  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<Fault> fault_{Fault::none};
  std::atomic<std::int64_t> hold_ms_{5'000};
  std::atomic<int> held_arrived_{0};
  Mutex mutex_;
  std::string trigger_ GUARDED_BY(mutex_);
  Fault triggered_ GUARDED_BY(mutex_) = Fault::none;
  std::optional<Fault> others_ GUARDED_BY(mutex_);  // the trigger is of one connection
  bool each_ GUARDED_BY(mutex_) = false;            // and remains
  std::string nonsense_ GUARDED_BY(mutex_);

  std::list<std::thread> connections_;  // of the accepting thread
  std::thread acceptor_;
};

}  // namespace lectern::store
