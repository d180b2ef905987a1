#include "admin/option_parser.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "admin/text_table.h"

namespace barnabas::admin {
namespace {

template <typename T>
std::optional<T> number(std::string_view name, const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const char* start = text->data() + (text->starts_with('+') ? 1 : 0);
  const char* end = text->data() + text->size();
  T value{};
  const auto parsed = std::from_chars(start, end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) {
    throw OptionError(fmt::format("Cannot parse argument '{}' of option {}", *text, name));
  }
  return value;
}

}  // namespace

std::optional<std::string> Options::value(std::string_view name) const {
  const auto all = values(name);
  if (all.empty()) return std::nullopt;
  if (all.size() > 1) {
    throw OptionError(
        fmt::format("Found multiple arguments for option {}, but you asked for only one", name));
  }
  return all.front();
}

std::vector<std::string> Options::values(std::string_view name) const {
  const auto given = values_.find(name);
  if (given != values_.end() && !given->second.empty()) return given->second;
  const auto fallback = defaults_.find(name);
  if (fallback != defaults_.end()) return {fallback->second};
  return {};
}

std::optional<std::int32_t> Options::int_value(std::string_view name) const {
  return number<std::int32_t>(name, value(name));
}

std::optional<std::int64_t> Options::long_value(std::string_view name) const {
  return number<std::int64_t>(name, value(name));
}

OptionParser::OptionParser(std::vector<Option> options) : options_(std::move(options)) {
  options_.push_back({"help", "Print this text."});
  options_.push_back({"version", "Print the version."});
  std::ranges::sort(options_, {}, &Option::name);
}

const Option* OptionParser::find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(options_, name, {}, &Option::name);
  return at != options_.end() && at->name == name ? &*at : nullptr;
}

bool OptionParser::looks_like_an_option(std::string_view argument) const {
  return argument.size() > 1 && argument.starts_with('-');
}

Options OptionParser::parse(const std::vector<std::string>& arguments) const {
  Options found;
  for (const Option& option : options_) {
    if (!option.default_value.empty()) found.defaults_[option.name] = option.default_value;
  }
  std::size_t next = 0;
  while (next < arguments.size()) {
    const std::string& argument = arguments[next++];
    if (argument == "--") {
      found.non_options_.insert(found.non_options_.end(), arguments.begin() + next,
                                arguments.end());
      break;
    }
    if (!looks_like_an_option(argument)) {
      found.non_options_.push_back(argument);
      continue;
    }
    const bool is_long = argument.starts_with("--");
    std::string name = argument.substr(is_long ? 2 : 1);
    std::optional<std::string> inline_value;
    if (const std::size_t equals = name.find('='); equals != std::string::npos) {
      inline_value = name.substr(equals + 1);
      name.resize(equals);
    }
    const Option* option = find(name);
    if (option == nullptr) {
      // A word behind one dash is a cluster of one-letter options, and there are none.
      throw OptionError(
          fmt::format("{} is not a recognized option", is_long ? name : name.substr(0, 1)));
    }
    take(*option, std::move(inline_value), arguments, next, found);
  }
  check_required(found);
  return found;
}

void OptionParser::take(const Option& option, std::optional<std::string> inline_value,
                        const std::vector<std::string>& arguments, std::size_t& next,
                        Options& found) const {
  auto& values = found.values_[option.name];
  if (option.argument == Argument::kNone) return;
  if (inline_value && !inline_value->empty()) {
    values.push_back(*inline_value);
    return;
  }
  const bool more = next < arguments.size();
  if (option.argument == Argument::kRequired) {
    if (!more) throw OptionError(fmt::format("Option {} requires an argument", option.name));
    values.push_back(arguments[next++]);
  } else if (more && !looks_like_an_option(arguments[next])) {
    values.push_back(arguments[next++]);
  }
}

void OptionParser::check_required(const Options& found) const {
  if (found.has("help") || found.has("version")) return;
  std::vector<std::string> missing;
  for (const Option& option : options_) {
    if (option.required_unless.empty() || found.has(option.name)) continue;
    if (!found.has(option.required_unless)) missing.push_back(option.name);
  }
  if (!missing.empty()) {
    throw OptionError(fmt::format("Missing required option(s) [{}]", fmt::join(missing, ", ")));
  }
}

std::string OptionParser::help() const {
  std::vector<TextRow> rows{{"Option", "Description"}, {"------", "-----------"}};
  for (const Option& option : options_) {
    std::string left = "--" + option.name;
    if (option.argument != Argument::kNone) {
      const std::string type = option.type.empty() ? "String" : option.type;
      const std::string shown =
          option.argument_name.empty() ? type : fmt::format("{}: {}", type, option.argument_name);
      left += option.argument == Argument::kRequired ? fmt::format(" <{}>", shown)
                                                     : fmt::format(" [{}]", shown);
    }
    std::string right = option.description;
    if (!option.default_value.empty()) {
      right += fmt::format("{}(default: {})", right.empty() ? "" : " ", option.default_value);
    }
    rows.push_back({std::move(left), std::move(right)});
  }
  return two_columns(rows);
}

}  // namespace barnabas::admin
