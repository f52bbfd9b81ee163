// How event-routing-backends makes a statement, with tables/openedx for what differs by event.
#include "models/openedx/conversion.h"

#include <fmt/format.h>

#include "base/json/writer.h"
#include "base/uuid.h"
#include "models/openedx/names.h"
#include "models/openedx/python_texts.h"
#include "models/openedx/results.h"
#include "models/openedx/rules.h"
#include "models/ralph/texts.h"
#include "xapi/validate/validate.h"

namespace lectern::models::openedx {
namespace {

using json::Type;
using json::Value;

/// Of the release whose statements these are.
constexpr std::string_view transformer = "event-routing-backends@10.1.0";
constexpr std::string_view course_type = "http://adlnet.gov/expapi/activities/course";

const Rule* rule_for(const Event& event) {
  const std::string name(event.name());
  auto source = event.get("event_source");
  if (!source) source = event.get("context.event_source");
  const auto& events = rules().events;
  if (text_of(source) == "browser")
    if (const auto found = events.find(name + ".browser"); found != events.end())
      return &found->second;
  const auto found = events.find(name);
  return found == events.end() ? nullptr : &found->second;
}

/// The timestamp as Python writes it; nothing where it has no zone.
std::optional<std::string> timestamp_text(const std::optional<Value>& value) {
  if (!value || !value->is(Type::string)) return std::nullopt;
  auto text = ralph_instant(*value);
  if (!text) return std::nullopt;
  if (text->ends_with('Z')) return text->replace(text->size() - 1, 1, "+00:00");
  constexpr std::size_t zone_size = 6;
  const char sign = (*text)[text->size() - zone_size];
  return sign == '+' || sign == '-' ? text : std::nullopt;
}

/// What the statements of one event have in common.
struct Frame {
  const Event& event;
  const Rule& rule;
  const ConvertOptions& options;
  Converted& made;
  std::string verb, actor;                  // JSON
  std::string verb_as_sent, actor_as_sent;  // as Python writes them: what ids are made of
  std::string time_given, time;
  std::string course;  // JSON of the parent, or ""
  bool has_parts = false;
};

/// One statement of an event: of the whole, or of one question.
class Making {
 public:
  Making(const Frame& frame, Question question) : frame_(frame), question_(question) {}

  /// The whole's, for its questions.
  const Making* parent = nullptr;

  std::optional<Refusal> make() {
    id_ = id_of();
    object_ = object();
    json::Writer out;
    out.object().member("id", id_).raw_member("actor", frame_.actor);
    out.raw_member("verb", frame_.verb).raw_member("object", object_);
    result(out);
    context(out);
    if (!frame_.time.empty()) out.member("timestamp", frame_.time);
    out.member("version", "1.0.3").end();
    const std::string text = out.take();
    if (!refusal_) check(text);
    if (!frame_.made.statements.empty()) frame_.made.statements += '\n';
    frame_.made.statements += text;
    return std::move(refusal_);
  }

 private:
  bool is_part() const { return !question_.key.empty(); }

  void refuse(std::string pointer, std::string rule) {
    if (!refusal_) refusal_ = Refusal{false, std::move(pointer), std::move(rule)};
  }

  std::string id_of() const {
    const auto base = Uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8");  // RFC 4122, DNS
    std::string space = frame_.verb_as_sent;
    if (is_part()) space += '-' + std::string(question_.key);
    return Uuid::from_name(Uuid::from_name(*base, space),
                           frame_.actor_as_sent + '-' + frame_.time_given)
        .text();
  }

  std::string object() {
    const auto id = filled_id(frame_.rule.object.id);
    if (!id) return "{}";
    json::Writer out;
    out.object().member("id", *id);
    const bool is_group = frame_.has_parts && !is_part();
    if (is_group && !frame_.options.exact) frame_.made.repaired(Repair::object_type);
    out.member("objectType", is_group && frame_.options.exact ? "GroupActivity" : "Activity");
    definition(out, frame_.rule.object);
    return out.end().take();
  }

  std::optional<std::string> filled_id(std::string_view from) {
    std::string missing;
    auto id = filled(from, {frame_.event, frame_.options, question_.key}, missing);
    if (!id) refuse(frame_.event.pointer(missing), "is needed for the id of an activity");
    return id;
  }

