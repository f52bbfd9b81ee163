#include "net/http_client.h"

#include <algorithm>
#include <cstdlib>

#include <curl/curl.h>

#include "base/assert.h"
#include "base/concurrency/mutex.h"
#include "base/text.h"
#include "net/answer_budget.h"
#include "net/download.h"
#include "net/outstanding.h"
#include "net/upload.h"

namespace lectern::net {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

struct EasyDelete {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyDelete>;

struct MultiDelete {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
using Multi = std::unique_ptr<CURLM, MultiDelete>;

/// A handle for one transfer at a time, and what keeps its connection and can be woken meanwhile.
struct Line {
  Multi multi;
  Easy easy;  // goes first
};

struct ListDelete {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDelete>;

Line new_line() { return {Multi(curl_multi_init()), Easy(curl_easy_init())}; }

void append(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  LECTERN_ASSERT(longer != nullptr);  // out of memory
  static_cast<void>(list.release());
  list.reset(longer);
}

/// Bytes of an answer's headers, each line with its end.
constexpr std::size_t response_header_bytes_max = 128UL * 1024;

/// What the callbacks of one transfer fill.
struct Transfer {
  explicit Transfer(CURL* handle) : curl(handle) {
    response.share = std::make_shared<AnswerShare>(all_answers());
  }

  CURL* const curl;
  HttpResponse response;
  std::size_t body_bytes_max = 0;
  std::size_t head_bytes = 0;
  bool too_large = false;
  bool no_room = false;     // among all answers
  bool whole_head = false;  // its empty line has come

  // Of a download:
  BodyTaker* taker = nullptr;
  std::optional<Error> failure{};  // the taker's
  bool enough = false;             // for the taker
};

/// Gives a piece to the taker; false: broken off.
bool take_piece(Transfer& transfer, std::string_view bytes) {
  auto go_on = transfer.taker->take(transfer.response, bytes);
  if (!go_on) transfer.failure = std::move(go_on).error();
  transfer.enough = go_on && !*go_on;
  return go_on && *go_on;
}

int ask_to_stop(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.enough = transfer.enough || transfer.taker->is_stopped();
  return transfer.enough ? 1 : 0;
}

/// Makes room for `more` bytes: for the whole body where its length is announced and believable.
bool make_room(Transfer& transfer, std::size_t more) {
  std::string& body = transfer.response.body;
  const std::size_t needed = body.size() + more;
  if (!body.empty() && needed <= body.capacity()) return true;
  curl_off_t announced = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  const std::size_t whole = announced > 0 ? static_cast<std::size_t>(announced) : 0;
  transfer.too_large = std::max(needed, whole) > transfer.body_bytes_max;
  if (transfer.too_large) return false;
  const std::size_t room =
      std::max({needed, whole, std::min(2 * body.size(), transfer.body_bytes_max)});
  transfer.no_room = !transfer.response.share->grow_to(room);
  if (transfer.no_room) return false;
  body.reserve(room);
  return true;
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  // 0 breaks the transfer off.
  if (transfer.taker != nullptr) {
    long status = 0;
    curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<int>(status);
    if (status == 200 || status == 206) return take_piece(transfer, {data, size}) ? size : 0;
  }
  transfer.too_large = transfer.response.body.size() + size > transfer.body_bytes_max;
  if (transfer.too_large || !make_room(transfer, size)) return 0;
  transfer.response.body.append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view line(data, size);
  transfer.head_bytes += size;
  transfer.too_large = transfer.head_bytes > response_header_bytes_max;
  if (transfer.too_large) return 0;
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  // A status line begins a new answer: the one before was a 100 Continue.
  if (line.substr(0, 5) == "HTTP/") {
    transfer.response.headers.clear();
    transfer.whole_head = false;
    return size;
  }
  if (line.empty()) transfer.whole_head = true;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  transfer.response.headers.emplace_back(line.substr(0, colon), value);
  return size;
}

/// The body of a request that is made while it is sent.
struct Made {
  BodySource* source = nullptr;
  std::optional<Error> failure{};

  static std::size_t read(char* to, std::size_t, std::size_t room, void* user) {
    auto& self = *static_cast<Made*>(user);
    auto size = self.source->read(to, room);
    if (size) return *size;
    self.failure = std::move(size).error();
    return CURL_READFUNC_ABORT;
  }
};

/// The body of a request that is sent once. libcurl can send again only what it can rewind.
struct Once {
  std::string_view rest;

