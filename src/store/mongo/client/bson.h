#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <bson/bson.h>

#include "base/uuid.h"

namespace lectern::store::mongo {

/// The bytes of a document or array that someone else owns.
struct View {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;

  View() = default;
  View(const std::uint8_t* bytes, std::size_t length) : data(bytes), size(length) {}
  explicit View(const bson_t& bson) : data(bson_get_data(&bson)), size(bson.len) {}
};

/// A BSON document that is being built, or one that a server sent. Owns its bytes.
class Bson {
 public:
  Bson() : bson_(bson_new()) {}
  Bson(Bson&& other) noexcept : bson_(std::exchange(other.bson_, nullptr)), whole_(other.whole_) {}
  Bson& operator=(Bson&& other) noexcept {
    std::swap(bson_, other.bson_);
    std::swap(whole_, other.whole_);
    return *this;
  }
  ~Bson() { bson_destroy(bson_); }
  /// A copy of what a cursor or reply lends.
  static Bson copy(const bson_t& other) { return Bson(bson_copy(&other)); }

  /// Adds a value under a key, and gives itself: a string ...
  Bson& text(std::string_view key, std::string_view value);
  /// ... a 64-bit integer ...
  Bson& integer(std::string_view key, std::int64_t value);
  /// A number as MongoDB's commands and index specifications expect it.
  Bson& small(std::string_view key, std::int32_t value);
  Bson& number(std::string_view key, double value);
  Bson& flag(std::string_view key, bool value);
  Bson& null(std::string_view key);
  Bson& bytes(std::string_view key, std::string_view value);
  Bson& uuid(std::string_view key, const Uuid& value);
  Bson& object_id(std::string_view key, const bson_oid_t& value);
  Bson& object(std::string_view key, const Bson& value);
  Bson& array(std::string_view key, const Bson& value);
  Bson& object(std::string_view key, View value);

  const bson_t& get() const { return *bson_; }
  bson_t& get() { return *bson_; }
  /// Bytes of the document.
  std::size_t size() const { return bson_->len; }
  /// False once something was left out because the document would pass 2 GB.
  bool whole() const { return whole_; }
  bool empty() const { return bson_empty(bson_); }
  View view() const { return View(*bson_); }

 private:
  explicit Bson(bson_t* bson) : bson_(bson) {}

  bson_t* bson_;  // null only after a move
  bool whole_ = true;
};

/// An array that is being built; its keys are counted.
class Array {
 public:
  /// Adds an element, and gives itself.
  Array& text(std::string_view value);
  Array& uuid(const Uuid& value);
  Array& bytes(std::string_view value);
  Array& object_id(const bson_oid_t& value);
  Array& object(const Bson& value);
  const Bson& get() const { return bson_; }

 private:
  std::string next() { return std::to_string(count_++); }
  Bson bson_;
  std::uint32_t count_ = 0;
};

/// One value inside a document that outlives it. Each reader gives nothing where the type differs.
class Field {
 public:
  explicit Field(const bson_iter_t& at) : at_(at) {}

  /// A string.
  std::optional<std::string_view> text() const;
  /// Of any of BSON's numbers; doubles are cut.
  std::optional<std::int64_t> integer() const;
  std::optional<std::string_view> bytes() const;
  std::optional<Uuid> uuid() const;
  bool truth() const { return bson_iter_as_bool(&at_); }
  /// A view of an embedded document or array.
  std::optional<View> object() const;
  const bson_iter_t& iterator() const { return at_; }

 private:
  bson_iter_t at_;
};

/// Calls `each` with every value of a document or array, in order, until it returns false.
template <typename Each>
void for_each(View document, Each&& each) {
  bson_iter_t at;
  // An absent document: libbson ends the process that gives it a null pointer.
  if (document.data == nullptr) return;
  if (!bson_iter_init_from_data(&at, document.data, document.size)) return;
  while (bson_iter_next(&at))
    if (!each(Field(at))) return;
}

/// The value at a path such as "lectern.id".
std::optional<Field> field(View document, const char* path);

}  // namespace lectern::store::mongo
