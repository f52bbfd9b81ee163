#include "cli/terminal/version.h"

namespace lectern::cli {

std::string_view commit() { return LECTERN_COMMIT; }

std::string version_text() {
  std::string text = LECTERN_VERSION;
  if (!commit().empty()) text.append(" (commit ").append(commit()).append(")");
  return text;
}

}  // namespace lectern::cli
