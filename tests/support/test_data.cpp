#include "slipway/test/test_data.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace slipway::test {

std::string data_path(const std::string& name) {
  return std::string(SLIPWAY_TEST_DATA) + "/" + name;
}
std::string project_path(const std::string& name) {
  return std::string(SLIPWAY_SOURCE_ROOT) + "/" + name;
}
std::string program_path(const std::string& name) {
  return std::string(SLIPWAY_TEST_BIN) + "/" + name;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

std::string read_data(const std::string& name) {
  return read_file(data_path(name));
}

std::vector<nlohmann::json> read_json_lines(const std::string& name) {
  std::vector<nlohmann::json> objects;
  std::istringstream lines(read_data(name));
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) objects.push_back(nlohmann::json::parse(line));
  return objects;
}

std::string golden_difference(const std::string& name, const std::string& actual) {
  if (const char* update = std::getenv("SLIPWAY_UPDATE_GOLDEN");
      update != nullptr && std::string(update) == "1") {
    std::ofstream(data_path(name), std::ios::binary) << actual;
    return {};
  }
  std::string expected;
  try {
    expected = read_data(name);
  } catch (const std::runtime_error&) {
    expected = "(no such file)";
  }
  if (expected == actual) return {};
  std::ofstream(data_path(name) + ".actual", std::ios::binary) << actual;
  return "differs from tests/data/" + name + "\n--- expected\n" + expected + "\n--- actual\n" +
         actual;
}

} // namespace slipway::test
