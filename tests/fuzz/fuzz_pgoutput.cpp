// Any bytes as a message of the change stream: read or refused, and no part of a message is one.
#include "promise.hpp"
#include "slipway/replay/pgoutput.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto read = replay::pgoutput::decode(bytes);
  if (!read) {
    fuzz::promise(read.error().code == ErrorCode::source, "what is no message is refused as such");
    return 0;
  }
  fuzz::promise(!replay::pgoutput::decode(bytes + '\0'), "nothing may follow a message");
  fuzz::promise(!replay::pgoutput::decode(bytes.substr(0, size - 1)),
                "a message cut short is none");
  return 0;
}
