#include "cli/process/store_door.h"

#include <algorithm>
#include <array>
#include <vector>

#include <sys/types.h>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "base/metrics.h"
#include "base/text.h"
#include "cli/process/control_socket.h"
#include "lrs/list.h"
#include "lrs/record.h"
#include "store/open.h"
#include "xapi/query.h"
#include "xapi/terms.h"

/// Of jemalloc, which is not there where a sanitizer brings an allocator of its own.
extern "C" [[gnu::weak]] int mallctl(const char* name, void* old_value, std::size_t* old_size,
                                     void* new_value, std::size_t new_size);

namespace lectern::cli {
namespace {

constexpr json::Rules any_json{.bounded = false, .lenient = true};

std::string text_of(json::Value object, std::string_view member) {
  const auto value = object.find(member);
  return value && value->is(json::Type::string) ? std::string(value->string()) : "";
}

/// Who writes and reads here. Statements that bring no authority get this one.
auth::Principal owner(std::string target) {
  auth::Principal owner;
  owner.username = "lectern";
  owner.agent_json =
      R"({"objectType":"Agent","account":{"homePage":"http://localhost/","name":"lectern"}})";
  const auto agent = json::parse_view(owner.agent_json);
  owner.agent_ifi = xapi::ifi_of((*agent)->root()).value_or("");
  owner.scopes.add(auth::Scope::all);
  owner.scopes.add(auth::Scope::authority_write);
  owner.target = std::move(target);
  return owner;
}

/// The statements of one version, out of those of a request.
struct OfVersion {
  xapi::Version version;
  std::string array = "[";
  std::vector<std::size_t> indexes;  // in the request

  void add(json::Value statement, std::size_t index) {
    if (!indexes.empty()) array += ',';
    array += statement.source();
    indexes.push_back(index);
  }
};

bool is_of_2_0(json::Value statement) {
  return statement.is(json::Type::object) &&
         xapi::parse_version(text_of(statement, "version")) == xapi::Version::v2_0_0;
}

Result<void> record(lrs::Lrs& lrs, const auth::Principal& owner, OfVersion statements,
                    std::uint64_t& recorded, json::Writer& refused) {
  if (statements.indexes.empty()) return {};
  TRY(const auto document, json::parse(std::move(statements.array) + "]", any_json));
  TRY(const auto outcome,
      lrs::record(lrs, owner, {document->root(), statements.version, std::nullopt, {}, true}));
  recorded += outcome.statements.size();
  for (const auto& [index, error] : outcome.refusals) {
    refused.object().member("index", statements.indexes[index]).member("pointer", error.path);
    refused.member("rule", error.rule).member("message", error.message).end();
  }
  return {};
}

Result<std::string> record(lrs::Lrs& lrs, json::Value request) {
  const auto statements = request.find("statements");
  if (!statements) return fail(Code::invalid, "there are no statements");
  std::array<OfVersion, 2> by_version = {OfVersion{xapi::Version::v1_0_3, "[", {}},
                                         OfVersion{xapi::Version::v2_0_0, "[", {}}};
  std::size_t index = 0;
  for (const auto statement : statements->children())
    by_version.at(is_of_2_0(statement) ? 1 : 0).add(statement, index++);
  const auto principal = owner(text_of(request, "target"));
  std::uint64_t recorded = 0;
  json::Writer answer;
  answer.object().key("refused").array();
  for (auto& one : by_version)
    RETURN_IF_ERROR(record(lrs, principal, std::move(one), recorded, answer));
  return answer.end().member("recorded", recorded).end().take();
}

/// The answer is a line: line ends between tokens are left out.
std::string on_one_line(std::string statement) {
  std::erase_if(statement, [](char c) { return c == '\n' || c == '\r'; });
  return statement;
}

Result<std::string> list(lrs::Lrs& lrs, json::Value request) {
  if (lrs.options.restrict_by_authority)
    return fail(Code::invalid,
                "the server shows everybody their own statements only "
                "(LRS_RESTRICT_BY_AUTHORITY): stop it to read them all");
  const std::string query = text_of(request, "query");
  TRY(const auto parameters, xapi::parse_parameters(query));
  TRY(const auto asked, xapi::parse_statement_query(parameters, xapi::Ids::any_text));
  if (asked.statement_id || asked.voided_statement_id) {
    TRY(const auto single, lrs::fetch(lrs, owner(text_of(request, "target")), asked, {}));
    json::Writer answer;
    answer.object().key("statements").array().raw(single.statement).end();
    return answer.member("next", "").end().take();
  }
  TRY(const auto page, lrs::list(lrs, owner(text_of(request, "target")), asked, {}));
  json::Writer answer;
  answer.object().key("statements").array();
  for (const auto& statement : page.statements) answer.raw(on_one_line(statement));
  std::string next;
  if (page.next) {
    for (const auto& [name, value] : parameters)
      if (name != "cursor") next += name + "=" + percent_encoded(value) + "&";
    next += "cursor=" + page.next->text();
  }
  return answer.end().member("next", next).end().take();
}

}  // namespace

Result<std::string> do_with_statements(lrs::Lrs& lrs, const std::string& request) {
  TRY(const auto document, json::parse_view(request, any_json));
  const std::string asked = text_of(document->root(), "do");
  if (asked == "record") return record(lrs, document->root());
  if (asked == "list") return list(lrs, document->root());
  return fail(Code::invalid, "the server does not know this request");
}

/// The store and what works on it, in this process.
struct StoreDoor::Opened {
  explicit Opened(store::Stores its_stores)
      : stores(std::move(its_stores)),
        lrs{{*stores.statements, *stores.documents, *stores.blobs, stores.few_document_callers},
            options(),
            lrs::Counters(registry)} {}

