# Language level, warnings, sanitizers and speed-ups that hold for every target of this project.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

add_library(slipway_standards INTERFACE)
target_compile_options(slipway_standards INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                       -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
                       # With designated initialisers a member left out is meant to have its default.
                       -Wno-missing-field-initializers)
if(SLIPWAY_WARNINGS_AS_ERRORS)
  target_compile_options(slipway_standards INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
  # GCC 12 reports false positives of these inside std::string and tl::expected at -O2 and above.
  target_compile_options(slipway_standards INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()

if(SLIPWAY_SANITIZE)
  add_compile_options(-fsanitize=${SLIPWAY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SLIPWAY_SANITIZE})
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-ffunction-sections -fdata-sections)
  add_link_options(-Wl,--gc-sections -s)
endif()
if(SLIPWAY_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  # Both the compiler's default (one job, with a warning) and fat objects cost minutes.
  set(CMAKE_CXX_COMPILE_OPTIONS_IPO -flto=auto -fno-fat-lto-objects)
  add_compile_options(-Wno-odr)
endif()

find_program(SLIPWAY_CCACHE ccache)
if(SLIPWAY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${SLIPWAY_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${SLIPWAY_CCACHE}")
endif()
find_program(SLIPWAY_MOLD mold)
if(SLIPWAY_MOLD AND NOT SLIPWAY_LTO)
  add_link_options(-fuse-ld=mold)
endif()
