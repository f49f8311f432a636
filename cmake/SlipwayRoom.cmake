# slipway_room(NAME [DEPS room...] [PRIVATE_LIBS target...] [PUBLIC_LIBS target...])
#
# A room is one static library with its own include root, so that including a room that is not among DEPS does not
# compile. Every .cpp below the folder belongs to it. docs/architecture.md holds the table of allowed DEPS, and a test
# compares it with the includes.
function(slipway_room name)
  cmake_parse_arguments(ARG "" "" "DEPS;PRIVATE_LIBS;PUBLIC_LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_library(slipway_${name} STATIC ${sources})
  add_library(slipway::${name} ALIAS slipway_${name})
  set_target_properties(slipway_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(slipway_${name}
    PUBLIC "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
    PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(slipway_${name} PUBLIC slipway_${dep})
  endforeach()
  target_link_libraries(slipway_${name} PUBLIC ${ARG_PUBLIC_LIBS}
                        PRIVATE "$<BUILD_INTERFACE:slipway_standards>" ${ARG_PRIVATE_LIBS})
  set_property(GLOBAL APPEND PROPERTY SLIPWAY_ROOMS ${name})
  install(TARGETS slipway_${name} EXPORT slipway_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
  install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
endfunction()
