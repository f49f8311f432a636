// Foreign data wrappers, servers and user mappings.
#include "privileges.hpp"
#include "readers.hpp"
#include "row_values.hpp"
#include "secret_options.hpp"
#include "sql_pieces.hpp"

#include <fmt/format.h>

namespace slipway::inspect {

using schema::Kind;
using schema::Property;

namespace {

void set_options(Reading& reading, Handle handle, const std::vector<std::string>& options,
                 OptionsOf readers, const std::string& name) {
  const auto parted = part_options(options, readers, reading.scope(), name);
  reading.builder().set_list(handle, Property::foreign_options, parted.plain);
  reading.builder().set_list(handle, Property::secret_digest, parted.digests);
}

Status read_wrappers(Reading& reading) {
  return each_own(
      reading, Catalog::foreign_data_wrapper,
      fmt::format(R"(
SELECT w.oid, w.fdwname, pg_catalog.pg_get_userbyid(w.fdwowner), {acl}, {handler}, {validator}, w.fdwoptions
FROM pg_catalog.pg_foreign_data_wrapper AS w)",
                  fmt::arg("acl", acl_sql("F", "w.fdwacl", "w.fdwowner")),
                  fmt::arg("handler", function_name("w.fdwhandler")),
                  fmt::arg("validator", function_name("w.fdwvalidator"))),
      [&](const CopiedRow& row) {
        const auto handle = reading.builder().add(Kind::foreign_data_wrapper, "", row.text(1));
        reading.remember(Catalog::foreign_data_wrapper, row.oid(0), handle);
        set_values(reading, handle, row, 2,
                   {Property::owner, Property::acl, Property::handler, Property::validator});
        set_options(reading, handle, row.array(6), OptionsOf::everybody, std::string(row.text(1)));
      });
}

Status read_servers(Reading& reading) {
  return each_own(reading, Catalog::foreign_server,
                  fmt::format(R"(
SELECT s.oid, s.srvname, pg_catalog.pg_get_userbyid(s.srvowner), {acl}, pg_catalog.quote_ident(w.fdwname),
  s.srvtype, s.srvversion, s.srvoptions
FROM pg_catalog.pg_foreign_server AS s
JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid OPERATOR(pg_catalog.=) s.srvfdw)",
                              fmt::arg("acl", acl_sql("S", "s.srvacl", "s.srvowner"))),
                  [&](const CopiedRow& row) {
                    const auto handle = reading.builder().add(Kind::server, "", row.text(1));
                    reading.remember(Catalog::foreign_server, row.oid(0), handle);
                    set_values(reading, handle, row, 2,
                               {Property::owner, Property::acl, Property::wrapper,
                                Property::server_type, Property::version});
                    set_options(reading, handle, row.array(7), OptionsOf::everybody,
                                std::string(row.text(1)));
                  });
}

// The view says who exists to everybody, and the options to those who may know them.
Status read_user_mappings(Reading& reading) {
  return each_own(
      reading, Catalog::user_mapping,
      "SELECT m.umid, m.srvname, m.usename, m.umoptions FROM pg_catalog.pg_user_mappings AS m",
      [&](const CopiedRow& row) {
        const auto handle = reading.builder().add(Kind::user_mapping, "", row.text(1), row.text(2));
        reading.remember(Catalog::user_mapping, row.oid(0), handle);
        set_options(reading, handle, row.array(3), OptionsOf::one_user,
                    std::string(row.text(1)) + "/" + std::string(row.text(2)));
      });
}

} // namespace

Status read_foreign(Reading& reading) {
  SLIPWAY_TRY(read_wrappers(reading));
  SLIPWAY_TRY(read_servers(reading));
  return read_user_mappings(reading);
}

} // namespace slipway::inspect
