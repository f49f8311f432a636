#include "row_values.hpp"

#include <algorithm>

namespace slipway::inspect {

using schema::Property;
using schema::Shape;

namespace {

// Having none of these is something else than saying nothing of them.
bool may_be_empty(Property property) {
  return property == Property::acl || property == Property::identity_acl ||
         property == Property::operations;
}

} // namespace

void set_values(Reading& reading, Handle handle, const CopiedRow& row, std::size_t first,
                std::initializer_list<Property> properties) {
  auto& builder = reading.builder();
  std::size_t field = first;
  for (const auto property : properties) {
    const auto at = field++;
    if (row.is_null(at)) continue;
    switch (schema::property_shape(property)) {
    case Shape::flag:
      builder.set_flag(handle, property, row.yes(at));
      break;
    case Shape::text:
    case Shape::number:
      builder.set(handle, property, row.text(at));
      break;
    case Shape::list:
    case Shape::set:
      const auto values = row.array(at);
      if (values.empty() && may_be_empty(property)) builder.set(handle, property, "");
      builder.set_list(handle, property, values);
      break;
    }
  }
}

std::vector<Oid> numbers(std::string_view text) {
  std::vector<Oid> found;
  bool inside = false;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !inside) found.push_back(0);
    if (digit) found.back() = found.back() * 10 + static_cast<Oid>(c - '0');
    inside = digit;
  }
  return found;
}

std::string oid_array(const std::vector<Oid>& oids) {
  std::string text = "{";
  for (const auto oid : oids) {
    if (text.size() > 1) text += ',';
    text += std::to_string(oid);
  }
  return text + "}";
}

std::vector<std::string> without_internal(std::vector<std::string> options) {
  std::erase_if(options, [](const std::string& option) { return option.starts_with("pg_"); });
  return options;
}

} // namespace slipway::inspect
