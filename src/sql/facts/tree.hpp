#pragma once

#include "slipway/base/sql_text.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <pg_query/pg_query.pb-c.h>

/// Reading the parser's tree: the one header of the room that knows how protobuf-c lays it out.
namespace slipway::sql {

using Node = PgQuery__Node;
using Nodes = std::span<Node* const>;

inline Nodes nodes(std::size_t count, Node* const* first) {
  return {first, count};
}

/// A field of text; absent and empty are the same in the tree.
inline std::string text_of(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

/// The String in a node, or an empty text.
std::string string_of(const Node* node);
/// The relation in a node, or null.
const PgQuery__RangeVar* relation_of(const Node* node);
QualifiedName name_of(const PgQuery__RangeVar& relation);
/// A dotted name given as a list of Strings; of more than two parts the last two.
QualifiedName name_of(Nodes parts);
QualifiedName name_of(const PgQuery__TypeName& type);
/// The name in a node of any of the kinds that object names come as: String, List, TypeName,
/// ObjectWithArgs, RangeVar.
QualifiedName object_name(const Node* node);
/// The items of a List node; empty for another node.
Nodes items_of(const Node* node);

/// An option NAME [= VALUE] in a list of DefElem nodes, or null.
const PgQuery__DefElem* option(Nodes options, std::string_view name);
/// The truth of an option as the server reads it: absent gives `absent`, without a value true.
bool option_is_on(Nodes options, std::string_view name, bool absent);

/// A constant's text if `node` is a string constant, also under a cast; else an empty text.
std::string string_constant(const Node* node);
/// A name as a regclass literal spells it: 'schema."Name"'.
QualifiedName name_in_literal(std::string_view literal);

/// Calls `visit` for each message directly below `message`.
template<class Visit>
void for_each_child(const ProtobufCMessage& message, Visit visit) {
  const auto* base = reinterpret_cast<const char*>(&message);
  const auto pointer_at = [](const char* at) {
    return *reinterpret_cast<const ProtobufCMessage* const*>(at);
  };
  if (message.descriptor == &pg_query__node__descriptor) {
    // A node is one of some 240 alternatives: ask for the one that is there instead of trying each.
    const auto* node = reinterpret_cast<const Node*>(base);
    const auto* field =
        protobuf_c_message_descriptor_get_field(message.descriptor, node->node_case);
    if (field != nullptr && pointer_at(base + field->offset) != nullptr)
      visit(*pointer_at(base + field->offset));
    return;
  }
  for (unsigned i = 0; i < message.descriptor->n_fields; ++i) {
    const ProtobufCFieldDescriptor& field = message.descriptor->fields[i];
    if (field.type != PROTOBUF_C_TYPE_MESSAGE) continue;
    const char* counter = base + field.quantifier_offset;
    if (field.label == PROTOBUF_C_LABEL_REPEATED) {
      const std::size_t count = *reinterpret_cast<const std::size_t*>(counter);
      const auto* list =
          *reinterpret_cast<const ProtobufCMessage* const* const*>(base + field.offset);
      for (std::size_t k = 0; k < count; ++k) visit(*list[k]);
      continue;
    }
    const bool chosen = (field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 ||
                        *reinterpret_cast<const std::uint32_t*>(counter) == field.id;
    if (chosen && pointer_at(base + field.offset) != nullptr)
      visit(*pointer_at(base + field.offset));
  }
}

} // namespace slipway::sql
