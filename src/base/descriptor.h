#pragma once

#include <utility>

#include <unistd.h>

namespace lectern {

/// A file descriptor of this object's own, which is closed at its end. Below 0: none. Not
/// thread-safe.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close_now(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  /// Closes it before the end. False, with errno: what was written to it may be lost.
  bool close_now() {
    const int number = release();
    return number < 0 || ::close(number) == 0;
  }
  /// Gives it to the caller, who closes it.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace lectern
