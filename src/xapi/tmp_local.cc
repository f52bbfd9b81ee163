#include <algorithm>
#include "xapi/fingerprint.h"
#include "xapi/stamp.h"
#include "xapi/terms.h"
namespace lectern::xapi {
bool equivalent(const Fingerprint& a, const Fingerprint& b) {
  return a.hash == b.hash && (!a.timestamp || !b.timestamp || *a.timestamp == *b.timestamp);
}
void set_stored(std::string& json, const std::vector<std::size_t>& at, Time stored) {
  const auto t = stored_text(stored);
  for (auto p : at) json.replace(p, t.size(), t);
}
bool match(const Terms& terms, const Terms& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](auto& w) { return std::binary_search(terms.begin(), terms.end(), w); });
}
Terms inheritable(const Terms& t) {
  Terms out;
  for (auto& x : t) if (x.rfind("authority:", 0) != 0 && x.rfind("ref:", 0) != 0) out.push_back(x);
  return out;
}
}
