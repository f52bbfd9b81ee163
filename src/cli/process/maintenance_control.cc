#include "cli/process/maintenance_control.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "cli/process/store_door.h"
#include "store/open_blobs.h"

namespace lectern::cli {
namespace {

/// Beyond it RocksDB does not read a backup's own file back.
constexpr std::size_t auth_bytes_max = std::size_t{4} << 20;

void write_list(json::Writer& json, std::string_view name, const std::vector<std::string>& lines) {
  json.key(name).array();
  for (const auto& line : lines) json.value(line);
  json.end();
}

std::optional<std::string> string_of(json::Value object, std::string_view key) {
  const auto member = object.find(key);
  if (!member || !member->is(json::Type::string)) return std::nullopt;
  return std::string(member->string());
}

std::vector<std::string> strings_of(json::Value object, std::string_view key) {
  std::vector<std::string> all;
  if (const auto member = object.find(key))
    for (const auto value : member->children())
      if (value.is(json::Type::string)) all.emplace_back(value.string());
  return all;
}

bool is_one_of(const std::string& backend, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), backend) != names.end();
}

}  // namespace

std::string verify_request() { return json::Writer().object().member("do", "verify").end().take(); }

std::string backup_request(const std::string& folder) {
  return json::Writer().object().member("do", "backup").member("folder", folder).end().take();
}

std::string missing_contents_request(const std::string& target,
                                     const std::vector<std::string>& sha2) {
  json::Writer json;
  json.object().member("do", "missing_contents").member("target", target);
  write_list(json, "sha2", sha2);
  return json.end().take();
}

Result<std::vector<std::string>> missing_contents_of(const std::string& answer) {
  TRY(const auto document, json::parse(answer));
  return strings_of(document->root(), "missing");
}

Control control_of(store::Stores& stores, const Settings& settings, lrs::Lrs& lrs) {
  return [&](const std::string& request,
             const store::OnProgress& on_progress) -> Result<std::string> {
    TRY(const auto document, json::parse_view(request, {.bounded = false, .lenient = true}));
    auto& maintenance = *stores.maintenance;
    const auto asked = string_of(document->root(), "do").value_or("");
    if (asked == "record" || asked == "list") {
      if (settings.backend != "embedded")
        return fail(Code::invalid, "the server keeps its statements in " + settings.backend);
      return do_with_statements(lrs, request);
    }
    if (asked == "verify") {
      TRY(const auto report, maintenance.verify(on_progress));
      return as_json(report);
    }
    if (asked == "missing_contents") {
      TRY(const auto missing,
          store::missing_contents(*stores.blobs, string_of(document->root(), "target").value_or(""),
                                  strings_of(document->root(), "sha2")));
      json::Writer json;
      json.object();
      write_list(json, "missing", missing);
      return json.end().take();
    }
    const auto folder = string_of(document->root(), "folder");
    if (asked != "backup" || !folder)
      return fail(Code::invalid, "the server does not know this request");
    TRY(const auto report, maintenance.backup(*folder, backup_extra(settings), on_progress));
    return as_json(report);
  };
}

std::string backup_extra(const Settings& settings) {
  json::Writer extra;
  extra.object().member("lectern", LECTERN_VERSION);
  std::error_code error;
  const auto bytes = std::filesystem::file_size(settings.auth_file, error);
  if (!error && bytes <= auth_bytes_max) {
    std::ifstream file(settings.auth_file, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (file) extra.member("auth", text.str());
  }
  return extra.end().take();
}

std::optional<std::string> auth_of_extra(const std::string& extra) {
  const auto document = json::parse(extra);
  if (!document) return std::nullopt;
  return string_of((*document)->root(), "auth");
}

std::string as_json(const store::VerifyReport& report) {
  json::Writer json;
  json.object()
      .member("statements", report.statements)
      .member("documents", report.documents)
      .member("attachments", report.attachments)
      .member("wrong", report.wrong)
      .member("repaired", report.repaired);
  write_list(json, "faults", report.faults);
  write_list(json, "remarks", report.remarks);
  return json.end().take();
}

std::string as_json(const store::BackupReport& report) {
  return json::Writer()
      .object()
      .member("number", report.number)
      .member("bytes", report.bytes)
      .member("files", report.files)
      .member("bytes_copied", report.bytes_copied)
      .end()
      .take();
}

std::string where_else(const Settings& settings) {
  const auto& backend = settings.backend;
  if (is_one_of(backend, {"es", "async_es"}))
    return "statements and documents are in Elasticsearch: back them up with its snapshots";
  if (is_one_of(backend, {"mongo", "async_mongo"}))
    return "statements and documents are in MongoDB: back them up with mongodump";
  if (backend == "clickhouse")
    return "the statements are in ClickHouse: back them up with its BACKUP statement";
  if (backend == "fs") return "the statements are in JSON lines: copy these files";
  if (backend == "memory") return "the backend memory keeps nothing";
  return {};
}

}  // namespace lectern::cli
