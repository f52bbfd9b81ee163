#include "auth/principal.h"

#include <array>
#include <utility>

namespace lectern::auth {
namespace {

constexpr std::array<std::pair<Scope, std::string_view>, 11> names_of_scopes = {{
    {Scope::statements_write, "statements/write"},
    {Scope::statements_read_mine, "statements/read/mine"},
    {Scope::statements_read, "statements/read"},
    {Scope::state_write, "state/write"},
    {Scope::state_read, "state/read"},
    {Scope::define, "define"},
    {Scope::profile_write, "profile/write"},
    {Scope::profile_read, "profile/read"},
    {Scope::all_read, "all/read"},
    {Scope::all, "all"},
    {Scope::authority_write, "authority/write"},
}};

constexpr std::uint16_t bit(Scope scope) { return static_cast<std::uint16_t>(scope); }

/// The scopes that a scope stands for, itself too.
constexpr std::uint16_t reach(Scope scope) {
  constexpr unsigned reading = bit(Scope::statements_read) | bit(Scope::statements_read_mine);
  switch (scope) {
    case Scope::statements_read:
      return static_cast<std::uint16_t>(reading);
    case Scope::all_read:
      return static_cast<std::uint16_t>(reading | bit(Scope::all_read) | bit(Scope::state_read) |
                                        bit(Scope::profile_read));
    case Scope::all:
      return 0xFFFF;
    default:
      return bit(scope);
  }
}

}  // namespace

std::string_view text_of(Scope scope) {
  for (const auto& [known, name] : names_of_scopes)
    if (known == scope) return name;
  return {};
}

std::vector<std::string_view> scope_names() {
  std::vector<std::string_view> all;
  for (const auto& [scope, name] : names_of_scopes) all.push_back(name);
  return all;
}

bool Scopes::add(std::string_view name) {
  for (const auto& [scope, known] : names_of_scopes) {
    if (known != name) continue;
    add(scope);
    return true;
  }
  return false;
}

void Scopes::add(Scope scope) { bits_ = static_cast<std::uint16_t>(bits_ | bit(scope)); }

bool Scopes::grants(Scope scope) const {
  for (const auto& [given, name] : names_of_scopes)
    if ((bits_ & bit(given)) != 0 && (reach(given) & bit(scope)) != 0) return true;
  return false;
}

std::vector<std::string_view> Scopes::names() const {
  std::vector<std::string_view> given;
  for (const auto& [scope, name] : names_of_scopes)
    if ((bits_ & bit(scope)) != 0) given.push_back(name);
  return given;
}

}  // namespace lectern::auth
