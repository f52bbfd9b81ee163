#include "pipeline/data/objects/object_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/concurrency/mutex.h"
#include "base/json/writer.h"
#include "base/log.h"
#include "pipeline/data/files.h"
#include "pipeline/data/retry.h"

namespace lectern::pipeline::objects {
namespace {

/// Parts up to this size have their memory from the beginning.
constexpr std::size_t part_bytes_at_once = 64UL * 1024 * 1024;

tl::unexpected<Error> failed(std::string_view pattern, const std::string& what, Error error) {
  if (!error.detail.empty()) error.message += fmt::format(" ({})", error.detail);
  error.detail.clear();
  error.message = fmt::format(fmt::runtime(pattern), what, error.message);
  return fail(std::move(error));
}

Result<std::string> container_of(const std::string& target, const std::string& by_default,
                                 const Words& words) {
  const std::string& container = target.empty() ? by_default : target;
  if (container.empty()) return fail(Code::invalid, std::string(words.no_container));
  return container;
}

std::string default_container(const OpenContext& context, const ObjectStore& store) {
  return context.values.find(store.words().container_key)->second;
}

/// An entry of the history; `operation` only of a write.
std::string history_entry(const Words& words, std::string_view action, std::string_view operation,
                          const std::string& id, std::uint64_t size) {
  json::Writer json(json::Writer::Style::spaced);
  json.object().member("backend", words.backend).member("action", action);
  if (!operation.empty()) json.member("operation_type", operation);
  json.member("id", id).key("size");
  words.size_is_text ? json.value(fmt::format("{}", size)) : json.value(size);
  return json.member("timestamp", history_time()).end().take();
}

/// The id in the history: `container/name`.
std::string id_of(std::string_view container, std::string_view name) {
  while (container.ends_with('/')) container.remove_suffix(1);
  return fmt::format("{}/{}", container, name);
}

class GetObject : public Get {
 public:
  GetObject(ObjectStore& store, ObjectPlace place) : store_(store), place_(std::move(place)) {}

  Result<net::HttpRequest> request(const net::HttpHeaders& headers) override {
    return store_.get(place_, headers);
  }
  bool may_be_made_anew(const net::HttpResponse& answer) override {
    return store_.may_be_made_anew(answer);
  }

 private:
  ObjectStore& store_;
  const ObjectPlace place_;
};

class ObjectSource : public Source {
 public:
  ObjectSource(std::unique_ptr<ObjectStore> store, const OpenContext& context)
      : store_(std::move(store)),
        container_(default_container(context, *store_)),
        history_(context.history),
        interrupt_(context.interrupt) {}

  Result<void> read(const ReadRequest& request, const TakeBytes& take) override {
    const Words& words = store_->words();
    TRY(const auto container, container_of(request.target, container_, words));
    if (request.query.empty()) return fail(Code::invalid, std::string(words.no_name));
    GetObject get(*store_, {container, request.query});
    auto fetched = fetch(get, store_->options(), interrupt_, take);
    if (!fetched) return failed(words.read_failed, request.query, std::move(fetched).error());
    if (fetched->refused)
      return failed(words.read_failed, request.query,
                    {Code::invalid, store_->reason(fetched->answer), {}, {}, {}});
    if (!fetched->whole) return {};
    return history_.append(
        history_entry(words, "read", "", id_of(container, request.query), fetched->bytes));
  }

 private:
  const std::unique_ptr<ObjectStore> store_;
  const std::string container_;
  History& history_;
  const Interrupt& interrupt_;
};

/// Holds one part. An object appears once it is whole.
class ObjectSink : public Sink {
 public:
  ObjectSink(std::unique_ptr<ObjectStore> store, const OpenContext& context)
      : store_(std::move(store)),
        container_(default_container(context, *store_)),
        history_(context.history),
        interrupt_(context.interrupt) {}

  Operation default_operation() const override { return Operation::create; }
  bool allows(Operation operation) const override {
    return operation == Operation::create || operation == Operation::index;
  }
  std::size_t chunk_size_default() const override { return 0; }
  bool is_all_or_nothing() const override { return true; }

  Result<void> begin(const WriteRequest& request) override {
    operation_ = request.operation;
    part_bytes_ = store_->part_bytes(request.chunk_size);
    if (place_.name.empty()) RETURN_IF_ERROR(choose_place(request.target));
    const Words& words = store_->words();
    auto found = store_->list(place_.container, place_.name, "", 1);
    if (!found) return failed(words.list_failed, place_.container, std::move(found).error());
    if (!found->entries.empty() && found->entries.front().name == place_.name)
      return fail(Code::conflict,
                  fmt::format("{} already exists and overwrite is not allowed for operation {}",
                              place_.name, name_of(operation_)));
    return {};
  }

  void prepare(Chunk& chunk) const override {
    chunk.body = std::move(chunk.bytes);
    chunk.records = static_cast<std::uint64_t>(
        std::count(chunk.body.begin(), chunk.body.end(), '\n') + !chunk.body.ends_with('\n'));
  }

