#include "store/mongo/client/bson.h"

#include <algorithm>
#include <limits>

namespace lectern::store::mongo {
namespace {

int length(std::string_view text) {
  return static_cast<int>(
      std::min<std::size_t>(text.size(), std::numeric_limits<std::int32_t>::max()));
}

const std::uint8_t* octets(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

}  // namespace

Bson& Bson::text(std::string_view key, std::string_view value) {
  whole_ &= bson_append_utf8(bson_, key.data(), length(key), value.data(), length(value)) &&
            value.size() <= std::numeric_limits<std::int32_t>::max();
  return *this;
}

Bson& Bson::integer(std::string_view key, std::int64_t value) {
  whole_ &= bson_append_int64(bson_, key.data(), length(key), value);
  return *this;
}

Bson& Bson::small(std::string_view key, std::int32_t value) {
  whole_ &= bson_append_int32(bson_, key.data(), length(key), value);
  return *this;
}

Bson& Bson::number(std::string_view key, double value) {
  whole_ &= bson_append_double(bson_, key.data(), length(key), value);
  return *this;
}

Bson& Bson::flag(std::string_view key, bool value) {
  whole_ &= bson_append_bool(bson_, key.data(), length(key), value);
  return *this;
}

Bson& Bson::null(std::string_view key) {
  whole_ &= bson_append_null(bson_, key.data(), length(key));
  return *this;
}

Bson& Bson::bytes(std::string_view key, std::string_view value) {
  whole_ &= value.size() <= std::numeric_limits<std::int32_t>::max() &&
            bson_append_binary(bson_, key.data(), length(key), BSON_SUBTYPE_BINARY, octets(value),
                               static_cast<std::uint32_t>(value.size()));
  return *this;
}

Bson& Bson::uuid(std::string_view key, const Uuid& value) {
  whole_ &=
      bson_append_binary(bson_, key.data(), length(key), BSON_SUBTYPE_UUID, value.bytes.data(), 16);
  return *this;
}

Bson& Bson::object_id(std::string_view key, const bson_oid_t& value) {
  whole_ &= bson_append_oid(bson_, key.data(), length(key), &value);
  return *this;
}

Bson& Bson::object(std::string_view key, const Bson& value) {
  whole_ &= value.whole_;
  return object(key, value.view());
}

Bson& Bson::object(std::string_view key, View value) {
  bson_t inner;
  whole_ &= bson_init_static(&inner, value.data, value.size) &&
            bson_append_document(bson_, key.data(), length(key), &inner);
  return *this;
}

Bson& Bson::array(std::string_view key, const Bson& value) {
  whole_ &= value.whole_ && bson_append_array(bson_, key.data(), length(key), &value.get());
  return *this;
}

Array& Array::text(std::string_view value) {
  bson_.text(next(), value);
  return *this;
}

Array& Array::uuid(const Uuid& value) {
  bson_.uuid(next(), value);
  return *this;
}

Array& Array::bytes(std::string_view value) {
  bson_.bytes(next(), value);
  return *this;
}

Array& Array::object_id(const bson_oid_t& value) {
  bson_.object_id(next(), value);
  return *this;
}

Array& Array::object(const Bson& value) {
  bson_.object(next(), value);
  return *this;
}

std::optional<std::string_view> Field::text() const {
  if (!BSON_ITER_HOLDS_UTF8(&at_)) return std::nullopt;
  std::uint32_t size = 0;
  const char* characters = bson_iter_utf8(&at_, &size);
  return std::string_view(characters, size);
}

std::optional<std::int64_t> Field::integer() const {
  if (!BSON_ITER_HOLDS_NUMBER(&at_)) return std::nullopt;
  return bson_iter_as_int64(&at_);
}

std::optional<std::string_view> Field::bytes() const {
  if (!BSON_ITER_HOLDS_BINARY(&at_)) return std::nullopt;
  bson_subtype_t subtype = BSON_SUBTYPE_BINARY;
  std::uint32_t size = 0;
  const std::uint8_t* data = nullptr;
  bson_iter_binary(&at_, &subtype, &size, &data);
  return std::string_view(reinterpret_cast<const char*>(data), size);
}

std::optional<Uuid> Field::uuid() const {
  const auto raw = bytes();
  if (!raw || raw->size() != 16) return std::nullopt;
  Uuid id;
  std::copy(raw->begin(), raw->end(), id.bytes.begin());
  return id;
}

std::optional<View> Field::object() const {
  std::uint32_t size = 0;
  const std::uint8_t* data = nullptr;
  if (BSON_ITER_HOLDS_DOCUMENT(&at_))
    bson_iter_document(&at_, &size, &data);
  else if (BSON_ITER_HOLDS_ARRAY(&at_))
    bson_iter_array(&at_, &size, &data);
  else
    return std::nullopt;
  return View(data, size);
}

std::optional<Field> field(View document, const char* path) {
  bson_iter_t start;
  bson_iter_t at;
  if (!bson_iter_init_from_data(&start, document.data, document.size) ||
      !bson_iter_find_descendant(&start, path, &at))
    return std::nullopt;
  return Field(at);
}

}  // namespace lectern::store::mongo
