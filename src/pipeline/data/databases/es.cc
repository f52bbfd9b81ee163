#include "pipeline/data/databases/es.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"
#include "pipeline/data/databases/es_nodes.h"
#include "pipeline/data/databases/es_query.h"
#include "pipeline/data/json_lines.h"
#include "pipeline/data/retry.h"
#include "xapi/query.h"

namespace lectern::pipeline::es {
namespace {

using Kind = DataSetting::Kind;
using json::Type;

constexpr std::array table = {
    DataSetting{"HOSTS", "http://localhost:9200",
                "the nodes, http or https, separated by commas; asked one after another"},
    DataSetting{"DEFAULT_INDEX", "statements", "index that is read and written without target"},
    DataSetting{"CLIENT_OPTIONS", "", "ca_certs: a PEM file; verify_certs: true or false",
                Kind::object},
    DataSetting{"POINT_IN_TIME_KEEP_ALIVE", "1m", "how long a read may wait between two pages"},
    DataSetting{"REFRESH_AFTER_WRITE", "",
                "false, true or wait_for: whether what was written can be found at once"},
    DataSetting{"ALLOW_YELLOW_STATUS", "false", "nothing asks for it here", Kind::boolean, false,
                false},
    DataSetting{"LOCALE_ENCODING", "utf8", "text is always UTF-8", Kind::text, false, false},
    DataSetting{"READ_CHUNK_SIZE", "500", "documents of one page", Kind::number},
    DataSetting{"WRITE_CHUNK_SIZE", "500", "documents of one bulk request", Kind::number},
};

class EsSource : public Source {
 public:
  EsSource(const OpenContext& context, std::unique_ptr<Nodes> nodes)
      : nodes_(std::move(nodes)),
        index_(context.values.find("DEFAULT_INDEX")->second),
        keep_alive_(context.values.find("POINT_IN_TIME_KEEP_ALIVE")->second),
        chunk_size_(number_of(context.values, "READ_CHUNK_SIZE")),
        interrupt_(context.interrupt) {}

  Result<void> read(const ReadRequest& request, const TakeBytes& take) override {
    Query query = read_query(request.query);
    if (query.keep_alive.empty()) query.keep_alive = keep_alive_;
    if (!query.point_in_time.empty()) return walk(query, request, take);
    const std::string& index = request.target.empty() ? index_ : request.target;
    auto opened = open_point_in_time(index, query);
    if (!opened && opened.error().code == Code::method_not_allowed) {
      std::string scroll;
      const auto outcome = walk_scroll(index, query, request, take, scroll);
      close("/_search/scroll", "scroll_id", scroll);
      return outcome;
    }
    if (!opened) return fail(opened.error());
    query.point_in_time = *opened;
    const auto outcome = walk(query, request, take);
    close("/_pit", "id", query.point_in_time);
    return outcome;
  }

 private:
  static constexpr std::string_view failed = "Failed to execute Elasticsearch query";

  Result<std::string> open_point_in_time(const std::string& index, const Query& query) {
    const std::string path = fmt::format("/{}/_pit?keep_alive={}", percent_encoded(index),
                                         percent_encoded(query.keep_alive));
    TRY(const auto answer, tried_again(interrupt_, [&] {
          return nodes_->ask("Failed to open Elasticsearch point in time",
                             request_of("POST", path));
        }));
    return text_member(answer->root(), "id");
  }

  /// The server has room for some hundreds only, until they expire.
  void close(const std::string& path, std::string_view key, const std::string& id) {
    if (id.empty()) return;
    const std::string body = json::Writer().object().member(key, id).end().take();
    const auto closed = nodes_->ask("", request_of("DELETE", path, body));
    if (!closed) log::debug("{} is left open: {}", path, closed.error().message);
  }

  std::int64_t chunk_of(const ReadRequest& request) const {
    return static_cast<std::int64_t>(request.chunk_size > 0 ? request.chunk_size : chunk_size_);
  }

