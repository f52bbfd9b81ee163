#pragma once

namespace lectern {

/// Prints the broken expectation to stderr and aborts. Never returns.
[[noreturn]] void assert_failed(const char* expression, const char* file, int line);

}  // namespace lectern

/// Checks what only a bug can break, in release builds too. Hostile input must never reach one.
#define LECTERN_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::lectern::assert_failed(#condition, __FILE__, __LINE__))
