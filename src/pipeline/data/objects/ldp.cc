#include "pipeline/data/objects/ldp.h"

#include <array>
#include <cstdlib>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json/json.h"
#include "base/json/writer.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time/time.h"
#include "net/http_client.h"
#include "pipeline/data/history.h"
#include "pipeline/data/json_lines.h"
#include "pipeline/data/objects/fetch.h"
#include "pipeline/data/retry.h"

namespace lectern::pipeline::ldp {
namespace {

using Kind = DataSetting::Kind;

constexpr std::array table = {
    DataSetting{"APPLICATION_KEY", "", "of OVH's API; OVH_APPLICATION_KEY of the environment"},
    DataSetting{"APPLICATION_SECRET", "", "likewise, OVH_APPLICATION_SECRET", Kind::text, true},
    DataSetting{"CONSUMER_KEY", "", "likewise, OVH_CONSUMER_KEY", Kind::text, true},
    DataSetting{"SERVICE_NAME", "", "the account of the Logs Data Platform, ldp-xx-12345"},
    DataSetting{"DEFAULT_STREAM_ID", "", "the stream where the target names none"},
    DataSetting{"ENDPOINT", "ovh-eu",
                "ovh-eu, ovh-us, ovh-ca, kimsufi-eu, kimsufi-ca, soyoustart-eu or soyoustart-ca, "
                "or the http or https URL of such an API"},
    DataSetting{"REQUEST_TIMEOUT", "", "seconds of one request, 60 without it"},
    DataSetting{"LOCALE_ENCODING", "utf8", "text is always UTF-8", Kind::text, false, false},
    DataSetting{"READ_CHUNK_SIZE", "4096", "bytes are given on as they come", Kind::number, false,
                false},
    DataSetting{"WRITE_CHUNK_SIZE", "500", "nothing is written", Kind::number, false, false},
};

constexpr std::size_t answer_bytes_max = 64UL * 1024 * 1024;

struct Endpoint {
  std::string_view name, url;
};
constexpr std::array endpoints = {
    Endpoint{"ovh-eu", "https://eu.api.ovh.com/1.0"},
    Endpoint{"ovh-us", "https://api.us.ovhcloud.com/1.0"},
    Endpoint{"ovh-ca", "https://ca.api.ovh.com/1.0"},
    Endpoint{"kimsufi-eu", "https://eu.api.kimsufi.com/1.0"},
    Endpoint{"kimsufi-ca", "https://ca.api.kimsufi.com/1.0"},
    Endpoint{"soyoustart-eu", "https://eu.api.soyoustart.com/1.0"},
    Endpoint{"soyoustart-ca", "https://ca.api.soyoustart.com/1.0"},
};

Result<std::string> endpoint_url(const std::string& name) {
  std::string known;
  for (const auto& one : endpoints) {
    if (one.name == name) return std::string(one.url);
    known += std::string(one.name) + ", ";
  }
  std::string url = name;
  while (url.ends_with('/')) url.pop_back();
  if (url.starts_with("http://") || url.starts_with("https://")) return url;
  return fail(Code::invalid,
              fmt::format("LDP ENDPOINT={}: allowed is {}or an http or https URL", name, known));
}

/// A setting, or what stands in the environment for OVH's own tools.
std::string given(const DataValues& values, std::string_view key, const char* variable) {
  const std::string& value = values.find(key)->second;
  if (!value.empty()) return value;
  const char* const other = std::getenv(variable);
  return other == nullptr ? "" : other;
}

net::HttpOptions options_of(const DataValues& values) {
  net::HttpOptions options;
  const std::size_t timeout_s = number_of(values, "REQUEST_TIMEOUT");
  options.timeout = std::chrono::seconds(timeout_s > 0 ? timeout_s : 60);
  options.response_bytes_max = answer_bytes_max;
  return options;
}

/// Why the API refuses: its message, or what it answered.
std::string reason_of(const net::HttpResponse& answer) {
  const auto document = json::parse_view(answer.body, {.bounded = true, .lenient = true});
  const auto root = document ? std::optional((*document)->root()) : std::nullopt;
  const auto message = root && root->is(json::Type::object) ? root->find("message") : std::nullopt;
  return message && message->is(json::Type::string)
             ? fmt::format("HTTP {} {}", answer.status, message->string())
             : told(answer);
}

/// OVH's API. One thread.
class Api {
 public:
  Api(const DataValues& values, std::string url)
      : url_(std::move(url)),
        application_key_(given(values, "APPLICATION_KEY", "OVH_APPLICATION_KEY")),
        application_secret_(given(values, "APPLICATION_SECRET", "OVH_APPLICATION_SECRET")),
        consumer_key_(given(values, "CONSUMER_KEY", "OVH_CONSUMER_KEY")),
        service_(values.find("SERVICE_NAME")->second),
        stream_(values.find("DEFAULT_STREAM_ID")->second),
        options_(options_of(values)),
        client_(options_) {}

