#include "base/time/time_zone.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <limits>

namespace lectern {
namespace {

constexpr std::string_view folder = "/usr/share/zoneinfo/";
constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t file_bytes_max = 256 * 1024;
constexpr std::size_t header_bytes = 44;
constexpr std::int64_t day_s = 86'400;

/// Numbers of a file, in network order; zero behind its end.
class Bytes {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}

  std::int64_t number(std::size_t at, std::size_t bytes) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | byte(at + i);
    if (bytes == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    return static_cast<std::int64_t>(value);
  }
  std::uint8_t byte(std::size_t at) const {
    return at < text_.size() ? static_cast<std::uint8_t>(text_[at]) : 0;
  }

 private:
  std::string_view text_;
};

/// How many entries of each kind a block has.
struct Counts {
  std::size_t utc, standard, leaps, transitions, types, characters;

  static Counts read(const Bytes& bytes, std::size_t header) {
    const auto count = [&](std::size_t index) {
      return static_cast<std::size_t>(bytes.number(header + 20 + 4 * index, 4));
    };
    return {count(0), count(1), count(2), count(3), count(4), count(5)};
  }
  bool sane() const {
    return std::max({utc, standard, leaps, transitions, types, characters}) < file_bytes_max &&
           types > 0;
  }
  std::size_t size(std::size_t time_bytes) const {
    return transitions * (time_bytes + 1) + types * 6 + characters + leaps * (time_bytes + 4) +
           standard + utc;
  }
};

/// What lies beside the zones of places: this machine's own, one without a time, and copies.
bool is_of_no_place(std::string_view name) {
  return name == "localtime" || name == "posixrules" || name == "Factory" ||
         name.starts_with("posix/");
}

bool is_name(std::string_view name) {
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  return !name.empty() && name.size() <= name_bytes_max && name.front() != '/' &&
         name.find_first_not_of(allowed) == name.npos;
}

int year_of(std::int64_t at) {
  const std::chrono::sys_seconds time{std::chrono::seconds(at)};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return static_cast<int>(date.year());
}

}  // namespace

/// Reads the text behind a file's last transition, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
class TimeZone::RuleReader {
 public:
  explicit RuleReader(std::string_view text) : text_(text) {}

  std::optional<Rule> read() {
    Rule rule;
    if (!skip_name() || !time(rule.standard_s)) return std::nullopt;
    rule.standard_s = -rule.standard_s;
    if (text_.empty()) return rule;
    rule.has_summer = true;
    rule.summer_s = rule.standard_s + 3600;
    if (!skip_name()) return std::nullopt;
    if (!text_.empty() && text_.front() != ',') {
      if (!time(rule.summer_s)) return std::nullopt;
      rule.summer_s = -rule.summer_s;
    }
    if (!change(rule.to_summer) || !change(rule.to_standard) || !text_.empty()) return std::nullopt;
    return rule;
  }

 private:
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool skip_name() {
    const bool quoted = take('<');
    const auto end = quoted ? text_.find('>') : text_.find_first_of("+-0123456789,");
    if (quoted && end == text_.npos) return false;
    text_.remove_prefix(std::min(text_.size(), end + (quoted ? 1 : 0)));
    return true;
  }
  bool number(int& out) {
    std::size_t digits = 0;
    for (out = 0;
         digits < text_.size() && digits < 4 && text_[digits] >= '0' && text_[digits] <= '9';
         ++digits)
      out = out * 10 + (text_[digits] - '0');
    text_.remove_prefix(digits);
    return digits > 0;
  }
  bool time(std::int32_t& out) {
    const bool negative = take('-');
    if (!negative) take('+');
    int hours = 0, minutes = 0, seconds = 0;
    if (!number(hours)) return false;
    if (take(':') && !number(minutes)) return false;
    if (take(':') && !number(seconds)) return false;
    out = hours * 3600 + minutes * 60 + seconds;
    if (negative) out = -out;
    return true;
  }
  bool change(YearlyChange& out) {
    if (!take(',') || !take('M') || !number(out.month) || !take('.') || !number(out.week) ||
        !take('.') || !number(out.weekday))
      return false;
    if (out.month < 1 || out.month > 12 || out.week < 1 || out.week > 5 || out.weekday > 6)
      return false;
    return !take('/') || time(out.second);
  }

