# cmake --install lays the program under the names that existing deployments call.
install(TARGETS lectern RUNTIME DESTINATION bin)
