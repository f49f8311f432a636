// One libpq connection and its notices.
#include "connection.hpp"

#include "server_error.hpp"

#include <new>
#include <sys/socket.h>
#include <utility>

namespace slipway::pg {

Connection::Connection(ConnectionHandle handle)
    : handle_(std::move(handle)), cancel_(PQgetCancel(handle_.get()), FreeCancel()),
      address_(address_of(handle_.get())), backend_pid_(PQbackendPID(handle_.get())),
      server_version_(PQserverVersion(handle_.get())) {
  if (!cancel_) throw std::bad_alloc();
  if (const char* password = PQpass(handle_.get()); password != nullptr) password_ = password;
  PQsetNoticeReceiver(handle_.get(), &Connection::receive_notice, this);
  // Fails only when there is something unsent, and nothing was sent yet.
  PQsetnonblocking(handle_.get(), 1);
}

void Connection::receive_notice(void* connection, const PGresult* notice) {
  auto& self = *static_cast<Connection*>(connection);
  SqlError message = sql_error_from(notice, "");
  if (ends_connection(message)) self.last_words_ = message;
  self.notices_.push_back(std::move(message));
}

void Connection::deliver_notices() {
  if (notices_.empty()) return;
  const auto notices = std::exchange(notices_, {});
  if (!notice_handler) return;
  for (const SqlError& notice : notices) notice_handler(notice);
}

TransactionStatus Connection::transaction_status() const {
  switch (PQtransactionStatus(handle_.get())) {
  case PQTRANS_IDLE:
    return TransactionStatus::idle;
  case PQTRANS_ACTIVE:
    return TransactionStatus::active;
  case PQTRANS_INTRANS:
    return TransactionStatus::in_transaction;
  case PQTRANS_INERROR:
    return TransactionStatus::in_failed_transaction;
  case PQTRANS_UNKNOWN:
    break;
  }
  return TransactionStatus::unknown;
}

void Connection::close() {
  handle_.reset();
}

void Connection::drop() {
  // PQfinish tries to send what is in its buffer, which may hold the COMMIT of a call that was
  // given up.
  if (handle_ && PQsocket(handle_.get()) >= 0) ::shutdown(PQsocket(handle_.get()), SHUT_RDWR);
  handle_.reset();
}

} // namespace slipway::pg