  Result<void> send(Chunk& chunk) override {
    const MutexLock lock(mutex_);
    while (chunk.sent < chunk.body.size()) {
      if (part_.size() == part_bytes_) RETURN_IF_ERROR(send_part());
      const std::size_t size = std::min(part_bytes_ - part_.size(), chunk.body.size() - chunk.sent);
      // Grown step by step, it would take twice as much where it is copied.
      if (part_.size() + size > part_.capacity() && part_bytes_ <= part_bytes_at_once)
        part_.reserve(part_bytes_);
      part_.append(chunk.body, chunk.sent, size);
      chunk.sent += size;
    }
    return {};
  }

  Result<void> end(bool whole) override {
    if (!whole) return drop();
    RETURN_IF_ERROR(tried_again(interrupt_, [&] { return finish(); }));
    return history_.append(history_entry(store_->words(), "write", name_of(operation_),
                                         id_of(place_.container, place_.name), bytes_));
  }

 private:
  Result<void> choose_place(const std::string& target) {
    const std::size_t slash = target.find('/');
    const bool by_default = slash == target.npos;
    const std::string name = !by_default      ? target.substr(slash + 1)
                             : target.empty() ? fresh_file_name()
                                              : target;
    if (name.empty()) return fail(Code::invalid, std::string(store_->words().no_name));
    TRY(place_.container,
        container_of(by_default ? "" : target.substr(0, slash), container_, store_->words()));
    place_.name = name;
    if (target.empty())
      log::info("Target not specified; using a random name: {}/{}", place_.container, place_.name);
    else if (by_default)
      log::info("Container not specified; using the default one: {}", place_.container);
    return {};
  }

  tl::unexpected<Error> not_written(Error error) const {
    return failed(store_->words().write_failed, place_.name, std::move(error));
  }

  Result<void> send_part() {
    auto put = store_->put_part(place_, parts_ + 1, part_);
    if (!put) return not_written(std::move(put).error());
    ++parts_;
    bytes_ += part_.size();
    part_.clear();
    return {};
  }

  Result<void> finish() {
    if (parts_ == 0) {
      auto put = store_->put(place_, part_);
      if (!put) return not_written(std::move(put).error());
      bytes_ = part_.size();
      return {};
    }
    if (!part_.empty()) RETURN_IF_ERROR(send_part());
    auto joined = store_->join_parts(place_);
    return joined ? Result<void>() : Result<void>(not_written(std::move(joined).error()));
  }

  Result<void> drop() {
    if (parts_ == 0) return {};
    const auto dropped = tried_again(interrupt_, [&] { return store_->drop_parts(place_); });
    if (!dropped)
      log::error("What was written until then could not be removed: {}", dropped.error().message);
    return {};
  }

  const std::unique_ptr<ObjectStore> store_;
  const std::string container_;
  History& history_;
  const Interrupt& interrupt_;
  Operation operation_ = Operation::create;
  ObjectPlace place_;
  std::size_t part_bytes_ = 0;
  Mutex mutex_;       // chunks may be sent at once; what follows is then under it
  std::string part_;  // not yet sent
  std::size_t parts_ = 0;
  std::uint64_t bytes_ = 0;
};

class ObjectListing : public Listing {
 public:
  ObjectListing(std::unique_ptr<ObjectStore> store, const OpenContext& context)
      : store_(std::move(store)),
        container_(default_container(context, *store_)),
        history_(context.history),
        interrupt_(context.interrupt) {}

  Result<void> list(const ListRequest& request, const TakeBytes& take) override {
    const Words& words = store_->words();
    TRY(const auto container, container_of(request.target, container_, words));
    std::set<std::string> known;
    if (request.new_only) {
      TRY(known, history_.ids(words.backend, "read"));
    }
    std::string cursor;
    do {
      auto page = tried_again(interrupt_, [&] { return store_->list(container, "", cursor, 0); });
      if (!page) return failed(words.list_failed, container, std::move(page).error());
      for (const auto& entry : page->entries) {
        if (known.contains(id_of(container, entry.name))) continue;
        TRY(const bool go_on, take(request.details ? entry.details : entry.name));
        if (!go_on) return {};
      }
      cursor = page->next;
    } while (!cursor.empty() && !interrupt_.stopped());
    return {};
  }

 private:
  const std::unique_ptr<ObjectStore> store_;
  const std::string container_;
  const History& history_;
  const Interrupt& interrupt_;
};

}  // namespace

std::unique_ptr<Source> source_of(std::unique_ptr<ObjectStore> store, const OpenContext& context) {
  return std::make_unique<ObjectSource>(std::move(store), context);
}

std::unique_ptr<Sink> sink_of(std::unique_ptr<ObjectStore> store, const OpenContext& context) {
  return std::make_unique<ObjectSink>(std::move(store), context);
}

std::unique_ptr<Listing> listing_of(std::unique_ptr<ObjectStore> store,
                                    const OpenContext& context) {
  return std::make_unique<ObjectListing>(std::move(store), context);
}

}  // namespace lectern::pipeline::objects
