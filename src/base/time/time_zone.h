#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lectern {

/// How far local time was from UTC, and will be, at a place: the time zone database's file of that
/// name (RFC 8536). Copies share nothing; one thread at a time.
class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;
  /// The zone with a name such as `Europe/Berlin`; `UTC` is always there. Nothing where the system
  /// (/usr/share/zoneinfo, package tzdata) does not know it, its file counts leap seconds, or it is
  /// no place's: `localtime`, `posixrules`, `Factory` and what is below `posix/`.
  static std::optional<TimeZone> find(std::string_view name);
  /// Reads such a file's bytes.
  static std::optional<TimeZone> parse(std::string_view file);

  /// Instants from `begin` to before `end` (seconds since 1970), and how far local time is ahead of
  /// UTC in all of them.
  struct Span {
    std::int64_t begin = 0, end = 0;
    std::int32_t offset_s = 0;
  };
  /// A span around an instant; there may be others beside it of the same offset.
  Span span(std::int64_t at) const {
    if (at < last_.begin || at >= last_.end) last_ = span_of(at);
    return last_;
  }
  /// Seconds that local time is ahead of UTC at this instant (seconds since 1970).
  std::int32_t offset_s(std::int64_t at) const { return span(at).offset_s; }

 private:
  /// When, in each year from the last transition on, local time changes (POSIX TZ, Mm.w.d/time).
  struct YearlyChange {
    int month = 1, week = 1, weekday = 0;
    std::int32_t second = 7200;
  };
  struct Rule {
    std::int32_t standard_s = 0, summer_s = 0;
    bool has_summer = false;
    YearlyChange to_summer, to_standard;
  };
  class RuleReader;

  std::int32_t rule_offset_s(std::int64_t at) const;
  Span span_of(std::int64_t at) const;

  std::vector<std::int64_t> transitions_;
  std::vector<std::int32_t> offsets_s_;  // from each transition on
  std::int32_t first_offset_s_ = 0;
  std::optional<Rule> rule_;  // behind the last transition
  mutable Span last_;         // that the last instant lay in
};

}  // namespace lectern
