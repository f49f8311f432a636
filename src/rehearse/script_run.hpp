#pragma once

#include "slipway/pg/session.hpp"
#include "slipway/rehearse/script.hpp"

#include <functional>
#include <set>
#include <string>

namespace slipway::rehearse {

/// One script on one session. Roles belong to a whole server and so to all scripts that run on it:
/// a missing one is made, and making one that an earlier script made is passed over. Then the
/// transaction it stood in is run again from its start.
class ScriptRun {
public:
  using MakeRole = std::function<Status(const std::string& name, const Wait& wait)>;
  ScriptRun(pg::Session& session, const Script& script, MakeRole make_role)
      : session_(session), script_(script), make_role_(std::move(make_role)) {}
  Status run(const Wait& wait);

private:
  struct Sent {
    const ScriptStatement* statement = nullptr; ///< null for a BEGIN or COMMIT of ours
    std::string text;
  };
  void lay_out();
  Status send(const Sent& one, const Wait& wait);
  Result<bool> mend(const Error& error, std::size_t at, const Wait& wait);
  Error told(Error error, const Sent& one) const;
  Status check_end() const;

  pg::Session& session_;
  const Script& script_;
  MakeRole make_role_;
  std::vector<Sent> all_;
  std::set<std::string> roles_before_; ///< made before this script
  std::set<std::string> made_roles_;
  std::set<std::size_t> passed_over_;
};

} // namespace slipway::rehearse
