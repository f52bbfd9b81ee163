# cmake --install lays the program under the names that existing deployments call.
option(LECTERN_INSTALL_RALPH_NAMES "also install the program as ralph and as uvicorn" ON)

install(TARGETS lectern RUNTIME DESTINATION bin)
if(LECTERN_INSTALL_RALPH_NAMES)
  foreach(name ralph uvicorn)
    install(CODE "file(CREATE_LINK lectern
                  \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/bin/${name}\" SYMBOLIC)")
  endforeach()
endif()