  static std::size_t read(char* to, std::size_t, std::size_t room, void* user) {
    auto& rest = static_cast<Once*>(user)->rest;
    const auto size = rest.copy(to, room);
    rest.remove_prefix(size);
    return size;
  }
  static int refuse_to_rewind(void*, curl_off_t, int) { return CURL_SEEKFUNC_FAIL; }
};

bool sends_body(const HttpRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

void set_source(CURL* handle, Made& made) {
  curl_easy_setopt(handle, CURLOPT_POST, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, &Made::read);
  curl_easy_setopt(handle, CURLOPT_READDATA, &made);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(made.source->bytes()));
}

void set_method(CURL* handle, const HttpRequest& request, Once& once, Made& made) {
  if (made.source != nullptr) {
    set_source(handle, made);
  } else if (request.once && !request.body.empty()) {
    once.rest = request.body;
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, &Once::read);
    curl_easy_setopt(handle, CURLOPT_READDATA, &once);
    curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, &Once::refuse_to_rewind);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  } else if (sends_body(request)) {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    // libcurl takes a null pointer as "ask the read callback", an empty body needs some address.
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  } else if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

List header_list(const HttpRequest& request) {
  List list;
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    has_type = has_type || equal_without_case(name, "Content-Type");
    // "Name;" is how libcurl is asked to send a header without a value.
    append(list, value.empty() ? name + ";" : name + ": " + value);
  }
  // Waiting for 100 Continue costs a round trip, or a second where the other side ignores it.
  append(list, "Expect:");
  if (!has_type) append(list, "Content-Type:");
  return list;
}

void set_common(CURL* handle, const HttpOptions& options) {
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);  // what was signed is what is sent
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "lectern");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  // As OpenSSL's own programs take it; the library of curl does not by itself.
  const char* named = std::getenv("SSL_CERT_FILE");
  const std::string ca_file = options.ca_file.empty() && named != nullptr ? named : options.ca_file;
  if (!ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file.c_str());
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, options.verify_tls ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, options.verify_tls ? 2L : 0L);
  if (!options.username.empty()) {
    curl_easy_setopt(handle, CURLOPT_USERNAME, options.username.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, options.password.c_str());
  }
  if (options.compressed) curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
}

struct UrlDelete {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// `HOST:PORT` of a URL; all of it where there is none.
std::string server_of(const std::string& url) {
  const std::unique_ptr<CURLU, UrlDelete> parts(curl_url());
  if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return without_credentials(url);
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    if (curl_url_get(parts.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
      return std::string();
    std::string copy(text);
    curl_free(text);
    return copy;
  };
  return part(CURLUPART_HOST) + ":" + part(CURLUPART_PORT);
}

Error error_with(Code code, std::string message, const HttpRequest& request,
                 const std::string& why) {
  return {code,
          std::move(message),
          {},
          {},
          request.method + " " + without_credentials(request.url) + ": " + why};
}

Error no_answer(const HttpRequest& request, const std::string& why) {
  return error_with(Code::unavailable, server_of(request.url) + " does not answer", request, why);
}

Error error_of(CURLcode code, const Transfer& transfer, const HttpRequest& request,
               const char* reason) {
  const std::string why = code == CURLE_ABORTED_BY_CALLBACK ? "given up"
                          : *reason != '\0'                 ? reason
                                                            : curl_easy_strerror(code);
  if (transfer.too_large)
    return error_with(Code::too_large, "The answer of " + server_of(request.url) + " is too large",
                      request, why);
  if (transfer.no_room)
    return error_with(Code::unavailable, "Answers of other servers take too much memory", request,
                      why);
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
    return error_with(Code::invalid, "The URL cannot be used", request, why);
  if (code == CURLE_PEER_FAILED_VERIFICATION)
    return error_with(Code::unavailable,
                      "The certificate of " + server_of(request.url) + " is not trusted", request,
                      why + " (SSL_CERT_FILE names the certificates to trust)");
  return no_answer(request, why);
}

/// Until it is done or given up; what libcurl says of it.
CURLcode perform(const Line& line, Outstanding& calls, bool patient) {
  CURLM* const multi = line.multi.get();
  Outstanding::Call call(calls, patient, [multi] { curl_multi_wakeup(multi); });
  if (curl_multi_add_handle(multi, line.easy.get()) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
  constexpr int poll_ms = 1000;
  for (int running = 1; running > 0 && !call.is_given_up();) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) break;
    if (running > 0 && curl_multi_poll(multi, nullptr, 0, poll_ms, nullptr) != CURLM_OK) break;
  }
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left))
    if (message->msg == CURLMSG_DONE) code = message->data.result;
  curl_multi_remove_handle(multi, line.easy.get());
  if (code == CURLE_OK) call.answered();
  return code;
}

milliseconds timeout_of(const HttpRequest& request, const HttpOptions& options) {
  return request.timeout.count() > 0 ? request.timeout : options.timeout;
}

