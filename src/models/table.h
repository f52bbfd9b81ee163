#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/patterns.h"

namespace lectern::models {

/// What a value may be. The names are those of the tables; src/models/lax_values.h has what each
/// takes.
enum class Kind : std::uint8_t {
  any,
  text,    // numbers too
  string,  // nothing but strings
  path,    // likewise; Ralph prints it without slashes that say nothing
  integer,
  number,
  decimal,
  boolean,
  strict_boolean,
  is_true,
  null,
  instant,
  duration,
  uuid,
  url,
  web_url,
  ipv4,
  iri,
  language_tag,
  mailto,
  extensions,
  object,
  array,
  literals,  // one of some strings
  list,      // parts: the type of the elements and, with two of them, what one element must be
  map,       // parts: the types of keys and values
  json,      // a string that holds JSON of the one part
  shape,
  any_of,  // parts: alternatives
};

/// A type of the table. Which members count depends on the kind.
struct Type {
  Kind kind = Kind::any;
  /// Characters of a text, elements of a list.
  std::size_t size_min = 0, size_max = std::numeric_limits<std::size_t>::max();
  Pattern pattern = Pattern::none;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool above_low = false;  ///< `low` itself is too low
  int places_max = -1;     ///< of a decimal, behind the point; -1: any
  std::uint32_t shape = 0;
  std::string unique{};  ///< the member that no two elements of a list may have alike; or empty
  std::vector<std::string> literals{};
  std::vector<std::uint32_t> parts{};  ///< indexes of types
};

/// What a shape asks of several members together.
enum class Must : std::uint8_t { none, new_follows_old, old_follows_new, min_raw_max, statement };

/// A member of an object that a record may or must have.
struct Member {
  std::string name;
  std::string printed_as;  ///< under which name Ralph prints it
  std::uint32_t type = 0;
  bool required = true;
  bool nullable = false;
};

/// The members of an object. `open` ones may have others.
struct Shape {
  bool open = false;
  Must must = Must::none;
  std::vector<Member> members;  ///< 64 at most

  /// The index of a member, or -1.
  int find(std::string_view name) const;
  /// Makes find() and required() work. Call it when the members are complete. Looks for a hash
  /// under which each has a slot of its own.
  void index_members();
  /// A bit for each member that must be there, by its index.
  std::uint64_t required() const { return required_; }

 private:
  std::size_t slot_of(std::string_view name) const;
  bool place_members(std::uint32_t multiplier);

  std::uint64_t required_ = 0;
  std::vector<std::int8_t> slots_;  // by a hash of the name; -1: free
  std::uint32_t multiplier_ = 1;    // of the hash; nearly always one by which no two names collide
};

/// A record's model: which records it is for, and their shape.
struct Model {
  std::string first, second;  ///< what the two selecting members hold
  /// Instead of `second`: the record's second selecting member equals its context.path.
  bool is_own_path = false;
  std::uint32_t shape = 0;
};

/// One family's models. Immutable once read.
struct Table {
  std::vector<Type> types;
  std::vector<Shape> shapes;
  std::vector<Model> models;

  /// The models of records whose selecting members hold these; with is_own_path `second` is empty.
  std::span<const std::uint32_t> models_of(std::string_view first, std::string_view second) const;
  /// Makes models_of() find the last one of the models.
  void index_last_model();

 private:
  using Texts = std::pair<std::string_view, std::string_view>;
  /// Look for two texts without copies of them.
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(Texts key) const;
  };
  struct KeyEqual {
    using is_transparent = void;
    bool operator()(Texts a, Texts b) const { return a == b; }
  };
  std::unordered_map<std::pair<std::string, std::string>, std::vector<std::uint32_t>, KeyHash,
                     KeyEqual>
      models_by_key_;
};

/// Reads a table. Asserts that it is well-formed: tables are part of the program.
Table read_table(std::string_view text);

}  // namespace lectern::models
