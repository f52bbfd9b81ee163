#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "store/testing/model/history.h"

namespace lectern::store::history {
namespace {

using Kind = DocumentOperation::Kind;

constexpr std::size_t states_max = 2'000'000;

/// Looks for an order: tries each operation that may come next, and remembers which sets of
/// operations, with which value, led nowhere.
class Order {
 public:
  explicit Order(std::vector<DocumentOperation> operations) : all_(std::move(operations)) {
    std::sort(all_.begin(), all_.end(),
              [](const auto& a, const auto& b) { return a.span.begun < b.span.begun; });
    placed_.assign(all_.size(), '0');
  }

  std::string fault() {
    if (exists("")) return "";
    if (tried_.size() >= states_max) return "";  // too many ran at once to tell
    std::string told =
        fmt::format("no order of what was done to {} explains all answers:", all_.front().key);
    for (const auto& one : all_)
      told += fmt::format("\n    {:.3f} to {:.3f} s: {}",
                          static_cast<double>(one.span.begun.count()) / 1e6,
                          static_cast<double>(one.span.ended.count()) / 1e6, text_of(one));
    return told;
  }

 private:
  static std::string name(const std::string& value) { return value.empty() ? "nothing" : value; }

  static std::string text_of(const DocumentOperation& one) {
    if (one.kind == Kind::get) return "got " + name(one.value);
    std::string text = one.kind == Kind::put ? "put " + one.value : "erased it";
    if (one.expected) text += " in the place of " + name(*one.expected);
    if (!one.done) return text + ": unknown";
    return text + (*one.done ? ": done" : ": refused");
  }

  static bool is_unknown(const DocumentOperation& one) {
    return one.kind != Kind::get && !one.done;
  }

  /// The value behind the operation, or nothing when its answer would have been another one.
  static std::optional<std::string> after(const DocumentOperation& one, const std::string& value) {
    if (one.kind == Kind::get) return one.value == value ? std::optional(value) : std::nullopt;
    const bool holds = !one.expected || *one.expected == value;
    const auto written = one.kind == Kind::put ? one.value : std::string();
    if (!one.done) return holds ? written : value;
    if (holds != *one.done) return std::nullopt;
    return holds ? written : value;
  }

  /// Whether what is left can follow on this value.
  bool exists(const std::string& value) {
    auto ends_first = Moment::max();
    bool all_known = true;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (placed_[i] != '0' || is_unknown(all_[i])) continue;
      all_known = false;
      ends_first = std::min(ends_first, all_[i].span.ended);
    }
    if (all_known) return true;
    if (tried_.size() >= states_max || !tried_.insert(placed_ + value).second) return false;
    for (std::size_t i = 0; i < all_.size() && all_[i].span.begun <= ends_first; ++i) {
      if (placed_[i] != '0') continue;
      const auto next = after(all_[i], value);
      if (!next || (is_unknown(all_[i]) && *next == value)) continue;
      placed_[i] = '1';
      const bool found = exists(*next);
      placed_[i] = '0';
      if (found) return true;
    }
    return false;
  }

  std::vector<DocumentOperation> all_;
  std::string placed_;
  std::unordered_set<std::string> tried_;
};

}  // namespace

std::string fault_of_document(std::vector<DocumentOperation> operations) {
  if (operations.empty()) return "";
  return Order(std::move(operations)).fault();
}

}  // namespace lectern::store::history
