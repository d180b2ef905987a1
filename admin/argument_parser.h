// Command lines as those of Kafka's tools read them that have sub-commands or speak JSON, and the
// texts they answer wrong ones with.
//
// `--name value`, `--name=value`, a beginning of the name that no other has, or `-n value` and
// `-nvalue`. The last of several counts. Help goes to standard output, with code 0 when there are
// no arguments, 1 after -h. Threads  externally synchronized. Failure  ArgumentError: the message
// after "<program>: error: ". Source   argparse4j 0.7.0 as Kafka 3.9 uses it
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::admin {

class ArgumentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class ArgumentType { kText, kInt, kLong, kFlag };

struct NamedArgument {
  std::string name;  // --topic
  std::string metavar;
  std::string help;
  ArgumentType type = ArgumentType::kText;
  bool required = false;
  std::optional<std::string> default_value = {};
  std::vector<std::int64_t> choices = {};  // empty: any
  std::string short_name = {};             // -t; empty: none
};

class ArgumentValues {
 public:
  bool has(std::string_view name) const { return values_.contains(name); }
  // The value, or the default.
  std::optional<std::string> text(std::string_view name) const;
  // For arguments of a number type.
  std::optional<std::int64_t> number(std::string_view name) const;

 private:
  friend class ArgumentParser;
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> defaults_;
};

class ArgumentParser {
 public:
  // Exactly one of `alternatives` has to be given. The name of a sub-command follows the program's.
  ArgumentParser(std::string program, std::string description, std::vector<NamedArgument> arguments,
                 std::vector<NamedArgument> alternatives);

  // nullopt: the help is asked for.
  std::optional<ArgumentValues> parse(const std::vector<std::string>& arguments) const;

  std::string usage() const;
  std::string help() const;

  // Usage and message on standard error; returns the exit code 1.
  int print_error(std::string_view message) const;

 private:
  const NamedArgument& find(const std::string& given) const;
  void check(const NamedArgument& argument, const std::string& value) const;
  void check_required(const ArgumentValues& found) const;

  const std::string program_;
  const std::string description_;
  const std::vector<NamedArgument> arguments_;
  const std::vector<NamedArgument> alternatives_;
};

}  // namespace barnabas::admin
