// Reads slipway.toml: one level of tables whose keys must be settings. Decides what an unknown key
// was meant to be, and keeps lines with a password out of errors.
#include "toml_file.hpp"

#include "check_value.hpp"
#include "slipway/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <toml++/toml.h>

namespace slipway::config {

namespace {

std::string_view toml_type(const toml::node& node) {
  switch (node.type()) {
  case toml::node_type::table:
    return "a table";
  case toml::node_type::array:
    return "an array";
  case toml::node_type::string:
    return "a string";
  case toml::node_type::integer:
    return "a number";
  case toml::node_type::floating_point:
    return "a fraction";
  case toml::node_type::boolean:
    return "true or false";
  case toml::node_type::date:
  case toml::node_type::time:
  case toml::node_type::date_time:
    return "a date or time";
  case toml::node_type::none:
    break;
  }
  return "nothing";
}

// How a value of the type is written, for hints.
std::string_view written_form(ValueType type) {
  switch (type) {
  case ValueType::text:
    return "write it in quotes: key = \"value\"";
  case ValueType::boolean:
    return "write true or false, without quotes";
  case ValueType::integer:
    return "write a whole number, without quotes";
  case ValueType::duration:
    return "write a number and a unit in quotes, such as \"2s\" or \"5min\"";
  case ValueType::text_list:
    return "write an array of strings: key = [\"one\", \"two\"]";
  case ValueType::text_table:
    return "write [key] on a line of its own, and \"one\" = \"two\" below";
  }
  return "";
}

std::string with_article(ValueType type) {
  return type == ValueType::boolean ? std::string(type_name(type))
                                    : fmt::format("a {}", type_name(type));
}

bool is_section(std::string_view name) {
  const auto& all = settings();
  return std::any_of(all.begin(), all.end(), [&](const Setting& s) {
    return s.key.size() > name.size() && s.key.substr(0, name.size()) == name &&
           s.key[name.size()] == '.';
  });
}

// The setting an unknown key was most likely meant to be: the same word in another table, else the
// nearest spelling.
std::optional<std::string> meant_by(const std::string& key) {
  const std::string_view leaf = std::string_view(key).substr(key.rfind('.') + 1);
  std::vector<std::string> keys;
  for (const auto& setting : settings()) {
    if (setting.key.substr(setting.key.rfind('.') + 1) == leaf) return std::string(setting.key);
    keys.emplace_back(setting.key);
  }
  return nearest(key, keys);
}

class Reader {
public:
  Reader(std::string_view text, const std::string& shown) : text_(text), shown_(shown) {}

  Result<std::map<std::string, Value, std::less<>>> read() {
    try {
      const toml::table root = toml::parse(text_, std::string_view(shown_));
      read_table(root, "");
    } catch (const toml::parse_error& error) {
      report_syntax(error);
    }
    if (problem_) return fail(std::move(*problem_));
    return std::move(values_);
  }

private:
  std::string_view line(std::size_t number) const {
    std::string_view rest = text_;
    for (std::size_t n = 1; n < number && !rest.empty(); ++n)
      rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    return rest.substr(0, rest.find_first_of("\r\n"));
  }

  Place place(const toml::source_region& region) const {
    Place where;
    where.file = shown_;
    where.line = region.begin.line;
    where.column = region.begin.column;
    const std::string_view source = line(where.line);
    if (!holds_password(source)) where.source_line = std::string(source);
    if (region.end.line == region.begin.line && region.end.column > region.begin.column)
      where.width = region.end.column - region.begin.column;
    return where;
  }

  void report(Error error, const toml::source_region& region) {
    if (problem_ && std::pair(problem_->place->line, problem_->place->column) <=
                        std::pair<std::size_t, std::size_t>(region.begin.line, region.begin.column))
      return;
    problem_ = std::move(error).with_place(place(region));
  }

  void report_syntax(const toml::parse_error& error) {
    // The parser quotes what it read, so its words are as secret as the line.
    std::string why = holds_password(line(error.source().begin.line))
                          ? "not valid TOML"
                          : std::string(error.description());
    for (char& c : why)
      if (static_cast<unsigned char>(c) < 0x20U) c = ' ';
    report(Error(ErrorCode::configuration, fmt::format("{} cannot be read: {}", shown_, why)),
           error.source());
  }

  void read_table(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      if (const Setting* setting = find_setting(key))
        read_setting(*setting, name, node);
      else if (prefix.empty() && is_section(key))
        read_section(key, name, node);
      else
        report_unknown(key, name, node);
    }
  }

