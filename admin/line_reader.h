// How kafka-console-producer makes a record of a line: `headers\tkey\tvalue`, what is switched on.
//
// Threads  immutable.
// Failure  std::runtime_error, in Kafka's words.
// Source   Kafka 3.9, ConsoleProducer.scala (LineMessageReader)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/properties.h"

namespace barnabas::admin {

struct LineRecord {
  std::optional<std::string> key;    // nullopt: null
  std::optional<std::string> value;  // nullopt: null
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

class LineReader {
 public:
  // `properties`: what --property and --reader-config say.
  explicit LineReader(const config::Properties& properties);

  // `line_number` counts from 1. Error: a separator is missing and ignore.error is off.
  LineRecord parse(std::string_view line, std::size_t line_number) const;

 private:
  std::optional<std::string_view> cut(bool enabled, std::string_view& rest, std::string_view line,
                                      std::size_t line_number, std::string_view separator,
                                      std::string_view separator_name) const;
  std::optional<std::string> unless_null(std::string_view text) const;
  void parse_headers(std::string_view text, std::size_t line_number, LineRecord& record) const;

  // Fixed at construction
  bool parse_key_ = false;
  bool parse_headers_ = false;
  bool ignore_error_ = false;
  std::string key_separator_ = "\t";
  std::string headers_delimiter_ = "\t";
  std::string headers_separator_ = ",";
  std::string headers_key_separator_ = ":";
  std::optional<std::string> null_marker_;
};

}  // namespace barnabas::admin
