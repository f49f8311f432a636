// Data folders: made by initdb once, copied from then on.
#include "cluster_template.hpp"

#include "cluster_postmaster.hpp"
#include "cluster_settings.hpp"
#include "slipway/base/sha256.hpp"
#include "slipway/os/file_lock.hpp"
#include "slipway/os/process.hpp"
#include "slipway/os/system_error.hpp"
#include "slipway/os/temporary_folder.hpp"

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <locale.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::pg {

namespace {

namespace fs = std::filesystem;

/// What a complete tree has. A cleaner that takes a file changes it.
struct Extent {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Extent&) const = default;
};

Extent extent_of(const std::string& folder) {
  Extent extent;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    ++extent.files;
    std::error_code gone;
    if (entry->is_regular_file(gone)) extent.bytes += entry->file_size(gone);
  }
  return extent;
}

std::optional<Extent> recorded_extent(const std::string& path) {
  std::ifstream in(path);
  Extent extent;
  if (!(in >> extent.files >> extent.bytes)) return std::nullopt;
  return extent;
}

/// C.UTF-8 orders by code point like C but knows letters beyond ASCII. Older systems do not have
/// it.
std::string locale_argument() {
  const locale_t known = ::newlocale(LC_ALL_MASK, "C.UTF-8", locale_t{});
  if (known == locale_t{}) return "--no-locale";
  ::freelocale(known);
  return "--locale=C.UTF-8";
}

std::vector<std::string> initdb_arguments(Durable durable) {
  std::vector<std::string> arguments{"--username=postgres", "--encoding=UTF8", locale_argument(),
                                     "--auth=trust"};
  if (durable == Durable::no) {
    arguments.push_back("--no-sync");
    // The first segment of the write-ahead log is most of an empty cluster, and every copy would
    // copy it.
    arguments.push_back("--wal-segsize=1");
  }
  return arguments;
}

Error program_failed(const std::string& what, const os::Finished& finished) {
  if (finished.timed_out || finished.stopped)
    return Error(ErrorCode::cancelled, what + " was not finished in time");
  Error error(ErrorCode::io,
              fmt::format("{} failed with exit status {}", what, finished.exit_status));
  std::istringstream lines(finished.errors);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) error.notes.push_back(line);
  return error;
}

Status run_to_success(os::Command command, const std::string& what, const Wait& wait) {
  SLIPWAY_ASSIGN(const os::Finished finished, os::run(command, wait));
  if (finished.exit_status != 0) return program_failed(what, finished);
  return {};
}

