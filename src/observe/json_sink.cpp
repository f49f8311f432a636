// Events as JSON lines.
#include "event_json.hpp"

#include "slipway/observe/sinks.hpp"

#include <chrono>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace slipway::observe {

namespace {

constexpr int k_schema = 1;

std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds),
                     now.time_since_epoch().count() % 1000);
}

class JsonSink final : public EventSink {
public:
  explicit JsonSink(Output& output) : output_(output) {}

  void on_event(const Event& event) override {
    nlohmann::ordered_json line{
        {"schema", k_schema},
        {"time", utc_now()},
        {"event",
         std::visit([](const auto& e) { return std::remove_cvref_t<decltype(e)>::name; }, event)}};
    nlohmann::ordered_json fields = fields_object(event);
    // While each text is still apart from its neighbours.
    change_strings(fields, [&](const std::string& text) { return output_.masked(text); });
    line.update(fields);
    output_.line(one_line(line));
  }

private:
  Output& output_;
};

} // namespace

std::unique_ptr<EventSink> json_sink(Output& output) {
  return std::make_unique<JsonSink>(output);
}

} // namespace slipway::observe
