# Writes OUT, the definition of embedded_files() (src/ROOM/embedded.h), from FILES, parted by `|`.
string(REPLACE "|" ";" FILES "${FILES}")
set(entries "")
foreach(file ${FILES})
  cmake_path(GET file FILENAME name)
  cmake_path(GET file PARENT_PATH folder)
  cmake_path(GET folder FILENAME folder)
  file(READ ${file} text)
  string(APPEND entries "    {\"${folder}/${name}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE ${OUT} "#include \"${ROOM}/embedded.h\"

namespace lectern::${ROOM} {
namespace {
constexpr EmbeddedFile files[] = {
${entries}};
}  // namespace

std::span<const EmbeddedFile> embedded_files() { return files; }

}  // namespace lectern::${ROOM}
")
