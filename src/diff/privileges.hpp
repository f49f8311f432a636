#pragma once

#include "rules.hpp"

namespace slipway::diff {

/// GRANT and REVOKE that bring the privileges of an object just made to those of `object`.
void grant_to_new(const Scene& scene, const schema::Object& object, Draft& draft);
/// The same from one set to another. What is taken away comes first.
void change_privileges(const Scene& scene, const schema::Object& from, const schema::Object& to,
                       Draft& draft);

/// The same for what was granted on a member of an extension, or taken away, since it was made.
void change_member_grants(const Scene& scene, const std::optional<schema::Object>& from,
                          const std::optional<schema::Object>& to, Draft& draft);

/// The letters of what the owner of a new object, or everybody, may do with it when nobody said
/// anything else. `objects` is what ALTER DEFAULT PRIVILEGES calls them: TABLES.
std::string built_in_of_owner(std::string_view objects, int server_version);
std::string built_in_of_everybody(std::string_view objects);

/// The words for privilege letters, without their grant options: SELECT, INSERT.
std::vector<std::string> privilege_words(std::string_view letters);

} // namespace slipway::diff
