# Install rules: the program, the library with its headers, and the CMake package for find_package(slipway).
