# cmake --install lays the program under the names that existing deployments call; cpack makes a
# Debian package of it, without those names, which belong to other packages there.
option(LECTERN_INSTALL_RALPH_NAMES "also install the program as ralph and as uvicorn" ON)

install(TARGETS lectern RUNTIME DESTINATION bin COMPONENT program)
if(LECTERN_INSTALL_RALPH_NAMES)
  foreach(name ralph uvicorn)
    install(CODE "file(CREATE_LINK lectern
                  \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/bin/${name}\" SYMBOLIC)"
            COMPONENT ralph_names)
  endforeach()
endif()

# What only the package holds.
install(FILES deploy/systemd/lectern.service deploy/systemd/lectern.socket
        DESTINATION /lib/systemd/system COMPONENT service EXCLUDE_FROM_ALL)
install(FILES deploy/systemd/lectern.env DESTINATION /etc/lectern COMPONENT service EXCLUDE_FROM_ALL)
install(DIRECTORY docs/ DESTINATION share/doc/lectern COMPONENT service EXCLUDE_FROM_ALL)
install(FILES deploy/man/lectern.1 DESTINATION share/man/man1 COMPONENT service EXCLUDE_FROM_ALL)
install(FILES README.md CHANGELOG.md DESTINATION share/doc/lectern COMPONENT service EXCLUDE_FROM_ALL)
install(FILES LICENSE DESTINATION share/doc/lectern RENAME copyright
        COMPONENT service EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "Lectern's developers <lectern@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Learning Record Store for xAPI 1.0.3 and 2.0.0")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program service)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded when a MongoDB store is opened, so that no tool sees the need for it.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libmongoc-1.0-0, adduser, tzdata")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/deploy/debian/conffiles ${CMAKE_SOURCE_DIR}/deploy/debian/postinst
    ${CMAKE_SOURCE_DIR}/deploy/debian/prerm ${CMAKE_SOURCE_DIR}/deploy/debian/postrm)
include(CPack)
