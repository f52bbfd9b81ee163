#include "pipeline/data/objects/s3.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/json/writer.h"
#include "base/text.h"
#include "base/time/time.h"
#include "pipeline/data/objects/s3_credentials.h"
#include "pipeline/data/objects/s3_signature.h"
#include "pipeline/data/objects/xml.h"

namespace lectern::pipeline::s3 {
namespace {

using Kind = DataSetting::Kind;
using namespace objects;

constexpr std::array table = {
    DataSetting{"ACCESS_KEY_ID", "",
                "who asks; without it that of the environment, AWS_ACCESS_KEY_ID, or of ~/.aws"},
    DataSetting{"SECRET_ACCESS_KEY", "", "likewise, AWS_SECRET_ACCESS_KEY", Kind::text, true},
    DataSetting{"SESSION_TOKEN", "", "of temporary credentials; AWS_SESSION_TOKEN", Kind::text,
                true},
    DataSetting{"ENDPOINT_URL", "",
                "a server that speaks like S3, http or https; AWS_ENDPOINT_URL; that of AWS "
                "without them"},
    DataSetting{"DEFAULT_REGION", "", "where the bucket is; AWS_DEFAULT_REGION; us-east-1"},
    DataSetting{"DEFAULT_BUCKET_NAME", "", "the bucket where the target names none"},
    DataSetting{"LOCALE_ENCODING", "utf8", "text is always UTF-8", Kind::text, false, false},
    DataSetting{"READ_CHUNK_SIZE", "4096", "bytes are given on as they come", Kind::number, false,
                false},
    DataSetting{"WRITE_CHUNK_SIZE", "4096", "bytes of one part of a large object, 8 MiB at least",
                Kind::number},
};

constexpr Words s3_words{
    "s3",
    "The target bucket is not set",
    "The object ID query is not set",
    "Failed to list the bucket {}: {}",
    "Failed to download {}: {}",
    "Failed to upload {}: {}",
    "DEFAULT_BUCKET_NAME",
};

constexpr std::size_t part_bytes_min = 8UL * 1024 * 1024;
constexpr std::size_t part_bytes_max = 1024UL * 1024 * 1024;
constexpr std::size_t parts_max = 10'000;
constexpr std::size_t answer_bytes_max = 16UL * 1024 * 1024;

/// What is wrong, by the answer's XML: its message, else its code.
struct Refusal {
  std::string code, message;
};

Refusal refusal_of(const net::HttpResponse& answer) {
  Refusal refusal;
  static_cast<void>(
      for_each_element(answer.body, [&refusal](std::string_view path, const std::string& text) {
        if (path == "/Error/Code") refusal.code = text;
        if (path == "/Error/Message") refusal.message = text;
      }));
  return refusal;
}

std::string reason_of(const net::HttpResponse& answer) {
  const Refusal refusal = refusal_of(answer);
  if (!refusal.message.empty()) return refusal.message;
  return refusal.code.empty() ? told(answer) : refusal.code;
}

/// As Python's isoformat() has it: `2026-11-24T09:13:00+00:00`.
std::string iso_time(const std::string& text) {
  const auto time = parse_time(text);
  if (!time) return text;
  std::string out = stored_text(*time);
  if (const std::size_t zeros = out.find(".000000"); zeros != out.npos) out.erase(zeros, 7);
  return out;
}

/// An object of a listing, while it is read.
struct Listed {
  std::string key, last_modified, etag, size, storage_class, checksum_type;
  std::vector<std::string> checksums;

  void take(std::string_view member, const std::string& text) {
    if (member == "Key") key = percent_decoded(text);
    if (member == "LastModified") last_modified = text;
    if (member == "ETag") etag = text;
    if (member == "ChecksumAlgorithm") checksums.push_back(text);
    if (member == "ChecksumType") checksum_type = text;
    if (member == "Size") size = text;
    if (member == "StorageClass") storage_class = text;
  }

