#include "facts/tree_parser.hpp"

#include <cstddef>
#include <new>

#include <fmt/format.h>
#include <pg_query.h>

namespace slipway::sql {

namespace {

// The library is C: a failed allocation must come back as null, not as an exception through its
// frames.
void* take(void* arena, std::size_t bytes) {
  try {
    return static_cast<std::pmr::monotonic_buffer_resource*>(arena)->allocate(
        bytes, alignof(std::max_align_t));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void give_back(void*, void*) {
}

struct FreeResult {
  PgQueryProtobufParseResult result;
  explicit FreeResult(PgQueryProtobufParseResult made) : result(made) {}
  ~FreeResult() { pg_query_free_protobuf_parse_result(result); }
  FreeResult(const FreeResult&) = delete;
  FreeResult& operator=(const FreeResult&) = delete;
};

} // namespace

TreeParser::Outcome TreeParser::parse(const std::string& sql) {
  arena_.release();
  const FreeResult parsed(pg_query_parse_protobuf(sql.c_str()));
  if (parsed.result.error != nullptr) return {nullptr, text_of(parsed.result.error->message)};
  ProtobufCAllocator allocator{take, give_back, &arena_};
  const PgQuery__ParseResult* tree = pg_query__parse_result__unpack(
      &allocator, parsed.result.parse_tree.len,
      reinterpret_cast<const std::uint8_t*>(parsed.result.parse_tree.data));
  if (tree == nullptr) return {nullptr, "the parser's answer could not be read"};
  if (tree->n_stmts != 1)
    return {nullptr, fmt::format("{} statements where one was expected", tree->n_stmts)};
  if (tree->stmts[0]->stmt == nullptr) return {nullptr, "an empty statement"};
  return {tree->stmts[0]->stmt, {}};
}

} // namespace slipway::sql
