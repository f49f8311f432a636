#include "slipway/observe/sinks.hpp"

namespace slipway::observe {

void FanOut::on_event(const Event& event) {
  for (EventSink* sink : sinks_) sink->on_event(event);
}

} // namespace slipway::observe
