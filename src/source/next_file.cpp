// Names the next migration as the folder's habit has it, and writes its first text.
#include "slipway/source/folder.hpp"

#include "file_name.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <fmt/format.h>

namespace slipway::source {

namespace {

// What a habit looks like in a folder that shows none yet.
struct Habit {
  NameFormat format;
  std::string_view name;
  std::size_t digits; ///< 0: as many as the folder has
  std::string_view separator;
  char between_words;
};
constexpr std::array<Habit, 4> k_habits{{
    {NameFormat::timestamp_14, "timestamp-14", 14, "_", '_'},
    {NameFormat::timestamp_12, "timestamp-12", 12, "__", '_'},
    {NameFormat::unix_millis, "unix-millis", 13, "_", '-'},
    {NameFormat::sequence, "sequence", 0, "-", '-'},
}};
constexpr std::size_t k_sequence_width = 3;
constexpr std::size_t k_longest_words = 100; ///< bytes; file systems take 255

const Habit& habit_of(NameFormat format) {
  return *std::find_if(k_habits.begin(), k_habits.end(),
                       [&](const Habit& h) { return h.format == format; });
}

FileName parts_of(const MigrationFile& file) {
  return take_apart(file.file_name).value_or(FileName{});
}

NameFormat format_of(const MigrationFile& file) {
  const std::size_t digits = parts_of(file).digits.size();
  for (const auto& habit : k_habits)
    if (habit.digits == digits) return habit.format;
  return NameFormat::sequence;
}

// The most frequent value of `choose` over the files; of equals, that of the latest file.
template<class Choose>
auto prevailing(const Folder& folder, Choose choose) {
  std::vector<std::pair<decltype(choose(folder.files.front())), std::size_t>> counts;
  for (const auto& file : folder.files) {
    const auto value = choose(file);
    auto found =
        std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == value; });
    const std::size_t before = found == counts.end() ? 0 : found->second;
    if (found != counts.end()) counts.erase(found);
    counts.emplace_back(value, before + 1);
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second <= b.second; });
  return most->first;
}

std::string separator_of(const Folder& folder, const Habit& habit) {
  if (folder.files.empty()) return std::string(habit.separator);
  const std::string separator =
      prevailing(folder, [](const MigrationFile& f) { return std::string(parts_of(f).separator); });
  return separator.empty() ? std::string(habit.separator) : separator;
}

char between_words_of(const Folder& folder, const Habit& habit) {
  std::size_t dashes = 0;
  std::size_t underscores = 0;
  for (const auto& file : folder.files) {
    dashes += file.name.find('-') != std::string::npos ? 1U : 0U;
    underscores += file.name.find('_') != std::string::npos ? 1U : 0U;
  }
  if (dashes != underscores) return dashes > underscores ? '-' : '_';
  if (folder.files.empty()) return habit.between_words;
  return separator_of(folder, habit) == "-" ? '-' : '_';
}

std::int64_t number_of_now(NameFormat format, std::chrono::system_clock::time_point now) {
  if (format == NameFormat::sequence) return 1;
  if (format == NameFormat::unix_millis)
    return std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  const std::int64_t minutes =
      (((utc.tm_year + std::int64_t{1900}) * 100 + utc.tm_mon + 1) * 100 + utc.tm_mday) * 10'000 +
      utc.tm_hour * 100 + utc.tm_min;
  return format == NameFormat::timestamp_12 ? minutes : minutes * 100 + utc.tm_sec;
}

std::size_t width_of(const Folder& folder, const Habit& habit) {
  if (habit.digits > 0) return habit.digits;
  return folder.files.empty() ? k_sequence_width : parts_of(folder.files.back()).digits.size();
}

std::string joined_words(std::string_view title, char between) {
  std::string joined;
  for (const auto& word : words_of(title)) {
    const std::size_t room = k_longest_words - joined.size() - (joined.empty() ? 0 : 1);
    if (word.size() > room && !joined.empty()) break;
    if (!joined.empty()) joined += between;
    std::size_t length = std::min(word.size(), room);
    while (find_invalid_utf8(std::string_view(word).substr(0, length))) --length;
    joined += word.substr(0, length);
    if (joined.size() >= k_longest_words - 1) break;
  }
  return joined;
}

} // namespace

NameFormat detect_format(const Folder& folder) {
  return folder.files.empty() ? NameFormat::timestamp_14 : prevailing(folder, format_of);
}

std::optional<NameFormat> format_from(std::string_view name) {
  for (const auto& habit : k_habits)
    if (habit.name == name) return habit.format;
  return std::nullopt;
}

std::string_view format_name(NameFormat format) {
  return habit_of(format).name;
}

std::string next_file_name(const Folder& folder, NameFormat format, std::string_view title,
                           std::chrono::system_clock::time_point now) {
  const Habit& habit = habit_of(format);
  std::int64_t number = number_of_now(format, now);
  if (!folder.files.empty()) number = std::max(number, folder.files.back().version.number() + 1);
  const std::string words = joined_words(title, between_words_of(folder, habit));
  return fmt::format("{:0{}}{}{}.sql", number, width_of(folder, habit),
                     words.empty() ? "" : separator_of(folder, habit), words);
}

std::string new_migration_text(std::string_view title) {
  std::string purpose;
  for (const auto word : split_words(title)) purpose += fmt::format(" {}", word);
  return fmt::format(
      "{}-- slipway:up\n-- Write the SQL that makes the change.\n\n"
      "-- slipway:down\n-- Write the SQL that undoes it. If nothing can, say so here instead: slipway:irreversible REASON\n",
      purpose.empty() ? "" : fmt::format("-- Purpose:{}\n\n", purpose));
}

} // namespace slipway::source
