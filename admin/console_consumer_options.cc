#include "admin/console_consumer_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <random>
#include <stdexcept>
#include <vector>

#include "admin/client_properties.h"
#include "admin/java_hash.h"
#include "broker/protocol/java_string.h"

namespace barnabas::admin {
namespace {

void check_selection(const Options& options) {
  const bool included = options.has("include") || options.has("whitelist");
  if (options.has("topic") == included) {
    throw UsageError(fmt::format(
        "Exactly one of --include/--topic is required. {}",
        options.has("whitelist")
            ? "--whitelist is DEPRECATED use --include instead; ignored if --include specified."
            : ""));
  }
  if (options.has("partition")) {
    if (!options.has("topic")) {
      throw UsageError("The topic is required when partition is specified.");
    }
    if (options.has("from-beginning") && options.has("offset")) {
      throw UsageError("Options from-beginning and offset cannot be specified together.");
    }
  } else if (options.has("offset")) {
    throw UsageError("The partition is required when offset is specified.");
  }
  require_options(options, {"bootstrap-server"});
}

// The group may be named in three places; they have to agree. nullopt: it is named in none.
std::optional<std::string> chosen_group(const Options& options, const config::Properties& file,
                                        const config::Properties& pairs) {
  std::vector<std::string> groups;
  const auto add = [&](const std::string& group) {
    if (std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
  };
  if (const auto group = options.value("group")) add(*group);
  for (const config::Properties* properties : {&file, &pairs}) {
    if (const auto found = properties->find("group.id"); found != properties->end()) {
      add(found->second);
    }
  }
  if (groups.size() > 1) {
    std::vector<std::string> quoted;
    for (const std::string& group : in_java_hash_order(
             groups, [](const std::string& group) { return protocol::java_hash_code(group); })) {
      quoted.push_back("'" + group + "'");
    }
    throw UsageError(
        fmt::format("The group ids provided in different places (directly using '--group', via "
                    "'--consumer-property', or via '--consumer.config') do not match. Detected "
                    "group ids: {}",
                    fmt::join(quoted, ", ")));
  }
  if (groups.empty()) return std::nullopt;
  if (options.has("partition")) {
    throw UsageError("Options group and partition cannot be specified together.");
  }
  return groups.front();
}

std::string generated_group() {
  std::random_device seed;
  return fmt::format("console-consumer-{}", std::uniform_int_distribution(0, 99999)(seed));
}

std::int64_t start_offset(const Options& options) {
  if (!options.has("offset")) {
    return options.has("from-beginning") ? kEarliestOffset : kLatestOffset;
  }
  const std::string text = *options.value("offset");
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower == "earliest") return kEarliestOffset;
  if (lower == "latest") return kLatestOffset;
  std::int64_t offset = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), offset);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || offset < 0) {
    throw UsageError(fmt::format(
        "The provided offset value '{}' is incorrect. Valid values are 'earliest', 'latest', or a "
        "non-negative long.",
        text));
  }
  return offset;
}

config::Properties consumer_properties(const Options& options) {
  config::Properties file;
  if (const auto path = options.value("consumer.config")) {
    file = config::read_properties_file(*path);
  }
  config::Properties properties;
  for (const std::string& pair : options.values("consumer-property")) {
    config::add_property(properties, pair);
  }
  const auto group = chosen_group(options, file, properties);
  properties.insert(file.begin(), file.end());

  const bool from_beginning = options.has("from-beginning");
  const auto reset = properties.find("auto.offset.reset");
  if (reset == properties.end()) {
    properties["auto.offset.reset"] = from_beginning ? "earliest" : "latest";
  } else if (from_beginning && reset->second != "earliest") {
    throw std::runtime_error(
        fmt::format("Can't simultaneously specify --from-beginning and 'auto.offset.reset={}', "
                    "please remove one option",
                    reset->second));
  }
  properties["bootstrap.servers"] = *options.value("bootstrap-server");
  properties.insert({"client.id", "console-consumer"});
  if (options.has("isolation-level") || !properties.contains("isolation.level")) {
    properties["isolation.level"] = *options.value("isolation-level");
  }
  properties["group.id"] = group ? *group : generated_group();
  // Nobody comes back to a generated group: its offsets would only be a burden to the coordinator.
  if (!group) properties.insert({"enable.auto.commit", "false"});
  return properties;
}