/// How long it may take: to the deadline, or, of a download, while anything comes.
void set_patience(CURL* handle, Transfer& transfer, milliseconds left, milliseconds asked) {
  if (transfer.taker == nullptr) {
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    return;
  }
  const long silence_max_s =
      static_cast<long>(std::max<milliseconds::rep>(asked.count() / 1000, 60));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, silence_max_s);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &ask_to_stop);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
}

/// One request and its answer over this line; `taker` is null but for a download.
Result<HttpResponse> exchange(const Line& line, const HttpRequest& request,
                              const HttpOptions& options, Deadline last, Made& made,
                              BodyTaker* taker = nullptr) {
  const auto left = std::chrono::duration_cast<milliseconds>(last - Clock::now());
  if (left.count() <= 0) return fail(no_answer(request, "no time left"));
  CURL* curl = line.easy.get();
  Transfer transfer(curl);
  transfer.taker = taker;
  transfer.body_bytes_max = std::min(
      request.response_bytes_max > 0 ? request.response_bytes_max : options.response_bytes_max,
      all_answers().bytes_max());
  const List headers = header_list(request);
  char reason[CURL_ERROR_SIZE] = "";
  set_common(curl, options);
  Once once;
  set_method(curl, request, once, made);
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  set_patience(curl, transfer, left, request.timeout);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);

  const bool patient = taker != nullptr || timeout_of(request, options) > options.timeout;
  const CURLcode code = perform(line, calls_to(request.url), patient);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_reset(curl);  // keeps TLS sessions; its connection is the other handle's
  if (transfer.failure) return fail(std::move(*transfer.failure));
  if (transfer.enough) return std::move(transfer.response);
  // libcurl takes a connection that ends among the headers for the end of an answer without a body.
  if (code == CURLE_OK && !transfer.whole_head)
    return fail(error_of(CURLE_PARTIAL_FILE, transfer, request, "broken off among the headers"));
  if (code != CURLE_OK) return fail(error_of(code, transfer, request, reason));
  transfer.response.status = static_cast<int>(status);
  return std::move(transfer.response);
}

void initialise_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

/// The idle lines, each with its own kept-alive connection; the last one used goes out first.
class HttpClient::Pool {
 public:
  explicit Pool(HttpOptions options) : options_(std::move(options)) {}

  const HttpOptions& options() const { return options_; }

  /// A line, or nothing when none was free before the deadline.
  std::optional<Line> take(Deadline deadline) {
    const MutexLock lock(mutex_);
    const auto is_free = [this]() REQUIRES(mutex_) { return in_use_ < options_.connections_max; };
    if (!freed_.wait_until(mutex_, deadline, is_free)) return std::nullopt;
    ++in_use_;
    if (idle_.empty()) return new_line();
    Line line = std::move(idle_.back());
    idle_.pop_back();
    return line;
  }

  void give_back(Line line) {
    {
      const MutexLock lock(mutex_);
      --in_use_;
      idle_.push_back(std::move(line));
    }
    freed_.notify_one();
  }

 private:
  const HttpOptions options_;
  Mutex mutex_;
  Condition freed_;
  std::vector<Line> idle_ GUARDED_BY(mutex_);
  std::size_t in_use_ GUARDED_BY(mutex_) = 0;
};

std::optional<std::string_view> HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (equal_without_case(key, name)) return value;
  return std::nullopt;
}

HttpClient::HttpClient(HttpOptions options) {
  initialise_once();
  pool_ = std::make_unique<Pool>(std::move(options));
}

HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request, Deadline deadline) {
  const HttpOptions& options = pool_->options();
  const Deadline last = std::min(deadline, Clock::now() + timeout_of(request, options));
  auto line = pool_->take(last);
  if (!line) return fail(no_answer(request, "no time left"));
  Made nothing;
  auto answer = exchange(*line, request, options, last, nothing);
  pool_->give_back(std::move(*line));
  return answer;
}

Result<HttpResponse> upload(const HttpRequest& request, BodySource& source,
                            const HttpOptions& options) {
  initialise_once();
  const Line line = new_line();
  Made made{&source};
  auto answer = exchange(line, request, options, Clock::now() + timeout_of(request, options), made);
  if (made.failure) return fail(std::move(*made.failure));
  return answer;
}

Result<HttpResponse> download(const HttpRequest& request, BodyTaker& taker,
                              const HttpOptions& options) {
  initialise_once();
  const Line line = new_line();
  Made nothing;
  return exchange(line, request, options, Clock::now() + timeout_of(request, options), nothing,
                  &taker);
}

std::string without_credentials(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const std::size_t host = scheme + 3;
  const std::size_t at = url.substr(host, url.find('/', host) - host).rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, host)) + std::string(url.substr(host + at + 1));
}

}  // namespace lectern::net
