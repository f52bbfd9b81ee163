#include "pipeline/line_reader.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

namespace {

using namespace lectern::pipeline;

/// A file that is gone at the end.
class File {
 public:
  explicit File(std::string_view text)
      : path_(fmt::format("{}/lectern-lines-{}-{}", std::filesystem::temp_directory_path().string(),
                          getpid(), number_++)) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const std::string& path() const { return path_; }

 private:
  static inline int number_ = 0;
  const std::string path_;
};

/// `file:line:text` of each line, `file:line!bytes` of each that is too long.
std::vector<std::string> read(std::vector<std::string> files, std::size_t block_bytes,
                              std::size_t line_bytes_max = 1000) {
  const Interrupt interrupt;
  LineReader reader({std::move(files), block_bytes, line_bytes_max}, interrupt);
  std::vector<std::string> all;
  while (const auto block = reader.next()) {
    if (block->fault) all.push_back("fault");
    if (block->too_long_bytes > 0)
      all.push_back(fmt::format("{}:{}!{}", block->file, block->first_line, block->too_long_bytes));
    std::string_view rest = block->bytes;
    for (auto number = block->first_line;; ++number) {
      const auto line = next_line(rest, number);
      if (!line) break;
      all.push_back(fmt::format("{}:{}:{}", block->file, number, line->text));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("lines are the same whatever the size of a block") {
  const File file("one\ntwo\r\n\nfour, which is longer\nlast");
  const std::vector<std::string> lines = {"0:1:one", "0:2:two", "0:3:", "0:4:four, which is longer",
                                          "0:5:last"};
  for (std::size_t bytes = 1; bytes < 50; ++bytes) CHECK(read({file.path()}, bytes) == lines);
}

TEST_CASE("files are read one behind another, each with lines of its own") {
  const File first("a\nb"), none(""), last("c\n");
  CHECK(read({first.path(), none.path(), last.path()}, 4) ==
        std::vector<std::string>{"0:1:a", "0:2:b", "2:1:c"});
}

TEST_CASE("a line that is too long is told with its number and size, and the next ones are read") {
  const File file("a\n" + std::string(5000, 'x') + "\nb\n" + std::string(7000, 'y'));
  CHECK(read({file.path()}, 64) ==
        std::vector<std::string>{"0:1:a", "0:2!5001", "0:3:b", "0:4!7000"});
}

TEST_CASE("a file that is not there ends it, behind what came before") {
  const File file("a\n");
  CHECK(read({file.path(), "/nowhere/at/all", file.path()}, 64) ==
        std::vector<std::string>{"0:1:a", "fault"});
}