  void read_section(const std::string& key, const toml::key& name, const toml::node& node) {
    if (const toml::table* table = node.as_table()) return read_table(*table, key + ".");
    report(
        Error(ErrorCode::configuration,
              fmt::format("{} is a table of settings, not {}", key, toml_type(node)))
            .with_hint(fmt::format("write [{}] on a line of its own and its settings below", key)),
        name.source());
  }

  void report_unknown(const std::string& key, const toml::key& name, const toml::node& node) {
    if (node.is_table() && key.find('.') == std::string::npos)
      return report_unknown_section(key, name);
    Error error(ErrorCode::configuration, fmt::format("there is no setting {}", key));
    if (const auto meant = meant_by(key)) error.hint = fmt::format("did you mean {}?", *meant);
    report(std::move(error), name.source());
  }

  void report_unknown_section(const std::string& key, const toml::key& name) {
    std::vector<std::string> sections;
    for (const auto& setting : settings())
      sections.emplace_back(setting.key.substr(0, setting.key.find('.')));
    sections.erase(std::unique(sections.begin(), sections.end()), sections.end());
    Error error(ErrorCode::configuration, fmt::format("there is no table [{}]", key));
    const auto meant = nearest(key, sections);
    error.hint = meant ? fmt::format("did you mean [{}]?", *meant)
                       : fmt::format("the tables are {}", fmt::join(sections, ", "));
    report(std::move(error), name.source());
  }

  void read_setting(const Setting& setting, const toml::key& name, const toml::node& node) {
    Value value{.origin = Origin::file,
                .where = fmt::format("{}:{}", shown_, name.source().begin.line)};
    if (!take(setting, node, value)) {
      report(
          Error(ErrorCode::configuration, fmt::format("{}: expected {}, found {}", setting.key,
                                                      with_article(setting.type), toml_type(node)))
              .with_hint(std::string(written_form(setting.type))),
          node.source());
      return;
    }
    const bool secret_here =
        setting.secrecy == Secrecy::secret ||
        (setting.secrecy == Secrecy::may_contain_secret && holds_password(value.text));
    if (secret_here) return report_secret(setting, name);
    auto checked = check_value(setting, value.text);
    if (!checked) return report(std::move(checked).error(), node.source());
    value.text = std::move(*checked);
    if (setting.type == ValueType::text_table && value.items.empty()) return;
    values_.insert_or_assign(std::string(setting.key), std::move(value));
  }

  void report_secret(const Setting& setting, const toml::key& name) {
    report(
        Error(ErrorCode::configuration,
              fmt::format("{} holds a password, and {} is no place for one", setting.key, shown_))
            .with_hint(
                "keep the password in the environment (DATABASE_URL or PGPASSWORD), in the file of PGPASSFILE, "
                "or let target.url_file or target.url_command supply the URL"),
        name.source());
    // Whatever the line looks like, it is not shown.
    problem_->place->source_line.clear();
  }

  // Fills text and items when the node has a form the type may take.
  static bool take(const Setting& setting, const toml::node& node, Value& value) {
    switch (setting.type) {
    case ValueType::text_list:
      return take_list(node, value);
    case ValueType::text_table:
      return node.is_table() && take_table(*node.as_table(), "", value);
    case ValueType::boolean:
      if (!node.is_boolean()) return false;
      value.text = *node.value<bool>() ? "true" : "false";
      return true;
    case ValueType::integer:
    case ValueType::duration:
      if (node.is_integer()) {
        value.text = std::to_string(*node.value<std::int64_t>());
        return true;
      }
      if (setting.type == ValueType::integer) return false;
      break;
    case ValueType::text:
      break;
    }
    if (!node.is_string()) return false;
    value.text = *node.value<std::string>();
    return true;
  }

  static bool take_list(const toml::node& node, Value& value) {
    const toml::array* array = node.as_array();
    if (array == nullptr) return false;
    for (const auto& item : *array) {
      if (!item.is_string()) return false;
      value.items.push_back(*item.value<std::string>());
    }
    value.text = fmt::format("{}", fmt::join(value.items, ","));
    return true;
  }

  // A key with dots that was not quoted is tables within tables.
  static bool take_table(const toml::table& table, const std::string& prefix, Value& value) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      if (const toml::table* inner = node.as_table()) {
        if (!take_table(*inner, key + ".", value)) return false;
        continue;
      }
      if (!node.is_string()) return false;
      value.items.push_back(key + "=" + *node.value<std::string>());
    }
    value.text = fmt::format("{}", fmt::join(value.items, ","));
    return true;
  }

  std::string_view text_;
  const std::string& shown_;
  std::map<std::string, Value, std::less<>> values_;
  std::optional<Error> problem_;
};

} // namespace

Result<std::map<std::string, Value, std::less<>>> read_toml(std::string_view text,
                                                            const std::string& shown) {
  return Reader(text, shown).read();
}

} // namespace slipway::config
