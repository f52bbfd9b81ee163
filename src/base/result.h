#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace lectern {

/// What went wrong, named for the caller's problem. http/respond.cc turns it into a status.
enum class Code {
  invalid,             ///< the request breaks a rule of the standard
  unauthenticated,     ///< no credentials, or wrong ones
  forbidden,           ///< the credentials do not allow it
  not_found,           ///< no such statement, document or route
  method_not_allowed,  ///< the route exists, not for this method
  conflict,            ///< it would change what must not change
  precondition,        ///< If-Match or If-None-Match does not hold
  too_large,           ///< beyond a configured limit
  unavailable,         ///< the store or a provider is away, busy or past its deadline: try again
  internal,            ///< a fault of ours
};

/// A failure as a value. `message` is for the client; `path` (a JSON pointer into the body) and
/// `rule` (a section of the standard, such as "Data 2.4.2") are filled where they help; `detail`
/// is for the log only and never leaves the process.
struct Error {
  Code code = Code::internal;
  std::string message;
  std::string path;
  std::string rule;
  std::string detail;
};

/// A value or the Error in its place. Must be looked at: the compiler refuses a dropped one.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

/// An Error ready to be returned from a function whose result is any Result<T>.
inline tl::unexpected<Error> fail(Code code, std::string message, std::string detail = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), {}, {}, std::move(detail)});
}

/// Passes an existing Error on.
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace lectern

#define LECTERN_JOIN_INNER(a, b) a##b
#define LECTERN_JOIN(a, b) LECTERN_JOIN_INNER(a, b)

/// `TRY(auto x, f());` declares x from f()'s value, or returns f()'s Error.
#define TRY(declaration, expression) \
  TRY_INNER(declaration, expression, LECTERN_JOIN(try_result_, __LINE__))
#define TRY_INNER(declaration, expression, name)              \
  auto name = (expression);                                   \
  if (!name) return ::lectern::fail(std::move(name).error()); \
  declaration = std::move(*name)

/// Returns the Error of a Result whose value is of no interest.
#define RETURN_IF_ERROR(expression)                                                             \
  do {                                                                                          \
    if (auto failed = (expression); !failed) return ::lectern::fail(std::move(failed).error()); \
  } while (false)