config::Properties formatter_properties(const Options& options) {
  config::Properties properties;
  if (const auto file = options.value("formatter-config")) {
    properties = config::read_properties_file(*file);
  }
  for (const char* field : {"key", "value"}) {
    const auto name = options.value(fmt::format("{}-deserializer", field));
    if (name && !name->empty()) properties[fmt::format("{}.deserializer", field)] = *name;
  }
  for (const std::string& pair : options.values("property")) {
    config::add_property(properties, pair);
  }
  return properties;
}

}  // namespace

OptionParser console_consumer_option_parser() {
  const auto required = Argument::kRequired;
  return OptionParser({
      {"topic", "The topic to read.", required, "String", "topic"},
      {"whitelist", "DEPRECATED: use --include, which this is ignored beside.", required, "String",
       "Java regex (String)"},
      {"include", "A regular expression: the topics to read.", required, "String",
       "Java regex (String)"},
      {"partition", "The only partition to read; from its end unless --offset says otherwise.",
       required, "Integer", "partition"},
      {"offset", "Where to start in --partition: a number, earliest or latest.", required, "String",
       "consume offset", "latest"},
      {"consumer-property", "A setting of the consumer, key=value; may be repeated.", required,
       "String", "consumer_prop"},
      {"consumer.config", "A properties file of the same; --consumer-property ranks above it.",
       required, "String", "config file"},
      {"formatter", "The class that prints records.", required, "String", "class",
       "org.apache.kafka.tools.consumer.DefaultMessageFormatter"},
      {"property",
       "How records are printed, key=value; may be repeated:\n"
       " print.timestamp=true|false\n print.key=true|false\n print.offset=true|false\n"
       " print.partition=true|false\n print.headers=true|false\n print.value=true|false\n"
       " key.separator=<text>\n line.separator=<text>\n headers.separator=<text>\n"
       " null.literal=<text>\n key.deserializer=<class>\n value.deserializer=<class>\n"
       " headers.deserializer=<class>",
       required, "String", "prop"},
      {"formatter-config", "A properties file of the same; --property ranks above it.", required,
       "String", "config file"},
      {"from-beginning", "Start with the first record there is, not with the next to come."},
      {"max-messages", "Stop after so many records; default: never.", required, "Integer",
       "num_messages"},
      {"timeout-ms", "Stop when no record has come for so long.", required, "Long", "timeout_ms"},
      {"skip-message-on-error", "Go on after a record that cannot be printed."},
      {"bootstrap-server", "REQUIRED: the brokers to ask first, host:port separated by commas.",
       required, "String", "server to connect to"},
      {"key-deserializer", "", required, "String", "deserializer for key"},
      {"value-deserializer", "", required, "String", "deserializer for values"},
      {"enable-systest-events", "Also print when the consumer has ended, for system tests."},
      {"isolation-level", "read_committed leaves out records of open and aborted transactions.",
       required, "String", "", "read_uncommitted"},
      {"group", "The consumer group; default: a new one, which commits no offsets.", required,
       "String", "consumer group id"},
  });
}

ConsoleConsumerOptions check_console_consumer_options(const Options& options) {
  check_selection(options);
  ConsoleConsumerOptions checked;
  checked.topic = options.value("topic");
  if (!checked.topic) {
    checked.include = options.value(options.has("include") ? "include" : "whitelist");
  }
  checked.partition = options.int_value("partition");
  checked.consumer = consumer_properties(options);
  checked.start_offset = start_offset(options);
  if (const auto max = options.int_value("max-messages"); max && *max != -1) {
    checked.max_messages = max;
  }
  if (const auto timeout = options.long_value("timeout-ms"); timeout && *timeout >= 0) {
    checked.timeout_ms = timeout;
  }
  checked.skip_message_on_error = options.has("skip-message-on-error");
  checked.systest_events = options.has("enable-systest-events");
  checked.formatter_class = *options.value("formatter");
  checked.formatter = formatter_properties(options);
  return checked;
}

}  // namespace barnabas::admin
