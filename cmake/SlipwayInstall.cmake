# Install rules: the library with its headers and the CMake package for find_package(slipway). Each room installs itself
# (see SlipwayRoom), the program is installed by cli.
#
#   find_package(slipway REQUIRED)
#   target_link_libraries(mine PRIVATE slipway::slipway)
include(CMakePackageConfigHelpers)

# What a program that migrates itself links: the use cases of `app` and, through it, the rooms below. `observe` comes along
# for showing what happened.
add_library(slipway_library INTERFACE)
add_library(slipway::slipway ALIAS slipway_library)
set_target_properties(slipway_library PROPERTIES EXPORT_NAME slipway)
target_compile_features(slipway_library INTERFACE cxx_std_20)
foreach(room app observe)
  if(TARGET slipway_${room})
    target_link_libraries(slipway_library INTERFACE slipway_${room})
  endif()
endforeach()
# A user of one room alone needs the language level of its headers too.
get_property(rooms GLOBAL PROPERTY SLIPWAY_ROOMS)
foreach(room IN LISTS rooms)
  target_compile_features(slipway_${room} PUBLIC cxx_std_20)
endforeach()
install(TARGETS slipway_library EXPORT slipway_targets COMPONENT library)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/slipway")
install(EXPORT slipway_targets NAMESPACE slipway:: DESTINATION "${package_folder}" FILE slipwayTargets.cmake
        COMPONENT library)
set(slipway_lto_compiler "")
if(SLIPWAY_LTO)
  set(slipway_lto_compiler "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
endif()
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/slipwayConfig.cmake.in" "${CMAKE_BINARY_DIR}/slipwayConfig.cmake"
                              INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/slipwayConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/slipwayConfig.cmake" "${CMAKE_BINARY_DIR}/slipwayConfigVersion.cmake"
              "${CMAKE_CURRENT_LIST_DIR}/FindPgQuery.cmake"
        DESTINATION "${package_folder}" COMPONENT library)
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT library)
