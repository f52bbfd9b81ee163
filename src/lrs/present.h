#pragma once

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.h"
#include "lrs/list.h"

namespace lectern::lrs {

/// Gives stored statements their form for one principal. Lives as long as one answer is made.
class Presenter {
 public:
  Presenter(Lrs& lrs, const auth::Principal& principal, const store::Context& context,
            const Presentation& presentation);

  /// A stored statement's text in the form asked for. Canonical looks definitions up in the store,
  /// limits::canonical_bytes_max of them for one statement; not for who reads only own statements.
  Result<std::string> text_of(std::string json) const;

  /// Takes note of what a stored statement attaches and the store holds. For who reads only own
  /// statements only what has no fileUrl: whoever sent that had to send its content too.
  Result<void> collect_attachments(const std::string& json);
  /// The sha2 of what was noted, each once, in the order of the statements.
  std::vector<std::string> take_attachments() { return std::move(sha2s_); }

 private:
  Lrs& lrs_;
  const store::Context& context_;
  const Presentation& presentation_;
  const bool reads_only_own_;
  std::vector<std::string> sha2s_;
  std::unordered_set<std::string> seen_;
};

}  // namespace lectern::lrs
