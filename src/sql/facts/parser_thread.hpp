#pragma once

#include <functional>

namespace slipway::sql {

/// Runs `job` on the one long-lived parser thread and waits for it; jobs of several callers run one
/// after the other. The thread has a big stack, because the parser recurses over deep expressions,
/// and lives until the program ends, because the parser library takes a thread-specific key from
/// the process for each thread that ever calls it. Returns false, without having run the job, when
/// the system gives no such thread. What the job throws is rethrown.
bool run_on_parser_thread(const std::function<void()>& job);

} // namespace slipway::sql