  void definition(json::Writer& out, const ActivityRule& activity) {
    out.key("definition").object();
    const std::string name = activity.name_key == "{course}"
                                 ? course_name_of(frame_.event, frame_.options)
                                 : text_of(frame_.event.get(activity.name_key));
    if (!activity.name_key.empty() && !name.empty())
      out.key("name").object().member(activity.name_language, name).end();
    if (frame_.rule.is_question && &activity == &frame_.rule.object) question_definition(out);
    out.member("type", activity.type);
    extensions(out, activity.extensions);
    out.end();
  }

  void question_definition(json::Writer& out) {
    const auto& submission = question_.submission;
    auto type = submission ? submission->find("response_type") : std::optional<Value>();
    if (submission) {
      const auto text = submission->find("question");
      if (text && text->is(Type::string))
        out.key("description").object().member("en-US", text->string()).end();
    } else {
      type = frame_.event.get("response_type");
      const std::string name = text_of(frame_.event.get("display_name"));
      if (!name.empty()) out.key("name").object().member("en-US", name).end();
    }
    const bool is_group = frame_.has_parts && !is_part();
    out.member("interactionType", is_group ? "other" : interaction_of(text_of(type)));
    if (const auto attempts = frame_.event.get("data.attempts"); is_true(attempts))
      out.key("extensions")
          .object()
          .raw_member("http://id.tincanapi.com/extension/attempt-id", attempts->source())
          .end();
  }

  static std::string_view interaction_of(const std::string& response_type) {
    const auto found = rules().interactions.find(response_type);
    return found == rules().interactions.end() ? std::string_view("other") : found->second;
  }

  void extensions(json::Writer& out, const std::vector<Extension>& extensions) {
    if (extensions.empty()) return;
    out.key("extensions").object();
    for (const Extension& extension : extensions) write_extension(out, extension);
    out.end();
  }

  void write_extension(json::Writer& out, const Extension& extension) {
    const std::string text = source_text(extension.source);
    if (!text.empty()) out.raw_member(extension.iri, text);
  }

  /// JSON text, "" for none.
  std::string source_text(const Source& source) {
    if (source.kind == Source::Kind::literal) return source.literal;
    std::optional<Value> value;
    const std::string* from = &source.keys.front();
    for (const std::string& key : source.keys) {
      value = frame_.event.get(key);
      from = &key;
      if (is_true(value)) break;
    }
    if (!value) return "";
    switch (source.kind) {
      case Source::Kind::seconds: {
        const auto seconds = seconds_of(value);
        if (!seconds) refuse(frame_.event.pointer(*from), "must be a number of seconds");
        return seconds ? ralph_number(*seconds) : "";
      }
      case Source::Kind::speed:
        return json::quoted(text_of(value) + "x");
      default:
        return std::string(value->source());
    }
  }

  void result(json::Writer& out) {
    if (frame_.rule.result == ResultRule::none) return;
    out.key("result").object();
    if (auto refusal = write_result(out, frame_.rule, frame_.event, question_, frame_.options.exact,
                                    frame_.made))
      refuse(std::move(refusal->pointer), std::move(refusal->rule));
    extensions(out, frame_.rule.result_extensions);
    out.end();
  }

  void context(json::Writer& out) {
    out.key("context").object();
    context_activities(out);
    if (parent != nullptr)
      out.key("statement")
          .object()
          .member("objectType", "StatementRef")
          .member("id", parent->id_)
          .end();
    out.key("extensions").object();
    out.member("https://w3id.org/xapi/openedx/extension/transformer-version", transformer);
    if (const auto session = frame_.event.get("session"))
      out.raw_member("https://w3id.org/xapi/openedx/extensions/session-id", session->source());
    for (const Extension& extension : frame_.rule.context_extensions)
      write_extension(out, extension);
    out.end().end();
  }

  void context_activities(json::Writer& out) {
    const std::string grouping = parent == nullptr ? this->grouping() : frame_.course;
    const std::string& above = parent == nullptr ? frame_.course : parent->object_;
    if (grouping.empty() && above.empty()) return;
    out.key("contextActivities").object();
    if (!above.empty()) out.key("parent").array().raw(above).end();
    if (!grouping.empty()) out.key("grouping").array().raw(grouping).end();
    out.end();
  }

  /// JSON, "" where the event has none.
  std::string grouping() {
    std::string missing;
    auto id = filled(frame_.rule.grouping.id, {frame_.event, frame_.options}, missing);
    if (!id || id->empty()) return "";
    if (!frame_.options.exact && !xapi::is_iri(*id)) {
      frame_.made.repaired(Repair::activity_id);
      const auto uuid = Uuid::parse(*id);
      if (!uuid) return "";
      id = "urn:uuid:" + uuid->text();
    }
    json::Writer out;
    out.object().member("id", *id).member("objectType", "Activity");
    definition(out, frame_.rule.grouping);
    return out.end().take();
  }

