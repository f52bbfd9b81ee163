#pragma once

#include <span>
#include <string_view>

namespace lectern::http {

/// A file of src/http/pages, src/http/console or src/http/openapi, as cmake/embed.cmake built it
/// into the program.
struct EmbeddedFile {
  std::string_view name;  ///< with its folder: `pages/door.html`
  std::string_view text;
};

/// All of them, by folder and name.
std::span<const EmbeddedFile> embedded_files();

/// One of them; null where none has this name.
const EmbeddedFile* find_embedded(std::string_view name);

/// The text of one that is there; asserts that it is.
std::string_view embedded(std::string_view name);

}  // namespace lectern::http
