#include "lrs/present.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "lrs/learned.h"
#include "xapi/formats.h"
#include "xapi/validate.h"

namespace lectern::lrs {

Result<std::string> present(Lrs& lrs, const store::Context& context, std::string json,
                            const Presentation& presentation) {
  if (presentation.format == xapi::Format::exact) return json;
  TRY(const auto document, json::parse(std::move(json)));
  if (presentation.format == xapi::Format::ids) return xapi::format_ids(document->root());

  std::optional<Error> failed;
  const auto lookup = [&](std::string_view activity_id) -> std::optional<std::string> {
    auto known = lrs.documents.get(context, definition_key(activity_id));
    if (!known) {
      failed = std::move(known).error();
      return std::nullopt;
    }
    if (!*known) return std::nullopt;
    return std::move((*known)->bytes);
  };
  std::string text = xapi::format_canonical(document->root(), presentation.languages, lookup);
  if (failed) return fail(std::move(*failed));
  return text;
}

Result<void> collect_attachments(Lrs& lrs, const store::Context& context, const std::string& json,
                                 Attached& attached) {
  if (json.find("\"attachments\"") == std::string::npos) return {};
  TRY(const auto document, json::parse(json));
  for (auto& attachment : xapi::attachments_of(document->root())) {
    if (!attached.seen.insert(attachment.sha2).second) continue;
    TRY(const auto bytes, lrs.documents.blob_size(context, attachment.sha2));
    if (bytes) attached.sha2s.push_back(std::move(attachment.sha2));
  }
  return {};
}

}  // namespace lectern::lrs
