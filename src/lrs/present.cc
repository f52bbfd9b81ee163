#include "lrs/present.h"

#include <optional>

#include "base/json/json.h"
#include "base/limits.h"
#include "lrs/access.h"
#include "lrs/learned/definitions.h"
#include "xapi/formats.h"
#include "xapi/validate/validate.h"
#include "xapi/values/utc.h"

namespace lectern::lrs {

Presenter::Presenter(Lrs& lrs, const auth::Principal& principal, const store::Context& context,
                     const Presentation& presentation)
    : lrs_(lrs),
      context_(context),
      presentation_(presentation),
      reads_only_own_(reads_only_own(lrs, principal)) {}

Result<std::string> Presenter::text_of(std::string json) const {
  if (presentation_.in_utc) json = xapi::with_instants_in_utc(std::move(json));
  if (presentation_.format == xapi::Format::exact) return json;
  TRY(const auto document, json::parse(std::move(json)));
  if (presentation_.format == xapi::Format::ids) return xapi::format_ids(document->root());

  std::optional<Error> failed;
  std::size_t bytes = 0;
  const auto lookup = [&](std::string_view activity_id) -> std::optional<std::string> {
    if (reads_only_own_ || failed || bytes >= limits::canonical_bytes_max) return std::nullopt;
    auto known = stores_of(lrs_).documents.get(context_, definition_key(activity_id));
    if (!known) {
      failed = std::move(known).error();
      return std::nullopt;
    }
    if (!*known) return std::nullopt;
    bytes += (*known)->bytes.size();
    return std::move((*known)->bytes);
  };
  std::string text = xapi::format_canonical(document->root(), presentation_.languages, lookup);
  if (failed) return fail(std::move(*failed));
  return text;
}

Result<void> Presenter::collect_attachments(const std::string& json) {
  if (json.find("\"attachments\"") == std::string::npos) return {};
  TRY(const auto document, json::parse_view(json));
  for (auto& attachment : xapi::attachments_of(document->root())) {
    if (reads_only_own_ && attachment.has_file_url) continue;
    if (!seen_.insert(attachment.sha2).second) continue;
    TRY(const auto bytes, stores_of(lrs_).blobs.size(context_, attachment.sha2));
    if (bytes) sha2s_.push_back(std::move(attachment.sha2));
  }
  return {};
}

}  // namespace lectern::lrs
