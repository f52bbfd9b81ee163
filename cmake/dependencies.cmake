# Every third-party library, grouped by the room, or the backend, that may see it. All are Debian 12 packages:
# bin/setup installs them, docs/ARCHITECTURE.md says why each was chosen.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
find_package(EXPAT REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(simdjson REQUIRED)
find_package(RocksDB REQUIRED)
find_package(PkgConfig REQUIRED)
if(LECTERN_WITH_MONGO)
  pkg_check_modules(BSON REQUIRED IMPORTED_TARGET libbson-1.0)
  pkg_check_modules(MONGOC REQUIRED libmongoc-1.0)
endif()
if(LECTERN_WITH_ELASTICSEARCH)
  pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
endif()
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
find_package(benchmark QUIET)

add_library(lectern_libs_base INTERFACE)
target_link_libraries(lectern_libs_base INTERFACE Threads::Threads OpenSSL::Crypto
                      simdjson::simdjson spdlog::spdlog fmt::fmt)

add_library(lectern_libs_net INTERFACE)
target_link_libraries(lectern_libs_net INTERFACE CURL::libcurl)

add_library(lectern_libs_auth INTERFACE)
target_link_libraries(lectern_libs_auth INTERFACE crypt)

if(LECTERN_WITH_MONGO)
  add_library(lectern_libs_mongo INTERFACE)
  # libmongoc is loaded by those who need it (store/mongo/client/driver.h); only its headers are
  # used here.
  target_include_directories(lectern_libs_mongo SYSTEM INTERFACE ${MONGOC_INCLUDE_DIRS})
  target_link_libraries(lectern_libs_mongo INTERFACE PkgConfig::BSON ${CMAKE_DL_LIBS})
endif()

add_library(lectern_libs_http INTERFACE)
target_link_libraries(lectern_libs_http INTERFACE Boost::boost OpenSSL::SSL ZLIB::ZLIB)

add_library(lectern_libs_cli INTERFACE)
target_link_libraries(lectern_libs_cli INTERFACE PkgConfig::SYSTEMD PkgConfig::YAML)
