#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/json/json.h"

namespace lectern::xapi {

/// Copies one JSON value of a document with changes at places that are met in order. Whatever is
/// not named stays as it was received, byte for byte.
class JsonPatch {
 public:
  /// `grows_max` is how many bytes more than it had the text is expected to get.
  explicit JsonPatch(json::Value value, std::size_t grows_max = 0)
      : source_(value.source()), at_(source_.data()) {
    out_.reserve(source_.size() + grows_max);
  }

  static const char* begin_of(json::Value value) { return value.source().data(); }
  static const char* end_of(json::Value value) {
    return value.source().data() + value.source().size();
  }

  /// Copies everything up to this place.
  void copy_to(const char* place) {
    out_.append(at_, static_cast<std::size_t>(place - at_));
    at_ = place;
  }
  /// Leaves out everything up to this place.
  void skip_to(const char* place) { at_ = place; }
  void put(std::string_view text) { out_ += text; }
  /// Writes the text in place of the value.
  void replace(json::Value value, std::string_view text) {
    copy_to(begin_of(value));
    put(text);
    skip_to(end_of(value));
  }

  /// Goes through an object's members: those that `keep` refuses are left out, with the comma that
  /// goes with them; `change` may edit the others. Stops behind the last member; tells whether
  /// any was kept.
  template <typename Keep, typename Change>
  bool members(json::Value object, Keep&& keep, Change&& change) {
    copy_to(begin_of(object) + 1);
    bool kept = false, dropped = false;
    for (const json::Value member : object.children()) {
      if (!keep(member)) {
        dropped = true;
        skip_to(end_of(member));
        continue;
      }
      // With all before it left out, the comma before this one has to go as well.
      if (dropped && !kept) skip_to(member.key_source().data());
      kept = true;
      change(member);
      copy_to(end_of(member));
    }
    return kept;
  }

  /// How many bytes are written.
  std::size_t size() const { return out_.size(); }
  /// Copies what is left and gives the text away.
  std::string finish() {
    copy_to(source_.data() + source_.size());
    return std::move(out_);
  }

 private:
  std::string_view source_;
  const char* at_;
  std::string out_;
};

}  // namespace lectern::xapi
