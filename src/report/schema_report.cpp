#include "slipway/report/schema_report.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace slipway::report {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;
using schema::Shape;

constexpr std::size_t k_longest_value = 100;

// One line, not too long. Cut between code points.
std::string shortened(std::string_view text) {
  std::string line;
  bool space = false;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      space = !line.empty();
      continue;
    }
    if (space) line += ' ';
    space = false;
    line += c;
  }
  if (line.size() <= k_longest_value) return line;
  std::size_t end = k_longest_value;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80U) --end;
  return line.substr(0, end) + " ...";
}

// What the tree leaves to the JSON.
bool is_in_tree(Property property) {
  constexpr std::array k_left_out{
      Property::acl,        Property::comment, Property::owner,    Property::position,
      Property::ordinal,    Property::body,    Property::sql_body, Property::query,
      Property::definition, Property::parent,  Property::settings, Property::security_labels};
  return std::find(k_left_out.begin(), k_left_out.end(), property) == k_left_out.end();
}

std::string value_text(Property property, std::string_view text) {
  switch (schema::property_shape(property)) {
  case Shape::list:
  case Shape::set:
    return shortened(fmt::format("{}", fmt::join(schema::split_list(text), ", ")));
  case Shape::text:
  case Shape::flag:
  case Shape::number:
    break;
  }
  return shortened(text);
}

std::string properties_text(const Object& object) {
  std::string text;
  for (const auto& value : object.values()) {
    if (!is_in_tree(value.property)) continue;
    text += text.empty() ? "" : "; ";
    if (value.property == Property::type || value.property == Property::constraint_type)
      text += value.text;
    else if (schema::property_shape(value.property) == Shape::flag)
      text += schema::property_name(value.property);
    else
      text += fmt::format("{} {}", schema::property_name(value.property),
                          value_text(value.property, value.text));
  }
  return text;
}

// Columns in the order that they have in the table; the rest as it stands.
std::vector<Object> parts_in_order(const Object& object) {
  auto parts = object.parts();
  const auto rank = [](const Object& part) {
    const auto text = part.get(Property::position).value_or(part.text(Property::ordinal));
    return part.kind() == Kind::column ? std::atoi(std::string(text).c_str()) : 0;
  };
  std::stable_sort(parts.begin(), parts.end(), [&](const Object& a, const Object& b) {
    return a.kind() == b.kind() && rank(a) < rank(b);
  });
  return parts;
}

std::string own_name(const Object& object) {
  auto identity = object.identity();
  identity.schema.clear();
  if (schema::is_part(identity.kind)) return identity.part;
  return identity.path().substr(schema::kind_name(identity.kind).size() + 1);
}

std::string shown(std::string text) {
  return text.empty() ? text : "  " + text;
}

} // namespace

std::string schema_tree(const schema::Schema& schema, const std::string& target) {
  std::string text =
      fmt::format("{}, PostgreSQL {}\n", target, schema.origin().server_version / 10'000);
  std::string_view current;
  bool first = true;
  for (const auto& object : schema.objects()) {
    if (first || object.schema() != current) {
      current = object.schema();
      first = false;
      text += current.empty() ? "\ndatabase\n" : fmt::format("\nschema {}\n", current);
    }
    text += fmt::format("  {} {}{}\n", schema::kind_name(object.kind()), own_name(object),
                        shown(properties_text(object)));
    for (const auto& part : parts_in_order(object))
      text += fmt::format("    {} {}{}\n", schema::kind_name(part.kind()), own_name(part),
                          shown(properties_text(part)));
  }
  if (schema.objects().empty()) text += "\nThere is nothing in it.\n";
  const auto& left_out = schema.origin().left_out;
  if (!left_out.empty()) text += fmt::format("\nleft out: {}\n", fmt::join(left_out, ", "));
  return text;
}

std::string fingerprint_text(const schema::Fingerprint& fingerprint, bool objects) {
  std::string text = fingerprint.text() + "\n";
  if (objects)
    for (const auto& one : fingerprint.objects)
      text += fmt::format("{}  {}\n", one.hash, one.identity.path());
  return text;
}

std::string fingerprint_json(const schema::Fingerprint& fingerprint, bool objects) {
  nlohmann::ordered_json json{{"schema", 1},
                              {"fingerprint", fingerprint.text()},
                              {"server_version", fingerprint.server_version},
                              {"root", fingerprint.root}};
  if (objects) {
    auto& list = json["objects"] = nlohmann::ordered_json::array();
    for (const auto& one : fingerprint.objects)
      list.push_back({{"path", one.identity.path()}, {"hash", one.hash}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string schema_script(const schema::Origin& origin, const diff::Plan& plan) {
  std::string text = fmt::format("-- The schema as `slipway snapshot` wrote it, for an empty "
                                 "database. Format 1, PostgreSQL {}.\n\n",
                                 origin.server_version / 10'000);
  for (const auto& refusal : plan.refusals)
    text += fmt::format("-- Not included: {}: {}\n\n", shortened(refusal.object),
                        shortened(refusal.message));
  for (const auto& statement : plan.statements) text += statement.sql + ";\n\n";
  return text;
}

std::vector<std::string> difference_lines(const schema::Difference& difference) {
  const auto path = difference.identity.path();
  if (difference.change != schema::Change::changed)
    return {fmt::format("{}: {}", path, schema::change_name(difference.change))};
  std::vector<std::string> lines;
  const auto side = [](Property property, const std::optional<std::string>& text) {
    return text ? value_text(property, *text) : std::string("(default)");
  };
  for (const auto& one : difference.properties)
    lines.push_back(fmt::format("{}: {}: {} -> {}", path, schema::property_name(one.property),
                                side(one.property, one.from), side(one.property, one.to)));
  return lines;
}

} // namespace slipway::report
