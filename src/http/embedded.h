#pragma once

#include <span>
#include <string_view>

namespace lectern::http {

/// A file of src/http/pages or src/http/resources/openapi, as cmake/embed.cmake built it into the
/// program.
struct EmbeddedFile {
  std::string_view name;  ///< with its folder: `pages/door.html`
  std::string_view text;
};

/// All of them, by folder and name.
std::span<const EmbeddedFile> embedded_files();

/// The text of one that is there; asserts that it is.
std::string_view embedded(std::string_view name);

}  // namespace lectern::http