  const net::HttpOptions& options() const { return options_; }

  /// The stream that a target means. Errors: invalid where none is named.
  Result<std::string> stream_of(const std::string& target) const {
    const std::string& stream = target.empty() ? stream_ : target;
    if (service_.empty() || stream.empty())
      return fail(Code::invalid,
                  "LDP needs both a SERVICE_NAME and a stream: DEFAULT_STREAM_ID, "
                  "or the target");
    return stream;
  }
  /// The path of the archives of a stream.
  std::string archives_of(const std::string& stream) const {
    return "/dbaas/logs/" + percent_encoded(service_) + "/output/graylog/stream/" +
           percent_encoded(stream) + "/archive";
  }

  /// What the API answers, JSON. Errors: unavailable, invalid.
  Result<std::unique_ptr<json::Document>> ask(const std::string& method, const std::string& path) {
    TRY(const auto delta_s, clock_delta_s());
    const std::string url = url_ + path;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch());
    const std::string time = fmt::format("{}", seconds.count() + delta_s);
    const std::string signature = to_hex(sha1(fmt::format("{}+{}+{}+{}+{}+{}", application_secret_,
                                                          consumer_key_, method, url, "", time)));
    net::HttpRequest request;
    request.method = method;
    request.url = url;
    request.headers = {{"X-Ovh-Application", application_key_},
                       {"X-Ovh-Consumer", consumer_key_},
                       {"X-Ovh-Timestamp", time},
                       {"X-Ovh-Signature", "$1$" + signature}};
    return answer_to(request);
  }

 private:
  Result<std::unique_ptr<json::Document>> answer_to(const net::HttpRequest& request) {
    TRY(auto answer, client_.send(request));
    if (may_pass(answer.status)) return fail(Code::unavailable, reason_of(answer));
    if (answer.status >= 300) return fail(Code::invalid, reason_of(answer));
    return json::parse(std::move(answer.body), {.bounded = false, .lenient = true});
  }

  /// How far the API's clock is before ours: signatures of another time are refused.
  Result<std::int64_t> clock_delta_s() {
    if (delta_s_) return *delta_s_;
    net::HttpRequest request;
    request.url = url_ + "/auth/time";
    request.headers = {{"X-Ovh-Application", application_key_}};
    TRY(const auto document, answer_to(request));
    const auto text = std::string(document->root().source());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch());
    if (text.empty() || text.find_first_not_of("0123456789") != text.npos || text.size() > 12)
      return fail(Code::invalid, "the API's time is no number: " + text.substr(0, 100));
    delta_s_ = std::stoll(text) - seconds.count();
    return *delta_s_;
  }

  const std::string url_, application_key_, application_secret_, consumer_key_, service_, stream_;
  const net::HttpOptions options_;
  net::HttpClient client_;
  std::optional<std::int64_t> delta_s_;
};

tl::unexpected<Error> failed(std::string what, Error error) {
  if (!error.detail.empty()) error.message += fmt::format(" ({})", error.detail);
  error.detail.clear();
  error.message = std::move(what) + ": " + error.message;
  return fail(std::move(error));
}

/// How an archive is asked for: the API lends a URL for it, a new one each time.
class GetArchive : public Get {
 public:
  GetArchive(Api& api, std::string path) : api_(api), path_(std::move(path)) {}

  Result<net::HttpRequest> request(const net::HttpHeaders& headers) override {
    net::HttpRequest request;
    request.url = std::exchange(moved_to_, "");
    request.headers = headers;
    if (!request.url.empty()) return request;
    TRY(const auto document, api_.ask("POST", path_ + "/url"));
    const auto root = document->root();
    const auto url = root.is(json::Type::object) ? root.find("url") : std::nullopt;
    if (!url || !url->is(json::Type::string))
      return fail(Code::invalid, "the API gave no URL of the archive");
    request.url = url->string();
    return request;
  }
  bool may_be_made_anew(const net::HttpResponse& answer) override {
    const auto location = answer.header("Location");
    const bool moved = answer.status == 301 || answer.status == 302 || answer.status == 303 ||
                       answer.status == 307 || answer.status == 308;
    if (!moved || !location || location->find("://") == location->npos) return false;
    moved_to_ = *location;
    return ++moves_ <= moves_max;
  }

 private:
  static constexpr int moves_max = 20;

  Api& api_;
  const std::string path_;
  std::string moved_to_;  // where the next request goes, and no other
  int moves_ = 0;
};