bool belongs_to(const std::string& folder, uid_t owner, mode_t forbidden) {
  struct stat facts{};
  return ::lstat(folder.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == owner &&
         (facts.st_mode & forbidden) == 0;
}

/// One template and the places around it.
struct Template {
  const Programs& programs;
  const RunAs& run_as;
  std::string cache;
  std::string name;

  std::string folder() const { return cache + "/" + name; }
  std::string data() const { return folder() + "/data"; }
  std::string record() const { return folder() + "/extent"; }
  std::string making() const { return name + ".new-"; }
  bool is_usable() const {
    return belongs_to(folder(), run_as.user_id(), 0077) && recorded_extent(record());
  }
};

std::string template_name(const Programs& programs, const RunAs& run_as) {
  std::string key =
      programs.version + programs.server.bin_folder + fmt::format("\n{}\n", run_as.user_id());
  for (const std::string& argument : initdb_arguments(Durable::no)) key += argument + "\n";
  return fmt::format("template-{}-{}", programs.server.major_version,
                     sha256_hex(key).substr(0, 16));
}

/// False when the template turned out to be incomplete; then nothing is left of the copy.
Result<bool> copy_from(const Template& source, const std::string& data_folder, const Wait& wait) {
  const std::optional<Extent> expected = recorded_extent(source.record());
  if (!expected || !source.is_usable()) return false;
  os::Command command;
  command.arguments = {"cp", "-a", source.data(), data_folder};
  command.user = source.run_as.name();
  command.working_directory = "/";
  const Status copied = run_to_success(command, "cp", wait);
  if (!copied && copied.error().code == ErrorCode::cancelled) return copied.error();
  if (copied && extent_of(data_folder) == *expected) return true;
  SLIPWAY_TRY(os::remove_tree(data_folder));
  return false;
}

/// Under the lock: nobody else makes one of that name, so what a killed maker left may go.
void remove_leavings(const Template& wanted) {
  std::error_code error;
  for (fs::directory_iterator entry(wanted.cache, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().filename().string().starts_with(wanted.making())) {
      std::error_code ignored;
      fs::remove_all(entry->path(), ignored);
    }
}

Status make_template(const Template& wanted, const Wait& wait) {
  remove_leavings(wanted);
  SLIPWAY_TRY(os::remove_tree(wanted.folder()));
  SLIPWAY_ASSIGN(os::TemporaryFolder folder,
                 os::TemporaryFolder::make(wanted.cache, wanted.making()));
  SLIPWAY_TRY(give_to(wanted.run_as, folder.path()));
  const std::string data = folder.path() + "/data";
  SLIPWAY_TRY(initialise(wanted.programs, wanted.run_as, data, Durable::no, wait));
  const Extent extent = extent_of(data);
  SLIPWAY_TRY(write_new_file(folder.path() + "/extent",
                             fmt::format("{} {}\n", extent.files, extent.bytes), 0644));
  if (::rename(folder.path().c_str(), wanted.folder().c_str()) != 0)
    return os::system_error("make", wanted.folder(), errno);
  folder.release();
  return {};
}

} // namespace

std::optional<std::string> RunAs::name() const {
  return account ? std::optional<std::string>(account->name) : std::nullopt;
}

uid_t RunAs::user_id() const {
  return account ? account->user_id : ::geteuid();
}

Status give_to(const RunAs& run_as, const std::string& path) {
  if (!run_as.account) return {};
  if (::lchown(path.c_str(), run_as.account->user_id, run_as.account->group_id) != 0)
    return os::system_error("give to user " + run_as.account->name, path, errno);
  return {};
}

Status initialise(const Programs& programs, const RunAs& run_as, const std::string& data_folder,
                  Durable durable, const Wait& wait) {
  os::Command command;
  command.arguments = {programs.server.bin_folder + "/initdb", "--pgdata=" + data_folder};
  for (std::string& argument : initdb_arguments(durable))
    command.arguments.push_back(std::move(argument));
  command.unset = postgres_variables();
  command.user = run_as.name();
  command.working_directory = fs::path(data_folder).parent_path().string();
  SLIPWAY_TRY(run_to_success(command, "initdb", wait));
  const std::string configuration = data_folder + "/postgresql.conf";
  std::ofstream out(configuration, std::ios::app);
  out << "\ninclude_if_exists = '" << k_settings_file << "'\n";
  out.close();
  if (!out) return os::system_error("write", configuration, errno);
  return {};
}

TemplateCache::TemplateCache(const std::string& folder)
    : folder_(folder.empty() ? fmt::format("{}/slipway-{}", os::temporary_base(), ::geteuid())
                             : folder) {
}

Status TemplateCache::make_data_folder(const Programs& programs, const RunAs& run_as,
                                       const std::string& data_folder, const Wait& wait) const {
  // The server's user must get through it, but needs no list of it. A folder that is there stays as
  // it is.
  if (::mkdir(folder_.c_str(), 0711) == 0) ::chmod(folder_.c_str(), 0711);
  if (!belongs_to(folder_, ::geteuid(), 0022))
    return initialise(programs, run_as, data_folder, Durable::no, wait);
  const Template wanted{programs, run_as, folder_, template_name(programs, run_as)};
  SLIPWAY_ASSIGN(bool copied, copy_from(wanted, data_folder, wait));
  if (copied) return {};
  {
    SLIPWAY_ASSIGN(const os::FileLock lock,
                   os::FileLock::obtain(folder_ + "/" + wanted.name + ".lock", wait));
    // Whoever had the lock before may have made it.
    SLIPWAY_ASSIGN(copied, copy_from(wanted, data_folder, wait));
    if (copied) return {};
    // A cache that is full must not keep a cluster from starting elsewhere.
    const Status made = make_template(wanted, wait);
    if (!made && made.error().code == ErrorCode::cancelled) return made;
  }
  SLIPWAY_ASSIGN(copied, copy_from(wanted, data_folder, wait));
  if (copied) return {};
  return initialise(programs, run_as, data_folder, Durable::no, wait);
}

} // namespace slipway::pg
