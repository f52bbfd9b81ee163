# lectern_embed(TARGET FOLDER...): builds the files of these folders of src/http into the
# library TARGET, where src/http/embedded.h finds them by `folder/name`.
function(lectern_embed TARGET)
  set(files)
  foreach(folder ${ARGN})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/http/${folder}/*)
    list(APPEND files ${found})
  endforeach()
  set(out ${CMAKE_BINARY_DIR}/generated/${TARGET}_embedded.cc)
  list(JOIN files "|" joined)  # a list would fall apart on the command line
  add_custom_command(OUTPUT ${out}
                     COMMAND ${CMAKE_COMMAND} "-DFILES=${joined}" -DOUT=${out}
                             -P ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
                     DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
                     VERBATIM)
  target_sources(${TARGET} PRIVATE ${out})
endfunction()