  Result<void> walk(Query& query, const ReadRequest& request, const TakeBytes& take) {
    const auto chunk = chunk_of(request);
    auto wanted = std::min(chunk, first_page_max);
    for (auto left = query.size; left.value_or(1) != 0 && !interrupt_.stopped();) {
      if (left) wanted = std::min(wanted, *left);
      std::string lines;
      TRY(const auto count, page(query, wanted, lines));
      TRY(const bool go_on, take(lines));
      if (!go_on || count < wanted) break;
      if (left) *left -= count;
      wanted = std::min(chunk, fitting(count, lines.size()));
    }
    return {};
  }

  /// How many hits a page has that holds page_bytes of such as these.
  static std::int64_t fitting(std::int64_t count, std::size_t bytes) {
    constexpr std::int64_t page_bytes = 4L * 1024 * 1024;
    return std::max<std::int64_t>(1, page_bytes * count / static_cast<std::int64_t>(bytes + 1));
  }

  /// Adds the lines of the next page; how many.
  Result<std::int64_t> page(Query& query, std::int64_t size, std::string& lines) {
    const std::string path = "/_search?" + search_parameters(query);
    json::Writer json;
    json.object().key("pit").object();
    json.member("id", query.point_in_time).member("keep_alive", query.keep_alive).end();
    add_search(json, query, size);
    json.member("track_total_hits", false);
    if (!query.search_after.empty()) json.raw_member("search_after", query.search_after);
    const std::string body = json.end().take();
    TRY(const auto answer, tried_again(interrupt_, [&] {
          return nodes_->ask(failed, request_of("POST", path, body));
        }));
    TRY(const auto hits, hits_of(*answer));
    add_lines(hits, hits.size(), lines);
    for (const auto hit : hits.children())
      if (const auto sort = hit.find("sort")) query.search_after = sort->source();
    if (auto id = text_member(answer->root(), "pit_id"); !id.empty()) query.point_in_time = id;
    return static_cast<std::int64_t>(hits.size());
  }

  /// For OpenSearch, whose points in time have no order of their own to go on by. A page that was
  /// lost cannot be asked for again.
  Result<void> walk_scroll(const std::string& index, Query& query, const ReadRequest& request,
                           const TakeBytes& take, std::string& scroll) {
    const std::string keep_alive = percent_encoded(query.keep_alive);
    if (query.sort == Query().sort) query.sort = R"(["_doc"])";
    std::string path = fmt::format("/{}/_search?scroll={}&{}", percent_encoded(index), keep_alive,
                                   search_parameters(query));
    json::Writer json;
    add_search(json.object(), query, std::min(chunk_of(request), scroll_page_max));
    std::string body = json.end().take();
    auto left = query.size.value_or(std::numeric_limits<std::int64_t>::max());
    while (left > 0 && !interrupt_.stopped()) {
      TRY(const auto answer, nodes_->ask(failed, request_of("POST", path, body)));
      TRY(const auto hits, hits_of(*answer));
      scroll = text_member(answer->root(), "_scroll_id");
      if (hits.size() == 0) break;
      std::string lines;
      add_lines(hits, static_cast<std::size_t>(left), lines);
      TRY(const bool go_on, take(lines));
      if (!go_on) break;
      left -= static_cast<std::int64_t>(hits.size());
      path = "/_search/scroll";
      json.object().member("scroll", query.keep_alive).member("scroll_id", scroll);
      body = json.end().take();
    }
    return {};
  }

  /// A page without what a shard has, which would be the default, is not a whole one.
  static std::string search_parameters(const Query& query) {
    std::string parameters = "allow_partial_search_results=false";
    if (!query.lucene.empty()) parameters += "&q=" + percent_encoded(query.lucene);
    if (!query.sort_parameter.empty())
      parameters += "&sort=" + percent_encoded(query.sort_parameter);
    return parameters;
  }

  static void add_search(json::Writer& json, const Query& query, std::int64_t size) {
    json.member("size", size);
    if (query.lucene.empty()) json.raw_member("query", query.query);
    if (query.sort_parameter.empty()) json.raw_member("sort", query.sort);
  }

