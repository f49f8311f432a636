#pragma once

#include <map>
#include <optional>
#include <string>

namespace slipway::pg {

/// Which texts a session has prepared, and under which names. Names hold random digits, because
/// behind a pooler other sessions of ours meet the same server session.
class PreparedStatements {
public:
  PreparedStatements();

  /// The name a text is prepared under, if it is.
  std::optional<std::string> find(const std::string& sql) const;
  /// A new name.
  std::string next_name();
  void remember(const std::string& sql, std::string name) { names_[sql] = std::move(name); }
  void forget(const std::string& sql) { names_.erase(sql); }
  /// The server may have dropped them, as DISCARD ALL does.
  void forget_all() { names_.clear(); }

private:
  std::string prefix_;
  unsigned long count_ = 0;
  std::map<std::string, std::string> names_;
};

} // namespace slipway::pg
