#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace lectern::http {

/// The bytes that were received and not yet parsed. Small while a connection is idle; grows to what
/// makes large bodies cheap to read.
class ReadBuffer {
 public:
  static constexpr std::size_t idle_bytes = 4 * 1024;
  static constexpr std::size_t busy_bytes = 64 * 1024;

  /// What was read and not consumed. Valid until the next call that changes the buffer.
  std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  /// Takes so many bytes off the front; as many must be there.
  void consume(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Makes room for at least one more byte, in all for `bytes` where the buffer is smaller.
  void prepare(std::size_t bytes) {
    if (capacity_ < bytes) return move_to(bytes);
    if (end_ < capacity_) return;
    if (begin_ > 0) {
      std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    } else {
      move_to(2 * capacity_);
    }
  }
  char* free_begin() { return data_.get() + end_; }
  std::size_t free_bytes() const { return capacity_ - end_; }
  void commit(std::size_t bytes) { end_ += bytes; }

  /// Gives the memory of a busy connection back, if nothing is in it.
  void shrink() {
    if (!empty() || capacity_ <= idle_bytes) return;
    data_.reset();
    capacity_ = 0;
  }

 private:
  void move_to(std::size_t capacity) {
    std::unique_ptr<char[]> larger(new char[capacity]);  // not make_unique: it would zero it
    if (!empty()) std::memcpy(larger.get(), data_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    data_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace lectern::http