  static lrs::Options options() {
    lrs::Options all;
    all.page_rows_max = 1000;
    return all;
  }

  store::Stores stores;
  metrics::Registry registry;
  lrs::Lrs lrs;
};

namespace {

/// Has what is freed go back to the system at once. jemalloc holds it for ten seconds, which for a
/// command that writes is more than twice what it uses, and saves it nothing.
void give_back_what_is_freed() {
  if (mallctl == nullptr) return;
  constexpr unsigned arenas_max = 1024;
  unsigned arenas = 0;
  std::size_t size = sizeof arenas;
  if (mallctl("arenas.narenas", &arenas, &size, nullptr, 0) != 0) return;
  const auto set = [](const std::string& name) {
    ssize_t milliseconds = 0;
    mallctl(name.c_str(), nullptr, nullptr, &milliseconds, sizeof milliseconds);
  };
  for (const std::string kind : {"dirty_decay_ms", "muzzy_decay_ms"}) {
    set("arenas." + kind);  // of those that come
    for (unsigned i = 0; i < std::min(arenas, arenas_max); ++i)
      set("arena." + std::to_string(i) + "." + kind);
  }
}

store::StoreSettings embedded_settings(const Settings& settings) {
  auto embedded = settings.store_settings();
  embedded.backend = "embedded";
  embedded.values = {{"FOOTPRINT", "command"}};
  return embedded;
}

}  // namespace

StoreDoor::StoreDoor(const Settings& settings)
    : app_dir_(settings.app_dir), settings_(embedded_settings(settings)) {}

StoreDoor::~StoreDoor() = default;

Result<std::string> StoreDoor::ask(const std::string& request) {
  if (!opened_) {
    if (auto answer = ask_server(app_dir_, request, [](const auto&) { return true; }))
      return std::move(*answer);
    give_back_what_is_freed();
    TRY(auto stores, store::open_stores(settings_));
    opened_ = std::make_unique<Opened>(std::move(stores));
  }
  return do_with_statements(opened_->lrs, request);
}

}  // namespace lectern::cli
