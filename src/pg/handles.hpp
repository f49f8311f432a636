#pragma once

#include <libpq-fe.h>
#include <memory>

namespace slipway::pg {

struct FinishConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
struct FreeCancel {
  void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
};
struct FreeConninfo {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
struct FreeMemory {
  void operator()(char* memory) const noexcept { PQfreemem(memory); }
};

using ConnectionHandle = std::unique_ptr<PGconn, FinishConnection>;
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;
using CancelHandle = std::unique_ptr<PGcancel, FreeCancel>;
using ConninfoHandle = std::unique_ptr<PQconninfoOption, FreeConninfo>;
using MemoryHandle = std::unique_ptr<char, FreeMemory>;

} // namespace slipway::pg
