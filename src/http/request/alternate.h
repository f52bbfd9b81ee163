#pragma once

#include "base/result.h"
#include "http/wire/message.h"
#include "xapi/query.h"

namespace lectern::http {

/// Whether this is a request in the alternate syntax of 1.0.x (Communication 1.3): a POST whose
/// query names a `method`.
bool is_alternate(const Request& request, const xapi::Parameters& parameters);

/// Turns such a request into the one it stands for: method, headers, body and parameters come out
/// of the form, whatever its content type: browsers and beacons send what they must. Errors:
/// invalid.
Result<void> unfold_alternate(Request& request, xapi::Parameters& parameters);

}  // namespace lectern::http
