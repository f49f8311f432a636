# slipway_tests(ROOM): one program a room and kind. The file name says what a test needs:
#   tests/unit/ROOM/*_test.cpp    nothing          label unit
#   tests/pg/ROOM/*_pgtest.cpp    a PostgreSQL     label pg, once more for each of SLIPWAY_TEST_SERVERS
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)

# Adds the test once for the default server and once for each of SLIPWAY_TEST_SERVERS.
function(slipway_add_server_test name label)
  cmake_parse_arguments(ARG "" "TIMEOUT" "COMMAND" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  add_test(NAME ${name} COMMAND ${ARG_COMMAND})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${ARG_TIMEOUT})
  foreach(server IN LISTS SLIPWAY_TEST_SERVERS)
    string(REGEX MATCH "^([^=]+)=(.*)$" ignored "${server}")
    set(server_name ${CMAKE_MATCH_1})
    set(server_bin ${CMAKE_MATCH_2})
    add_test(NAME ${name}@${server_name} COMMAND ${ARG_COMMAND})
    set_tests_properties(${name}@${server_name} PROPERTIES LABELS "${label};matrix" TIMEOUT ${ARG_TIMEOUT}
                         ENVIRONMENT "SLIPWAY_PG_BIN=${server_bin}")
  endforeach()
endfunction()

function(slipway_tests room)
  cmake_parse_arguments(ARG "" "" "LIBS;SOURCES" ${ARGN})
  file(GLOB unit CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/unit/${room}/*_test.cpp")
  if(unit)
    add_executable(${room}_test ${unit})
    target_link_libraries(${room}_test PRIVATE slipway_${room} slipway_test_support slipway_standards ${ARG_LIBS}
                          GTest::gtest_main rapidcheck rapidcheck_gtest)
    add_test(NAME unit.${room} COMMAND ${room}_test)
    set_tests_properties(unit.${room} PROPERTIES LABELS unit TIMEOUT 300)
  endif()
  file(GLOB server CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/pg/${room}/*_pgtest.cpp")
  if(server)
    add_executable(${room}_pgtest ${server} ${ARG_SOURCES})
    target_link_libraries(${room}_pgtest PRIVATE slipway_${room} slipway_test_support slipway_test_server
                          slipway_standards ${ARG_LIBS} GTest::gtest)
    slipway_add_server_test(pg.${room} pg TIMEOUT 1200 COMMAND ${room}_pgtest)
  endif()
endfunction()
