# lectern_embed(ROOM FOLDER...): builds the files of these folders of src/ROOM into the room's
# library, where src/ROOM/embedded.h finds them by `folder/name`.
function(lectern_embed ROOM)
  set(files)
  foreach(folder ${ARGN})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${ROOM}/${folder}/*)
    list(APPEND files ${found})
  endforeach()
  set(out ${CMAKE_BINARY_DIR}/generated/${ROOM}_embedded.cc)
  list(JOIN files "|" joined)  # a list would fall apart on the command line
  add_custom_command(OUTPUT ${out}
                     COMMAND ${CMAKE_COMMAND} "-DFILES=${joined}" -DOUT=${out} -DROOM=${ROOM}
                             -P ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
                     DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
                     VERBATIM)
  target_sources(lectern_${ROOM} PRIVATE ${out})
endfunction()
