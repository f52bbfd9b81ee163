#pragma once

#include <span>
#include <string_view>

namespace lectern::models {

/// A file of src/models/tables, as cmake/embed.cmake built it into the program.
struct EmbeddedFile {
  std::string_view name;  ///< with its folder: `tables/edx`
  std::string_view text;
};

/// All of them, by folder and name.
std::span<const EmbeddedFile> embedded_files();

}  // namespace lectern::models
