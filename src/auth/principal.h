#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lectern::auth {

/// What credentials may do: the ten scopes of Communication 4.2 as Ralph names them, and
/// `authority/write`.
enum class Scope : std::uint16_t {
  statements_write = 1 << 0,
  statements_read_mine = 1 << 1,
  statements_read = 1 << 2,
  state_write = 1 << 3,
  state_read = 1 << 4,
  define = 1 << 5,
  profile_write = 1 << 6,
  profile_read = 1 << 7,
  all_read = 1 << 8,
  all = 1 << 9,
  authority_write = 1 << 10,
};

/// `statements/write` and so on.
std::string_view text_of(Scope scope);

/// The names of all scopes, in a fixed order.
std::vector<std::string_view> scope_names();

/// A set of scopes.
class Scopes {
 public:
  /// Adds the scope with this name; false, and nothing added, for an unknown one.
  bool add(std::string_view name);
  void add(Scope scope);
  /// Whether the set grants `scope`, also through a wider one: statements/read grants read/mine,
  /// all/read grants all reading, all grants everything.
  bool grants(Scope scope) const;
  /// Whether exactly this scope was given; a wider one does not count.
  bool holds(Scope scope) const { return (bits_ & static_cast<std::uint16_t>(scope)) != 0; }
  /// The names that were given, in a fixed order.
  std::vector<std::string_view> names() const;
  bool operator==(const Scopes&) const = default;

 private:
  std::uint16_t bits_ = 0;
};

/// Who makes a request, and what for.
struct Principal {
  std::string username;    ///< for logs; the subject of an OIDC token
  std::string agent_json;  ///< the Agent that becomes `authority`, as JSON text
  std::string agent_ifi;   ///< its identifier as in xapi/terms.h
  Scopes scopes;
  std::string target;  ///< store::Context::target
  bool operator==(const Principal&) const = default;
};

}  // namespace lectern::auth
