# Writes demo_files.cpp, which carries the files of examples/user-management, so that `slipway demo` needs nothing beside the
# program. Run as: cmake -DSOURCE=folder -DOUTPUT=file -P DemoFiles.cmake
file(GLOB_RECURSE files RELATIVE "${SOURCE}" "${SOURCE}/*.sql" "${SOURCE}/slipway.toml")
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
  file(READ "${SOURCE}/${file}" text)
  string(APPEND entries "      {\"${file}\", R\"demo_file(${text})demo_file\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"demo_files.hpp\"

namespace slipway::cli {

std::vector<DemoFile> demo_files() {
  return {
${entries}  };
}

}  // namespace slipway::cli
")
