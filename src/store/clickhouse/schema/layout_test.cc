#include "store/clickhouse/schema/layout.h"

#include <doctest/doctest.h>

#include "store/clickhouse/client/row_binary.h"
#include "store/clickhouse/settings.h"

namespace lectern::store::clickhouse {

TEST_CASE("a row of RowBinary is read as it was written") {
  const Uuid id = Uuid::random();
  RowWriter writer;
  writer.u8(7);
  writer.i64(-2);
  writer.fixed(id);
  writer.uuid(id);
  writer.string(std::string(300, 'x'));
  writer.string("");
  RowReader reader(writer.bytes());
  CHECK(reader.u8() == 7);
  CHECK(reader.i64() == -2);
  CHECK(reader.id() == id);
  CHECK(reader.uuid() == id);
  CHECK(reader.string() == std::string(300, 'x'));
  CHECK(reader.string().empty());
  CHECK(!reader.more());
  CHECK(reader.ok());
}

TEST_CASE("a row of RowBinary that is cut off anywhere is noticed") {
  RowWriter writer;
  writer.i64(1);
  writer.string("text");
  for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
    CAPTURE(size);
    RowReader reader(std::string_view(writer.bytes()).substr(0, size));
    reader.i64();
    reader.string();
    CHECK(!reader.ok());
  }
}

TEST_CASE("a UUID is written in ClickHouse's order of bytes") {
  RowWriter writer;
  writer.uuid(Uuid::parse("00112233-4455-6677-8899-aabbccddeeff").value());
  CHECK(writer.bytes() == std::string("\x77\x66\x55\x44\x33\x22\x11\x00\xff\xee\xdd\xcc\xbb\xaa"
                                      "\x99\x88",
                                      16));
}

TEST_CASE("a literal holds nothing but escaped bytes") {
  std::string sql;
  append_literal(sql, {'\'', '\\', 0, 0xFF});
  CHECK(sql == R"('\x27\x5C\x00\xFF)" + [] {
    std::string zeros;
    for (int i = 0; i < 12; ++i) zeros += "\\x00";
    return zeros + "'";
  }());
}

TEST_CASE("a reference is read from the mark that it was written to") {
  const ReferredMark reference{-5, Uuid::random(), true};
  const auto read = ReferredMark::parse(reference.text());
  REQUIRE(read);
  CHECK(read->stored == -5);
  CHECK(read->id == reference.id);
  CHECK(read->voids);
  CHECK(!ReferredMark::parse("short"));
}

TEST_CASE("an emission time beyond what Ralph's column can hold is moved to its edge") {
  CHECK(emission_time(parse_time("0001-01-01T00:00:00Z").value()) ==
        parse_time("1900-01-01T00:00:00Z").value());
  CHECK(emission_time(parse_time("9999-01-01T00:00:00Z").value()) ==
        parse_time("2299-12-31T23:59:59.999999Z").value());
  const auto today = parse_time("2026-01-01T00:00:00.123456Z").value();
  CHECK(emission_time(today) == today);
}

TEST_CASE("names are taken from a table or a database and a table") {
  const auto names = table_names_of("xapi", "events").value();
  CHECK(names.events == "`xapi`.`events`");
  CHECK(names.rows == "`xapi`.`events_lectern_rows`");
  CHECK(table_names_of("xapi", "other.events").value().events == "`other`.`events`");
  CHECK(!table_names_of("xapi", "a`b"));
  CHECK(!table_names_of("xapi;", "a"));
  CHECK(!table_names_of("xapi", std::string(151, 'a')));
  for (const auto* taken : {"system.events", "INFORMATION_SCHEMA.x", "information_schema.x",
                            "events_lectern_rows", "other.a_lectern_b"})
    CHECK(!table_names_of("xapi", taken));
  CHECK(!table_names_of("system", "events"));
}

TEST_CASE("Ralph's settings of ClickHouse are read") {
  StoreSettings settings;
  settings.values = {{"HOST", "db"},
                     {"PORT", "8124"},
                     {"USERNAME", "lrs"},
                     {"CLIENT_OPTIONS", R"({"max_threads": 2, "join_use_nulls": true})"},
                     {"CLIENT_OPTIONS__date_time_input_format", "basic"},
                     {"CREATE_EVENT_TABLE", "no"},
                     {"IDS_CHUNK_SIZE", "100"}};
  const auto options = read_settings(settings).value();
  CHECK(options.server.url == "http://db:8124");
  CHECK(options.server.username == "lrs");
  CHECK(options.server.settings.at("max_threads") == "2");
  CHECK(options.server.settings.at("join_use_nulls") == "1");
  CHECK(options.server.settings.at("date_time_input_format") == "basic");
  CHECK(options.ids_chunk == 100);
  CHECK_FALSE(options.events.create);
  CHECK(options.database == "xapi");
  CHECK(options.table == "xapi_events_all");
}

TEST_CASE("a setting of ClickHouse that cannot be meant is refused by its name") {
  const std::pair<const char*, const char*> wrong[] = {
      {"PORT", "0"},
      {"PORT", "80x"},
      {"PORT", "70000"},
      {"HOST", "a b"},
      {"HOST", ""},
      {"DATABASE", "x; DROP"},
      {"IDS_CHUNK_SIZE", "-1"},
      {"CREATE_EVENT_TABLE", "perhaps"},
      {"ONE_NODE", ""},
      {"CLIENT_OPTIONS", "[]"},
      {"CLIENT_OPTIONS", R"({"a&b":1})"},
      {"CLIENT_OPTIONS__a&b", "1"},
  };
  for (const auto& [key, value] : wrong) {
    CAPTURE(key);
    CAPTURE(value);
    StoreSettings settings;
    settings.values = {{key, value}};
    const auto options = read_settings(settings);
    REQUIRE(!options);
    CHECK(options.error().code == Code::invalid);
    CHECK(options.error().message.find(key) != std::string::npos);
  }
}

}  // namespace lectern::store::clickhouse
