#include "admin/config_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <utility>

#include "admin/java_text.h"
#include "config/config_key.h"
#include "config/properties.h"

namespace barnabas::admin {
namespace {

// Options that say type and name, or the default of a type, in one.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kEntityFlags{
    {{"topic", "topics"},
     {"client", "clients"},
     {"user", "users"},
     {"broker", "brokers"},
     {"broker-logger", "broker-loggers"},
     {"ip", "ips"}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kDefaultsFlags{
    {{"client-defaults", "clients"},
     {"user-defaults", "users"},
     {"broker-defaults", "brokers"},
     {"ip-defaults", "ips"}}};

std::string topic_config_names() {
  std::string names;
  for (const config::ConfigKey& key : config::topic_keys()) {
    names += fmt::format("\t{}\n", key.name);
  }
  return names;
}

[[noreturn]] void refuse(const std::string& message) {
  throw std::runtime_error(message);
}

bool among(const std::vector<std::string>& all, std::string_view wanted) {
  return std::ranges::find(all, wanted) != all.end();
}

bool has_entity_flag(const Options& options) {
  const auto given = [&](const auto& flag) { return options.has(flag.first); };
  return std::ranges::any_of(kEntityFlags, given) || std::ranges::any_of(kDefaultsFlags, given);
}

void check_types(const Options& options, const std::vector<std::string>& types) {
  std::set<std::string> distinct;
  std::vector<std::string> repeated;
  for (const std::string& type : types) {
    if (!distinct.insert(type).second) repeated.push_back(type);
  }
  if (!repeated.empty()) {
    refuse(fmt::format("Duplicate entity type(s) specified: {}", fmt::join(repeated, ",")));
  }
  const bool to_brokers = options.has("bootstrap-server") || options.has("bootstrap-controller");
  const std::vector<std::string> allowed =
      to_brokers ? std::vector<std::string>{"topics", "clients",        "users",         "brokers",
                                            "ips",    "broker-loggers", "client-metrics"}
                 : std::vector<std::string>{"users", "brokers"};
  for (const std::string& type : types) {
    if (among(allowed, type)) continue;
    refuse(
        fmt::format("Invalid entity type {}, the entity type must be one of {} with a {} argument",
                    type, fmt::join(allowed, ", "),
                    to_brokers ? "--bootstrap-server or --bootstrap-controller" : "--zookeeper"));
  }
  if (types.empty()) refuse("At least one entity type must be specified");
  if (types.size() > 1 && distinct != std::set<std::string>{"users", "clients"}) {
    refuse("Only 'users' and 'clients' entity types may be specified together");
  }
  if ((options.has("entity-name") || options.has("entity-type") || options.has("entity-default")) &&
      has_entity_flag(options)) {
    refuse(
        "--entity-{type,name,default} should not be used in conjunction with specific entity "
        "flags");
  }
}

void check_connection(const Options& options) {
  const int connections = static_cast<int>(options.has("bootstrap-server")) +
                          static_cast<int>(options.has("bootstrap-controller")) +
                          static_cast<int>(options.has("zookeeper"));
  if (connections == 0) {
    refuse(
        "One of the required --bootstrap-server, --boostrap-controller, or --zookeeper arguments "
        "must be specified");
  }
  if (connections > 1) {
    refuse(
        "Only one of --bootstrap-server, --boostrap-controller, and --zookeeper can be specified");
  }
  if (options.has("all") && options.has("zookeeper")) {
    refuse("--bootstrap-server must be specified for --all");
  }
  if (options.has("zk-tls-config-file") && !options.has("zookeeper")) {
    refuse("Only the --zookeeper option can be used with the --zk-tls-config-file option.");
  }
}

void check_broker_ids(const ConfigEntities& entities) {
  if (!among(entities.types, "brokers") && !among(entities.types, "broker-loggers")) return;
  for (const std::string& name : entities.names) {
    if (name.empty()) continue;
    std::int32_t id = 0;
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error == std::errc{} && stop == name.data() + name.size()) continue;
    refuse(fmt::format("The entity name for {} must be a valid integer broker id, but it is: {}",
                       entities.types.front(), name));
  }
}

void check_alter(const Options& options, const ConfigEntities& entities) {
  const bool named = std::ranges::any_of(entities.names, [](const auto& n) { return !n.empty(); });
  const bool has_default = among(entities.names, "");
  const bool may_be_default = std::ranges::any_of(entities.types, [](const std::string& type) {
    return type == "users" || type == "clients" || type == "brokers" || type == "ips";
  });
  if (may_be_default && !named && !has_default) {
    refuse(
        "an entity-name or default entity must be specified with --alter of users, clients, "
        "brokers or ips");
  }
  if (!may_be_default && !named) {
    refuse(fmt::format("an entity name must be specified with --alter of {}",
                       fmt::join(entities.types, ",")));
  }
  if (options.has("add-config") && options.has("add-config-file")) {
    refuse("Only one of --add-config or --add-config-file must be specified");
  }
  if (!options.has("add-config") && !options.has("add-config-file") &&
      !options.has("delete-config")) {
    refuse(
        "At least one of --add-config, --add-config-file, or --delete-config must be specified "
        "with --alter");
  }
}

// Splits at `separator` where it does not stand in square brackets.
std::vector<std::string_view> split_outside_brackets(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != separator) continue;
    const auto next = text.find_first_of("[]", at + 1);
    if (next != std::string_view::npos && text[next] == ']') continue;
    pieces.push_back(text.substr(start, at - start));
    start = at + 1;
  }
  pieces.push_back(text.substr(start));
  return pieces;
}

