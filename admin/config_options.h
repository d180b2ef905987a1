// The command line of kafka-configs, checked.
//
// Threads  free functions.
// Source   Kafka 3.9, ConfigCommand.scala
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "admin/tool.h"

namespace barnabas::admin {

OptionParser config_option_parser();

// What the command is about: the types, and the names that were given with them; an empty name is
// the default of its type.
struct ConfigEntities {
  std::vector<std::string> types;
  std::vector<std::string> names;
};
ConfigEntities config_entities(const Options& options);

// Throws UsageError for what Kafka answers with the help, std::runtime_error for what it answers
// with the message alone.
void check_config_options(const Options& options);

// `k1=v1,k2=[v2,v3]`. Throws std::runtime_error.
std::map<std::string, std::string> parse_added_configs(std::string_view text);

// Of --add-config or --add-config-file. Throws std::runtime_error.
std::map<std::string, std::string> configs_to_add(const Options& options);

// Of --delete-config, in the order of the command line.
std::vector<std::string> configs_to_delete(const Options& options);

}  // namespace barnabas::admin
