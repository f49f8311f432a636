// Any bytes as a snapshot: refused with a place, or a schema that is written and read the same.
#include "promise.hpp"
#include "slipway/schema/difference.hpp"
#include "slipway/schema/fingerprint.hpp"
#include "slipway/schema/snapshot.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = schema::from_json(text, "schema.json");
  if (!read) {
    fuzz::promise_good_refusal(read.error(), ErrorCode::source, "schema.json");
    return 0;
  }
  const auto again = schema::from_json(schema::to_json(*read));
  fuzz::promise(again.has_value(), "what is written can be read");
  fuzz::promise(schema::compare(*read, *again).empty(), "it is read as it was written");
  fuzz::promise(schema::fingerprint(*read).text() == schema::fingerprint(*again).text(),
                "it has the same fingerprint");
  fuzz::promise(read->dependencies() == again->dependencies(), "it has the same dependencies");
  return 0;
}
