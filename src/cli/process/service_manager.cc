#include "cli/process/service_manager.h"

#include <cstring>
#include <ctime>

#include <fmt/format.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

namespace lectern::cli {

void notify_ready() { sd_notify(0, "READY=1"); }

void notify_reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto us = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
  sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", us).c_str());
}

void notify_stopping() { sd_notify(0, "STOPPING=1"); }

Result<std::optional<int>> inherited_socket() {
  constexpr int unset_environment = 1;
  const int count = sd_listen_fds(unset_environment);
  if (count == 0) return std::nullopt;
  if (count < 0)
    return fail(Code::invalid,
                fmt::format("the socket that the service manager announces cannot be "
                            "taken over: {}",
                            std::strerror(-count)));
  if (count > 1)
    return fail(Code::invalid,
                fmt::format("{} sockets were handed over by the service manager; one "
                            "is served: leave one ListenStream in the socket unit",
                            count));
  constexpr int listening = 1;
  if (sd_is_socket(SD_LISTEN_FDS_START, AF_UNSPEC, SOCK_STREAM, listening) <= 0 ||
      sd_is_socket(SD_LISTEN_FDS_START, AF_UNIX, SOCK_STREAM, listening) > 0)
    return fail(Code::invalid,
                "the socket that the service manager handed over is not a listening TCP socket");
  return SD_LISTEN_FDS_START;
}

}  // namespace lectern::cli
