// A real PgBouncer for tests.
#include "slipway/test/pooler.hpp"

#include "slipway/os/child.hpp"
#include "slipway/os/identity.hpp"
#include "slipway/os/real_file_system.hpp"
#include "slipway/os/unique_fd.hpp"

#include <csignal>
#include <iterator>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace slipway::test {

namespace {

constexpr const char* k_program = "/usr/sbin/pgbouncer";
constexpr const char* k_port = "6432";
constexpr const char* k_server_user = "postgres";

template<class T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

bool accepts_connections(const std::string& path) {
  const os::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(std::begin(address.sun_path), sizeof(address.sun_path) - 1);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

} // namespace

Pooler::Pooler(const std::string& mode, int pool_size,
               const std::map<std::string, std::string>& further)
    : folder_(or_throw(os::TemporaryFolder::make("", "slipway-pooler-"))), pool_size_(pool_size) {
  write_settings(mode, further);
  start();
}

Pooler::~Pooler() {
  if (pid_ <= 0) return;
  // SIGTERM would let it wait for clients.
  kill(pid_, SIGKILL);
  os::wait_for_end(pid_, long_wait().deadline);
}

void Pooler::write_settings(const std::string& mode,
                            const std::map<std::string, std::string>& further) {
  const auto& cluster = TestServer::instance().cluster();
  std::string text = "[databases]\n* = host=" + cluster.folder() +
                     " port=" + std::to_string(cluster.port()) + " user=" + k_server_user +
                     "\n[pgbouncer]\nlisten_addr =\nlisten_port = " + k_port +
                     "\nunix_socket_dir = " + folder_.path() +
                     "\nunix_socket_mode = 0777\nauth_type = any\npool_mode = " + mode +
                     "\ndefault_pool_size = " + std::to_string(pool_size_) + "\n";
  for (const auto& [name, setting] : further) text.append(name + " = ").append(setting + "\n");
  os::RealFileSystem files;
  if (const auto written = files.write(folder_.path() + "/pgbouncer.ini", text, Overwrite::yes);
      !written)
    throw std::runtime_error(written.error().message);
}

void Pooler::start() {
  os::Command command;
  command.arguments = {k_program, "-q", folder_.path() + "/pgbouncer.ini"};
  // It refuses to run as root.
  if (os::is_root()) {
    const auto account = or_throw(os::find_account(k_server_user));
    command.user = account.name;
    if (chown(folder_.path().c_str(), account.user_id, account.group_id) != 0 ||
        chmod(folder_.path().c_str(), 0755) != 0)
      throw std::runtime_error("cannot give the pooler its folder");
  }
  pid_ = or_throw(os::spawn(command, {}, os::Ties::own_group));
  const auto socket = folder_.path() + "/.s.PGSQL." + k_port;
  const auto deadline = long_wait().deadline;
  // The socket's file is there a moment before anybody listens.
  while (!accepts_connections(socket)) {
    if (deadline.passed()) throw std::runtime_error("PgBouncer did not start");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

std::string Pooler::url(const std::string& connection_string) const {
  auto session = connect(connection_string);
  return std::string("postgresql://") + k_server_user + "@/" +
         value(session, "SELECT current_database()") + "?host=" + folder_.path() +
         "&port=" + k_port;
}

} // namespace slipway::test
