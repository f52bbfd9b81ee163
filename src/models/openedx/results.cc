#include "models/openedx/results.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "models/lax_values.h"
#include "models/openedx/python_texts.h"
#include "models/ralph/texts.h"

namespace lectern::models::openedx {
namespace {

using json::Type;
using json::Value;

/// The members of a result, and what is at fault with what they are made of.
class ResultWriter {
 public:
  ResultWriter(json::Writer& out, const Event& event, bool exact, Converted& made)
      : out_(out), event_(event), exact_(exact), made_(made) {}

  std::optional<Refusal> refusal() { return std::move(refusal_); }

  void watched(const std::string& key) {
    const auto seconds = seconds_of(event_.get(key));
    out_.member("completion", true);
    if (!seconds) return;
    if (exact_) {
      out_.member("duration", tincan_duration(*seconds));
    } else {
      made_.repaired(Repair::duration);
    }
  }

  void progress(const std::string& key) {
    const auto part = number(key);
    if (!part) return;
    constexpr double percent = 100;
    out_.member("completion", *part == 1);
    out_.key("extensions").object();
    out_.raw_member("https://w3id.org/xapi/cmi5/result/extensions/progress",
                    ralph_number(*part * percent));
    out_.end();
  }

  void earned(const std::string& earned_key, const std::string& possible_key) {
    const auto earned = number(earned_key), possible = number(possible_key);
    if (!earned || !possible) return;
    out_.member("success", *earned >= *possible);
    score(*earned, *possible, *possible > 0 ? *earned / *possible : 0);
  }

  void grade(const std::string& key) {
    const auto grade = number(key);
    if (!grade) return;
    score(*grade, 1, *grade);
    const auto letter = event_.get("data.letter_grade");
    out_.key("extensions").object();
    out_.key("http://www.tincanapi.co.uk/activitytypes/grade_classification");
    if (letter) {
      out_.raw(letter->source());
    } else {
      out_.value("Fail");
    }
    out_.end();
  }

  void answered(const Question& question) {
    const bool is_whole = question.key.empty();
    std::optional<Value> response;
    if (question.submission) {
      response = question.submission->find("answer");
      if (!response && is_whole) return refuse("data.submission", "must have an answer");
      if (const auto correct = question.submission->find("correct");
          correct && !correct->is(Type::null))
        out_.member("success", is_true(correct));
    } else {
      response = event_.at("data.answers");
      const auto success = event_.get("success");
      out_.member("success",
                  success && success->is(Type::string) && success->string() == "correct");
    }
    if (is_whole) answered_score();
    if (response && !response->is(Type::null)) out_.member("response", response_text(*response));
  }

 private:
  void refuse(std::string_view key, std::string rule) {
    if (!refusal_) refusal_ = Refusal{false, event_.pointer(key), std::move(rule)};
  }

  /// A number; 0 for null and what Python takes for false.
  std::optional<double> number(const std::string& key) {
    const auto value = event_.at(key);
    if (value && !is_true(value)) return 0;
    if (value && value->is(Type::number)) return value->as_double();
    refuse(key, "must be a number");
    return std::nullopt;
  }

  void answered_score() {
    const auto max = event_.get("max_grade"), grade = event_.get("grade");
    if (max && !max->is(Type::number)) return refuse("max_grade", "must be a number");
    if (grade && !grade->is(Type::number)) return refuse("grade", "must be a number");
    std::optional<double> raw, most, scaled;
    if (grade) raw = grade->as_double();
    if (max) most = max->as_double();
    if (raw && most) scaled = *most > 0 ? *raw / *most : 0;
    score(raw, most, scaled);
  }

  /// Mends what xAPI does not take (Data 2.4.5.1): a maximum that is not above the minimum, points
  /// that are not between them.
  void score(std::optional<double> raw, std::optional<double> max, std::optional<double> scaled) {
    const bool is_out_of_nothing = max && *max <= 0;
    const bool is_beyond = raw && (*raw < 0 || (max && *raw > *max));
    if (!exact_ && (is_out_of_nothing || is_beyond)) {
      made_.repaired(Repair::score);
      if (is_out_of_nothing) return;
      out_.key("score").object().raw_member("raw", ralph_number(*raw)).end();
      return;
    }
    out_.key("score").object();
    if (scaled) out_.raw_member("scaled", ralph_number(*scaled));
    if (raw) out_.raw_member("raw", ralph_number(*raw));
    out_.raw_member("min", "0.0");
    if (max) out_.raw_member("max", ralph_number(*max));
    out_.end();
  }

  std::string response_text(Value response) {
    if (response.is(Type::array)) return python_json(response);
    if (exact_ || response.is(Type::string) || response.is(Type::number))
      return python_string(response);
    made_.repaired(Repair::response);
    return python_json(response);
  }

  json::Writer& out_;
  const Event& event_;
  bool exact_;
  Converted& made_;
  std::optional<Refusal> refusal_;
};

}  // namespace

std::optional<double> seconds_of(const std::optional<Value>& value) {
  const auto number = value ? lax_number(*value) : std::nullopt;
  if (!number || !std::isfinite(*number)) return std::nullopt;
  const std::string text = fmt::format("{:.3f}", *number);
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

std::optional<Refusal> write_result(json::Writer& out, const Rule& rule, const Event& event,
                                    const Question& question, bool exact, Converted& made) {
  ResultWriter result(out, event, exact, made);
  const auto& keys = rule.result_keys;
  switch (rule.result) {
    case ResultRule::watched:
      result.watched(keys.at(0));
      break;
    case ResultRule::progress:
      result.progress(keys.at(0));
      break;
    case ResultRule::earned:
      result.earned(keys.at(0), keys.at(1));
      break;
    case ResultRule::grade:
      result.grade(keys.at(0));
      break;
    case ResultRule::answered:
      result.answered(question);
      break;
    default:
      break;
  }
  return result.refusal();
}

}  // namespace lectern::models::openedx
