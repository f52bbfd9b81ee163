#include "pipeline/output.h"

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lectern::pipeline {
namespace {

bool same_file(const struct stat& left, const struct stat& right) {
  return S_ISREG(left.st_mode) && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

/// The one of `inputs` that this file is; "" for none.
std::string input_at(const std::string& path, const std::vector<std::string>& inputs) {
  struct stat mine = {};
  if (stat(path.c_str(), &mine) != 0) return "";
  for (const auto& input : inputs) {
    struct stat other = {};
    const bool there = (input == "-" ? fstat(0, &other) : stat(input.c_str(), &other)) == 0;
    if (there && same_file(mine, other)) return input;
  }
  return "";
}

}  // namespace

Output Output::to_stdout() { return {"stdout", STDOUT_FILENO}; }

Result<Output> Output::create(const std::string& path, const std::vector<std::string>& inputs) {
  if (!input_at(path, inputs).empty())
    return fail(Code::invalid, fmt::format("{} is an input too: it would be emptied", path));
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return fail(Code::invalid, fmt::format("{}: {}", path, std::strerror(errno)));
  return Output(path, fd);
}

Output::~Output() {
  if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

Output::Output(Output&& other) noexcept
    : name_(std::move(other.name_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

Result<bool> Output::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd waited{descriptor_, POLLOUT, 0};
      poll(&waited, 1, -1);
    } else if (errno == EPIPE) {
      return false;
    } else if (errno != EINTR) {
      return fail(Code::internal, fmt::format("{}: {}", name_, std::strerror(errno)));
    }
  }
  return true;
}

Result<void> Output::close() {
  if (descriptor_ <= STDERR_FILENO) return {};
  if (::close(std::exchange(descriptor_, -1)) == 0) return {};
  return fail(Code::internal, fmt::format("{}: {}", name_, std::strerror(errno)));
}

}  // namespace lectern::pipeline
