// Command lines as Kafka's tools read them, and the texts they answer wrong ones with.
//
// `--name value`, `--name=value`, `-name value` when the whole name is known; options in any order;
// abbreviations are refused. The help is a table of two columns, 80 characters wide.
// Threads  externally synchronized.
// Failure  OptionError: the message Kafka's tools print.
// Source   joptsimple 5.0.4 as Kafka 3.9 uses it
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::admin {

class OptionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class Argument { kNone, kRequired, kOptional };

struct Option {
  std::string name;
  std::string description;
  Argument argument = Argument::kNone;
  std::string type = {};             // shown in the help: String, Integer, Long
  std::string argument_name = {};    // shown in the help
  std::string default_value = {};    // empty: none
  std::string required_unless = {};  // required when that option is absent; empty: not required
};

// The options found on one command line.
class Options {
 public:
  bool has(std::string_view name) const { return values_.contains(name); }

  // The value, or the default; nullopt: neither. Error: given more than once.
  std::optional<std::string> value(std::string_view name) const;
  // Every value given, in order; the default counts when there is none.
  std::vector<std::string> values(std::string_view name) const;
  // Error: not a number, or outside the type.
  std::optional<std::int32_t> int_value(std::string_view name) const;
  std::optional<std::int64_t> long_value(std::string_view name) const;

  const std::vector<std::string>& non_options() const { return non_options_; }

 private:
  friend class OptionParser;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> defaults_;
  std::vector<std::string> non_options_;
};

class OptionParser {
 public:
  // Every tool has --help and --version.
  explicit OptionParser(std::vector<Option> options);

  Options parse(const std::vector<std::string>& arguments) const;

  // The table of options, with a line end after each row.
  std::string help() const;

 private:
  const Option* find(std::string_view name) const;
  void take(const Option& option, std::optional<std::string> inline_value,
            const std::vector<std::string>& arguments, std::size_t& next, Options& found) const;
  bool looks_like_an_option(std::string_view argument) const;
  void check_required(const Options& found) const;

  std::vector<Option> options_;  // by name
};

}  // namespace barnabas::admin
