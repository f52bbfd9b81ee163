// Which statement Ralph makes of an event. It neither checks the event nor takes its `event` for
// JSON in a string; what it makes must keep the statement's model (tables/xapi).
#include "models/ralph/conversion.h"

#include <array>
#include <limits>
#include <optional>
#include <string>

#include "base/uuid.h"
#include "models/family.h"
#include "models/lax_values.h"
#include "models/ralph/texts.h"
#include "xapi/validate/validate.h"

namespace lectern::models {
namespace {

using json::Type;
using json::Value;

enum class Object : std::uint8_t { course, page, path, video };
enum class Extension : std::uint8_t { none, session, length, agent, time, progress, from, to };

/// One kind of event and what becomes of it.
struct Rule {
  std::string_view source, type;  // an empty type: whatever the server's own paths are
  std::string_view verb, object_type, category;
  Object object;
  std::array<Extension, 3> context{};
  std::array<Extension, 2> result{};
  bool session_required = false;
};

constexpr std::string_view lms = "https://w3id.org/xapi/lms";
constexpr std::string_view video = "https://w3id.org/xapi/video";
constexpr std::string_view course_type = "http://adlnet.gov/expapi/activities/course";
constexpr std::string_view page_type = "http://activitystrea.ms/schema/1.0/page";
constexpr std::string_view video_type = "https://w3id.org/xapi/video/activity-type/video";

const std::array<Rule, 9> rules = {{
    {"server",
     "edx.course.enrollment.activated",
     "http://adlnet.gov/expapi/verbs/registered",
     course_type,
     lms,
     Object::course,
     {},
     {},
     false},
    {"server",
     "edx.course.enrollment.deactivated",
     "http://id.tincanapi.com/verb/unregistered",
     course_type,
     lms,
     Object::course,
     {},
     {},
     false},
    {"browser",
     "page_close",
     "http://adlnet.gov/expapi/verbs/terminated",
     page_type,
     "",
     Object::page,
     {},
     {},
     false},
    {"server",
     "",
     "http://id.tincanapi.com/verb/viewed",
     page_type,
     "",
     Object::path,
     {},
     {},
     false},
    {"browser",
     "load_video",
     "http://adlnet.gov/expapi/verbs/initialized",
     video_type,
     video,
     Object::video,
     {Extension::session, Extension::length, Extension::agent},
     {},
     true},
    {"browser",
     "play_video",
     "https://w3id.org/xapi/video/verbs/played",
     video_type,
     video,
     Object::video,
     {Extension::session},
     {Extension::time},
     false},
    {"browser",
     "pause_video",
     "https://w3id.org/xapi/video/verbs/paused",
     video_type,
     video,
     Object::video,
     {Extension::session, Extension::length},
     {Extension::time},
     true},
    {"browser",
     "stop_video",
     "http://adlnet.gov/expapi/verbs/terminated",
     video_type,
     video,
     Object::video,
     {Extension::session, Extension::length},
     {Extension::time, Extension::progress},
     true},
    {"browser",
     "seek_video",
     "https://w3id.org/xapi/video/verbs/seeked",
     video_type,
     video,
     Object::video,
     {Extension::session},
     {Extension::from, Extension::to},
     false},
}};

std::string_view name_of(Extension extension) {
  switch (extension) {
    case Extension::session:
      return "session-id";
    case Extension::length:
      return "length";
    case Extension::agent:
      return "user-agent";
    case Extension::time:
      return "time";
    case Extension::progress:
      return "progress";
    case Extension::from:
      return "time-from";
    case Extension::to:
      return "time-to";
    case Extension::none:
      break;
  }
  return "";
}

tl::unexpected<Refusal> refused(std::string pointer, std::string rule) {
  return tl::unexpected(Refusal{false, std::move(pointer), std::move(rule)});
}

std::optional<Value> member(std::optional<Value> object, std::string_view key) {
  if (!object || !object->is(Type::object)) return std::nullopt;
  return object->find(key);
}

/// Null, an empty string or an empty object, which Ralph leaves out; or nothing at all.
bool is_nothing(const std::optional<Value>& value) {
  if (!value || value->is(Type::null)) return true;
  if (value->is(Type::string)) return value->string().empty();
  return value->is(Type::object) && value->size() == 0;
}

std::string_view without_slashes_behind(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

/// What Python takes for false.
bool is_false(const std::optional<Value>& value) {
  if (is_nothing(value)) return true;
  if (value->is(Type::boolean)) return !value->boolean();
  if (value->is(Type::number)) return value->as_double() == 0;
  return value->is(Type::array) && value->size() == 0;
}

/// One conversion: fills the statement's text part by part.
class Making {
 public:
  Making(const Rule& rule, Value event, const ConvertOptions& options)
      : rule_(rule), event_(event), options_(options) {}

  tl::expected<std::string, Refusal> make(std::string_view line) {
    const auto space = Uuid::parse(options_.uuid_namespace);
    if (!space) return refused("", "needs a UUID as namespace");
    out_ = R"({"id":")";
    Uuid::from_name(*space, line).append_to(out_);
    out_ += '"';
    for (const auto part : {&Making::actor, &Making::verb, &Making::object, &Making::result,
                            &Making::context, &Making::timestamp})
      if (auto added = (this->*part)(); !added) return tl::unexpected(std::move(added).error());
    out_ += R"(,"version":"1.0.0"})";
    return std::move(out_);
  }

 private:
  using Added = tl::expected<void, Refusal>;

  Added actor() {
    if (!xapi::is_iri(options_.platform_url)) return refused("", "needs an IRI as platform URL");
    const auto user = member(event_.find("context"), "user_id");
    const auto name = is_false(user) ? std::string("anonymous") : python_text(*user);
    if (!name) return refused("/context/user_id", "must be a text or a number");
    out_ += R"(,"actor":{"account":{"homePage":)";
    append_ralph_string(out_, options_.platform_url);
    out_ += R"(,"name":)";
    append_ralph_string(out_, *name);
    out_ += R"(},"objectType":"Agent"})";
    return {};
  }

  Added verb() {
    out_ += R"(,"verb":{"id":")";
    out_ += rule_.verb;
    out_ += R"("})";
    return {};
  }

  Added object() {
    std::string id, name;
    if (auto named = name_object(id, name); !named) return named;
    if (!xapi::is_iri(id)) return refused(object_pointer(), "must make an IRI of the object");
    out_ += R"(,"object":{"id":)";
    append_ralph_string(out_, id);
    out_ += R"(,"definition":{)";
    if (rule_.object == Object::video) {
      if (name.empty()) return refused("/event/id", "must not be empty");
      out_ += R"("name":{"en-US":)";
      append_ralph_string(out_, name);
      out_ += "},";
    }
    out_ += R"("type":")";
    out_ += rule_.object_type;
    out_ += R"("}})";
    return {};
  }

  std::string object_pointer() const {
    switch (rule_.object) {
      case Object::course:
        return "/event/course_id";
      case Object::page:
        return "/page";
      case Object::path:
        return "/event_type";
      case Object::video:
        break;
    }
    return "/event/id";
  }

  Added name_object(std::string& id, std::string& name) const {
    const std::string platform(without_slashes_behind(options_.platform_url));
    if (rule_.object == Object::page) {
      const auto page = event_.find("page");
      const auto text = is_nothing(page) ? std::nullopt : python_text(*page);
      if (!text) return refused("/page", "must be a URL");
      id = *text;
      return {};
    }
    const auto value = rule_.object == Object::path     ? event_.find("event_type")
                       : rule_.object == Object::course ? member(event_.find("event"), "course_id")
                                                        : member(event_.find("event"), "id");
    if (!value || !value->is(Type::string)) return refused(object_pointer(), "must be a text");
    if (rule_.object == Object::path) {
      id = platform + std::string(value->string());
    } else if (rule_.object == Object::course) {
      std::string_view course = without_slashes_behind(value->string());
      while (course.starts_with('/')) course.remove_prefix(1);
      id = platform + "/courses/" + std::string(course) + "/info";
    } else {
      const auto course = member(event_.find("context"), "course_id");
      if (!course || !course->is(Type::string))
        return refused("/context/course_id", "must be a text");
      name = value->string();
      id = platform + "/xblock/block-v1:" + std::string(course->string()) +
           "-course-v1:+type@video+block@" + name;
    }
    return {};
  }

  Added result() {
    if (rule_.result[0] == Extension::none) return {};
    out_ += R"(,"result":{"extensions":{)";
    bool first = true;
    for (const Extension extension : rule_.result)
      if (auto added = this->extension(extension, first); !added) return added;
    out_ += "}}";
    return {};
  }

  Added context() {
    if (rule_.category.empty()) return {};
    out_ += R"(,"context":{"contextActivities":{"category":[{"id":")";
    out_ += rule_.category;
    out_ += R"(","definition":{"type":"http://adlnet.gov/expapi/activities/profile"}}]})";
    bool first = true;
    const std::size_t before = out_.size();
    out_ += R"(,"extensions":{)";
    for (const Extension extension : rule_.context)
      if (auto added = this->extension(extension, first); !added) return added;
    if (first) {
      out_.resize(before);
    } else {
      out_ += '}';
    }
    out_ += '}';
    return {};
  }

  /// `first` tells that none stands there yet.
  Added extension(Extension extension, bool& first) {
    if (extension == Extension::none) return {};
    std::string text;
    if (auto read = extension_text(extension, text); !read) return read;
    if (text.empty()) return {};
    if (!first) out_ += ',';
    first = false;
    out_ += R"("https://w3id.org/xapi/video/extensions/)";
    out_ += name_of(extension);
    out_ += "\":";
    out_ += text;
    return {};
  }

  /// Leaves `text` empty for an extension that is left out.
  Added extension_text(Extension extension, std::string& text) const {
    switch (extension) {
      case Extension::session:
        return session_text(text);
      case Extension::length:
      case Extension::progress:
        text = "0.0";
        return {};
      case Extension::agent:
        return agent_text(text);
      case Extension::time:
        return time_text("currentTime", text);
      case Extension::from:
        return time_text("old_time", text);
      default:
        return time_text("new_time", text);
    }
  }

  Added session_text(std::string& text) const {
    constexpr std::size_t plain_size = 32;
    const auto session = event_.find("session");
    if (is_nothing(session)) {
      if (rule_.session_required) return refused("/session", "must not be empty or missing");
      return {};
    }
    if (!session->is(Type::string) || !is_lax_uuid(session->string()))
      return refused("/session", "must be 32 hexadecimal digits");
    std::string digits;
    for (const char c : session->string().substr(session->string().rfind(':') + 1))
      if (c != '-' && c != '{' && c != '}') digits += c;
    if (digits.size() != plain_size) return refused("/session", "must be 32 hexadecimal digits");
    for (const std::size_t dash : {20U, 16U, 12U, 8U}) digits.insert(dash, "-");
    text = '"' + Uuid::parse(digits)->text() + '"';
    return {};
  }

  Added agent_text(std::string& text) const {
    const auto agent = event_.find("agent");
    if (is_nothing(agent)) return {};
    if (!agent->is(Type::string) && !agent->is(Type::number))
      return refused("/agent", "must be a text");
    append_ralph_string(text, *python_text(*agent));
    return {};
  }

  Added time_text(std::string_view key, std::string& text) const {
    const auto time = member(event_.find("event"), key);
    const auto number = time ? lax_number(*time) : std::nullopt;
    if (!number || !(*number >= 0) || *number > std::numeric_limits<double>::max())
      return refused("/event/" + std::string(key), "must be a number not below 0");
    text = ralph_number(*number);
    return {};
  }

  Added timestamp() {
    const auto time = event_.find("time");
    if (is_nothing(time)) {
      if (rule_.object == Object::course) return refused("/time", "must be a date and time");
      return {};
    }
    const auto text = ralph_instant(*time);
    if (!text) return refused("/time", "must be a date and time");
    out_ += R"(,"timestamp":")";
    out_ += *text;
    out_ += '"';
    return {};
  }

  const Rule& rule_;
  Value event_;
  const ConvertOptions& options_;
  std::string out_;
};

}  // namespace

tl::expected<std::string, Refusal> ralph_conversion(Value event, std::string_view line,
                                                    const ConvertOptions& options) {
  const auto models = models_for(Family::edx, event);
  if (models.empty()) return tl::unexpected(Refusal{true, "", "no model is for such a record"});
  const Model& model = table_of(Family::edx).models[models.front()];
  for (const Rule& rule : rules)
    if (rule.source == model.first && rule.type == model.second)
      return Making(rule, event, options).make(line);
  return tl::unexpected(Refusal{true, "", "no conversion is for such a record"});
}

}  // namespace lectern::models
