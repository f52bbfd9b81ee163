#include "pipeline/interrupt.h"

#include <atomic>
#include <csignal>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"

namespace lectern::pipeline {
namespace {

std::atomic<int> came{0};
std::atomic<bool> is_stopped{false};
std::atomic<int> wakeup{-1};

void wake() {
  is_stopped = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wakeup, &one, sizeof one);
}

void note(int signal) {
  came = signal;
  wake();
}

}  // namespace

Interrupt::Interrupt() {
  wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  LECTERN_ASSERT(wakeup >= 0);
  struct sigaction action = {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGPIPE, SIG_DFL);
  close(wakeup.exchange(-1));
}

void Interrupt::stop() { wake(); }

bool Interrupt::stopped() const { return is_stopped; }

int Interrupt::signal() const { return came; }

int Interrupt::descriptor() const { return wakeup; }

void Interrupt::end_by(int signal) {
  std::signal(signal, SIG_DFL);
  raise(signal);
}

}  // namespace lectern::pipeline
