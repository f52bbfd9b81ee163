#include "cli/process/maintenance_control.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "base/json.h"
#include "cli/process/store_door.h"
#include "store/open_blobs.h"

namespace lectern::cli {
namespace {

/// Beyond it RocksDB does not read a backup's own file back.
constexpr std::size_t auth_bytes_max = std::size_t{4} << 20;

std::string list_of(const std::vector<std::string>& lines) {
  std::string list;
  for (const auto& line : lines) (list += list.empty() ? "" : ",") += json::quoted(line);
  return "[" + list + "]";
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

std::string verify_request() { return R"({"do":"verify"})"; }

std::string backup_request(const std::string& folder) {
  return R"({"do":"backup","folder":)" + json::quoted(folder) + "}";
}

std::string missing_contents_request(const std::string& target,
                                     const std::vector<std::string>& sha2) {
  return R"({"do":"missing_contents","target":)" + json::quoted(target) + R"(,"sha2":)" +
         list_of(sha2) + "}";
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
      return R"({"missing":)" + list_of(missing) + "}";
    }
    const auto folder = string_of(document->root(), "folder");
    if (asked != "backup" || !folder)
      return fail(Code::invalid, "the server does not know this request");
    TRY(const auto report, maintenance.backup(*folder, backup_extra(settings), on_progress));
    return as_json(report);
  };
}

std::string backup_extra(const Settings& settings) {
  std::string extra = R"({"lectern":)" + json::quoted(LECTERN_VERSION);
  std::error_code error;
  const auto bytes = std::filesystem::file_size(settings.auth_file, error);
  if (!error && bytes <= auth_bytes_max) {
    std::ifstream file(settings.auth_file, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (file) extra += R"(,"auth":)" + json::quoted(text.str());
  }
  return extra += "}";
}

std::optional<std::string> auth_of_extra(const std::string& extra) {
  const auto document = json::parse(extra);
  if (!document) return std::nullopt;
  return string_of((*document)->root(), "auth");
}

std::string as_json(const store::VerifyReport& report) {
  return fmt::format(
      R"({{"statements":{},"documents":{},"attachments":{},"wrong":{},"repaired":{},)"
      R"("faults":{},"remarks":{}}})",
      report.statements, report.documents, report.attachments, report.wrong, report.repaired,
      list_of(report.faults), list_of(report.remarks));
}

std::string as_json(const store::BackupReport& report) {
  return fmt::format(R"({{"number":{},"bytes":{},"files":{},"bytes_copied":{}}})", report.number,
                     report.bytes, report.files, report.bytes_copied);
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