  std::string json() const {
    json::Writer out(json::Writer::Style::spaced);
    out.object().member("Key", key).member("LastModified", iso_time(last_modified));
    out.member("ETag", etag);
    if (!checksums.empty()) {
      out.key("ChecksumAlgorithm").array();
      for (const auto& one : checksums) out.value(one);
      out.end();
    }
    if (!checksum_type.empty()) out.member("ChecksumType", checksum_type);
    const bool number = !size.empty() && size.find_first_not_of("0123456789") == size.npos;
    out.key("Size");
    number ? out.raw(size) : out.value(size);
    if (!storage_class.empty()) out.member("StorageClass", storage_class);
    return out.end().take();
  }
};

Result<ObjectPage> page_of(const std::string& xml) {
  constexpr std::string_view contents = "/ListBucketResult/Contents";
  ObjectPage page;
  Listed one;
  RETURN_IF_ERROR(for_each_element(xml, [&](std::string_view path, const std::string& text) {
    if (path == contents) {
      page.entries.push_back({one.key, one.json()});
      one = {};
    } else if (path.starts_with(contents)) {
      one.take(path.substr(contents.size() + 1), text);
    } else if (path == "/ListBucketResult/NextContinuationToken") {
      page.next = text;
    }
  }));
  return page;
}

net::HttpOptions options_for_s3() {
  net::HttpOptions options;
  options.timeout = std::chrono::minutes(5);
  options.response_bytes_max = answer_bytes_max;
  return options;
}

class S3Store : public ObjectStore {
 public:
  S3Store(S3Account account, std::size_t part_bytes)
      : credentials_(std::move(account.credentials)),
        endpoint_(std::move(account.endpoint_url)),
        region_(account.region.empty() ? "us-east-1" : std::move(account.region)),
        part_bytes_(part_bytes),
        options_(options_for_s3()),
        client_(options_) {}

  const Words& words() const override { return s3_words; }
  const net::HttpOptions& options() const override { return options_; }
  std::string reason(const net::HttpResponse& answer) const override { return reason_of(answer); }

  Result<ObjectPage> list(const std::string& container, const std::string& prefix,
                          const std::string& cursor, std::size_t limit) override {
    TRY(auto request, to("GET", {container, ""}));
    request.parameters = {{"list-type", "2"}, {"encoding-type", "url"}};
    if (!prefix.empty()) request.parameters.emplace_back("prefix", prefix);
    if (!cursor.empty()) request.parameters.emplace_back("continuation-token", cursor);
    if (limit > 0) request.parameters.emplace_back("max-keys", fmt::format("{}", limit));
    TRY(const auto answer, answer_to(container, request));
    return page_of(answer.body);
  }

  Result<net::HttpRequest> get(const ObjectPlace& place, const net::HttpHeaders& headers) override {
    TRY(auto request, to("GET", place));
    request.headers = headers;
    return signed_request(request, credentials_, region_, now());
  }

  bool may_be_made_anew(const net::HttpResponse& answer) override {
    const auto region = answer.header("x-amz-bucket-region");
    if (!region || *region == region_) return false;
    region_ = *region;
    return true;
  }

  Result<void> put(const ObjectPlace& place, std::string_view bytes) override {
    TRY(auto request, to("PUT", place));
    request.body = bytes;
    RETURN_IF_ERROR(answer_to(place.container, request));
    return {};
  }

  std::size_t part_bytes(std::size_t asked) const override {
    return std::clamp(asked > 0 ? asked : part_bytes_, part_bytes_min, part_bytes_max);
  }

  Result<void> put_part(const ObjectPlace& place, std::size_t number,
                        std::string_view bytes) override {
    if (number > parts_max)
      return fail(
          Code::invalid,
          fmt::format("an object has {} parts at most: give a larger --chunk-size", parts_max));
    if (upload_.empty()) RETURN_IF_ERROR(begin_upload(place));
    TRY(auto request, to("PUT", place));
    request.parameters = {{"partNumber", fmt::format("{}", number)}, {"uploadId", upload_}};
    request.body = bytes;
    TRY(const auto answer, answer_to(place.container, request));
    etags_.resize(number);
    etags_[number - 1] = answer.header("ETag").value_or("");
    return {};
  }

  Result<void> join_parts(const ObjectPlace& place) override {
    std::string body = "<CompleteMultipartUpload>";
    for (std::size_t i = 0; i < etags_.size(); ++i)
      body +=
          fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1, etags_[i]);
    body += "</CompleteMultipartUpload>";
    TRY(auto request, to("POST", place));
    request.parameters = {{"uploadId", upload_}};
    request.body = body;
    const auto answer = answer_to(place.container, request);
    const bool again = std::exchange(asked_to_join_, true);
    if (answer) {
      // What fails while the parts are joined comes with status 200.
      const Refusal refusal = refusal_of(*answer);
      if (refusal.code.empty()) return {};
      return fail(refusal.code == "InternalError" ? Code::unavailable : Code::invalid,
                  reason_of(*answer));
    }
    // It may have been done by a request whose answer was lost.
    if (again && answer.error().code == Code::not_found) {
      TRY(const auto page, list(place.container, place.name, "", 1));
      if (!page.entries.empty() && page.entries.front().name == place.name) return {};
    }
    return fail(answer.error());
  }

