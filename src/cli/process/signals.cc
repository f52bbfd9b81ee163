#include "cli/process/signals.h"

#include <cerrno>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"

namespace lectern::cli {
namespace {

constexpr timespec look_interval{2, 0};

/// The signals waited for. SIGUSR1 is ours: it wakes the thread when the server has ended by
/// itself.
sigset_t handled() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&signals, signal);
  return signals;
}

bool has_terminal() {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return false;
  ::close(terminal);
  return true;
}

/// Whether SIGHUP means that the terminal is gone. Under nohup it was ignored at the start, and the
/// process is to outlive its terminal.
class Terminal {
 public:
  Terminal() {
    struct sigaction now {};
    sigaction(SIGHUP, nullptr, &now);
    ends_with_it_ = now.sa_handler != SIG_IGN && has_terminal();
  }
  bool was_closed() const { return ends_with_it_ && !has_terminal(); }

 private:
  bool ends_with_it_ = false;
};

const char* name_of(int signal) {
  return signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
}

}  // namespace

void block_signals() {
  const sigset_t signals = handled();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

SignalThread::SignalThread(SignalActions actions)
    : actions_(std::move(actions)), thread_([this] { wait(); }) {}

SignalThread::~SignalThread() {
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

void SignalThread::wait() {
  const Terminal terminal;
  const sigset_t signals = handled();
  while (true) {
    const int signal = sigtimedwait(&signals, nullptr, &look_interval);
    if (signal == SIGUSR1) return;
    if (signal < 0) {
      if (errno == EAGAIN) actions_.look();
      continue;
    }
    if (signal == SIGHUP && !terminal.was_closed()) {
      actions_.reload();
      continue;
    }
    stop(signal);
    return;
  }
}

void SignalThread::stop(int signal) {
  log::info("ending: {} was received; what is under way is finished{}",
            signal == SIGHUP ? "SIGHUP of a closed terminal" : name_of(signal),
            signal == SIGINT ? " (Ctrl-C again ends at once)" : "");
  // From here on a signal ends the process at once. (Shells have background jobs ignore SIGINT.)
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGTERM, SIGINT}) {
    std::signal(one, SIG_DFL);
    sigaddset(&signals, one);
  }
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  actions_.stop();
  // This is the only thread that takes them, so it stays until the server has ended.
  sigset_t ended;
  sigemptyset(&ended);
  sigaddset(&ended, SIGUSR1);
  int ours = 0;
  sigwait(&ended, &ours);
}

}  // namespace lectern::cli
