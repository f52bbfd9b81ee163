#include "lrs/live/tail.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "http/resources.h"
#include "lrs/selection/selection.h"

namespace lectern::http {

Result<Response> get_tail(Exchange& exchange) {
  TRY(auto selection,
      lrs::read_selection(
          exchange.parameters,
          exchange.lrs().options.takes_as_ralph ? xapi::Ids::any_text : xapi::Ids::iris, {}));
  TRY(std::shared_ptr<lrs::Tail> tail,
      lrs::Tail::begin(exchange.lrs(), exchange.principal, std::move(selection),
                       exchange.request.headers.find("Last-Event-ID"),
                       exchange.version == xapi::Version::v2_0_0));
  Response response;
  response.headers.add("Content-Type", "text/event-stream");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Accel-Buffering", "no");  // nginx would hold events back
  response.stream_open_ended = true;
  response.stream_held_bytes = lrs::Tail::piece_bytes;
  response.stream = [tail] { return tail->next(); };
  response.stream_ready = [tail] { return tail->ready(); };
  response.stream_done = [tail] { return tail->done(); };
  return response;
}

}  // namespace lectern::http
