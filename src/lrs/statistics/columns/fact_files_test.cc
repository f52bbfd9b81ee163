#include "lrs/statistics/columns/fact_files.h"

#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "lrs/statistics/columns/mixed.h"
#include "store/testing/temporary_folder.h"

namespace lectern::lrs {
namespace {

namespace fs = std::filesystem;

Uuid id_of(std::uint64_t number) {
  Uuid id;
  for (std::size_t i = 0; i < 8; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(mixed(number + 1) >> (8 * i));
  return id;
}

xapi::Position position_of(std::uint64_t number) {
  return {Time(std::chrono::microseconds(1'767'225'600'000'000 + number / 3)), id_of(number)};
}

/// Some have a score, some refer; each 100th brings texts that are new.
std::string statement(std::uint64_t number) {
  const auto object =
      number % 11 == 0
          ? R"({"objectType":"StatementRef","id":"6c5f9a3c-0000-4000-8000-0123456789ab"})"
          : fmt::format(R"({{"id":"https://example.org/item/{}"}})", number / 100);
  return fmt::format(
      R"({{"actor":{{"mbox":"mailto:ann{}@example.org"}},"verb":{{"id":"https://example.org/verb{}"}},"object":{},)"
      R"("context":{{"contextActivities":{{"grouping":[{{"id":"https://example.org/course{}"}}]}}}}{}}})",
      number % 50, number % 7, object, number / 700,
      number > 1'000 && number % 3 == 0 ? R"(,"result":{"score":{"raw":7},"success":true})" : "");
}

void add(FactColumns& columns, std::uint64_t begin, std::uint64_t end) {
  for (auto i = begin; i < end; ++i) {
    const auto document = json::parse(statement(i));
    REQUIRE(document);
    columns.add(position_of(i), (*document)->root());
  }
}

/// Everything that is in the columns.
std::string digest_of(const FactColumns& columns) {
  std::string all;
  const auto list = [&](std::uint32_t number) {
    const auto numbers = columns.lists().list(number);
    return fmt::format("{}", fmt::join(numbers.begin(), numbers.end(), " "));
  };
  for (const auto& made : columns.blocks()) {
    const auto& block = *made;
    const auto& of = block.columns();
    using C = FactBlock::Columns;
    using H = FactBlock::Has;
    for (std::size_t i = 0; i < block.rows; ++i) {
      for (const auto column : {&C::verb, &C::activity, &C::activity_type, &C::actor, &C::authority,
                                &C::platform, &C::language, &C::version})
        all += fmt::format("{} ", columns.dictionary().text((of.*column)[i]));
      for (const auto column : {&C::courses, &C::parents, &C::agents, &C::related_agents,
                                &C::related_activities, &C::authorities})
        all += list((of.*column)[i]) + ", ";
      all += fmt::format("{} {} {} {} {} {} {} {} {} {}\n", of.stored[i], of.timestamp[i],
                         of.id_hash[i], columns.registrations().hash(of.registration[i]),
                         block.number(&C::scaled, &H::scaled, i), block.number(&C::raw, &H::raw, i),
                         block.number(&C::duration_s, &H::duration_s, i), int{of.success[i]},
                         int{of.completion[i]}, int{of.flags[i]});
    }
    for (const auto& one : block.referring) all += one.id.text() + fmt::format(" {}\n", one.row);
  }
  return to_hex(sha256(all));
}

void save_all(FactFiles& files, const FactColumns& columns) {
  for (std::size_t i = files.rows() / FactBlock::rows_max; i < columns.blocks().size(); ++i)
    REQUIRE(files.save(columns, i));
}

/// The rows that are read from a folder.
std::size_t rows_in(const fs::path& folder) {
  FactFiles files(folder);
  FactColumns columns;
  while (files.load_next(columns)) {
  }
  return columns.size();
}

constexpr std::uint64_t many = FactBlock::rows_max + 9'000;

}  // namespace

TEST_CASE("what is read from files is what was written, and goes on as if it had not been away") {
  const store::TemporaryFolder folder;
  FactColumns written;
  {
    FactFiles files(folder.path() + "/a");
    add(written, 0, many - 5'000);
    save_all(files, written);
    add(written, many - 5'000, many);
    CHECK(files.rows() == many - 5'000);
    save_all(files, written);  // the last one once more, with more rows
    CHECK(files.rows() == many);
  }
  FactFiles files(folder.path() + "/a");
  CHECK(files.ends() == std::vector{position_of(FactBlock::rows_max - 1), position_of(many - 1)});
  FactColumns read;
  CHECK(files.load_next(read));
  CHECK(files.load_next(read));
  CHECK(!files.load_next(read));
  CHECK(read.last() == written.last());
  CHECK(digest_of(read) == digest_of(written));
  CHECK(read.bytes() < written.bytes() / 2);  // columns are the kernel's

  add(written, many, 2 * FactBlock::rows_max + 10);
  add(read, many, 2 * FactBlock::rows_max + 10);
  CHECK(digest_of(read) == digest_of(written));
  save_all(files, read);
  read.put(1, files.mapped(*read.blocks()[1], 1));
  CHECK(digest_of(read) == digest_of(written));
  CHECK(rows_in(folder.path() + "/a") == read.size());
}

TEST_CASE("marks of what is voided go with the file of what voids") {
  const store::TemporaryFolder folder;
  const auto is_voided = [](const FactColumns& columns, std::size_t block, std::size_t row) {
    return (columns.blocks()[block]->columns().flags[row] & FactBlock::voided) != 0;
  };
  FactColumns columns;
  add(columns, 0, FactBlock::rows_max);
  const auto document = json::parse(statement(many));
  columns.add(position_of(many), (*document)->root(), position_of(5));
  columns.mark_voided({position_of(5)});
  {
    FactFiles files(folder.path() + "/a");
    save_all(files, columns);
    columns.put(0, files.mapped(*columns.blocks()[0], 0));
    CHECK(is_voided(columns, 0, 5));
  }
  FactFiles files(folder.path() + "/a");
  FactColumns read;
  REQUIRE(files.load_next(read));
  read.mark_what_is_voided();
  CHECK(!is_voided(read, 0, 5));
  REQUIRE(files.load_next(read));
  read.mark_what_is_voided();
  for (std::size_t row = 0; row < 10; ++row) CHECK(is_voided(read, 0, row) == (row == 5));
}

TEST_CASE("a file that is damaged, cut, of other facts or out of line is as if it were not there") {
  const store::TemporaryFolder folder;
  const fs::path here = folder.path() + "/a";
  FactColumns columns;
  add(columns, 0, many);
  {
    FactFiles files(here);
    save_all(files, columns);
  }
  const auto first = here / "000000.facts", second = here / "000001.facts";
  const auto size = fs::file_size(second);
  constexpr std::size_t head = 4'096;
  const auto flipped = [&](const fs::path& file, std::uint64_t at) {
    const auto turn = [&] {
      std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekg(static_cast<std::streamoff>(at));
      const int byte = bytes.get();
      bytes.seekp(static_cast<std::streamoff>(at));
      bytes.put(static_cast<char>(byte ^ 0x10));
    };
    turn();
    const auto rows = rows_in(here);
    turn();
    return rows;
  };
  REQUIRE(rows_in(here) == many);
  for (const std::uint64_t at :
       {std::uint64_t{0}, std::uint64_t{8}, std::uint64_t{20}, std::uint64_t{100},
        std::uint64_t{head}, std::uint64_t{head + 3 * 8 * FactBlock::rows_max},
        head + offsetof(FactBlock::Columns, flags) + 8'999, size - 1})
    CHECK(flipped(second, at) == FactBlock::rows_max);
  CHECK(flipped(first, head + 77) == 0);
  CHECK(rows_in(here) == many);

  fs::resize_file(second, size - 1);
  CHECK(rows_in(here) == FactBlock::rows_max);
  fs::copy_file(first, second, fs::copy_options::overwrite_existing);
  CHECK(rows_in(here) == FactBlock::rows_max);
  {
    // Another first file, as a process would write that has seen other statements.
    FactColumns others;
    add(others, 1, FactBlock::rows_max + 1);
    FactFiles ours(here), theirs(here);
    save_all(ours, columns);
    save_all(theirs, others);
  }
  CHECK(rows_in(here) == FactBlock::rows_max);
  fs::remove(first);
  CHECK(rows_in(here) == 0);
}

TEST_CASE("a folder belongs to one process") {
  const store::TemporaryFolder folder;
  auto first = FolderLock::take(folder.path() + "/a");
  CHECK(first != nullptr);
  CHECK(FolderLock::take(folder.path() + "/a") == nullptr);
  first.reset();
  CHECK(FolderLock::take(folder.path() + "/a") != nullptr);
  CHECK(FolderLock::take("/proc/nowhere/a") == nullptr);
}

TEST_CASE("what was being written when a process was killed is taken away by the next") {
  const store::TemporaryFolder folder;
  const auto left = fs::path(folder.path()) / "target" / "4711-1.new";
  const auto whole = fs::path(folder.path()) / "target" / "000000.facts";
  fs::create_directory(left.parent_path());
  std::ofstream(left) << "half";
  std::ofstream(whole) << "all";
  const auto lock = FolderLock::take(folder.path());
  REQUIRE(lock != nullptr);
  CHECK(!fs::exists(left));
  CHECK(fs::exists(whole));
}

TEST_CASE("who changes what facts are raises facts_version, and then the digest here") {
  FactColumns columns;
  add(columns, 1'001, 1'101);
  const auto document = json::parse(
      R"({"actor":{"objectType":"Group","member":[{"mbox":"mailto:b@example.org"}],"account":{"homePage":"https://a.org","name":"g"}},)"
      R"("verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"version":"1.0.0","timestamp":"2026-11-30T10:00:00Z",)"
      R"("object":{"id":"https://a.org/video","definition":{"type":"https://w3id.org/xapi/video/activity-type/video"}},)"
      R"("authority":{"objectType":"Group","member":[{"account":{"homePage":"https://a.org","name":"c"}},{"mbox":"mailto:x@a.org"}]},)"
      R"("result":{"score":{"scaled":0.5,"raw":0,"min":0,"max":0},"duration":"PT0.5H","success":false,"completion":true},)"
      R"("context":{"registration":"6C5F9A3C-0000-4000-8000-0123456789AB","platform":"lms","language":"de",)"
      R"("instructor":{"openid":"https://a.org/i"},"team":{"objectType":"Group","mbox":"mailto:t@a.org"},)"
      R"("contextActivities":{"parent":[{"id":"https://a.org/p"}],"grouping":[{"id":"https://a.org/p"},{"id":"https://a.org/q"}],)"
      R"("category":[{"id":"https://a.org/k"}],"other":[{"id":"https://a.org/o"}]}}})");
  REQUIRE(document);
  columns.add(position_of(2'000), (*document)->root());
  CHECK(facts_version == 1);
  CHECK(digest_of(columns) == "1c2dec8a75b6049d013889a79b6b96b4e671530bc90ed5fe6e667635b110a29e");
}

}  // namespace lectern::lrs
