// Says what is wrong with a command line. The parser's exceptions tell which rule was broken; every
// word shown is ours.
#include "usage_error.hpp"

#include "command_line.hpp"
#include "options.hpp"

#include "slipway/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::cli {

namespace {

std::string full_name(const CLI::App& app) {
  const std::string path = command_path(app);
  return path.empty() ? "slipway" : "slipway " + path;
}

// The parsers of the words given, from the program down to the deepest command.
std::vector<const CLI::App*> chain_of(const CLI::App& app) {
  std::vector<const CLI::App*> chain{&app};
  while (!chain.back()->get_subcommands().empty())
    chain.push_back(chain.back()->get_subcommands().front());
  return chain;
}

Error usage(const CLI::App& app, std::string message) {
  return Error(ErrorCode::usage, std::move(message))
      .with_hint(fmt::format("see {} --help", full_name(app)));
}

std::vector<std::string> long_names(const std::vector<const CLI::App*>& chain) {
  std::vector<std::string> names;
  for (const CLI::App* app : chain)
    for (const CLI::Option* option : app->get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

bool looks_like_option(const std::string& word) {
  return word.size() > 1 && word.front() == '-';
}

// What no option or argument took. The parser lists a "--" that did its work among them.
std::vector<std::string> unexpected_words(const std::vector<const CLI::App*>& chain) {
  std::vector<std::string> words;
  for (const CLI::App* app : chain)
    for (const std::string& word : app->remaining())
      if (word != "--") words.push_back(word);
  return words;
}

Error unknown_option(const std::vector<const CLI::App*>& chain, const std::string& word) {
  const std::string option = word.substr(0, word.find('='));
  std::string message = fmt::format("unknown option {}", option);
  if (chain.size() > 1) message += fmt::format(" for \"{}\"", full_name(*chain.back()));
  const bool is_long = option.rfind("--", 0) == 0;
  if (const auto meant = is_long ? nearest(option, long_names(chain)) : std::nullopt)
    message += fmt::format("; did you mean {}?", *meant);
  return usage(*chain.back(), std::move(message));
}

std::vector<std::string> subcommand_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!sub->get_group().empty()) names.push_back(sub->get_name());
  return names;
}

// The option an exception is about. The parser puts its name into the text, which is all it hands
// out.
const CLI::Option* culprit(const std::vector<const CLI::App*>& chain, const std::string& text) {
  const CLI::Option* found = nullptr;
  for (const CLI::App* app : chain)
    for (const CLI::Option* option : app->get_options()) {
      const std::string name = option->get_name();
      const bool named = !name.empty() && text.find(name) != std::string::npos;
      if (named && (found == nullptr || name.size() > found->get_name().size())) found = option;
    }
  return found;
}

Error wrong_value(const CLI::App& app, const CLI::Option& option, const std::string& text) {
  const auto& given = option.results();
  const std::string value = given.empty() ? std::string() : given.back();
  if (option.get_items_expected_max() == 0)
    return usage(app, fmt::format("{} takes no value", option.get_name()));
  std::string message = fmt::format("{} cannot be \"{}\"", option.get_name(), value);
  const auto choices = choices_in(option.get_type_name());
  if (const std::size_t reason = text.find("it takes "); reason != std::string::npos)
    message += ": " + text.substr(reason);
  if (const auto meant = nearest(value, choices))
    message += fmt::format("; did you mean {}?", *meant);
  return usage(app, std::move(message));
}

Error wrong_count(const CLI::App& app, const CLI::Option& option) {
  const std::string name = option.get_name();
  if (option.get_items_expected_max() == 0)
    return usage(app, fmt::format("{} takes no value", name));
  if (option.count() > 1) return usage(app, fmt::format("{} is given more than once", name));
  const std::string kind = option.get_type_name();
  return usage(app, kind.empty() ? fmt::format("{} needs a value", name)
                                 : fmt::format("{} needs a value: {}", name, kind));
}

Error something_missing(const std::vector<const CLI::App*>& chain) {
  const CLI::App& app = *chain.back();
  for (const CLI::App* each : chain)
    for (const CLI::Option* option : each->get_options())
      if (option->get_required() && option->count() == 0)
        return usage(app, fmt::format("\"{}\" needs {}", full_name(app), option->get_name()));
  const auto names = subcommand_names(app);
  if (!names.empty())
    return usage(app,
                 fmt::format("\"{}\" needs one of {}", full_name(app), fmt::join(names, ", ")));
  return usage(app, fmt::format("\"{}\" needs one more option", full_name(app)));
}

// "A requires B" and "A excludes B" are the parser's only texts with two names in them.
Error combination(const CLI::App& app, const std::string& text, std::string_view verb,
                  std::string_view ours) {
  const std::size_t at = text.find(verb);
  if (at == std::string::npos) return usage(app, "these options cannot be combined");
  return usage(app,
               fmt::format("{} {} {}", text.substr(0, at), ours, text.substr(at + verb.size())));
}

} // namespace

Error unknown_command(const CLI::App& app, const std::string& word) {
  std::string message = fmt::format("there is no command \"{} {}\"", full_name(app), word);
  if (const auto meant = nearest(word, subcommand_names(app)))
    message += fmt::format("; did you mean \"{}\"?", *meant);
  return Error(ErrorCode::usage, std::move(message))
      .with_hint(app.get_parent() == nullptr ? "see slipway help"
                                             : fmt::format("see {} --help", full_name(app)));
}

bool has_unexpected_word(const CLI::App& app) {
  return !unexpected_words(chain_of(app)).empty();
}

Error unexpected_word(const CLI::App& app) {
  const auto chain = chain_of(app);
  const auto words = unexpected_words(chain);
  const CLI::App& last = *chain.back();
  // The name of a command that is not there comes before what an option of it might have meant.
  if (!subcommand_names(last).empty() && !looks_like_option(words.front()))
    return unknown_command(last, words.front());
  const auto option = std::find_if(words.begin(), words.end(), looks_like_option);
  if (option != words.end()) return unknown_option(chain, *option);
  return usage(last, fmt::format("\"{}\" has no use for the argument \"{}\"", full_name(last),
                                 words.front()));
}

Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const auto chain = chain_of(app);
  const CLI::App& last = *chain.back();
  if (has_unexpected_word(app)) return unexpected_word(app);
  const std::string text = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return something_missing(chain);
  if (dynamic_cast<const CLI::RequiresError*>(&error) != nullptr)
    return combination(last, text, " requires ", "needs");
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr)
    return combination(last, text, " excludes ", "cannot be combined with");
  const CLI::Option* option = culprit(chain, text);
  if (option == nullptr) return usage(last, "the command line is not understood");
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    return wrong_count(last, *option);
  return wrong_value(last, *option, text);
}

} // namespace slipway::cli