class LdpSource : public Source {
 public:
  LdpSource(const OpenContext& context, std::string url)
      : api_(context.values, std::move(url)),
        history_(context.history),
        interrupt_(context.interrupt) {}

  Result<void> read(const ReadRequest& request, const TakeBytes& take) override {
    if (request.query.empty())
      return fail(Code::invalid, "Invalid query. The query should be a valid archive name");
    TRY(const auto stream, api_.stream_of(request.target));
    const std::string path = api_.archives_of(stream) + "/" + percent_encoded(request.query);
    const std::string what = fmt::format("Failed to read archive {}", request.query);
    GetArchive get(api_, path);
    auto fetched = fetch(get, api_.options(), interrupt_, take);
    if (!fetched) return failed(what, std::move(fetched).error());
    if (fetched->refused)
      return fail(Code::invalid, fmt::format("{}: {}", what, told(fetched->answer)));
    if (!fetched->whole) return {};
    return note(stream, request.query, path);
  }

 private:
  Result<void> note(const std::string& stream, const std::string& archive,
                    const std::string& path) {
    auto details = tried_again(interrupt_, [&] { return api_.ask("GET", path); });
    if (!details)
      return failed(fmt::format("Failed to get '{}' archive details", archive),
                    std::move(details).error());
    const auto member = [&details](std::string_view name) -> std::string {
      const auto root = (*details)->root();
      const auto value = root.is(json::Type::object) ? root.find(name) : std::nullopt;
      return value ? std::string(value->source()) : "null";
    };
    json::Writer entry(json::Writer::Style::spaced);
    entry.object().member("backend", "ldp").member("command", "read");
    entry.member("id", stream + "/" + archive).raw_member("filename", member("filename"));
    entry.raw_member("size", member("size")).member("timestamp", history_time()).end();
    return history_.append(entry.take());
  }

  Api api_;
  History& history_;
  const Interrupt& interrupt_;
};

class LdpListing : public Listing {
 public:
  LdpListing(const OpenContext& context, std::string url)
      : api_(context.values, std::move(url)),
        history_(context.history),
        interrupt_(context.interrupt) {}

  Result<void> list(const ListRequest& request, const TakeBytes& take) override {
    TRY(const auto stream, api_.stream_of(request.target));
    const std::string path = api_.archives_of(stream);
    auto archives = tried_again(interrupt_, [&] { return api_.ask("GET", path); });
    if (!archives) return failed("Failed to get archives list", std::move(archives).error());
    std::set<std::string> known;
    if (request.new_only) {
      TRY(known, history_.ids("ldp", "read"));
    }
    if (!(*archives)->root().is(json::Type::array))
      return fail(Code::invalid, "Failed to get archives list: it is no JSON list");
    for (const auto archive : (*archives)->root().children()) {
      if (!archive.is(json::Type::string)) continue;
      const std::string id(archive.string());
      // Entries of Ralph's earlier versions have the archive alone.
      if (known.contains(stream + "/" + id) || known.contains(id)) continue;
      TRY(const bool go_on, request.details ? give_details(path, id, take) : take(id));
      if (!go_on || interrupt_.stopped()) break;
    }
    return {};
  }

 private:
  Result<bool> give_details(const std::string& path, const std::string& id, const TakeBytes& take) {
    auto details =
        tried_again(interrupt_, [&] { return api_.ask("GET", path + "/" + percent_encoded(id)); });
    if (!details)
      return failed(fmt::format("Failed to get '{}' archive details", id),
                    std::move(details).error());
    std::string line;
    append_line(line, (*details)->root().source());
    line.pop_back();
    return take(line);
  }

  Api api_;
  const History& history_;
  const Interrupt& interrupt_;
};

template <typename Interface, typename Made>
Result<std::unique_ptr<Interface>> opened(const OpenContext& context) {
  TRY(auto url, endpoint_url(context.values.find("ENDPOINT")->second));
  const std::string& timeout = context.values.find("REQUEST_TIMEOUT")->second;
  if (timeout.find_first_not_of("0123456789") != timeout.npos || timeout.size() > 6)
    return fail(
        Code::invalid,
        fmt::format("LDP REQUEST_TIMEOUT={}: allowed is a whole number of seconds", timeout));
  std::unique_ptr<Interface> made = std::make_unique<Made>(context, std::move(url));
  return made;
}

}  // namespace

std::span<const DataSetting> settings() { return table; }

Result<std::unique_ptr<Source>> open_source(const OpenContext& context) {
  return opened<Source, LdpSource>(context);
}

Result<std::unique_ptr<Listing>> open_listing(const OpenContext& context) {
  return opened<Listing, LdpListing>(context);
}

}  // namespace lectern::pipeline::ldp
