#include "xapi/equality/folding.h"

#include <algorithm>

#include "base/text.h"

namespace lectern::xapi {

std::string normalised_mbox(std::string_view mbox) {
  const auto scheme_end = mbox.find(':');
  if (scheme_end == std::string_view::npos) return std::string(mbox);
  const auto at = std::max(std::min(mbox.rfind('@'), mbox.size()), scheme_end);
  std::string out = lower_case(mbox.substr(0, scheme_end));
  out += mbox.substr(scheme_end, at - scheme_end);
  return out += lower_case(mbox.substr(at));
}

}  // namespace lectern::xapi
