# lectern_room(NAME DEPS ...): one room of the program.
#
# Every .cc under src/NAME becomes the library lectern_NAME, but for
#   *_test.cc   -> the test program NAME_test (doctest), registered with ctest, run in the source folder;
#   *_fuzz.cc   -> one fuzz target each, built always, replayed on its corpus by ctest;
#   *_bench.cc  -> one benchmark program each.
# DEPS are rooms, or the interface libraries of cmake/dependencies.cmake; another name stops CMake.
set(LECTERN_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor
                     -Wold-style-cast -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 warns of copies inside its own std::string and of coroutine frames it has optimised.
  list(APPEND LECTERN_WARNINGS -Wno-restrict -Wno-maybe-uninitialized)
endif()

add_library(lectern_options INTERFACE)
target_include_directories(lectern_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(lectern_options INTERFACE LECTERN_VERSION="${PROJECT_VERSION}")
target_compile_options(lectern_options INTERFACE ${LECTERN_WARNINGS})
if(LECTERN_SANITIZE)
  target_compile_options(lectern_options INTERFACE -fsanitize=${LECTERN_SANITIZE}
                         -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(lectern_options INTERFACE -fsanitize=${LECTERN_SANITIZE})
  if(LECTERN_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio has fences, which g++ warns that the sanitizer does not see.
    target_compile_options(lectern_options INTERFACE -Wno-tsan)
  endif()
endif()

enable_testing()

# The tests of a room; those of the store in one run for each database and one for all the rest,
# which may run side by side: most of their time they wait for leases to age.
set(LECTERN_DATABASES clickhouse elasticsearch mongo)
function(lectern_unit_tests NAME)
  if(NOT NAME STREQUAL "store")
    add_test(NAME ${NAME} COMMAND ${NAME}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${NAME} PROPERTIES RUN_SERIAL TRUE)
    return()
  endif()
  list(TRANSFORM LECTERN_DATABASES REPLACE "(.+)" "*store/\\1/*" OUTPUT_VARIABLE of_databases)
  list(JOIN of_databases "," of_databases)
  add_test(NAME store COMMAND store_test "--source-file-exclude=${of_databases}"
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  foreach(database ${LECTERN_DATABASES})
    add_test(NAME store_${database} COMMAND store_test "--source-file=*store/${database}/*"
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(store_${database} PROPERTIES TIMEOUT 1800)
  endforeach()
  if(NOT elasticsearch IN_LIST LECTERN_DATABASES)
    return()
  endif()
  # The two servers that one backend speaks to, likewise.
  add_test(NAME store_opensearch COMMAND store_test "--source-file=*store/elasticsearch/*"
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(store_elasticsearch PROPERTIES ENVIRONMENT "LECTERN_TEST_OPENSEARCH=")
  set_tests_properties(store_opensearch PROPERTIES TIMEOUT 1800
                       ENVIRONMENT "LECTERN_TEST_ELASTICSEARCH=")
endfunction()

# What DEPS name: rooms, interface libraries of cmake/dependencies.cmake, or imported libraries.
function(lectern_links OUT)
  set(links)
  foreach(dep ${ARGN})
    if(TARGET lectern_${dep})
      list(APPEND links lectern_${dep})
    elseif(TARGET ${dep})
      list(APPEND links ${dep})
    else()
      message(FATAL_ERROR "There is no library '${dep}' to depend on")
    endif()
  endforeach()
  set(${OUT} ${links} PARENT_SCOPE)
endfunction()

# The .cc of a library below FOLDER of src: all but tests, fuzz targets and benchmarks.
function(lectern_sources OUT FOLDER)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${FOLDER}/*.cc)
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cc$")
  set(${OUT} ${sources} PARENT_SCOPE)
endfunction()

# lectern_store_part(NAME [OPTION variable] DEPS ...): src/store/NAME as a library of its own, that
# the room store is made of, with the third-party libraries that it alone may see. Where OPTION is
# off, src/store/stubs/NAME.cc takes its place.
function(lectern_store_part NAME)
  cmake_parse_arguments(PART "" "OPTION" "DEPS" ${ARGN})
  if(PART_OPTION AND NOT ${PART_OPTION})
    set(sources ${CMAKE_SOURCE_DIR}/src/store/stubs/${NAME}.cc)
    set(PART_DEPS store_common)
    set_property(GLOBAL APPEND PROPERTY LECTERN_LEFT_OUT ${NAME})
  else()
    lectern_sources(sources store/${NAME})
  endif()
  lectern_links(links ${PART_DEPS})
  add_library(lectern_store_${NAME} STATIC ${sources})
  target_link_libraries(lectern_store_${NAME} PUBLIC lectern_options ${links})
  set_property(GLOBAL APPEND PROPERTY LECTERN_STORE_PARTS ${NAME})
endfunction()

function(lectern_room NAME)
  cmake_parse_arguments(ROOM "" "" "DEPS" ${ARGN})
  file(GLOB_RECURSE all CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${NAME}/*.cc)
  lectern_sources(sources ${NAME})
  if(NAME STREQUAL "store")
    get_property(parts GLOBAL PROPERTY LECTERN_STORE_PARTS)
    foreach(part stubs ${parts})
      list(FILTER sources EXCLUDE REGEX "/src/store/${part}/")
    endforeach()
    list(TRANSFORM parts PREPEND store_)
    list(APPEND ROOM_DEPS ${parts})
    get_property(left_out GLOBAL PROPERTY LECTERN_LEFT_OUT)
    foreach(part ${left_out})
      list(FILTER all EXCLUDE REGEX "/src/store/${part}/")
      list(REMOVE_ITEM LECTERN_DATABASES ${part})
    endforeach()
  endif()
  # Of a part of the store that is left out, another room's stubs/NAME.cc stands for its NAME.cc
  # and what that is made of.
  get_property(left_out GLOBAL PROPERTY LECTERN_LEFT_OUT)
  foreach(part ${LECTERN_DATABASES})
    if(part IN_LIST left_out)
      list(FILTER sources EXCLUDE REGEX "/src/${NAME}/data/databases/${part}(_location|_sink)?\\.cc$")
    else()
      list(FILTER sources EXCLUDE REGEX "/src/${NAME}/.*stubs/${part}\\.cc$")
    endif()
  endforeach()
  set(tests ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(fuzzers ${all})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  set(benches ${all})
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  lectern_links(links ${ROOM_DEPS})

  if(sources)
    add_library(lectern_${NAME} STATIC ${sources})
    target_link_libraries(lectern_${NAME} PUBLIC lectern_options ${links})
  else()
    add_library(lectern_${NAME} INTERFACE)
    target_link_libraries(lectern_${NAME} INTERFACE lectern_options ${links})
  endif()

  if(tests)
    add_executable(${NAME}_test ${tests} ${CMAKE_SOURCE_DIR}/tests/doctest_main.cc)
    target_link_libraries(${NAME}_test PRIVATE lectern_${NAME})
    lectern_unit_tests(${NAME})
  endif()

  foreach(fuzzer ${fuzzers})
    get_filename_component(fuzz_name ${fuzzer} NAME_WE)
    add_executable(${fuzz_name} ${fuzzer})
    # Of the room store, only the part that it lies in.
    set(fuzzed lectern_${NAME})
    if(fuzzer MATCHES "/src/store/([a-z]+)/" AND TARGET lectern_store_${CMAKE_MATCH_1})
      set(fuzzed lectern_store_${CMAKE_MATCH_1})
    endif()
    target_link_libraries(${fuzz_name} PRIVATE ${fuzzed})
    if(LECTERN_LIBFUZZER)
      target_link_options(${fuzz_name} PRIVATE -fsanitize=fuzzer)
    else()
      target_sources(${fuzz_name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz_replay_main.cc)
    endif()
    add_test(NAME ${fuzz_name}
             COMMAND ${fuzz_name} ${CMAKE_SOURCE_DIR}/tests/corpus/${fuzz_name})
  endforeach()

  if(NOT TARGET benchmark::benchmark)
    return()
  endif()
  foreach(bench ${benches})
    get_filename_component(bench_name ${bench} NAME_WE)
    add_executable(${bench_name} EXCLUDE_FROM_ALL ${bench})
    target_link_libraries(${bench_name} PRIVATE lectern_${NAME} benchmark::benchmark)
  endforeach()
endfunction()
