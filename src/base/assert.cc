#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace lectern {

void assert_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "lectern: bug: %s does not hold (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace lectern
