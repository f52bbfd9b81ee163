# The tests that are no doctest programs: scripts around the built program, and of the source.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(lectern_script_test NAME)
  cmake_parse_arguments(TEST "" "TIMEOUT" "COMMAND" ${ARGN})
  add_test(NAME ${NAME} COMMAND ${TEST_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${NAME} PROPERTIES ENVIRONMENT "LECTERN_BINARY=$<TARGET_FILE:lectern>"
                       SKIP_RETURN_CODE 77 TIMEOUT ${TEST_TIMEOUT} RUN_SERIAL TRUE)
endfunction()

lectern_script_test(tidy TIMEOUT 120 COMMAND ${Python3_EXECUTABLE} tools/tidy.py --format)
# Reads some eighty files with clang++-14: 80 s on two cores.
lectern_script_test(locks TIMEOUT 900
                    COMMAND ${Python3_EXECUTABLE} tools/locks.py ${CMAKE_BINARY_DIR})
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  lectern_script_test(instructions TIMEOUT 300
                      COMMAND ${Python3_EXECUTABLE} tests/performance/instructions.py
                              $<TARGET_FILE:hot_paths>)
endif()
lectern_script_test(commands TIMEOUT 300 COMMAND ${Python3_EXECUTABLE} tests/cli/run.py)
lectern_script_test(pipeline_commands TIMEOUT 300
                    COMMAND ${Python3_EXECUTABLE} tests/pipeline/run.py)
# Skipped where bin/test has started no server.
foreach(backend es opensearch clickhouse mongo)
  lectern_script_test(pipeline_${backend} TIMEOUT 600
                      COMMAND ${Python3_EXECUTABLE} tests/pipeline/databases.py ${backend})
endforeach()
foreach(backend es clickhouse mongo)
  lectern_script_test(pipeline_${backend}_beside_ralph TIMEOUT 600
                      COMMAND ${Python3_EXECUTABLE} tests/pipeline/databases_beside_ralph.py
                              ${backend})
endforeach()
# Needs PyPI once, as above.
lectern_script_test(against_ralph TIMEOUT 900
                    COMMAND ${Python3_EXECUTABLE} tests/pipeline/against_ralph.py)
lectern_script_test(data_on_s3 TIMEOUT 900 COMMAND ${Python3_EXECUTABLE} tests/pipeline/on_s3.py)
lectern_script_test(data_on_swift TIMEOUT 900
                    COMMAND ${Python3_EXECUTABLE} tests/pipeline/on_swift.py)
lectern_script_test(data_on_ldp TIMEOUT 900 COMMAND ${Python3_EXECUTABLE} tests/pipeline/on_ldp.py)
lectern_script_test(data_on_ws TIMEOUT 900 COMMAND ${Python3_EXECUTABLE} tests/pipeline/on_ws.py)
# Those of the pipeline measure no time: they may run beside others.
set_tests_properties(
  commands pipeline_commands pipeline_es pipeline_opensearch pipeline_clickhouse pipeline_mongo
  pipeline_es_beside_ralph pipeline_clickhouse_beside_ralph pipeline_mongo_beside_ralph
  against_ralph data_on_s3 data_on_swift data_on_ldp data_on_ws PROPERTIES RUN_SERIAL FALSE)
lectern_script_test(api TIMEOUT 600 COMMAND ${Python3_EXECUTABLE} tests/api/run.py)
lectern_script_test(follow TIMEOUT 180 COMMAND ${Python3_EXECUTABLE} tests/api/follow.py)
# These two need PyPI once: what they install is kept in ~/.cache/lectern.
lectern_script_test(analysis TIMEOUT 900 COMMAND ${Python3_EXECUTABLE} tests/analysis/run.py)
lectern_script_test(openapi TIMEOUT 900 COMMAND ${Python3_EXECUTABLE} tests/openapi/run.py)
# Published clients. Needs PyPI and npm once; what has no Node or no Chromium here is left out.
lectern_script_test(clients TIMEOUT 600 COMMAND ${Python3_EXECUTABLE} tests/clients/run.py)
lectern_script_test(pages TIMEOUT 180 COMMAND ${Python3_EXECUTABLE} tests/clients/pages.py)
# Needs npm once, and Chromium: bin/setup test installs it, so it is never skipped.
lectern_script_test(console TIMEOUT 400 COMMAND ${Python3_EXECUTABLE} tests/console/run.py)
lectern_script_test(login_flood TIMEOUT 180 COMMAND ${Python3_EXECUTABLE} tests/api/login_flood.py)
lectern_script_test(telemetry TIMEOUT 180 COMMAND ${Python3_EXECUTABLE} tests/api/telemetry.py)
lectern_script_test(conformance TIMEOUT 300 COMMAND ${Python3_EXECUTABLE} tests/api/conformance.py)
lectern_script_test(readme TIMEOUT 120 COMMAND ${Python3_EXECUTABLE} tests/readme.py)
lectern_script_test(monitoring TIMEOUT 60 COMMAND ${Python3_EXECUTABLE} tests/monitoring.py)
lectern_script_test(proxy TIMEOUT 120 COMMAND ${Python3_EXECUTABLE} tests/proxy.py)
lectern_script_test(deploy TIMEOUT 60 COMMAND ${Python3_EXECUTABLE} tests/deploy.py)
lectern_script_test(package TIMEOUT 900 COMMAND ${Python3_EXECUTABLE} tests/package.py)
lectern_script_test(large_attachment TIMEOUT 120
                    COMMAND ${Python3_EXECUTABLE} tests/api/large_attachment.py)
lectern_script_test(forwarding TIMEOUT 600
                    COMMAND ${Python3_EXECUTABLE} tests/forwarding/kill_both.py)
lectern_script_test(what_is_sent TIMEOUT 120
                    COMMAND ${Python3_EXECUTABLE} tests/forwarding/what_is_sent.py)
lectern_script_test(ralph_table TIMEOUT 60 COMMAND ${Python3_EXECUTABLE} tests/ralph_table.py)
lectern_script_test(es_settings TIMEOUT 120 COMMAND ${Python3_EXECUTABLE} tests/api/es_settings.py)
lectern_script_test(kill_server TIMEOUT 600
                    COMMAND ${Python3_EXECUTABLE} tests/crash/kill_server.py 5)
lectern_script_test(passing_faults TIMEOUT 240
                    COMMAND ${Python3_EXECUTABLE} tests/crash/passing_faults.py)
lectern_script_test(database_away TIMEOUT 120
                    COMMAND ${Python3_EXECUTABLE} tests/api/database_away.py)
lectern_script_test(oidc TIMEOUT 120 COMMAND ${Python3_EXECUTABLE} tests/api/oidc.py)
lectern_script_test(console_at_provider TIMEOUT 240
                    COMMAND ${Python3_EXECUTABLE} tests/console/at_provider.py)
# The same tables on each database; skipped where bin/test has started no server.
foreach(backend mongo clickhouse clickhouse_and_mongo es opensearch)
  lectern_script_test(api_${backend} TIMEOUT 900
                      COMMAND ${Python3_EXECUTABLE} tests/api/on_backend.py ${backend})
endforeach()
foreach(backend mongo clickhouse es opensearch)
  lectern_script_test(follow_${backend} TIMEOUT 300
                      COMMAND ${Python3_EXECUTABLE} tests/api/on_backend.py ${backend} follow.py)
  lectern_script_test(first_steps_${backend} TIMEOUT 120
                      COMMAND ${Python3_EXECUTABLE} tests/api/first_steps.py ${backend})
  lectern_script_test(two_servers_${backend} TIMEOUT 300
                      COMMAND ${Python3_EXECUTABLE} tests/api/two_servers.py ${backend})
endforeach()

lectern_script_test(aspects TIMEOUT 300 COMMAND ${Python3_EXECUTABLE} tests/aspects/aspects.py)

# Attacks (tests/hostile): each is bounded in memory and in what a good user waits beside it.
foreach(group access before_credentials databases damage descriptors edge
        passwords providers receivers statement_refs texts)
  lectern_script_test(hostile_${group} TIMEOUT 300
                      COMMAND ${Python3_EXECUTABLE} tests/hostile/run.py ${group})
endforeach()
lectern_script_test(hostile_fuzz TIMEOUT 180
                    COMMAND ${Python3_EXECUTABLE} tests/hostile/fuzz_client.py --requests 5000)

# Our models and conversions beside Ralph's, and beside event-routing-backends of Open edX: what they
# made of the same records.
foreach(part models printed conversions openedx)
  add_test(NAME ${part}_beside_original COMMAND ${Python3_EXECUTABLE} tests/models/${part}.py
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${part}_beside_original PROPERTIES
                       ENVIRONMENT "LECTERN_VERDICTS=$<TARGET_FILE:model_verdicts>" TIMEOUT 600)
endforeach()
