#include "cli/commands/pipe/export_place.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json/json.h"
#include "base/json/writer.h"

namespace lectern::cli {
namespace {

std::string place_path(const std::string& path) { return path + ".cursor"; }

std::string text_of(json::Value root, std::string_view name) {
  const auto member = root.find(name);
  return member && member->is(json::Type::string) ? std::string(member->string()) : std::string();
}

}  // namespace

Result<std::unique_ptr<Descriptor>> hold_place(const std::string& path) {
  constexpr mode_t mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
  const auto name = path + ".lock";
  auto file =
      std::make_unique<Descriptor>(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode));
  if (!file->is_open()) return fail(Code::internal, name + ": " + std::strerror(errno));
  // A file system without locks is no reason not to export.
  if (::flock(file->number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return fail(Code::invalid, name + " is held by another run of this export");
  return file;
}

Result<std::optional<ExportPlace>> read_place(const std::string& path) {
  const auto name = place_path(path);
  if (!std::filesystem::exists(name)) return std::nullopt;
  std::ifstream file(name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const auto document = json::parse(text.str());
  if (!file || !document || !(*document)->root().is(json::Type::object))
    return fail(Code::invalid, name + " is no cursor of this command");
  const auto root = (*document)->root();
  const auto files = root.find("files");
  ExportPlace place{text_of(root, "question"), text_of(root, "through"), text_of(root, "after"), 0};
  if (files && files->is(json::Type::number))
    place.files = static_cast<std::uint64_t>(files->as_double());
  return place;
}

Result<void> keep_place(const std::string& path, const ExportPlace& place) {
  json::Writer json;
  json.object().member("question", place.question).member("through", place.through);
  json.member("after", place.after).member("files", place.files).end();
  const auto text = json.take() + "\n", name = place_path(path), fresh = name + ".new";
  std::FILE* const file = std::fopen(fresh.c_str(), "wb");
  bool good = file != nullptr;
  good = good && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  good = good && std::fflush(file) == 0 && fsync(fileno(file)) == 0;
  if (file != nullptr) good = std::fclose(file) == 0 && good;
  if (!good || std::rename(fresh.c_str(), name.c_str()) != 0)
    return fail(Code::internal, name + ": " + std::strerror(errno));
  return {};
}

}  // namespace lectern::cli
