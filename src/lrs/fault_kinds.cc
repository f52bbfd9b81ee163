#include "lrs/fault_kinds.h"

#include <utility>

namespace lectern::lrs {
namespace {

/// As much of a text as is kept, in whole characters of UTF-8.
std::string begin_of(std::string_view text) {
  std::size_t end = text.size();
  if (end > FaultKinds::text_bytes_max) {
    end = FaultKinds::text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  }
  return std::string(text.substr(0, end));
}

}  // namespace

std::string_view pointer_within(std::string_view statement_pointer, const Error& fault) {
  std::string_view pointer = fault.path;
  if (pointer.starts_with(statement_pointer)) pointer.remove_prefix(statement_pointer.size());
  return pointer;
}

bool FaultKinds::add(const auth::Principal& principal, std::string_view statement_pointer,
                     const Error& fault) {
  const MutexLock lock(mutex_);
  const std::array key{fault.rule, principal.username, principal.target};
  auto at = kinds_.find(key);
  const bool is_first = at == kinds_.end();
  if (is_first) {
    if (kinds_.size() >= kinds_max) return false;
    Kind kind{fault.rule, principal.username, principal.target, begin_of(fault.message),
              begin_of(pointer_within(statement_pointer, fault))};
    at = kinds_.emplace(key, std::move(kind)).first;
  }
  ++at->second.count;
  at->second.last = now();
  return is_first;
}

std::vector<FaultKinds::Kind> FaultKinds::list(std::string_view target,
                                               const std::optional<std::string>& username) const {
  const MutexLock lock(mutex_);
  std::vector<Kind> all;
  for (const auto& [key, kind] : kinds_)
    if (kind.target == target && (!username || kind.username == *username)) all.push_back(kind);
  return all;
}

}  // namespace lectern::lrs
