#pragma once

#include "built_program.hpp"
#include "cells.hpp"
#include "drill_server.hpp"
#include "message_relay.hpp"
#include "writers.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace slipway::test {

/// How a cell ended.
struct Played {
  bool hit = false;     ///< the fault was met
  int requests = 0;     ///< of the rollback to the server
  int first_status = 0; ///< of the rollback that was disturbed
  double seconds = 0;   ///< of all rollbacks
  Audit audit;
  std::string trouble; ///< empty when everything is as it must be
};

/// A server with a database that has a migration and a backup, from which each cell begins.
class DrillStage {
public:
  DrillStage();
  Played play(const DrillCell& cell);
  int major_version() const { return server_.major_version(); }

private:
  struct Start {
    std::string database; ///< the template of each cell's database
    std::string fingerprint;
    std::string rows; ///< a digest of those from the start
    ProjectFolder project;
  };
  struct Disturbed {
    Ran ran;
    bool hit = false;
    int requests = 0;
  };

  Start& start_for(const Capture& capture);
  void set_up(const DrillCell& cell, const Start& start);
  Disturbed make_run(const DrillCell& cell, const Start& start);
  /// Whether something of the run is there, or somebody is in the midst of taking it back.
  bool has_run();
  /// Takes what the slot has so far into files.
  void spool(const DrillCell& cell, const Start& start);
  bool is_open();
  void lose_what_is_kept(const Fault& fault);
  Disturbed disturb(const DrillCell& cell, const Start& start,
                    const std::vector<std::string>& command);
  Disturbed disturb_through_relay(const Fault& fault, const Start& start,
                                  const std::vector<std::string>& command);
  std::string check_refusal(const DrillCell& cell, const Ran& ran);
  std::string look_after(const DrillCell& cell, const Start& start, const std::string& told,
                         const Ledger& ledger, Audit& audit);
  std::string leftovers();
  Ran run(const Start& start, const std::vector<std::string>& arguments, const std::string& url,
          std::map<std::string, std::string> environment = {}) const;
  std::string url() const { return server_.url(k_database); }

  static constexpr const char* k_database = "drill";
  DrillServer server_;
  std::map<std::string, std::unique_ptr<Start>> starts_; ///< by the capture's name
};

} // namespace slipway::test
