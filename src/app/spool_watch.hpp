#pragma once

#include "spool_keeper.hpp"

#include <string>

namespace slipway::app {

/// Spools the slot of a bake, from the beginning where deploy.capture is spool, else from when it
/// is in danger of being lost; and tells of it.
class SpoolWatch {
public:
  /// `capture` may be empty: there is none. All must outlive this.
  SpoolWatch(const Context& context, pg::Session& session, std::string capture)
      : context_(context), session_(session), name_(std::move(capture)) {}
  void look(const Wait& wait);

private:
  /// Empty: not yet.
  std::string reason(const Wait& wait);
  Status start(const std::string& why, const Wait& wait);
  void tell();
  void warn(const std::string& message);

  const Context& context_;
  pg::Session& session_;
  const std::string name_;
  std::unique_ptr<SpoolKeeper> keeper_;
  bool refused_ = false;
  bool told_ = false;
  bool warned_ = false;
};

} // namespace slipway::app
