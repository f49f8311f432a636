#include "slipway/schema/fingerprint.hpp"

#include "slipway/base/sha256.hpp"

#include <array>

namespace slipway::schema {

namespace {

constexpr std::string_view k_format = "s1";

void add_field(std::string& payload, std::string_view field) {
  auto size = field.size();
  std::array<char, 8> prefix{};
  for (auto& byte : prefix) {
    byte = static_cast<char>(size & 0xff);
    size >>= 8;
  }
  payload.append(prefix.data(), prefix.size());
  payload += field;
}

void add_values(std::string& payload, const Object& object) {
  for (const auto& value : object.values()) {
    if (!is_compared(value.property)) continue;
    add_field(payload, property_name(value.property));
    add_field(payload, value.text);
  }
  // No property has an empty name, so this ends the list.
  add_field(payload, {});
}

void add_identity(std::string& payload, const Object& object) {
  add_field(payload, kind_name(object.kind()));
  add_field(payload, object.schema());
  add_field(payload, object.name());
  add_field(payload, object.part());
}

// The format's version and the server's, without the hash.
std::string_view stamp_of(std::string_view text) {
  return text.substr(0, text.rfind('-'));
}

} // namespace

std::string Fingerprint::text() const {
  return std::string(k_format) + "-" + std::to_string(server_version) + "-" + root;
}

Fingerprint fingerprint(const Schema& schema) {
  Fingerprint made;
  made.server_version = schema.origin().server_version;
  std::string all;
  std::string payload;
  for (const auto& object : schema.objects()) {
    payload.clear();
    add_identity(payload, object);
    add_values(payload, object);
    for (const auto& part : object.parts()) {
      add_identity(payload, part);
      add_values(payload, part);
    }
    made.objects.push_back({object.identity(), sha256_hex(payload)});
    add_field(all, made.objects.back().hash);
  }
  made.root = sha256_hex(all);
  return made;
}

Relation relate(std::string_view one, std::string_view other) {
  if (stamp_of(one) != stamp_of(other)) return Relation::not_comparable;
  return one == other ? Relation::equal : Relation::different;
}

std::string shape_hash(const Object& object) {
  std::string payload;
  add_field(payload, kind_name(object.kind()));
  add_values(payload, object);
  for (const auto& part : object.parts()) {
    add_field(payload, kind_name(part.kind()));
    // The names of columns are what its queries know a table by; those of the rest follow the
    // table's own name.
    if (part.kind() == Kind::column) add_field(payload, part.part());
    add_values(payload, part);
  }
  return sha256_hex(payload);
}

} // namespace slipway::schema
