// The settings and addresses of a cluster of ours.
#include "cluster_settings.hpp"

#include "slipway/os/system_error.hpp"
#include "slipway/os/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <string_view>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::pg {

namespace {

using Settings = std::map<std::string, std::string>;

/// As guc-file.l reads it: quotes doubled, backslash escapes.
std::string quoted_setting(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'')
      text += "''";
    else if (c == '\\')
      text += "\\\\";
    else if (c == '\n')
      text += "\\n";
    else if (c == '\r')
      text += "\\r";
    else
      text += c;
  }
  return text + "'";
}

bool is_setting_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), fits);
}

Settings common_settings(const std::string& folder, int port, Listen listen) {
  return {{"unix_socket_directories", "\"" + folder + "\""},
          {"unix_socket_permissions", "0700"},
          {"port", std::to_string(port)},
          {"listen_addresses", listen == Listen::loopback ? "127.0.0.1" : ""},
          {"password_encryption", "scram-sha-256"},
          {"cluster_name", "slipway"},
          {"logging_collector", "off"},
          {"log_destination", "stderr"},
          // What rehearsals and captures of writes need.
          {"wal_level", "logical"},
          {"max_prepared_transactions", "10"}};
}

/// Nothing has to survive, and the folder must hold all there is, shared memory included, so that
/// removing it removes everything even after a kill -9.
Settings throwaway_settings() {
  return {{"fsync", "off"},
          {"synchronous_commit", "off"},
          {"full_page_writes", "off"},
          {"max_connections", "200"},
          {"shared_buffers", "32MB"},
          {"max_wal_size", "1GB"},
          {"dynamic_shared_memory_type", "mmap"},
          {"timezone", "UTC"},
          {"log_timezone", "UTC"}};
}

/// For the path and query of a URL. A slash needs no escape in either and stays readable.
std::string url_encoded(std::string_view text) {
  static constexpr std::string_view k_plain = "-._~/";
  std::string result;
  for (const char c : text) {
    const bool alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (alphanumeric || k_plain.find(c) != std::string_view::npos)
      result += c;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return result;
}

} // namespace

Result<std::string> settings_text(const ClusterOptions& options, const std::string& folder,
                                  int port, Listen listen) {
  Settings settings = common_settings(folder, port, listen);
  if (!options.keep) settings.merge(throwaway_settings());
  std::string text;
  for (const auto& [name, value] : settings) text += name + " = " + quoted_setting(value) + "\n";
  for (const auto& [name, value] : options.settings) {
    if (!is_setting_name(name) || value.find('\0') != std::string::npos)
      return Error(ErrorCode::configuration,
                   fmt::format("\"{}\" is not a setting of PostgreSQL", name));
    text += name + " = " + quoted_setting(value) + "\n";
  }
  return text;
}

std::string access_text(Listen listen) {
  std::string text = "local all all trust\nlocal replication all trust\n";
  if (listen == Listen::loopback)
    text +=
        "host all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n";
  return text;
}

std::string socket_url(const std::string& folder, int port, const std::string& database) {
  return fmt::format("postgres://postgres@/{}?host={}&port={}", url_encoded(database),
                     url_encoded(folder), port);
}

std::string loopback_url(const std::string& password, int port, const std::string& database) {
  return fmt::format("postgres://postgres:{}@127.0.0.1:{}/{}", password, port,
                     url_encoded(database));
}

bool socket_fits(std::size_t folder_length) {
  constexpr std::string_view k_longest_name = "/.s.PGSQL.65535";
  return folder_length + k_longest_name.size() < 108;
}

Result<int> free_port() {
  const os::UniqueFd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  // The system's interface takes every family of address through this one type.
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (!probe || ::bind(probe.get(), any, size) != 0 || ::getsockname(probe.get(), any, &size) != 0)
    return os::system_error("find", "a free port on 127.0.0.1", errno);
  return static_cast<int>(ntohs(address.sin_port));
}

Result<std::string> random_password() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return os::system_error("make", "a random password", errno);
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

Status write_new_file(const std::string& path, const std::string& text, unsigned mode) {
  ::unlink(path.c_str());
  const os::UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file) return os::system_error("write", path, errno);
  if (::fchmod(file.get(), mode) != 0) return os::system_error("write", path, errno);
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return os::system_error("write", path, errno);
  return {};
}

} // namespace slipway::pg
