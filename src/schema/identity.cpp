#include "slipway/schema/schema.hpp"

namespace slipway::schema {

namespace {

// Plain names stay as they are: a path is for people, and quotes are noise until they are needed.
std::string shown(std::string_view name) {
  const bool plain =
      !name.empty() &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_$") == std::string_view::npos;
  if (plain) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

bool has_arguments(Kind kind) {
  return kind == Kind::function || kind == Kind::procedure || kind == Kind::aggregate ||
         kind == Kind::operator_;
}

// What these are called is a phrase, not an identifier.
bool has_phrase_for_name(Kind kind) {
  return kind == Kind::operator_ || kind == Kind::cast || kind == Kind::transform ||
         kind == Kind::default_privileges || kind == Kind::member_grants;
}

} // namespace

std::string Identity::path() const {
  std::string text(kind_name(kind));
  text += ' ';
  if (!schema.empty()) text += shown(schema) + ".";
  text += has_phrase_for_name(kind) ? name : shown(name);
  if (has_arguments(kind)) return text + "(" + part + ")";
  if (is_part(kind)) return text + "." + shown(part);
  if (kind == Kind::user_mapping) return text + " for " + shown(part);
  if (kind == Kind::member_grants && !part.empty()) return text + " column " + shown(part);
  return part.empty() ? text : text + " using " + part;
}

} // namespace slipway::schema