  static Result<json::Value> hits_of(const json::Document& answer) {
    const auto outer = answer.root().find("hits");
    const auto hits = outer ? outer->find("hits") : std::nullopt;
    if (!hits) return fail(Code::invalid, fmt::format("{}: an answer without hits", failed));
    return *hits;
  }

  static void add_lines(json::Value hits, std::size_t count_max, std::string& lines) {
    lines.reserve(hits.source().size());
    for (const auto hit : hits.children()) {
      if (count_max-- == 0) break;
      append_line(lines, hit.source());
    }
  }

  // Whatever chunk is asked for: a page is held in memory, and so is what is read of it.
  static constexpr std::int64_t first_page_max = 500, scroll_page_max = 1000;

  const std::unique_ptr<Nodes> nodes_;
  const std::string index_;
  const std::string keep_alive_;
  const std::size_t chunk_size_;
  const Interrupt& interrupt_;
};

/// Bulk requests. Documents without an id get one of ours, beside their text, so that a request
/// whose answer was lost can be sent again.
class EsSink : public Sink {
 public:
  EsSink(const OpenContext& context, std::unique_ptr<Nodes> nodes)
      : nodes_(std::move(nodes)),
        index_(context.values.find("DEFAULT_INDEX")->second),
        refresh_(context.values.find("REFRESH_AFTER_WRITE")->second),
        chunk_size_(number_of(context.values, "WRITE_CHUNK_SIZE")) {}

  Operation default_operation() const override { return Operation::index; }
  bool allows(Operation operation) const override { return operation != Operation::append; }
  std::size_t chunk_size_default() const override { return chunk_size_; }

  Result<void> begin(const WriteRequest& request) override {
    operation_ = request.operation;
    path_ = fmt::format("/{}/_bulk?filter_path=errors,error,items.*.status,items.*.error",
                        percent_encoded(request.target.empty() ? index_ : request.target));
    if (!refresh_.empty()) path_ += "&refresh=" + refresh_;
    return {};
  }

  void prepare(Chunk& chunk) const override {
    json::Writer lines(chunk.bytes.size() * 5 / 4);
    take_objects(chunk, [&](json::Value document) -> MadeRecord {
      const std::size_t before = lines.size();
      const auto id = document.find("id");
      const bool given = id && (id->is(Type::string) || id->is(Type::number));
      // One such action would have all of the request refused.
      if (given && id->source().size() > id_bytes_max) return refused("/id", "it is too long");
      if (!given && operation_ != Operation::index && operation_ != Operation::create)
        return refused("", "the document has no id");
      lines.object().key(name_of(operation_)).object().key("_id");
      given ? lines.raw(id->source()) : lines.value(Uuid::random().text());
      lines.end().end().line();
      if (operation_ == Operation::update)
        lines.object().raw_member("doc", document.source()).end().line();
      else if (operation_ != Operation::remove)
        lines.raw(document.source()).line();
      return Chunk::Record{0, {}, {}, lines.size() - before};
    });
    chunk.body = lines.take();
  }

  Result<void> send(Chunk& chunk) override {
    const auto answer = nodes_->ask("Failed to write to Elasticsearch",
                                    request_of("POST", path_, chunk.body, "application/x-ndjson"));
    if (!answer) {
      chunk.in_doubt = true;
      return fail(answer.error());
    }
    const auto errors = (*answer)->root().find("errors");
    // That a document to be deleted is not there is none.
    const bool judged = operation_ != Operation::remove && errors && errors->is(Type::boolean);
    if (judged && !errors->boolean()) return {};
    const auto items = (*answer)->root().find("items");
    if (!items || items->size() != chunk.lines.size())
      return fail(Code::invalid, "Failed to write to Elasticsearch: the answer is not whole");
    return judge(chunk, *items);
  }

  Result<void> end(bool /*whole*/) override { return {}; }

 private:
  static constexpr std::size_t id_bytes_max = 512;  // the server's

  static tl::unexpected<Refusal> refused(std::string_view pointer, std::string_view message) {
    return tl::unexpected<Refusal>(
        Refusal{false, std::string(pointer), "id of a document", std::string(message)});
  }

