// Java's properties format, as users write it in server.properties and client config files.
//
// `#` and `!` comments, `=`, `:` or blanks between key and value, continuation lines, escapes
// including \uXXXX. A key that appears twice has its last value, as in Java.
// Threads  free functions on value types.
// Failure  ConfigError; for start-up only.
// Source   java.util.Properties.load
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace barnabas::config {

// A configuration that cannot be used; what() is for people and names key, value and what is valid.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

using Properties = std::map<std::string, std::string, std::less<>>;

// Error: a \u that is not followed by four hexadecimal digits.
Properties parse_properties(std::string_view text);

// Error: the file cannot be read.
Properties read_properties_file(const std::string& path);

// Adds `key=value`, as given by --override; without `=` the value is empty. Error: there is no key.
void add_property(Properties& properties, std::string_view key_and_value);

}  // namespace barnabas::config
