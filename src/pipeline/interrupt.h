#pragma once

namespace lectern::pipeline {

/// The wish to end a command early: by SIGINT or SIGTERM, or since nobody reads its output. What
/// has been read by then is still worked on and written. Thread-safe.
class Interrupt {
 public:
  /// Takes SIGINT and SIGTERM over, once each: the second one ends the process as ever. Ignores
  /// SIGPIPE, so that a closed pipe is an error of the call. One at a time in a process.
  Interrupt();
  /// Gives the signals back.
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Asks to end without a signal.
  void stop();

  /// Whether a signal or stop() has come.
  bool stopped() const;
  /// The signal that came; 0 while none has.
  int signal() const;
  /// Readable once stopped() is true: for poll().
  int descriptor() const;

  /// Ends the process by the signal, so that a shell's loop around it ends too; returns only where
  /// that does not work.
  static void end_by(int signal);
};

}  // namespace lectern::pipeline
