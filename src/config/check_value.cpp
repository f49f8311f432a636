// Decides whether a written value fits its setting, whoever wrote it: file, environment or flag.
#include "check_value.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace slipway::config {

namespace {

std::string one_of(const std::vector<std::string>& choices) {
  return fmt::format("one of {}", fmt::join(choices, ", "));
}

tl::unexpected<Error> refuse(const Setting& setting, std::string_view written,
                             std::string_view expected) {
  return fail(Error(ErrorCode::configuration,
                    fmt::format("{}: expected {}, found \"{}\"", setting.key, expected, written)));
}

Result<std::string> check_choice(const Setting& setting, std::string_view written) {
  const auto choices = split_at(setting.choices, '|');
  if (std::find(choices.begin(), choices.end(), written) != choices.end())
    return std::string(written);
  Error error(ErrorCode::configuration, fmt::format("{} cannot be \"{}\"", setting.key, written));
  const auto meant = nearest(written, choices);
  error.hint = meant ? fmt::format("did you mean {}? It is {}", *meant, one_of(choices))
                     : fmt::format("it is {}", one_of(choices));
  return fail(std::move(error));
}

Result<std::string> check_boolean(const Setting& setting, std::string_view written) {
  const std::string lower = to_lower_ascii(written);
  for (const std::string_view yes : {"true", "yes", "on", "1"})
    if (lower == yes) return std::string("true");
  for (const std::string_view no : {"false", "no", "off", "0"})
    if (lower == no) return std::string("false");
  return refuse(setting, written, "true or false");
}

Result<std::string> check_integer(const Setting& setting, std::string_view written) {
  std::int64_t number = 0;
  const char* const end = written.data() + written.size();
  const auto parsed = std::from_chars(written.data(), end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end)
    return refuse(setting, written, "a whole number");
  return std::string(written);
}

Result<std::string> check_duration(const Setting& setting, std::string_view written) {
  auto duration = parse_duration(written);
  if (!duration) {
    Error error = std::move(duration).error();
    error.message = fmt::format("{}: {}", setting.key, error.message);
    return fail(std::move(error));
  }
  if (duration->count() == 0 && setting.zero_means.empty())
    return fail(
        Error(ErrorCode::configuration,
              fmt::format("{} cannot be 0, which would mean to wait without limit", setting.key))
            .with_hint(fmt::format("the default is {}", setting.default_value)));
  return std::string(written);
}

Result<std::string> check_text(const Setting& setting, std::string_view written) {
  if (written.find('\0') != std::string_view::npos)
    return fail(ErrorCode::configuration, fmt::format("{} holds a NUL byte", setting.key));
  if (trim(written).empty() && !setting.default_value.empty())
    return fail(Error(ErrorCode::configuration, fmt::format("{} cannot be empty", setting.key))
                    .with_hint(fmt::format("the default is {}", setting.default_value)));
  if (!setting.choices.empty()) return check_choice(setting, written);
  return std::string(written);
}

// True for the `user:password@` of what follows "://".
bool starts_with_credentials(std::string_view rest) {
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?# \t\r\n\"'"));
  if (const std::size_t host = authority.rfind('@'); host != std::string_view::npos) {
    const std::size_t colon = authority.find(':');
    return colon < host && colon + 1 < host;
  }
  // A slash in the password that should have been written %2F; the digits tell it from a port and a
  // path with an @.
  const std::string_view all = rest.substr(0, rest.find_first_of("?# \t\r\n\"'"));
  const std::size_t colon = all.find(':');
  if (colon == std::string_view::npos || all.find('@', colon) == std::string_view::npos)
    return false;
  return all[std::min(all.find_first_not_of("0123456789", colon + 1), all.size() - 1)] != '/';
}

bool has_userinfo_password(std::string_view text) {
  for (std::size_t at = text.find("://"); at != std::string_view::npos;
       at = text.find("://", at + 3))
    if (starts_with_credentials(text.substr(at + 3))) return true;
  return false;
}

// `password=...` as a word of a connection string or a parameter of a URL; sslpassword ends with
// it.
bool has_password_word(std::string_view text) {
  const std::string lower = to_lower_ascii(text);
  constexpr std::string_view k_word = "password";
  for (std::size_t at = lower.find(k_word); at != std::string::npos;
       at = lower.find(k_word, at + 1)) {
    const std::string_view after = trim(std::string_view(lower).substr(at + k_word.size()));
    if (after.empty() || after.front() != '=') continue;
    const std::string_view value = trim(after.substr(1));
    const bool is_empty = value.empty() || value.front() == '&' || value.rfind("''", 0) == 0;
    if (!is_empty) return true;
  }
  return false;
}

} // namespace

const Setting* find_setting(std::string_view key) {
  const auto& all = settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.key == key; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> split_at(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (const auto part = trim(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Result<std::string> check_value(const Setting& setting, std::string_view written) {
  switch (setting.type) {
  case ValueType::text:
  case ValueType::text_list:
  case ValueType::text_table:
    return check_text(setting, written);
  case ValueType::boolean:
    return check_boolean(setting, written);
  case ValueType::integer:
    return check_integer(setting, written);
  case ValueType::duration:
    return check_duration(setting, written);
  }
  return std::string(written);
}

bool holds_password(std::string_view text) {
  return has_userinfo_password(text) || has_password_word(text);
}

} // namespace slipway::config
