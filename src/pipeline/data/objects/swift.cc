#include "pipeline/data/objects/swift.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/json/json.h"
#include "base/json/writer.h"
#include "base/text.h"
#include "base/time/time.h"
#include "base/uuid.h"
#include "pipeline/data/objects/swift_login.h"

namespace lectern::pipeline::swift {
namespace {

using Kind = DataSetting::Kind;
using namespace objects;

constexpr std::array table = {
    DataSetting{"AUTH_URL", "https://auth.cloud.ovh.net/", "Keystone, or Swift's own log-in"},
    DataSetting{"USERNAME", "", "who asks"},
    DataSetting{"PASSWORD", "", "of that user", Kind::text, true},
    DataSetting{"IDENTITY_API_VERSION", "3", "3 is Keystone, 1 Swift's own log-in"},
    DataSetting{"TENANT_ID", "", "the project, by id"},
    DataSetting{"TENANT_NAME", "", "or by name"},
    DataSetting{"PROJECT_DOMAIN_NAME", "Default", "the project's domain"},
    DataSetting{"USER_DOMAIN_NAME", "Default", "the user's domain"},
    DataSetting{"REGION_NAME", "", "of the object store; the first one without it"},
    DataSetting{"OBJECT_STORAGE_URL", "", "of the account, where it is not the catalogue's"},
    DataSetting{"DEFAULT_CONTAINER", "", "the container where the target names none"},
    DataSetting{"LOCALE_ENCODING", "utf8", "text is always UTF-8", Kind::text, false, false},
    DataSetting{"READ_CHUNK_SIZE", "4096", "bytes are given on as they come", Kind::number, false,
                false},
    DataSetting{"WRITE_CHUNK_SIZE", "4096",
                "bytes of one segment of a large object, 16 MiB at least", Kind::number},
};

constexpr Words swift_words{
    "swift",
    "The target container is not set",
    "The object query is not set",
    "Failed to list container {}: {}",
    "Failed to read {}: {}",
    "Failed to write to object {}: {}",
    "DEFAULT_CONTAINER",
    true,
};

constexpr std::size_t segment_bytes_min = 16UL * 1024 * 1024;
constexpr std::size_t segment_bytes_max = 1024UL * 1024 * 1024;
constexpr std::size_t segments_max = 1000;  // of a manifest, where its operator did not change it
constexpr std::size_t answer_bytes_max = 64UL * 1024 * 1024;

net::HttpOptions options_for_swift() {
  net::HttpOptions options;
  options.timeout = std::chrono::minutes(5);
  options.response_bytes_max = answer_bytes_max;
  return options;
}

std::string text_of(json::Value entry, std::string_view member) {
  const auto value = entry.find(member);
  if (!value) return "";
  return std::string(value->is(json::Type::string) ? value->string() : value->source());
}

/// An object of a listing as a HEAD of it describes it.
std::string details_of(json::Value entry, const std::string& name) {
  const std::string modified = text_of(entry, "last_modified");
  const auto time = parse_time(modified);
  // A header has whole seconds: the next one, so that it is not in front of the object's own time.
  const std::string date =
      time ? http_date(std::chrono::ceil<std::chrono::seconds>(*time)) : modified;
  json::Writer json(json::Writer::Style::spaced);
  json.object().member("name", name).member("lastModified", date);
  return json.member("size", text_of(entry, "bytes")).end().take();
}

Result<ObjectPage> page_of(std::string body) {
  ObjectPage page;
  if (body.empty()) return page;
  TRY(const auto document, json::parse(std::move(body), {.bounded = false, .lenient = true}));
  if (!document->root().is(json::Type::array))
    return fail(Code::invalid, "the server's listing is no JSON list");
  for (const auto entry : document->root().children()) {
    if (!entry.is(json::Type::object) || !entry.find("name")) continue;
    const std::string name = text_of(entry, "name");
    page.entries.push_back({name, details_of(entry, name)});
  }
  // The server bounds pages as it likes: only an empty one is the last.
  if (!page.entries.empty()) page.next = page.entries.back().name;
  return page;
}

class SwiftStore : public ObjectStore {
 public:
  explicit SwiftStore(const DataValues& values)
      : values_(values),
        segment_bytes_(number_of(values, "WRITE_CHUNK_SIZE")),
        options_(options_for_swift()),
        client_(options_) {}

  const Words& words() const override { return swift_words; }
  const net::HttpOptions& options() const override { return options_; }
  std::string reason(const net::HttpResponse& answer) const override { return told(answer); }

  Result<ObjectPage> list(const std::string& container, const std::string& prefix,
                          const std::string& cursor, std::size_t limit) override {
    std::string query = "?format=json";
    if (!prefix.empty()) query += "&prefix=" + percent_encoded(prefix);
    if (!cursor.empty()) query += "&marker=" + percent_encoded(cursor);
    if (limit > 0) query += fmt::format("&limit={}", limit);
    TRY(auto answer, answer_to("GET", {container, ""}, query, {}));
    return page_of(std::move(answer.body));
  }

  Result<net::HttpRequest> get(const ObjectPlace& place, const net::HttpHeaders& headers) override {
    return request_to("GET", place, "", {}, headers);
  }

  bool may_be_made_anew(const net::HttpResponse& answer) override {
    // A token lasts for some hours; where a fresh one is refused too, it is not for its age.
    const bool fresh = renewed_ && Clock::now() - login_at_ < std::chrono::minutes(1);
    if (answer.status != 401 || fresh) return false;
    login_.reset();
    renewed_ = true;
    return true;
  }

