#include "lrs/statistics/question.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace lectern::lrs {
namespace {

/// In the order of Dimension.
constexpr auto dimension_names = std::to_array<std::string_view>(
    {"verb", "activity", "activity_type", "course", "actor", "authority", "platform", "language",
     "version", "hour", "day", "week", "month"});

struct Named {
  std::string_view name;
  MeasureKind kind;
};

constexpr auto plain_measures =
    std::to_array<Named>({{"count", MeasureKind::count},
                          {"actors", MeasureKind::actors},
                          {"activities", MeasureKind::activities},
                          {"registrations", MeasureKind::registrations},
                          {"success_rate", MeasureKind::success_rate},
                          {"completion_rate", MeasureKind::completion_rate}});
constexpr auto spread_measures = std::to_array<Named>({{"mean", MeasureKind::mean},
                                                       {"min", MeasureKind::min},
                                                       {"max", MeasureKind::max},
                                                       {"sum", MeasureKind::sum}});

struct NamedQuantity {
  std::string_view name;
  Quantity quantity;
};

constexpr auto quantities = std::to_array<NamedQuantity>(
    {{"scaled_", Quantity::scaled}, {"raw_", Quantity::raw}, {"duration_", Quantity::duration}});

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> parts_of(std::string_view list) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto comma = list.find(',');
    parts.push_back(list.substr(0, comma));
    if (comma == list.npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

std::optional<Measure> measure_of(std::string_view name) {
  for (const auto& one : plain_measures)
    if (one.name == name) return Measure{one.kind, Quantity::none, 0, std::string(name)};
  for (const auto& of : quantities) {
    if (!name.starts_with(of.name)) continue;
    const std::string_view what = name.substr(of.name.size());
    for (const auto& one : spread_measures)
      if (one.name == what) return Measure{one.kind, of.quantity, 0, std::string(name)};
    const auto hundredths = what.starts_with('p') ? number_of(what.substr(1)) : std::nullopt;
    const bool is_plain = what.size() <= 2 || what[1] != '0';  // p050 would be p50 once more
    if (hundredths && *hundredths <= 100 && is_plain)
      return Measure{MeasureKind::percentile, of.quantity, static_cast<int>(*hundredths),
                     std::string(name)};
  }
  return std::nullopt;
}

Result<void> read_by(Question& question, std::string_view list) {
  for (const auto part : parts_of(list)) {
    const auto at = std::ranges::find(dimension_names, part);
    if (at == dimension_names.end())
      return fail(Code::invalid, "The parameter `by` knows no `" + std::string(part) +
                                     "`: verb, activity, activity_type, course, actor, authority, "
                                     "platform, language, version, hour, day, week, month");
    const auto dimension = static_cast<Dimension>(at - dimension_names.begin());
    if (std::ranges::find(question.by, dimension) != question.by.end())
      return fail(Code::invalid, "The parameter `by` names `" + std::string(part) + "` twice");
    question.by.push_back(dimension);
  }
  if (question.by.size() > Question::dimensions_max)
    return fail(Code::invalid, "The parameter `by` may name three dimensions at most");
  return {};
}

Result<void> read_measures(Question& question, std::string_view list) {
  for (const auto part : parts_of(list)) {
    auto measure = measure_of(part);
    if (!measure)
      return fail(Code::invalid,
                  "The parameter `measure` knows no `" + std::string(part) +
                      "`: count, actors, activities, registrations, success_rate, "
                      "completion_rate, and scaled_, raw_ or duration_ with mean, min, max, sum or "
                      "p0 to p100");
    if (std::ranges::find(question.measures, part, &Measure::name) != question.measures.end())
      return fail(Code::invalid, "The parameter `measure` names `" + std::string(part) + "` twice");
    question.measures.push_back(std::move(*measure));
  }
  if (question.measures.size() > Question::measures_max)
    return fail(Code::invalid, "The parameter `measure` may name 16 measures at most");
  return {};
}

}  // namespace

std::string_view name_of(Dimension dimension) {
  return dimension_names[static_cast<std::size_t>(dimension)];
}

bool is_whole(const Measure& measure) {
  return measure.kind == MeasureKind::count || measure.kind == MeasureKind::actors ||
         measure.kind == MeasureKind::activities || measure.kind == MeasureKind::registrations;
}

bool is_time(Dimension dimension) { return dimension >= Dimension::hour; }

bool has_names(Dimension dimension) {
  return dimension == Dimension::verb || dimension == Dimension::activity ||
         dimension == Dimension::course || dimension == Dimension::actor ||
         dimension == Dimension::authority;
}

Result<Question> read_question(const xapi::Parameters& parameters, xapi::Ids ids) {
  Question question;
  TRY(question.selection,
      read_selection(parameters, ids, {"by", "measure", "top", "zone", "name", "format"}));
  if (const auto by = xapi::value_of(parameters, "by")) RETURN_IF_ERROR(read_by(question, *by));
  RETURN_IF_ERROR(read_measures(question, xapi::value_of(parameters, "measure").value_or("count")));
  if (const auto top = xapi::value_of(parameters, "top")) {
    const auto number = number_of(*top);
    if (!number || *number == 0)
      return fail(Code::invalid, "The parameter `top` must be a whole number from 1 on");
    question.top = *number;
  }
  if (const auto zone = xapi::value_of(parameters, "zone")) question.zone = *zone;
  if (const auto name = xapi::value_of(parameters, "name")) {
    TRY(question.names, xapi::boolean_parameter("name", *name));
  }
  return question;
}

}  // namespace lectern::lrs
