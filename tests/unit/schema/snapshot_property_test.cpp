// Schemas that no server would hold: the snapshot keeps whatever the value model can.
#include "slipway/schema/acl.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/snapshot.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <set>

namespace slipway::schema {
namespace {

// Few different ones, so that objects of the same name in other places are common.
rc::Gen<std::string> any_name() {
  return rc::gen::oneOf(rc::gen::element<std::string>("a", "public", "Quoted Name", "with\nnewline",
                                                      "\"", "\\", "", "dot.ted", "sl/ash", "a by b",
                                                      "名前", "na\xefve", "a)(", "tab\t",
                                                      "\x01\x7f"),
                        rc::gen::arbitrary<std::string>());
}

rc::Gen<std::string> any_text() {
  return rc::gen::oneOf(any_name(), rc::gen::element<std::string>(
                                        "yes", "no", "1", "-0.5e-3", "007", "a\nb", "b\na", "a\\nb",
                                        "\\", "\n", "9223372036854775807", "CHECK (a > 'x')"));
}

Kind any_kind(bool part) {
  std::vector<Kind> kinds;
  for (const auto kind : all_kinds())
    if (is_part(kind) == part) kinds.push_back(kind);
  return *rc::gen::elementOf(kinds);
}

// The builder reads privileges, so they are well-formed ones.
std::vector<std::string> any_acl() {
  std::vector<std::string> items;
  for (int more = *rc::gen::inRange(0, 3); more > 0; --more) {
    AclItem item;
    item.grantee = *rc::gen::element(AclItem::Grantee::role, AclItem::Grantee::owner,
                                     AclItem::Grantee::everybody);
    item.role = *any_name();
    item.privileges = *rc::gen::element<std::string>("r", "arwd", "r*w");
    item.grantor = *any_name();
    items.push_back(item.text());
  }
  return items;
}

void fill_properties(SchemaBuilder& builder, SchemaBuilder::Handle object) {
  const int count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    const auto property = *rc::gen::elementOf(all_properties());
    if (property == Property::acl) {
      builder.set_list(object, property, any_acl());
      continue;
    }
    switch (*rc::gen::inRange(0, 4)) {
    case 0:
      builder.set_flag(object, property);
      break;
    case 1:
      builder.set_list(object, property, *rc::gen::container<std::vector<std::string>>(any_text()));
      break;
    case 2:
      builder.set(object, property, std::to_string(*rc::gen::arbitrary<int>()));
      break;
    default:
      builder.set(object, property, *any_text());
    }
  }
}

Schema any_schema() {
  SchemaBuilder builder;
  std::vector<SchemaBuilder::Handle> all;
  std::set<Identity> known;
  const int objects = *rc::gen::inRange(0, 12);
  for (int i = 0; i < objects; ++i) {
    const Identity identity{any_kind(false), *any_name(), *any_name(), *any_name()};
    if (!known.insert(identity).second) continue;
    all.push_back(builder.add(identity.kind, identity.schema, identity.name, identity.part));
    const auto holder = all.back();
    fill_properties(builder, holder);
    std::set<std::pair<Kind, std::string>> parts;
    for (int more = *rc::gen::inRange(0, 5); more > 0; --more) {
      const std::pair part{any_kind(true), *any_name()};
      if (!parts.insert(part).second) continue;
      all.push_back(builder.add_part(holder, part.first, part.second));
      fill_properties(builder, all.back());
    }
  }
  if (*rc::gen::arbitrary<bool>()) {
    builder.dependencies_read();
    for (int needs = all.empty() ? 0 : *rc::gen::inRange(0, 10); needs > 0; --needs)
      builder.depends(*rc::gen::elementOf(all), *rc::gen::elementOf(all));
  }
  return builder.finish({*rc::gen::inRange(0, 190000), *any_name(), *any_text(), *any_text(),
                         *rc::gen::container<std::vector<std::string>>(any_text())});
}

RC_GTEST_PROP(SnapshotProperty, AnySchemaComesBackAsItWas, ()) {
  const auto original = any_schema();
  const auto json = to_json(original);
  const auto read = from_json(json);
  RC_ASSERT(read.has_value());
  RC_ASSERT(compare(original, *read).empty());
  RC_ASSERT(fingerprint(original).text() == fingerprint(*read).text());
  RC_ASSERT(original.dependencies() == read->dependencies());
  RC_ASSERT(original.has_dependencies() == read->has_dependencies());
  RC_ASSERT(original.origin().left_out == read->origin().left_out);
  RC_ASSERT(original.origin().locale == read->origin().locale);
  // Properties that are not compared are kept, too.
  RC_ASSERT(to_json(*read) == json);
}

RC_GTEST_PROP(SnapshotProperty, ADamagedOneIsRefusedOrReadable, ()) {
  auto json = to_json(any_schema());
  const auto at = *rc::gen::inRange<std::size_t>(0, json.size());
  if (*rc::gen::arbitrary<bool>())
    json.resize(at);
  else
    json[at] = *rc::gen::arbitrary<char>();
  const auto read = from_json(json);
  if (read)
    RC_ASSERT(to_json(*read) == to_json(*from_json(to_json(*read))));
  else
    RC_ASSERT(read.error().code == ErrorCode::source && read.error().place.has_value());
}

} // namespace
} // namespace slipway::schema
