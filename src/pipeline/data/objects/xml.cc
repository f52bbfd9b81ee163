#include "pipeline/data/objects/xml.h"

#include <limits>
#include <memory>
#include <vector>

#include <expat.h>

namespace lectern::pipeline::objects {
namespace {

constexpr std::size_t depth_max = 16;

/// What is open while expat reads, and what to do where it ends.
class Reading {
 public:
  Reading(XML_Parser parser,
          const std::function<void(std::string_view path, const std::string& text)>& take)
      : parser_(parser), take_(take) {
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, begin, end);
    XML_SetCharacterDataHandler(parser, add_text);
    XML_SetStartDoctypeDeclHandler(parser, refuse_doctype);
  }

 private:
  struct Open {
    std::size_t path_size = 0;  // before it
    bool has_elements = false;
  };

  static void begin(void* user, const char* name, const char**) {
    auto& self = *static_cast<Reading*>(user);
    if (self.open_.size() >= depth_max) return self.stop();
    if (!self.open_.empty()) self.open_.back().has_elements = true;
    self.open_.push_back({self.path_.size(), false});
    (self.path_ += '/') += name;
    self.text_.clear();
  }

  static void end(void* user, const char*) {
    auto& self = *static_cast<Reading*>(user);
    const Open one = self.open_.back();
    if (one.has_elements) self.text_.clear();
    self.take_(self.path_, self.text_);
    self.open_.pop_back();
    self.path_.resize(one.path_size);
    self.text_.clear();
  }

  static void add_text(void* user, const char* text, int size) {
    static_cast<Reading*>(user)->text_.append(text, static_cast<std::size_t>(size));
  }

  // A document type may define entities, which nothing that an object store says needs.
  static void refuse_doctype(void* user, const char*, const char*, const char*, int) {
    static_cast<Reading*>(user)->stop();
  }

  void stop() { XML_StopParser(parser_, XML_FALSE); }

  XML_Parser parser_;
  const std::function<void(std::string_view path, const std::string& text)>& take_;
  std::vector<Open> open_;
  std::string path_;  // of the innermost open element
  std::string text_;  // of it, so far
};

}  // namespace

Result<void> for_each_element(
    std::string_view xml,
    const std::function<void(std::string_view path, const std::string& text)>& take) {
  const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreate("UTF-8"),
                                                                       XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  const Reading reading(parser.get(), take);
  constexpr std::size_t bytes_max = std::numeric_limits<int>::max();
  if (xml.size() > bytes_max ||
      XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE) != XML_STATUS_OK)
    return fail(Code::invalid, "the server's answer is no XML that can be read");
  return {};
}

}  // namespace lectern::pipeline::objects
