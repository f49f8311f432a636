#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace slipway::test {

/// Path of a file below tests/data.
std::string data_path(const std::string& name);
/// Path of a file below the project's root.
std::string project_path(const std::string& name);
/// Path of a program built with the tests, such as "slipway".
std::string program_path(const std::string& name);
/// Bytes of a file below tests/data. Throws when it cannot be read, which fails the test.
std::string read_data(const std::string& name);
std::string read_file(const std::string& path);
/// The objects of a .jsonl file below tests/data.
std::vector<nlohmann::json> read_json_lines(const std::string& name);
/// Compares `actual` with tests/data/NAME; on a difference writes NAME.actual beside it and returns
/// what differs, else an empty string. With SLIPWAY_UPDATE_GOLDEN=1 the file is rewritten instead.
std::string golden_difference(const std::string& name, const std::string& actual);

} // namespace slipway::test
