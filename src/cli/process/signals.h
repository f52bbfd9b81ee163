#pragma once

#include <csignal>
#include <functional>
#include <thread>

namespace lectern::cli {

/// Blocks the signals that the server handles in the calling thread and in every thread that it
/// makes from now on, so that one thread can wait for them. Ignores SIGPIPE and SIGXFSZ: a peer
/// that is gone and a file at its limit (ulimit -f) are errors of the call. Call once, before
/// threads.
void block_signals();

/// What the server does when a signal comes. Both are called on one thread, one at a time.
struct SignalActions {
  /// SIGTERM, SIGINT, or SIGHUP because the terminal was closed: begin to end.
  std::function<void()> stop;
  /// SIGHUP otherwise: read again what was changed.
  std::function<void()> reload;
  /// Each few seconds: look whether something has changed.
  std::function<void()> look;
};

/// A thread that waits for signals until it is destroyed. The first SIGTERM or SIGINT stops; the
/// next one ends the process at once.
class SignalThread {
 public:
  explicit SignalThread(SignalActions actions);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  void wait();
  void stop(int signal);

  const SignalActions actions_;
  std::thread thread_;
};

}  // namespace lectern::cli
