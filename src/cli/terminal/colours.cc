#include "cli/terminal/colours.h"

#include <cstdlib>

#include <unistd.h>

namespace lectern::cli {

bool wants_colours(std::FILE* stream) {
  const char* const no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && isatty(fileno(stream)) == 1;
}

}  // namespace lectern::cli
