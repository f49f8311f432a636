#pragma once

#include <string>
#include <vector>

/// What became of a statement outside a transaction that an earlier run began: one file looks for
/// one kind of trace. Looking changes nothing.
namespace slipway::apply::settle {

enum class Verdict {
  done,        ///< it took effect, or does with the cleanups below
  not_done,    ///< it did not: run it again, after the cleanups below
  busy,        ///< another session works on it just now
  cannot_tell, ///< the catalog does not say
};

/// One statement that removes, or brings to its end, what an attempt left half done.
struct Cleanup {
  std::string what; ///< "the INVALID index public.orders_user_id"
  std::string sql;
  /// It waits for old transactions as a part of its work, in a way in which nobody queues behind
  /// it.
  bool waits_for_others = false;
};

struct Finding {
  Verdict verdict = Verdict::cannot_tell;
  std::string evidence; ///< a clause: "the index public.orders_user_id is there and valid"
  std::vector<Cleanup> cleanups;
};

} // namespace slipway::apply::settle
