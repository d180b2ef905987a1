#include "admin/verifiable_options.h"

#include <algorithm>
#include <cctype>

namespace barnabas::admin {
namespace {

const std::string kServers = "HOST1:PORT1[,HOST2:PORT2[...]]";

std::vector<NamedArgument> connection_group() {
  return {{"--bootstrap-server", kServers, "The brokers to ask first."},
          {"--broker-list", kServers, "DEPRECATED: use --bootstrap-server."}};
}

config::Properties read_config(const ArgumentValues& arguments, std::string_view name) {
  const auto path = arguments.text(name);
  if (!path) return {};
  try {
    return config::read_properties_file(*path);
  } catch (const config::ConfigError&) {
    throw ArgumentError(*path);
  }
}

std::string servers(const ArgumentValues& arguments) {
  const auto given = arguments.text("--bootstrap-server");
  return given ? *given : arguments.text("--broker-list").value_or("");
}

}  // namespace

ArgumentParser verifiable_producer_parser() {
  return ArgumentParser(
      "verifiable-producer",
      "Produces rising numbers to a topic and prints a line of JSON for each that was acknowledged "
      "or "
      "refused.",
      {
          {.name = "--topic", .metavar = "TOPIC", .help = "The topic.", .required = true},
          {"--max-messages", "MAX-MESSAGES", "How many; -1: until the process is ended.",
           ArgumentType::kInt, false, "-1"},
          {"--throughput", "THROUGHPUT", "About so many a second; -1: as many as can be.",
           ArgumentType::kInt, false, "-1"},
          {.name = "--acks",
           .metavar = "ACKS",
           .help = "Whose acknowledgement counts: all in-sync replicas' (-1), the leader's (1), "
                   "nobody's (0).",
           .type = ArgumentType::kInt,
           .default_value = "-1",
           .choices = {0, 1, -1}},
          {"--producer.config", "CONFIG_FILE", "A properties file with settings of the producer."},
          {"--message-create-time", "CREATETIME",
           "The timestamp of the first record, ms since the epoch; -1: its time.",
           ArgumentType::kLong, false, "-1"},
          {"--value-prefix", "VALUE-PREFIX", "A number that each value begins with, before a dot.",
           ArgumentType::kInt},
          {"--repeating-keys", "REPEATING-KEYS",
           "Give records keys, from 0 to below this and again from 0.", ArgumentType::kInt},
      },
      connection_group());
}

ArgumentParser verifiable_consumer_parser() {
  return ArgumentParser(
      "verifiable-consumer",
      "Consumes a topic as a member of a group and prints a line of JSON for whatever happens: "
      "rebalances, records, commits.",
      {
          {.name = "--topic", .metavar = "TOPIC", .help = "The topic.", .required = true},
          {"--group-protocol", "GROUP_PROTOCOL",
           "The protocol of the group: classic; consumer is not supported yet.",
           ArgumentType::kText, false, "classic"},
          {"--group-remote-assignor", "GROUP_REMOTE_ASSIGNOR",
           "The assignor of a group of the consumer protocol."},
          {.name = "--group-id", .metavar = "GROUP_ID", .help = "The group.", .required = true},
          {"--group-instance-id", "GROUP_INSTANCE_ID", "Makes it a static member of this name."},
          {"--max-messages", "MAX-MESSAGES", "How many; -1: until the process is ended.",
           ArgumentType::kInt, false, "-1"},
          {"--session-timeout", "TIMEOUT_MS", "The session timeout of the member.",
           ArgumentType::kInt, false, "30000"},
          {"--verbose", "VERBOSE", "Print each record.", ArgumentType::kFlag},
          {"--enable-autocommit", "ENABLE-AUTOCOMMIT",
           "Commit by time instead of after each batch.", ArgumentType::kFlag},
          {"--reset-policy", "RESETPOLICY",
           "Where to start without a committed offset: earliest, latest or none.",
           ArgumentType::kText, false, "earliest"},
          {"--assignment-strategy", "ASSIGNMENTSTRATEGY", "The assignor of the classic protocol.",
           ArgumentType::kText, false, "org.apache.kafka.clients.consumer.RangeAssignor"},
          {"--consumer.config", "CONFIG_FILE",
           "A properties file with settings of the consumer, which the other arguments rank "
           "above."},
      },
      connection_group());
}

config::Properties verifiable_producer_properties(const ArgumentValues& arguments) {
  config::Properties properties = read_config(arguments, "--producer.config");
  properties.insert({{"bootstrap.servers", servers(arguments)},
                     {"acks", *arguments.text("--acks")},
                     // Every failure is to be seen.
                     {"retries", "0"},
                     {"linger.ms", "0"},
                     {"client.id", "producer-1"}});
  return properties;
}

config::Properties verifiable_consumer_properties(const ArgumentValues& arguments) {
  config::Properties properties = read_config(arguments, "--consumer.config");
  std::string protocol = *arguments.text("--group-protocol");
  std::ranges::transform(protocol, protocol.begin(),
                         [](unsigned char c) { return std::tolower(c); });
  if (protocol == "consumer") {
    properties["group.protocol"] = protocol;
  } else {
    properties["partition.assignment.strategy"] = *arguments.text("--assignment-strategy");
  }
  properties["bootstrap.servers"] = servers(arguments);
  properties["group.id"] = *arguments.text("--group-id");
  if (const auto instance = arguments.text("--group-instance-id")) {
    properties["group.instance.id"] = *instance;
  }
  properties["enable.auto.commit"] = arguments.has("--enable-autocommit") ? "true" : "false";
  properties["auto.offset.reset"] = *arguments.text("--reset-policy");
  properties["session.timeout.ms"] = *arguments.text("--session-timeout");
  properties.insert({"isolation.level", "read_uncommitted"});
  properties.insert({"client.id", "consumer-" + properties["group.id"] + "-1"});
  return properties;
}

}  // namespace barnabas::admin
