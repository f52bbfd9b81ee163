#include "cli/process/control_socket.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/descriptor.h"

namespace lectern::cli {
namespace {

constexpr std::string_view socket_name = "control.sock";
/// A chunk of statements may be one.
constexpr std::size_t request_bytes_max = 256UL * 1024 * 1024;
constexpr int request_deadline_ms = 5000;

/// A socket's address holds 107 bytes: it is reached through the folder's descriptor.
class Address {
 public:
  explicit Address(const std::string& app_dir)
      : folder_(open(app_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    address_.sun_family = AF_UNIX;
    const auto path = fmt::format("/proc/self/fd/{}/{}", folder_.number(), socket_name);
    std::memcpy(address_.sun_path, path.c_str(), path.size() + 1);
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static socklen_t size() { return sizeof(sockaddr_un); }

 private:
  Descriptor folder_;
  sockaddr_un address_{};
};

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Lines of a socket.
class Lines {
 public:
  explicit Lines(int socket) : socket_(socket) {}
  /// The next line; nothing at the end, past the time, or when it is too long. -1: any time.
  std::optional<std::string> next(int deadline_ms) {
    for (;;) {
      if (const auto end = bytes_.find('\n', searched_); end != std::string::npos) {
        auto line = bytes_.substr(0, end);
        bytes_.erase(0, end + 1);
        searched_ = 0;
        return line;
      }
      searched_ = bytes_.size();
      pollfd wait{socket_, POLLIN, 0};
      std::array<char, 65536> room;
      if (bytes_.size() > request_bytes_max && deadline_ms >= 0) return std::nullopt;
      if (poll(&wait, 1, deadline_ms) <= 0) return std::nullopt;
      const auto read = recv(socket_, room.data(), room.size(), 0);
      if (read <= 0) return std::nullopt;
      bytes_.append(room.data(), static_cast<std::size_t>(read));
    }
  }

 private:
  const int socket_;
  std::string bytes_;
  std::size_t searched_ = 0;  // bytes known to hold no line end
};

Error error_of_socket(const std::string& path) {
  return {Code::unavailable, "cannot listen at " + path + ": " + std::strerror(errno), {}, {}, {}};
}

bool is_allowed(int client) {
  ucred who{};
  socklen_t size = sizeof who;
  return getsockopt(client, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
         (who.uid == geteuid() || who.uid == 0);
}

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::listen(const std::string& app_dir,
                                                             Control control) {
  const auto path = (std::filesystem::path(app_dir) / socket_name).string();
  const Address address(app_dir);
  Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (made.number() < 0 || probe.number() < 0) return fail(error_of_socket(path));
  if (connect(probe.number(), address.get(), Address::size()) == 0)
    return fail(Code::unavailable, "another server answers at " + path);
  unlink(path.c_str());
  // Linux takes the mode of a socket's file from the socket.
  if (fchmod(made.number(), S_IRUSR | S_IWUSR) != 0 ||
      bind(made.number(), address.get(), Address::size()) != 0 || ::listen(made.number(), 4) != 0)
    return fail(error_of_socket(path));
  const int stop = eventfd(0, EFD_CLOEXEC);
  if (stop < 0) return fail(error_of_socket(path));
  return std::unique_ptr<ControlSocket>(
      new ControlSocket(path, made.release(), stop, std::move(control)));
}

ControlSocket::ControlSocket(std::string path, int socket, int stop, Control control)
    : path_(std::move(path)),
      socket_(socket),
      stop_(stop),
      control_(std::move(control)),
      thread_([this] { work(); }) {}

ControlSocket::~ControlSocket() {
  eventfd_write(stop_, 1);
  thread_.join();
  unlink(path_.c_str());
  close(socket_);
  close(stop_);
}

void ControlSocket::work() {
  for (;;) {
    std::array<pollfd, 2> wait{pollfd{stop_, POLLIN, 0}, pollfd{socket_, POLLIN, 0}};
    if (poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) return;
    if (wait[0].revents != 0) return;
    if (wait[1].revents == 0) continue;
    const Descriptor client(accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC));
    if (client.number() >= 0 && is_allowed(client.number())) serve(client.number());
  }
}

void ControlSocket::serve(int client) {
  const auto request = Lines(client).next(request_deadline_ms);
  if (!request) return;
  const auto on_progress = [&](const store::WorkProgress& progress) {
    pollfd stopped{stop_, POLLIN, 0};
    return poll(&stopped, 1, 0) == 0 &&
           send_all(client, fmt::format("progress {} {}\n", progress.done, progress.total));
  };
  const auto answer = control_(*request, on_progress);
  if (answer)
    send_all(client, "done " + *answer + "\n");
  else
    send_all(client, "failed " + answer.error().message +
                         (answer.error().detail.empty() ? "" : ": " + answer.error().detail) +
                         "\n");
}

std::optional<Result<std::string>> ask_server(const std::string& app_dir,
                                              const std::string& request,
                                              const store::OnProgress& on_progress) {
  const Address address(app_dir);
  const Descriptor server(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (server.number() < 0 || connect(server.number(), address.get(), Address::size()) != 0)
    return std::nullopt;
  send_all(server.number(), request + "\n");
  Lines lines(server.number());
  while (const auto line = lines.next(-1)) {
    const std::string_view text = *line;
    if (text.starts_with("done ")) return Result<std::string>(std::string(text.substr(5)));
    if (text.starts_with("failed "))
      return Result<std::string>(fail(Code::unavailable, std::string(text.substr(7))));
    store::WorkProgress progress;
    const auto numbers = text.substr(std::min(text.size(), std::string_view("progress ").size()));
    const auto end =
        std::from_chars(numbers.data(), numbers.data() + numbers.size(), progress.done).ptr;
    if (end < numbers.data() + numbers.size())
      std::from_chars(end + 1, numbers.data() + numbers.size(), progress.total);
    on_progress(progress);
  }
  return Result<std::string>(fail(Code::unavailable, "the server ended in the midst of it"));
}

}  // namespace lectern::cli
