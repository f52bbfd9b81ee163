#include "pipeline/data/embedded.h"

#include <algorithm>
#include <array>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "pipeline/data/json_lines.h"
#include "pipeline/data/statements.h"

namespace lectern::pipeline::embedded {
namespace {

using Kind = DataSetting::Kind;

constexpr std::array table = {
    DataSetting{"READ_CHUNK_SIZE", "500", "statements of one page, 1000 at most", Kind::number},
    DataSetting{"WRITE_CHUNK_SIZE", "500", "statements of one batch, 1000 at most", Kind::number},
};

/// As many refusals as one answer describes.
constexpr std::size_t chunk_size_max = 1000;

std::size_t bounded(std::size_t chunk_size) {
  return std::clamp<std::size_t>(chunk_size, 1, chunk_size_max);
}

class EmbeddedSource : public Source {
 public:
  explicit EmbeddedSource(const OpenContext& context)
      : ask_(context.ask_store),
        chunk_size_(number_of(context.values, "READ_CHUNK_SIZE")),
        interrupt_(context.interrupt) {}

  Result<void> read(const ReadRequest& request, const TakeBytes& take) override {
    const auto chunk_size = bounded(request.chunk_size > 0 ? request.chunk_size : chunk_size_);
    TRY(std::string query, statement_parameters(request.query, chunk_size));
    if (query.find("ascending=") == query.npos) query += "&ascending=true";
    while (!query.empty() && !interrupt_.stopped()) {
      json::Writer asked;
      asked.object().member("do", "list").member("target", request.target).member("query", query);
      TRY(auto answer, ask_(asked.end().take()));
      TRY(const auto document, json::parse(std::move(answer), {.bounded = false, .lenient = true}));
      std::string lines;
      if (const auto statements = document->root().find("statements"))
        for (const auto statement : statements->children()) append_line(lines, statement.source());
      TRY(const bool go_on, take(lines));
      if (!go_on) break;
      const auto next = document->root().find("next");
      query = next ? std::string(next->string()) : "";
    }
    return {};
  }

 private:
  const AskStore ask_;
  const std::size_t chunk_size_;
  const Interrupt& interrupt_;
};

class EmbeddedSink : public Sink {
 public:
  explicit EmbeddedSink(const OpenContext& context)
      : ask_(context.ask_store), chunk_size_(number_of(context.values, "WRITE_CHUNK_SIZE")) {}

  Operation default_operation() const override { return Operation::create; }
  bool allows(Operation operation) const override {
    return operation == Operation::create || operation == Operation::index;
  }
  std::size_t chunk_size_default() const override { return bounded(chunk_size_); }
  std::size_t chunk_size_max() const override { return embedded::chunk_size_max; }

  Result<void> begin(const WriteRequest& request) override {
    target_ = request.target;
    return {};
  }

  void prepare(Chunk& chunk) const override { take_statements(chunk); }

  Result<void> send(Chunk& chunk) override {
    json::Writer asked;
    asked.object().member("do", "record").member("target", target_);
    TRY(auto answer, ask_(asked.raw_member("statements", json_array(chunk.lines)).end().take()));
    TRY(const auto document, json::parse(std::move(answer), {.bounded = false, .lenient = true}));
    const auto refused = document->root().find("refused");
    if (!refused) return {};
    for (const auto one : refused->children()) {
      const auto text = [&](std::string_view member) {
        const auto value = one.find(member);
        return value ? std::string(value->string()) : "";
      };
      const auto index = one.find("index");
      const auto at = static_cast<std::size_t>(index ? index->as_integer().value_or(0) : 0);
      if (at >= chunk.lines.size()) continue;
      chunk.refuse(chunk.lines[at].number, {false, text("pointer"), text("rule"), text("message")});
      --chunk.records;
    }
    return {};
  }

  Result<void> end(bool /*whole*/) override { return {}; }

 private:
  const AskStore ask_;
  const std::size_t chunk_size_;
  std::string target_;
};

}  // namespace

std::span<const DataSetting> settings() { return table; }

Result<std::unique_ptr<Source>> open_source(const OpenContext& context) {
  return std::unique_ptr<Source>(std::make_unique<EmbeddedSource>(context));
}

Result<std::unique_ptr<Sink>> open_sink(const OpenContext& context) {
  return std::unique_ptr<Sink>(std::make_unique<EmbeddedSink>(context));
}

}  // namespace lectern::pipeline::embedded
