// Any bytes as slipway.toml: refused with a place, or values that their typed getters can read.
#include "promise.hpp"
#include "slipway/config/config.hpp"
#include "slipway/test/memory_file_system.hpp"

#include <cstdint>

namespace slipway::fuzz {
namespace {

void check_values(const config::Config& settled) {
  for (const auto& setting : config::settings()) {
    const std::string text = settled.text(setting.key);
    switch (setting.type) {
    case config::ValueType::text:
      promise(setting.default_value.empty() || !text.empty(), "what needs a value has one");
      break;
    case config::ValueType::boolean:
      promise(settled.boolean(setting.key) == (text == "true"), "a boolean is true or false");
      break;
    case config::ValueType::integer:
      (void)settled.integer(setting.key);
      break;
    case config::ValueType::duration:
      promise(settled.duration(setting.key).count() > 0 || !setting.zero_means.empty(),
              "0 stands only where it means something");
      break;
    case config::ValueType::text_list:
    case config::ValueType::text_table:
      (void)settled.text_list(setting.key);
      break;
    }
    promise(text.find('\0') == std::string::npos, "no value holds a NUL byte");
  }
}

} // namespace
} // namespace slipway::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway;
  const test::MemoryFileSystem files(std::map<std::string, std::string>{
      {"/app/slipway.toml", std::string(reinterpret_cast<const char*>(data), size)}});
  config::Inputs inputs;
  inputs.working_directory = "/app";
  const auto settled = config::settle(inputs, files);
  if (settled)
    fuzz::check_values(*settled);
  else
    fuzz::promise_good_refusal(settled.error(), ErrorCode::configuration, "slipway.toml");
  return 0;
}
