#include "lrs/statistics/arrow/arrow_stream.h"

#include <cstdint>
#include <cstring>
#include <string>

#include <doctest/doctest.h>

namespace lectern::lrs {
namespace {

template <typename T>
T number_at(const std::string& bytes, std::size_t at) {
  T out{};
  REQUIRE(at + sizeof(T) <= bytes.size());
  std::memcpy(&out, bytes.data() + at, sizeof(T));
  return out;
}

/// Where the member of a table is, or 0.
std::size_t member_of(const std::string& bytes, std::size_t table, std::size_t number) {
  const auto places = table - static_cast<std::size_t>(number_at<std::int32_t>(bytes, table));
  const auto size = number_at<std::uint16_t>(bytes, places);
  if (4 + 2 * number >= size) return 0;
  const auto place = number_at<std::uint16_t>(bytes, places + 4 + 2 * number);
  return place == 0 ? 0 : table + place;
}

/// Where an offset leads.
std::size_t follow(const std::string& bytes, std::size_t at) {
  REQUIRE(at != 0);
  return at + number_at<std::uint32_t>(bytes, at);
}

}  // namespace

// tests/analysis/run.py has pyarrow and polars read a stream of the server's.
TEST_CASE("a stream has a schema, a batch whose buffers hold the values, and an end") {
  ArrowStream stream;
  stream.add_texts("verb", {"a", std::nullopt, "", "long"});
  stream.add_numbers("count", {1.0, 2.0, 3.0, 4.0}, true);
  stream.add_numbers("mean", {0.5, std::nullopt, -1e300, 0.0}, false);
  stream.add_metadata("through", "now");
  const auto written = stream.write();
  REQUIRE(written);
  const auto& bytes = *written;
  CHECK(bytes.size() % 8 == 0);
  CHECK(number_at<std::uint32_t>(bytes, 0) == 0xFFFFFFFF);
  const auto schema_size = number_at<std::uint32_t>(bytes, 4);
  CHECK(schema_size % 8 == 0);

  const auto batch = 8 + schema_size;
  CHECK(number_at<std::uint32_t>(bytes, batch) == 0xFFFFFFFF);
  const auto metadata = batch + 8;
  const auto body = metadata + number_at<std::uint32_t>(bytes, batch + 4);
  const auto message = follow(bytes, metadata);
  CHECK(number_at<std::int16_t>(bytes, member_of(bytes, message, 0)) == 4);
  CHECK(number_at<std::uint8_t>(bytes, member_of(bytes, message, 1)) == 3);
  const auto body_size = number_at<std::int64_t>(bytes, member_of(bytes, message, 3));
  CHECK(bytes.size() == body + static_cast<std::size_t>(body_size) + 8);
  const auto table = follow(bytes, member_of(bytes, message, 2));
  CHECK(number_at<std::int64_t>(bytes, member_of(bytes, table, 0)) == 4);
  const auto buffers = follow(bytes, member_of(bytes, table, 2));
  CHECK(number_at<std::uint32_t>(bytes, buffers) == 3 + 2 + 2);
  CHECK((buffers + 4 - metadata) % 8 == 0);

  const auto buffer = [&](std::size_t number) {
    const auto at = buffers + 4 + 16 * number;
    return bytes.substr(body + static_cast<std::size_t>(number_at<std::int64_t>(bytes, at)),
                        static_cast<std::size_t>(number_at<std::int64_t>(bytes, at + 8)));
  };
  CHECK(buffer(0) == "\x0D");
  CHECK(buffer(2) == "along");
  CHECK(number_at<std::uint32_t>(buffer(1), 16) == 5);
  CHECK(number_at<std::int64_t>(buffer(4), 24) == 4);
  CHECK(buffer(5) == "\x0D");
  CHECK(number_at<double>(buffer(6), 16) == -1e300);
  CHECK(number_at<std::uint64_t>(bytes, bytes.size() - 8) == 0xFFFFFFFF);
}

TEST_CASE("a stream may have no rows and no columns") {
  ArrowStream none, empty;
  empty.add_texts("verb", {});
  CHECK(none.write());
  CHECK(empty.write());
}

}  // namespace lectern::lrs
