#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Which statement becomes of which event of Open edX: tables/openedx, read.
namespace lectern::models::openedx {

/// Where the value of an extension comes from.
struct Source {
  /// What is done with what stands there.
  enum class Kind : std::uint8_t {
    value,    ///< as it stands in the event
    seconds,  ///< the first key that is not 0 or absent, else the last, with three decimal places
    speed,    ///< a text, with an x behind
    literal   ///< JSON text of the table
  };
  Kind kind = Kind::value;
  std::vector<std::string> keys{};
  std::string literal{};
};

/// An extension, left out where its source has nothing.
struct Extension {
  std::string iri;
  Source source;
};

/// An activity that a statement is about, or in whose context it stands.
struct ActivityRule {
  std::string id;  ///< keys in braces; "" for no such activity
  std::string type;
  std::string name_language{}, name_key{};
  std::vector<Extension> extensions{};
};

/// What stands in a statement's result beside extensions.
enum class ResultRule : std::uint8_t {
  none,
  plain,     ///< nothing but extensions
  watched,   ///< keys: a video's length
  progress,  ///< keys: the part that is complete, from 0 to 1
  earned,    ///< keys: points, and how many there are
  grade,     ///< keys: a grade from 0 to 1
  answered   ///< an answer to a problem, and its score
};

/// What becomes of one kind of event.
struct Rule {
  std::string verb;  ///< its word
  ActivityRule object{};
  ActivityRule grouping{};
  bool has_parent = true;    ///< the course
  bool is_question = false;  ///< the definition is that of a problem, with its parts
  ResultRule result = ResultRule::none;
  std::vector<std::string> result_keys{};
  std::vector<Extension> result_extensions{}, context_extensions{};
};

/// The table. Immutable once read.
struct Rules {
  std::unordered_map<std::string, std::string> verbs;  ///< IRIs by their words
  /// xAPI's types of interactions by Open edX's types of responses.
  std::unordered_map<std::string, std::string> interactions;
  std::unordered_map<std::string, Rule> events;  ///< by their names
};

/// The rules; read when they are first asked for. Thread-safe.
const Rules& rules();

}  // namespace lectern::models::openedx
