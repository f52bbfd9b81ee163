#include "net/retry_after.h"

#include <algorithm>
#include <string>

#include <curl/curl.h>

namespace lectern::net {

using std::chrono::milliseconds;

std::optional<milliseconds> retry_after(const HttpResponse& answer, Time now, milliseconds most) {
  const auto value = answer.header("Retry-After");
  if (!value || value->empty()) return std::nullopt;
  if (value->find_first_not_of("0123456789") == std::string_view::npos) {
    constexpr std::size_t digits_max = 9;
    if (value->size() > digits_max) return most;
    return std::min<milliseconds>(std::chrono::seconds(std::stol(std::string(*value))), most);
  }
  const auto date = curl_getdate(std::string(*value).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  const Time then{std::chrono::seconds(date)};
  return std::clamp(std::chrono::ceil<milliseconds>(then - now), milliseconds(0), most);
}

}  // namespace lectern::net
