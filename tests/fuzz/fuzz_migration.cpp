// Any bytes as a migration file, and as the up file of a pair: refused with a place, or a migration
// whose stored texts read back as the same statements.
#include "promise.hpp"
#include "slipway/source/migration.hpp"
#include "slipway/source/stored.hpp"

#include <cstdint>

namespace slipway::fuzz {
namespace {

using source::Migration;
using source::Section;

void promise_same_statements(const Section& read, const Section& section) {
  promise(read.statements.size() == section.statements.size(),
          "a stored text has as many statements as its section");
  for (std::size_t i = 0; i < read.statements.size(); ++i) {
    promise(read.sql(read.statements[i]) == section.sql(section.statements[i]),
            "a stored text has the statements of its section");
    promise(read.statements[i].copy_data.has_value() == section.statements[i].copy_data.has_value(),
            "and the data of its COPY");
  }
}

void check_section(const Section& section) {
  promise(section.text->find(section.body) != std::string::npos, "the body is part of the file");
  for (const auto& statement : section.statements)
    promise(statement.span.end() <= section.text->size(), "statements lie inside the file");
}

void check_stored_down(const Migration& migration) {
  const auto stored = source::read_stored(source::stored_down_text(migration), "stored");
  promise(stored.has_value(), "a stored down text can be read");
  promise_same_statements(stored->section, *migration.down);
  promise(stored->transaction == migration.transaction &&
              stored->lock_timeout == migration.lock_timeout &&
              stored->statement_timeout == migration.statement_timeout,
          "a stored down text says how to run it");
}

void check(const source::MigrationFile& file) {
  const auto migration = source::parse_migration(file);
  if (!migration) {
    const auto& place = migration.error().place;
    promise_good_refusal(migration.error(), ErrorCode::source,
                         place && place->file == file.down_path ? file.down_path : file.path);
    return;
  }
  promise(migration->down.has_value() != migration->irreversible.has_value(),
          "there is a way down or a reason why not");
  const auto& checksums = migration->checksums;
  promise(checksums.bytes.size() == 64 && checksums.normalised.size() == 64 &&
              checksums.tokens.size() == 64,
          "checksums are whole");
  check_section(migration->up);
  if (migration->verify) check_section(*migration->verify);
  if (migration->down) {
    check_section(*migration->down);
    check_stored_down(*migration);
  }
  (void)source::review(*migration);
}

} // namespace
} // namespace slipway::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway;
  const auto text = std::make_shared<const std::string>(reinterpret_cast<const char*>(data), size);
  const Version version(7);
  fuzz::check({version, "fuzz", "7_fuzz.sql", "7_fuzz.sql", text, {}, nullptr});
  static const auto down = std::make_shared<const std::string>("DROP TABLE t;\n");
  fuzz::check({version, "fuzz", "7_fuzz.up.sql", "7_fuzz.up.sql", text, "7_fuzz.down.sql", down});
  fuzz::check({version, "fuzz", "7_fuzz.up.sql", "7_fuzz.up.sql", down, "7_fuzz.down.sql", text});
  return 0;
}
