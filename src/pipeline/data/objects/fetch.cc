#include "pipeline/data/objects/fetch.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "net/download.h"
#include "pipeline/data/retry.h"

namespace lectern::pipeline {
namespace {

/// Where the bytes of a Content-Range, `bytes 5-9/10`, begin.
std::optional<std::uint64_t> range_begin(std::string_view text) {
  constexpr std::string_view unit = "bytes ";
  std::uint64_t begin = 0;
  if (!text.starts_with(unit)) return std::nullopt;
  text.remove_prefix(unit.size());
  const auto read = std::from_chars(text.data(), text.data() + text.size(), begin);
  return read.ec == std::errc{} ? std::optional(begin) : std::nullopt;
}

class Fetch : public net::BodyTaker {
 public:
  Fetch(const Interrupt& interrupt, const TakeBytes& take) : interrupt_(interrupt), take_(take) {}

  /// The headers of the next request.
  net::HttpHeaders headers() const {
    net::HttpHeaders headers;
    if (bytes_ == 0) return headers;
    headers.emplace_back("Range", fmt::format("bytes={}-", bytes_));
    if (is_strong()) headers.emplace_back("If-Match", etag_);
    return headers;
  }

  /// A new answer is to come.
  void begin() {
    seen_head_ = false;
    skip_ = 0;
  }

  Result<bool> take(const net::HttpResponse& head, std::string_view bytes) override {
    if (!seen_head_) RETURN_IF_ERROR(look_at(head));
    const std::size_t known = std::min<std::uint64_t>(skip_, bytes.size());
    skip_ -= known;
    bytes.remove_prefix(known);
    if (bytes.empty()) return true;
    TRY(const bool go_on, take_(bytes));
    bytes_ += bytes.size();
    wanted_ = go_on;
    return go_on && !interrupt_.stopped();
  }
  bool is_stopped() const override { return interrupt_.stopped(); }

  std::uint64_t bytes() const { return bytes_; }
  /// Whether all is wanted.
  bool goes_on() const { return wanted_ && !interrupt_.stopped(); }
  Error changed() const { return {Code::conflict, "it changed while it was read", {}, {}, {}}; }

 private:
  bool is_strong() const { return !etag_.empty() && !etag_.starts_with("W/"); }

  Result<void> look_at(const net::HttpResponse& head) {
    seen_head_ = true;
    const std::string etag(head.header("ETag").value_or(""));
    if (bytes_ == 0) {
      etag_ = etag;
      return {};
    }
    if (etag != etag_) return fail(changed());
    // A server may take no notice of the range.
    if (head.status == 200)
      skip_ = bytes_;
    else if (range_begin(head.header("Content-Range").value_or("")) != bytes_)
      return fail(Code::unavailable, "the server sent another part than was asked for");
    return {};
  }

  const Interrupt& interrupt_;
  const TakeBytes& take_;
  std::string etag_;         // of the first answer
  std::uint64_t bytes_ = 0;  // given on
  std::uint64_t skip_ = 0;   // of this answer, which were given on before
  bool seen_head_ = false;   // of this answer
  bool wanted_ = true;
};

}  // namespace

bool may_pass(int status) { return status == 408 || status == 429 || status >= 500; }

std::string told(const net::HttpResponse& response) {
  constexpr std::size_t shown_bytes_max = 300;
  return fmt::format("HTTP {} {}", response.status,
                     std::string_view(response.body).substr(0, shown_bytes_max));
}

Result<Fetched> fetch(Get& get, const net::HttpOptions& options, const Interrupt& interrupt,
                      const TakeBytes& take) {
  Fetch got(interrupt, take);
  for (int attempt = 1;; ++attempt) {
    const std::uint64_t had = got.bytes();
    got.begin();
    auto request = get.request(got.headers());
    auto answer = request ? net::download(*request, got, options)
                          : Result<net::HttpResponse>(fail(std::move(request).error()));
    const bool answered = answer && !may_pass(answer->status);
    if (answered && (!got.goes_on() || answer->status == 200 || answer->status == 206))
      return Fetched{got.goes_on(), got.bytes()};
    if (answered && got.bytes() > 0 && (answer->status == 412 || answer->status == 416))
      return fail(got.changed());
    if (answered && get.may_be_made_anew(*answer)) continue;
    if (answered) return Fetched{false, got.bytes(), true, std::move(*answer)};
    const Error error =
        answer ? Error{Code::unavailable, told(*answer), {}, {}, {}} : std::move(answer).error();
    if (error.code != Code::unavailable) return fail(error);
    if (got.bytes() > had) attempt = 1;
    if (!wait_to_try_again(attempt, error, interrupt)) return fail(error);
  }
}

}  // namespace lectern::pipeline
