#include "slipway/schema/acl.hpp"

#include <algorithm>

namespace slipway::schema {

namespace {

constexpr std::string_view k_owner = "<owner>";
constexpr std::string_view k_everybody = "public";
constexpr std::string_view k_by = " by ";

bool is_plain(std::string_view name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

std::string quoted(std::string_view name) {
  if (is_plain(name)) return std::string(name);
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

// A name from `at` on, quoted or not, up to one of `ends`; leaves `at` on the end.
std::string take_name(std::string_view text, std::size_t& at, std::string_view ends) {
  std::string name;
  bool inside = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '"') {
      if (inside && at + 1 < text.size() && text[at + 1] == '"')
        name += text[++at];
      else
        inside = !inside;
    } else if (!inside && ends.find(text[at]) != std::string_view::npos) {
      return name;
    } else {
      name += text[at];
    }
  }
  return name;
}

} // namespace

std::string AclItem::text() const {
  const std::string who = grantee == Grantee::owner       ? std::string(k_owner)
                          : grantee == Grantee::everybody ? std::string(k_everybody)
                                                          : quoted(role);
  return who + "=" + privileges + (grantor.empty() ? "" : std::string(k_by) + quoted(grantor));
}

AclItem parse_acl_item(std::string_view text) {
  AclItem item;
  std::size_t at = 0;
  const auto name = take_name(text, at, "=");
  const auto written = text.substr(0, at);
  if (written == k_owner)
    item.grantee = AclItem::Grantee::owner;
  else if (written == k_everybody)
    item.grantee = AclItem::Grantee::everybody;
  else
    item.role = name;
  const auto rest = at < text.size() ? text.substr(at + 1) : std::string_view();
  const auto by = rest.find(k_by);
  item.privileges = rest.substr(0, by);
  if (by != std::string_view::npos) {
    at = by + k_by.size();
    item.grantor = take_name(rest, at, "");
  }
  return item;
}

std::vector<std::string> canonical_acl(const std::vector<std::string>& items,
                                       std::string_view owner) {
  std::vector<std::string> canonical;
  for (const auto& text : items) {
    std::size_t at = 0;
    const auto grantee = take_name(text, at, "=");
    const bool nobody_named = at == 0;
    const auto slash_from = std::min(at + 1, text.size());
    const auto slash = text.find('/', slash_from);
    // Privileges are letters, so behind " by " stands a name with a slash in it.
    if (slash == std::string::npos || text.find(k_by, slash_from) < slash) {
      canonical.push_back(text);
      continue;
    }
    AclItem item;
    item.privileges = text.substr(slash_from, slash - slash_from);
    at = slash + 1;
    const auto grantor = take_name(text, at, "");
    if (grantor != owner) item.grantor = grantor;
    if (nobody_named)
      item.grantee = AclItem::Grantee::everybody;
    else if (grantee == owner)
      item.grantee = AclItem::Grantee::owner;
    else
      item.role = grantee;
    canonical.push_back(item.text());
  }
  return canonical;
}

} // namespace slipway::schema
