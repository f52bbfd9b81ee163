#include "xapi/equality/folding.h"

#include <doctest/doctest.h>

namespace lectern::xapi {

TEST_CASE("of a mailbox, scheme and domain are folded and nothing else") {
  CHECK(normalised_mbox("MailTo:Ann.B@Example.ORG") == "mailto:Ann.B@example.org");
  CHECK(normalised_mbox("mailto:\"A@B\"@C.D") == "mailto:\"A@B\"@c.d");
  CHECK(normalised_mbox("mailto:Ann") == "mailto:Ann");
  CHECK(normalised_mbox("Ann@Example.ORG") == "Ann@Example.ORG");
  CHECK(normalised_mbox("") == "");
  CHECK(normalised_mbox("mailto:\xC3\x89@\xC3\x89.FR") == "mailto:\xC3\x89@\xC3\x89.fr");
}

}  // namespace lectern::xapi
