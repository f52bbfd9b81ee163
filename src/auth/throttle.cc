#include "auth/throttle.h"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>

#include "base/bounded_log.h"
#include "base/digest.h"
#include "base/uuid.h"

namespace lectern::auth {
namespace {

/// Without brackets, port and zone.
std::string bare(std::string_view address) {
  if (address.starts_with('[')) {
    address.remove_prefix(1);
    address = address.substr(0, address.find(']'));
  } else if (std::count(address.begin(), address.end(), ':') == 1) {
    address = address.substr(0, address.find(':'));
  }
  return std::string(address.substr(0, address.find('%')));
}

}  // namespace

std::string network_of(std::string_view address) {
  std::string text = bare(address);
  in6_addr bytes{};
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return text;
  if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
    char dotted[INET_ADDRSTRLEN];
    return inet_ntop(AF_INET, &bytes.s6_addr[12], dotted, sizeof dotted);
  }
  std::memset(&bytes.s6_addr[8], 0, 8);
  char network[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, &bytes, network, sizeof network);
}

std::string loggable(std::string_view address) {
  constexpr std::string_view alphabet = "0123456789abcdefABCDEF.:[]";
  const bool plain = !address.empty() && address.size() <= INET6_ADDRSTRLEN + 8 &&
                     address.find_first_not_of(alphabet) == address.npos;
  return plain ? std::string(address) : log::printable(address);
}

Throttle::Throttle(ThrottleOptions options)
    : options_(options),
      key_(Uuid::random().text() + Uuid::random().text()),
      addresses_(options.entries_max),
      names_(options.entries_max) {}

std::string Throttle::key_of(std::string_view text) const {
  return hmac_sha256(key_, text).substr(0, 15);  // fits into a std::string without the heap
}

Throttle::Clock::time_point Throttle::may_try(const Failures& failures,
                                              Clock::duration delay_max) const {
  if (options_.failures_max == 0 || failures.count < options_.failures_max)
    return Clock::time_point::min();
  const unsigned doublings = std::min(failures.count - options_.failures_max, 30U);
  const Clock::duration delay = options_.delay_min * (std::int64_t{1} << doublings);
  return failures.last + std::min(delay, delay_max);
}

Throttle::Verdict Throttle::look(std::string_view address, std::string_view name,
                                 Clock::time_point now) {
  const auto by_address = addresses_.find(key_of(network_of(address)), now);
  const auto by_name = names_.find(key_of(name), now);
  if (!by_address) return {by_name ? Standing::mixed : Standing::clean, {}};
  const Clock::duration shared = std::min(options_.delay_min, options_.delay_max);
  auto at = may_try(*by_address, by_name ? options_.delay_max : shared);
  if (by_name) at = std::max(at, may_try(*by_name, options_.delay_max));
  return {by_name ? Standing::failed : Standing::mixed, at > now ? at - now : Clock::duration{}};
}

void Throttle::count(Table& table, const std::string& key, Clock::time_point now) {
  auto failures = table.find(key, now).value_or(Failures{});
  ++failures.count;
  failures.last = now;
  table.put(key, failures, now + options_.forget_after);
}

void Throttle::failed(std::string_view address, std::string_view name, Clock::time_point now) {
  const MutexLock lock(counting_);  // between find and put nobody else counts
  count(addresses_, key_of(network_of(address)), now);
  count(names_, key_of(name), now);
}

}  // namespace lectern::auth