  void check(const std::string& text) {
    const auto statement = json::parse_view(text);
    if (!statement) return refuse("", statement.error().message);
    if (frame_.options.exact) return;
    const auto valid = xapi::validate_statement((*statement)->root(), xapi::Version::v1_0_3);
    if (!valid)
      refuse("", "makes no valid statement: " + valid.error().path + ": " + valid.error().message);
  }

  const Frame& frame_;
  Question question_;
  std::string id_, object_;
  std::optional<Refusal> refusal_;
};

void name_actor_and_verb(Frame& frame, const std::string& account) {
  const std::string home(platform_of(frame.options)), &word = frame.rule.verb;
  const std::string& iri = rules().verbs.at(word);
  json::Writer actor, verb;
  actor.object().member("objectType", "Agent").key("account").object();
  frame.actor = actor.member("name", account).member("homePage", home).end().end().take();
  verb.object().member("id", iri).key("display").object().member("en", word).end().end();
  frame.verb = verb.take();
  frame.actor_as_sent =
      fmt::format(R"({{"objectType": "Agent", "account": {{"name": {}, "homePage": {}}}}})",
                  ascii_quoted(account), ascii_quoted(home));
  frame.verb_as_sent = fmt::format(R"({{"id": "{}", "display": {{"en": "{}"}}}})", iri, word);
}

std::string course_activity(const Event& event, const ConvertOptions& options) {
  const std::string key = text_of(event.get("context.course_id"));
  if (key.empty()) return "";
  json::Writer out;
  out.object().member("id", std::string(platform_of(options)) + "/course/" + key);
  out.member("objectType", "Activity").key("definition").object();
  if (const std::string name = course_name_of(event, options); !name.empty())
    out.key("name").object().member("en-US", name).end();
  return out.member("type", course_type).end().end().take();
}

/// The first submission that tells its type.
std::optional<Value> first_submission(const Event& event) {
  const auto all = event.at("data.submission");
  if (!all || !all->is(Type::object)) return std::nullopt;
  for (const Value one : all->children())
    if (one.is(Type::object))
      if (const auto type = one.find("response_type"); is_true(type)) return one;
  return std::nullopt;
}

/// Each question's statement repeats much of the event.
Refusal too_many_questions() {
  return {false, "/event/submission",
          fmt::format("must have {} questions at most, whose statements have {} MiB together",
                      questions_max, questions_bytes_max >> 20U)};
}

}  // namespace

bool knows(const Event& event) { return rule_for(event) != nullptr; }

Conversion conversion(const Event& event, const ConvertOptions& options) {
  const Rule& rule = *rule_for(event);
  const std::string user = user_of(event);
  if (user.empty()) return tl::unexpected(Refusal{true, "", "nobody is logged in"});
  auto given = event.get("timestamp");
  if (!given) given = event.get("time");
  // Without a time the original gives all statements of an actor and a verb one id.
  const auto time = given || !options.exact ? timestamp_text(given) : std::string();
  if (!time) return tl::unexpected(Refusal{false, "/time", "must be a date and time with a zone"});

  Converted made;
  Frame frame{event, rule, options, made, {}, {}, {}, {}, given ? text_of(given) : "None",
              *time, {}};
  name_actor_and_verb(frame, account_of(user, options));
  if (rule.has_parent) frame.course = course_activity(event, options);

  std::optional<Value> parts;
  if (rule.result == ResultRule::answered) parts = event.get("submission");
  frame.has_parts = parts && parts->is(Type::object) && parts->size() > 1;
  Question whole;
  if (rule.is_question) whole.submission = first_submission(event);
  Making parent(frame, whole);
  if (auto refusal = parent.make()) return tl::unexpected(std::move(*refusal));
  if (!frame.has_parts) return made;
  const std::size_t bytes_of_whole = made.statements.size();
  if (parts->size() > questions_max) return tl::unexpected(too_many_questions());
  for (const Value part : parts->children()) {
    Question question{std::nullopt, part.key()};
    if (part.is(Type::object)) question.submission = part;
    Making child(frame, question);
    child.parent = &parent;
    if (auto refusal = child.make()) return tl::unexpected(std::move(*refusal));
    if (made.statements.size() - bytes_of_whole > questions_bytes_max)
      return tl::unexpected(too_many_questions());
  }
  return made;
}

}  // namespace lectern::models::openedx