  /// Keeps the lines that have to be sent again, and refuses those that are at fault.
  Result<void> judge(Chunk& chunk, json::Value items) const {
    std::vector<Chunk::Record> again;
    std::string body;
    std::size_t at = 0, begin = 0;
    for (const auto item : items.children()) {
      auto& line = chunk.lines[at++];
      const auto text = std::string_view(chunk.body).substr(begin, line.bytes);
      begin += line.bytes;
      const auto outcome = *item.children().begin();
      const auto found = outcome.find("status");
      const auto status = static_cast<int>(found ? found->as_integer().value_or(0) : 0);
      if (status / 100 == 2) continue;
      if (may_pass(status)) {
        body += text;
        again.push_back(std::move(line));
      } else if (!chunk.in_doubt || status != status_of_repeated()) {
        refuse(chunk, line.number, status, outcome);
      }
    }
    chunk.lines = std::move(again);
    chunk.body = std::move(body);
    chunk.in_doubt = false;
    if (chunk.lines.empty()) return {};
    return fail(Code::unavailable,
                fmt::format("Failed to write to Elasticsearch: it is too busy for {} documents",
                            chunk.lines.size()));
  }

  /// What the operation answers where it was done already.
  int status_of_repeated() const {
    return operation_ == Operation::create ? 409 : operation_ == Operation::remove ? 404 : 0;
  }

  static void refuse(Chunk& chunk, std::uint64_t number, int status, json::Value outcome) {
    const auto error = outcome.find("error");
    std::string reason = "not found";
    if (error) {
      reason = text_member(*error, "reason");
      const auto cause = error->find("caused_by");
      if (cause) reason += ": " + text_member(*cause, "reason");
    }
    chunk.refuse(number, {false, "", error ? text_member(*error, "type") : "",
                          fmt::format("HTTP {} {}", status, reason)});
    --chunk.records;
  }

  const std::unique_ptr<Nodes> nodes_;
  const std::string index_;
  const std::string refresh_;
  const std::size_t chunk_size_;
  Operation operation_ = Operation::index;
  std::string path_;
};

class EsListing : public Listing {
 public:
  EsListing(const OpenContext& context, std::unique_ptr<Nodes> nodes)
      : nodes_(std::move(nodes)), interrupt_(context.interrupt) {}

  Result<void> list(const ListRequest& request, const TakeBytes& take) override {
    const std::string path = "/" + percent_encoded(request.target.empty() ? "*" : request.target);
    TRY(const auto answer, tried_again(interrupt_, [&] {
          return nodes_->ask("Failed to read indices", request_of("GET", path));
        }));
    if (request.new_only) log::warning("The `new` argument is ignored");
    for (const auto index : answer->root().children()) {
      std::string line(index.key());
      if (request.details) {
        line = "{" + std::string(index.key_source()) + ": ";
        append_line(line, index.source());
        line.back() = '}';
      }
      TRY(const bool go_on, take(line));
      if (!go_on) break;
    }
    return {};
  }

 private:
  const std::unique_ptr<Nodes> nodes_;
  const Interrupt& interrupt_;
};

template <typename Interface, typename Made>
Result<std::unique_ptr<Interface>> opened(const OpenContext& context) {
  const std::string& refresh = context.values.find("REFRESH_AFTER_WRITE")->second;
  if (!refresh.empty() && refresh != "false" && refresh != "true" && refresh != "wait_for")
    return not_allowed("REFRESH_AFTER_WRITE", refresh, "one of false, true, wait_for");
  TRY(auto nodes, Nodes::open(context.values));
  std::unique_ptr<Interface> made = std::make_unique<Made>(context, std::move(nodes));
  return made;
}

}  // namespace

std::span<const DataSetting> settings() { return table; }

Result<std::unique_ptr<Source>> open_source(const OpenContext& context) {
  return opened<Source, EsSource>(context);
}

Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context) {
  return opened<Sink, EsSink>(context);
}

Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context) {
  return opened<Listing, EsListing>(context);
}

}  // namespace lectern::pipeline::es