  Result<void> drop_parts(const ObjectPlace& place) override {
    if (upload_.empty()) return {};
    TRY(auto request, to("DELETE", place));
    request.parameters = {{"uploadId", upload_}};
    const auto answer = answer_to(place.container, request);
    if (!answer && answer.error().code != Code::not_found) return fail(answer.error());
    return {};
  }

 private:
  /// A request to an object, or to the bucket: by the path where the endpoint is given, by the name
  /// of the host where it is AWS's.
  Result<S3Request> to(std::string method, const ObjectPlace& place) const {
    const std::string& bucket = place.container;
    const auto in_name = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '-' || c == '_';
    };
    if (bucket.empty() || !std::all_of(bucket.begin(), bucket.end(), in_name))
      return fail(Code::invalid, fmt::format("Invalid bucket name \"{}\"", bucket));
    const bool in_host = endpoint_.empty() && bucket.find_first_of("._") == bucket.npos;
    const std::string aws = fmt::format("s3.{}.amazonaws.com", region_);
    S3Request request;
    request.method = std::move(method);
    request.scheme_and_host = !endpoint_.empty() ? endpoint_
                              : in_host          ? "https://" + bucket + "." + aws
                                                 : "https://" + aws;
    request.path = in_host ? "/" + place.name : "/" + bucket + "/" + place.name;
    if (!in_host && place.name.empty()) request.path.pop_back();
    return request;
  }

  /// The answer of 2xx. Errors: not_found for 404, invalid for the others that will not pass.
  Result<net::HttpResponse> answer_to(const std::string& bucket, S3Request request) {
    TRY(auto answer, client_.send(signed_request(request, credentials_, region_, now())));
    if (answer.status >= 300 && may_be_made_anew(answer)) {
      TRY(const auto anew, to("", {bucket, ""}));
      request.scheme_and_host = anew.scheme_and_host;
      TRY(answer, client_.send(signed_request(request, credentials_, region_, now())));
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    const Code code = may_pass(answer.status) ? Code::unavailable
                      : answer.status == 404  ? Code::not_found
                                              : Code::invalid;
    return fail(code, reason_of(answer));
  }

  Result<void> begin_upload(const ObjectPlace& place) {
    TRY(auto request, to("POST", place));
    request.parameters = {{"uploads", ""}};
    TRY(const auto answer, answer_to(place.container, request));
    RETURN_IF_ERROR(
        for_each_element(answer.body, [this](std::string_view path, const std::string& text) {
          if (path == "/InitiateMultipartUploadResult/UploadId") upload_ = text;
        }));
    return upload_.empty() ? Result<void>(fail(Code::invalid, "the server named no upload"))
                           : Result<void>();
  }

  const S3Credentials credentials_;
  const std::string endpoint_;  // "" is AWS's
  std::string region_;
  const std::size_t part_bytes_;
  const net::HttpOptions options_;
  net::HttpClient client_;

  // Of the large object that is being written:
  std::string upload_;
  std::vector<std::string> etags_;  // of its parts
  bool asked_to_join_ = false;
};

/// `https://host:1` and nothing behind it.
bool is_origin(std::string_view url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return false;
  url.remove_prefix(url.find("://") + 3);
  return !url.empty() && url.find_first_of("/?#@") == url.npos;
}

}  // namespace

std::span<const DataSetting> settings() { return table; }

Result<std::unique_ptr<ObjectStore>> open_store(const OpenContext& context) {
  S3Account account = s3_account(context.values);
  if (account.credentials.access_key_id.empty() || account.credentials.secret_access_key.empty())
    return fail(Code::invalid, "S3 needs ACCESS_KEY_ID and SECRET_ACCESS_KEY");
  std::string& endpoint = account.endpoint_url;
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (!endpoint.empty() && !is_origin(endpoint))
    return fail(Code::invalid,
                fmt::format("S3 ENDPOINT_URL={}: allowed is an http or https URL without a path",
                            net::without_credentials(endpoint)));
  std::unique_ptr<ObjectStore> store =
      std::make_unique<S3Store>(std::move(account), number_of(context.values, "WRITE_CHUNK_SIZE"));
  return store;
}

}  // namespace lectern::pipeline::s3
