#include "admin/argument_parser.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "admin/java_text.h"

namespace barnabas::admin {
namespace {

constexpr std::size_t kWidth = 75;
constexpr std::size_t kHelpColumn = 25;

// As messages name it: --topic/-t.
std::string both_names(const NamedArgument& argument) {
  return argument.short_name.empty() ? argument.name : argument.name + "/" + argument.short_name;
}

std::string shown(const NamedArgument& argument) {
  if (argument.type == ArgumentType::kFlag) return argument.name;
  return argument.name + " " + argument.metavar;
}

// Words after `start`, broken at the width; further lines are indented by `indent`.
std::string wrapped(std::string start, const std::vector<std::string>& words, std::size_t indent) {
  std::string out;
  std::string line = std::move(start);
  bool fresh = false;
  for (const std::string& word : words) {
    if (line.size() + 1 + word.size() > kWidth && !fresh) {
      out += line + '\n';
      line = std::string(indent, ' ');
      fresh = true;
    }
    if (!fresh) line += ' ';
    line += word;
    fresh = false;
  }
  return out + line + '\n';
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string_view word : java_split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

bool is_value(std::string_view text) {
  if (!text.starts_with('-')) return true;
  return text.size() > 1 && std::isdigit(static_cast<unsigned char>(text[1])) != 0;
}

}  // namespace

std::optional<std::string> ArgumentValues::text(std::string_view name) const {
  if (const auto given = values_.find(name); given != values_.end()) return given->second;
  if (const auto fallback = defaults_.find(name); fallback != defaults_.end()) {
    return fallback->second;
  }
  return std::nullopt;
}

std::optional<std::int64_t> ArgumentValues::number(std::string_view name) const {
  const auto value = text(name);
  return value ? java_number<std::int64_t>(*value) : std::nullopt;
}

ArgumentParser::ArgumentParser(std::string program, std::string description,
                               std::vector<NamedArgument> arguments,
                               std::vector<NamedArgument> alternatives)
    : program_(std::move(program)),
      description_(std::move(description)),
      arguments_(std::move(arguments)),
      alternatives_(std::move(alternatives)) {}

std::optional<ArgumentValues> ArgumentParser::parse(
    const std::vector<std::string>& arguments) const {
  ArgumentValues found;
  for (const NamedArgument& argument : arguments_) {
    if (argument.default_value) found.defaults_[argument.name] = *argument.default_value;
  }
  for (std::size_t next = 0; next < arguments.size(); ++next) {
    std::string given = arguments[next];
    if (given == "-h" || given == "--help") return std::nullopt;
    const bool is_short = given.size() > 1 && given[0] == '-' && given[1] != '-';
    if (!is_short && !given.starts_with("--")) {
      throw ArgumentError(fmt::format("unrecognized arguments: '{}'", given));
    }
    std::optional<std::string> value;
    if (is_short && given.size() > 2) {
      value = given.substr(2);
      given.resize(2);
    } else if (const std::size_t equals = given.find('='); equals != std::string::npos) {
      value = given.substr(equals + 1);
      given.resize(equals);
    }
    const NamedArgument& argument = find(given);
    if (argument.type == ArgumentType::kFlag) {
      found.values_[argument.name] = "true";
      continue;
    }
    if (!value) {
      if (next + 1 >= arguments.size() || !is_value(arguments[next + 1])) {
        throw ArgumentError(
            fmt::format("argument {}: expected one argument", both_names(argument)));
      }
      value = arguments[++next];
    }
    check(argument, *value);
    for (const NamedArgument& other : alternatives_) {
      const bool is_other = other.name != argument.name && found.has(other.name);
      const bool is_alternative = std::ranges::any_of(
          alternatives_, [&](const NamedArgument& one) { return one.name == argument.name; });
      if (is_alternative && is_other) {
        throw ArgumentError(fmt::format("argument {}: not allowed with argument {}",
                                        both_names(argument), both_names(other)));
      }
    }
    found.values_[argument.name] = *value;
  }
  check_required(found);
  return found;
}

const NamedArgument& ArgumentParser::find(const std::string& given) const {
  std::vector<const NamedArgument*> matching;
  for (const auto* list : {&arguments_, &alternatives_}) {
    for (const NamedArgument& argument : *list) {
      if (argument.name == given || argument.short_name == given) return argument;
      if (argument.name.starts_with(given)) matching.push_back(&argument);
    }
  }
  if (matching.empty() || given == "--") {
    throw ArgumentError(fmt::format("unrecognized arguments: '{}'", given));
  }
  if (matching.size() > 1) {
    std::vector<std::string> names;
    for (const NamedArgument* argument : matching) names.push_back(argument->name);
    throw ArgumentError(
        fmt::format("ambiguous option: {} could match {}", given, fmt::join(names, ", ")));
  }
  return *matching.front();
}

void ArgumentParser::check(const NamedArgument& argument, const std::string& value) const {
  const auto number = java_number<std::int64_t>(value);
  const bool fits = argument.type == ArgumentType::kInt
                        ? java_number<std::int32_t>(value).has_value()
                        : argument.type != ArgumentType::kLong || number.has_value();
  if (!fits) {
    throw ArgumentError(
        fmt::format("argument {}: could not convert '{}' to {} (For input string: \"{}\")",
                    both_names(argument), value,
                    argument.type == ArgumentType::kInt ? "Integer" : "Long", value));
  }
  if (!argument.choices.empty() &&
      std::ranges::find(argument.choices, *number) == argument.choices.end()) {
    throw ArgumentError(fmt::format("argument {}: invalid choice: '{}' (choose from {{{}}})",
                                    both_names(argument), value, fmt::join(argument.choices, ",")));
  }
}

void ArgumentParser::check_required(const ArgumentValues& found) const {
  for (const NamedArgument& argument : arguments_) {
    if (argument.required && !found.has(argument.name)) {
      throw ArgumentError(fmt::format("argument {} is required", both_names(argument)));
    }
  }
  const auto is_given = [&](const NamedArgument& argument) { return found.has(argument.name); };
  if (!alternatives_.empty() && std::ranges::none_of(alternatives_, is_given)) {
    std::vector<std::string> names;
    for (const NamedArgument& argument : alternatives_) names.push_back(both_names(argument));
    throw ArgumentError(fmt::format("one of the arguments {} is required", fmt::join(names, " ")));
  }
}

std::string ArgumentParser::usage() const {
  std::vector<std::string> words{"[-h]"};
  for (const NamedArgument& argument : arguments_) {
    words.push_back(argument.required ? shown(argument) : "[" + shown(argument) + "]");
  }
  for (const NamedArgument& argument : alternatives_) {
    std::string word = (&argument == &alternatives_.front() ? "(" : "| ") + shown(argument);
    if (&argument == &alternatives_.back()) word += ")";
    words.push_back(std::move(word));
  }
  const std::string start = "usage: " + program_;
  // Further lines stand under what follows the program, be it a sub-command.
  const std::size_t program_size = std::min(program_.find(' '), program_.size());
  return wrapped(start, words, start.size() - program_.size() + program_size + 1);
}

std::string ArgumentParser::help() const {
  std::string out = usage();
  if (const auto description = words_of(description_); !description.empty()) {
    out += '\n' + wrapped(description.front(), {description.begin() + 1, description.end()}, 0);
  }
  const auto add = [&](const std::string& left, const std::string& text) {
    std::string start = fmt::format("  {:<{}}", left, kHelpColumn - 3);
    if (start.size() >= kHelpColumn) {
      out += start + '\n';
      start = std::string(kHelpColumn - 1, ' ');
    }
    out += wrapped(start, words_of(text), kHelpColumn);
  };
  const auto add_all = [&](const std::vector<NamedArgument>& list) {
    for (const NamedArgument& argument : list) {
      std::string text = argument.help;
      if (argument.default_value) text += fmt::format(" (default: {})", *argument.default_value);
      add(shown(argument), text);
    }
  };
  out += "\noptional arguments:\n";
  add("-h, --help", "Print this text.");
  add_all(arguments_);
  out += "\nOne of:\n";
  add_all(alternatives_);
  return out;
}

int ArgumentParser::print_error(std::string_view message) const {
  fmt::print(stderr, "{}{}: error: {}\n", usage(), program_.substr(0, program_.find(' ')), message);
  return 1;
}

}  // namespace barnabas::admin