void check_keys(const std::map<std::string, std::string>& configs) {
  for (const auto& [key, value] : configs) {
    const bool fine = std::ranges::all_of(key, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '_' || c == '-';
    });
    if (!fine) refuse(fmt::format("Invalid character found for config key: {}", key));
  }
}

}  // namespace

OptionParser config_option_parser() {
  const auto required = Argument::kRequired;
  return OptionParser({
      {"zookeeper", "Not supported: use --bootstrap-server.", required, "String", "urls"},
      {"bootstrap-server", "The brokers to ask first, host:port separated by commas.", required,
       "String", "server to connect to"},
      {"bootstrap-controller", "Not supported: a cluster with ZooKeeper has no such controllers.",
       required, "String", "controller to connect to"},
      {"command-config", "A properties file with settings of the admin client.", required, "String",
       "command config property file"},
      {"alter", "Change the configs of the entity."},
      {"describe", "List the configs of the entity."},
      {"all", "List also the configs that the entity has from elsewhere, and the defaults."},
      {"entity-type", "Type of the entity: topics; brokers can be described.", required, "String"},
      {"entity-name", "Name of the entity: a topic, or the id of a broker.", required, "String"},
      {"entity-default", "The defaults of all brokers, in place of a name."},
      {"add-config",
       "Configs to set, as k1=v1,k2=[v1,v2],k3=v3; brackets keep values with commas together. Of "
       "topics:\n" +
           topic_config_names(),
       required, "String"},
      {"add-config-file", "A properties file with configs to set.", required, "String"},
      {"delete-config", "Configs to take back, as k1,k2.", required, "String"},
      {"force", "Ask nothing."},
      {"topic", "The name of a topic.", required, "String"},
      {"client", "Not supported yet. The id of a client.", required, "String"},
      {"client-defaults", "Not supported yet. The defaults of all clients."},
      {"user", "Not supported yet. The name of a user.", required, "String"},
      {"user-defaults", "Not supported yet. The defaults of all users."},
      {"broker", "The id of a broker.", required, "String"},
      {"broker-defaults", "The defaults of all brokers."},
      {"broker-logger", "Not supported yet. The id of a broker whose log levels are meant.",
       required, "String"},
      {"ip", "Not supported yet. An IP address.", required, "String"},
      {"ip-defaults", "Not supported yet. The defaults of all IP addresses."},
      {"zk-tls-config-file", "Not supported.", required, "String", "ZooKeeper TLS configuration"},
  });
}

ConfigEntities config_entities(const Options& options) {
  ConfigEntities entities{options.values("entity-type"), options.values("entity-name")};
  if (options.has("entity-default")) entities.names.emplace_back();
  for (const auto& [flag, type] : kEntityFlags) {
    if (!options.has(flag)) continue;
    entities.types.emplace_back(type);
    entities.names.push_back(options.value(flag).value_or(""));
  }
  for (const auto& [flag, type] : kDefaultsFlags) {
    if (!options.has(flag)) continue;
    entities.types.emplace_back(type);
    entities.names.emplace_back();
  }
  return entities;
}

void check_config_options(const Options& options) {
  if (options.has("alter") == options.has("describe")) {
    throw UsageError("Command must include exactly one action: --describe, --alter");
  }
  refuse_together(options, "describe", {"add-config", "delete-config"});
  const ConfigEntities entities = config_entities(options);
  check_types(options, entities.types);
  check_connection(options);
  check_broker_ids(entities);
  const bool named = std::ranges::any_of(entities.names, [](const auto& n) { return !n.empty(); });
  if (options.has("describe") && among(entities.types, "broker-loggers") && !named) {
    refuse(fmt::format("an entity name must be specified with --describe of {}",
                       fmt::join(entities.types, ",")));
  }
  if (options.has("alter")) check_alter(options, entities);
}

std::map<std::string, std::string> parse_added_configs(std::string_view text) {
  std::map<std::string, std::string> configs;
  auto pieces = split_outside_brackets(text, ',');
  while (pieces.size() > 1 && pieces.back().empty()) pieces.pop_back();
  for (const std::string_view piece : pieces) {
    const auto pair = split_outside_brackets(piece, '=');
    if (pair.size() != 2) {
      refuse(
          "requirement failed: Invalid entity config: all configs to be added must be in the "
          "format \"key=val\".");
    }
    std::string value(pair[1]);
    std::erase_if(value, [](char c) { return c == '[' || c == ']'; });
    configs[std::string(java_trim(pair[0]))] = java_trim(value);
  }
  return configs;
}

std::map<std::string, std::string> configs_to_add(const Options& options) {
  std::map<std::string, std::string> configs;
  if (const auto file = options.value("add-config-file")) {
    const config::Properties properties = config::read_properties_file(*file);
    configs = {properties.begin(), properties.end()};
  }
  if (const auto text = options.value("add-config")) configs = parse_added_configs(*text);
  if (const auto found = configs.find("message.format.version"); found != configs.end()) {
    fmt::print(
        "WARNING: The configuration message.format.version={} is specified. This configuration "
        "will be ignored if the version is newer than the inter.broker.protocol.version specified "
        "in the broker or if the inter.broker.protocol.version is 3.0 or newer. This configuration "
        "is deprecated and it will be removed in Apache Kafka 4.0.\n",
        found->second);
  }
  check_keys(configs);
  return configs;
}

std::vector<std::string> configs_to_delete(const Options& options) {
  std::vector<std::string> names;
  for (const std::string& value : options.values("delete-config")) {
    for (const std::string_view name : java_split(value, ',')) names.emplace_back(java_trim(name));
  }
  return names;
}

}  // namespace barnabas::admin