  Result<void> put(const ObjectPlace& place, std::string_view bytes) override {
    RETURN_IF_ERROR(answer_to("PUT", place, "", bytes));
    return {};
  }

  std::size_t part_bytes(std::size_t asked) const override {
    return std::clamp(asked > 0 ? asked : segment_bytes_, segment_bytes_min, segment_bytes_max);
  }

  Result<void> put_part(const ObjectPlace& place, std::size_t number,
                        std::string_view bytes) override {
    if (number > segments_max)
      return fail(Code::invalid, fmt::format("an object has {} segments at most: give a larger "
                                             "--chunk-size",
                                             segments_max));
    if (segments_.empty()) {
      folder_ = fmt::format("{}/{}-{}", place.name, utc_text(now()), Uuid::random().text());
      RETURN_IF_ERROR(answer_to("PUT", {container_of(place), ""}, "", {}));
    }
    TRY(const auto answer, answer_to("PUT", segment(place, number), "", bytes));
    segments_.resize(number);
    segments_[number - 1] = {std::string(answer.header("ETag").value_or("")), bytes.size()};
    return {};
  }

  Result<void> join_parts(const ObjectPlace& place) override {
    json::Writer manifest;
    manifest.array();
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      const ObjectPlace one = segment(place, i + 1);
      manifest.object().member("path", "/" + one.container + "/" + one.name);
      manifest.member("etag", segments_[i].etag).member("size_bytes", segments_[i].bytes).end();
    }
    RETURN_IF_ERROR(answer_to("PUT", place, "?multipart-manifest=put", manifest.end().take()));
    return {};
  }

  Result<void> drop_parts(const ObjectPlace& place) override {
    while (!segments_.empty()) {
      const auto answer = answer_to("DELETE", segment(place, segments_.size()), "", {});
      if (!answer && answer.error().code != Code::not_found) return fail(answer.error());
      segments_.pop_back();
    }
    return {};
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Segment {
    std::string etag;
    std::size_t bytes = 0;
  };

  /// Where the segments lie: beside the container, as Swift's own client has it.
  static std::string container_of(const ObjectPlace& place) {
    return place.container + "_segments";
  }
  ObjectPlace segment(const ObjectPlace& place, std::size_t number) const {
    return {container_of(place), fmt::format("{}/{:08}", folder_, number)};
  }

  /// A request to an object, or to the container.
  Result<net::HttpRequest> request_to(std::string method, const ObjectPlace& place,
                                      std::string_view query, std::string_view body,
                                      net::HttpHeaders headers) {
    if (place.container.find('/') != std::string::npos)
      return fail(Code::invalid, fmt::format("Invalid container name \"{}\"", place.container));
    if (!login_) {
      TRY(login_, swift_login(values_, client_));
      login_at_ = Clock::now();
    }
    net::HttpRequest request;
    request.method = std::move(method);
    request.url = login_->storage_url + "/" + percent_encoded(place.container);
    if (!place.name.empty()) request.url += "/" + percent_encoded_path(place.name);
    request.url += query;
    request.headers = std::move(headers);
    request.headers.emplace_back("X-Auth-Token", login_->token);
    request.body = body;
    return request;
  }

  /// The answer of 2xx. Errors: not_found for 404, invalid for the others that will not pass.
  Result<net::HttpResponse> answer_to(std::string_view method, const ObjectPlace& place,
                                      std::string_view query, std::string_view body) {
    for (;;) {
      TRY(const auto request, request_to(std::string(method), place, query, body, {}));
      TRY(auto answer, client_.send(request));
      if (answer.status >= 200 && answer.status < 300) {
        renewed_ = false;
        return answer;
      }
      if (may_be_made_anew(answer)) continue;
      const Code code = may_pass(answer.status) ? Code::unavailable
                        : answer.status == 404  ? Code::not_found
                                                : Code::invalid;
      return fail(code, told(answer));
    }
  }

  const DataValues values_;
  const std::size_t segment_bytes_;
  const net::HttpOptions options_;
  net::HttpClient client_;
  std::optional<SwiftLogin> login_;
  Clock::time_point login_at_;
  bool renewed_ = false;  // the log-in, and nothing was answered with it yet

  // Of the large object that is being written:
  std::string folder_;
  std::vector<Segment> segments_;
};

}  // namespace

std::span<const DataSetting> settings() { return table; }

Result<std::unique_ptr<ObjectStore>> open_store(const OpenContext& context) {
  const auto value = [&context](std::string_view key) -> const std::string& {
    return context.values.find(key)->second;
  };
  for (const auto* const key : {"AUTH_URL", "OBJECT_STORAGE_URL"}) {
    const std::string& url = value(key);
    const bool absent = url.empty() && std::string_view(key) != "AUTH_URL";
    if (!absent && !url.starts_with("http://") && !url.starts_with("https://"))
      return fail(Code::invalid, fmt::format("SWIFT {}={}: allowed is an http or https URL", key,
                                             net::without_credentials(url)));
  }
  const std::string& version = value("IDENTITY_API_VERSION");
  if (version != "3" && version != "3.0" && version != "1" && version != "1.0")
    return fail(Code::invalid,
                fmt::format("SWIFT IDENTITY_API_VERSION={}: allowed is 3 or 1", version));
  if (value("USERNAME").empty() || value("PASSWORD").empty())
    return fail(Code::invalid, "SWIFT needs USERNAME and PASSWORD");
  std::unique_ptr<ObjectStore> store = std::make_unique<SwiftStore>(context.values);
  return store;
}

}  // namespace lectern::pipeline::swift
