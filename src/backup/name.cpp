// What a backup is called.
#include "slipway/backup/name.hpp"

#include <algorithm>
#include <cctype>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace slipway::backup {

namespace {

constexpr std::size_t k_longest_label = 60;
constexpr std::size_t k_stamp = 15; ///< 20261120_103000
constexpr std::size_t k_folder = 7; ///< 202611/
constexpr std::size_t k_longest = k_folder + k_stamp + 1 + k_longest_label + 1 + 64;

bool is_label_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

bool is_hexadecimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
}

std::tm utc(std::chrono::system_clock::time_point moment) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(moment);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return parts;
}

} // namespace

Result<std::string> backup_name(std::chrono::system_clock::time_point moment,
                                std::string_view label, std::string_view git_sha) {
  if (label.empty() || label.size() > k_longest_label ||
      !std::all_of(label.begin(), label.end(), is_label_character))
    return fail(Error(ErrorCode::usage, fmt::format("\"{}\" cannot be a backup's label", label))
                    .with_hint("letters, digits, \"_\", \"-\" and \".\", at most 60"));
  if (git_sha.size() > 64 || !is_hexadecimal(git_sha))
    return fail(ErrorCode::usage, fmt::format("\"{}\" is no commit", git_sha));
  const std::tm parts = utc(moment);
  return fmt::format("{:%Y%m}/{:%Y%m%d_%H%M%S}_{}{}{}", parts, parts, label,
                     git_sha.empty() ? "" : "-", git_sha);
}

bool is_backup_name(std::string_view name) {
  if (name.size() < k_folder + k_stamp + 2 || name.size() > k_longest) return false;
  const auto stamp = name.substr(k_folder, k_stamp);
  return all_digits(name.substr(0, 6)) && name[6] == '/' && all_digits(stamp.substr(0, 8)) &&
         stamp.substr(0, 6) == name.substr(0, 6) && stamp[8] == '_' &&
         all_digits(stamp.substr(9)) && name[k_folder + k_stamp] == '_' &&
         std::all_of(name.begin() + k_folder + k_stamp + 1, name.end(), is_label_character);
}

std::string utc_text(std::chrono::system_clock::time_point moment) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", utc(moment));
}

} // namespace slipway::backup