  std::string_view text_;
};

std::optional<TimeZone> TimeZone::find(std::string_view name) {
  if (name == "UTC") return TimeZone();
  if (!is_name(name) || is_of_no_place(name)) return std::nullopt;
  std::ifstream in(std::string(folder) + std::string(name), std::ios::binary);
  std::string file;
  for (char c = 0; file.size() < file_bytes_max && in.get(c);) file += c;
  return parse(file);
}

std::optional<TimeZone> TimeZone::parse(std::string_view file) {
  if (!file.starts_with("TZif") || file.size() < header_bytes || file[4] < '2') return std::nullopt;
  const Bytes bytes(file);
  // The first block has times of four bytes; the second has all of them, in eight.
  const auto old = Counts::read(bytes, 0);
  if (!old.sane()) return std::nullopt;
  const std::size_t header = header_bytes + old.size(4);
  const auto counts = Counts::read(bytes, header);
  const std::size_t times = header + header_bytes;
  if (!counts.sane() || times + counts.size(8) > file.size()) return std::nullopt;
  // Those below `right/` count leap seconds, which instants here do not: midnight would be late.
  if (counts.leaps > 0) return std::nullopt;

  TimeZone zone;
  const std::size_t indexes = times + 8 * counts.transitions;
  const std::size_t types = indexes + counts.transitions;
  const auto offset_of = [&](std::size_t type) {
    return static_cast<std::int32_t>(bytes.number(types + 6 * type, 4));
  };
  zone.first_offset_s_ = offset_of(0);
  for (std::size_t i = 0; i < counts.transitions; ++i) {
    if (bytes.byte(indexes + i) >= counts.types) return std::nullopt;
    zone.transitions_.push_back(bytes.number(times + 8 * i, 8));
    zone.offsets_s_.push_back(offset_of(bytes.byte(indexes + i)));
  }
  if (!std::is_sorted(zone.transitions_.begin(), zone.transitions_.end())) return std::nullopt;
  std::string_view footer = file.substr(times + counts.size(8));
  if (footer.size() > 2) zone.rule_ = RuleReader(footer.substr(1, footer.size() - 2)).read();
  return zone;
}

TimeZone::Span TimeZone::span_of(std::int64_t at) const {
  const auto after = std::upper_bound(transitions_.begin(), transitions_.end(), at);
  const auto index = static_cast<std::size_t>(after - transitions_.begin());
  const auto begin =
      index == 0 ? std::numeric_limits<std::int64_t>::min() : transitions_[index - 1];
  if (after == transitions_.end() && rule_ && rule_->has_summer) {
    const std::int64_t hour = at - ((at % 900) + 900) % 900;  // rules change on quarters of an hour
    return {hour, hour + 900, rule_offset_s(at)};
  }
  const auto end = after == transitions_.end() ? std::numeric_limits<std::int64_t>::max() : *after;
  if (after == transitions_.end() && rule_) return {begin, end, rule_->standard_s};
  return {begin, end, index == 0 ? first_offset_s_ : offsets_s_[index - 1]};
}

std::int32_t TimeZone::rule_offset_s(std::int64_t at) const {
  using namespace std::chrono;
  const year year_at(year_of(at + rule_->standard_s));
  const auto instant = [&](const YearlyChange& change, std::int32_t offset_before_s) {
    const auto month_at = month(static_cast<unsigned>(change.month));
    const weekday day(static_cast<unsigned>(change.weekday));
    const sys_days date =
        change.week == 5 ? sys_days(year_at / month_at / day[last])
                         : sys_days(year_at / month_at / day[static_cast<unsigned>(change.week)]);
    return date.time_since_epoch().count() * day_s + change.second - offset_before_s;
  };
  const auto to_summer = instant(rule_->to_summer, rule_->standard_s);
  const auto to_standard = instant(rule_->to_standard, rule_->summer_s);
  const bool summer = to_summer < to_standard ? at >= to_summer && at < to_standard
                                              : at >= to_summer || at < to_standard;
  return summer ? rule_->summer_s : rule_->standard_s;
}

}  // namespace lectern
