// kafka-configs: describe and change the configs of topics, describe those of brokers.
//
// Source  Kafka 3.9, ConfigCommand.scala
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>

#include "admin/admin_client.h"
#include "admin/admin_session.h"
#include "admin/config_options.h"
#include "admin/error_text.h"
#include "admin/java_hash.h"
#include "admin/tool.h"
#include "broker/protocol/java_string.h"

namespace barnabas::admin {
namespace {

// What Kafka's tool tells with the whole command line before it.
class ConfigCallError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  explicit ConfigCallError(const Error& error)
      : std::runtime_error(fmt::format("java.util.concurrent.ExecutionException: {}: {}",
                                       exception_name(error.code), error.detail)) {}
};

AdminSession open_config_session(const Options& options) {
  try {
    return AdminSession(options.value("command-config"), *options.value("bootstrap-server"),
                        config::Properties{});
  } catch (const std::runtime_error& error) {
    throw ConfigCallError(error.what());
  }
}

template <typename T>
T or_throw(Result<T> result) {
  if (!result) throw ConfigCallError(result.error());
  return std::move(*result);
}

std::string_view source_name(ConfigEntrySource source) {
  switch (source) {
    case ConfigEntrySource::kDynamicTopic:
      return "DYNAMIC_TOPIC_CONFIG";
    case ConfigEntrySource::kDynamicBroker:
      return "DYNAMIC_BROKER_CONFIG";
    case ConfigEntrySource::kDynamicDefaultBroker:
      return "DYNAMIC_DEFAULT_BROKER_CONFIG";
    case ConfigEntrySource::kStaticBroker:
      return "STATIC_BROKER_CONFIG";
    case ConfigEntrySource::kDefault:
      return "DEFAULT_CONFIG";
    default:
      return "UNKNOWN";
  }
}

class ConfigCommand {
 public:
  ConfigCommand(const Options& options, AdminClient& client)
      : options_(options), client_(client), entities_(config_entities(options)) {}

  void run() {
    if (options_.has("describe")) return describe();
    if (entities_.types.size() != entities_.names.size()) {
      throw std::runtime_error("An entity name must be specified for every entity type");
    }
    alter();
  }

 private:
  const std::string& type() const { return entities_.types.front(); }
  bool is_of_topics() const { return type() == "topics"; }

  // In alphabetical order; without --all only what was set on the entity itself.
  std::vector<ResourceConfigEntry> configs_of(const std::string& name, bool all) {
    const auto resource = is_of_topics() ? ConfigResource::kTopic : ConfigResource::kBroker;
    auto entries = or_throw(client_.describe_configs(resource, name));
    if (!all) {
      const ConfigEntrySource own = is_of_topics() ? ConfigEntrySource::kDynamicTopic
                                    : name.empty() ? ConfigEntrySource::kDynamicDefaultBroker
                                                   : ConfigEntrySource::kDynamicBroker;
      std::erase_if(entries, [&](const auto& entry) { return entry.source != own; });
    }
    std::ranges::sort(entries, {}, &ResourceConfigEntry::name);
    return entries;
  }

  std::vector<std::string> names_to_describe() {
    if (!entities_.names.empty()) return {entities_.names.front()};
    std::vector<std::string> names;
    if (is_of_topics()) {
      for (const TopicListing& topic : or_throw(client_.list_topics())) {
        names.push_back(topic.name);
      }
      return in_java_hash_order(std::move(names), protocol::java_hash_code);
    }
    for (const BrokerId id : or_throw(client_.live_brokers())) {
      names.push_back(fmt::format("{}", id));
    }
    names.emplace_back();  // the defaults
    return names;
  }

  void describe() {
    if (!is_of_topics() && type() != "brokers") {
      throw std::runtime_error(
          fmt::format("Describing the configs of {} is not supported yet", type()));
    }
    const bool all = options_.has("all");
    const std::string singular = type().substr(0, type().size() - 1);
    for (const std::string& name : names_to_describe()) {
      if (name.empty()) {
        fmt::print("Default configs for {} in the cluster are:\n", type());
      } else {
        fmt::print("{} configs for {} {} are:\n", all ? "All" : "Dynamic", singular, name);
      }
      for (const ResourceConfigEntry& entry : configs_of(name, all)) print(entry);
    }
  }

  static void print(const ResourceConfigEntry& entry) {
    std::vector<std::string> synonyms;
    for (const auto& synonym : entry.synonyms) {
      synonyms.push_back(fmt::format("{}:{}={}", source_name(synonym.source), synonym.name,
                                     synonym.value.value_or("null")));
    }
    fmt::print("  {}={} sensitive={} synonyms={{{}}}\n", entry.name, entry.value.value_or("null"),
               entry.sensitive, fmt::join(synonyms, ", "));
  }

  void alter() {
    if (!is_of_topics()) {
      throw std::runtime_error(
          fmt::format("Changing the configs of {} is not supported yet", type()));
    }
    const std::string& topic = entities_.names.front();
    const auto added = configs_to_add(options_);
    const auto deleted = configs_to_delete(options_);
    std::vector<std::string> missing = deleted;
    for (const ResourceConfigEntry& entry : configs_of(topic, false)) {
      std::erase(missing, entry.name);
    }
    if (!missing.empty()) {
      throw std::runtime_error(fmt::format("Invalid config(s): {}", fmt::join(missing, ",")));
    }
    const auto altered = client_.alter_topic_configs(topic, added, deleted);
    if (!altered) throw ConfigCallError(altered.error());
    fmt::print("Completed updating config for topic {}.\n", topic);
  }

  const Options& options_;
  AdminClient& client_;
  const ConfigEntities entities_;
};

int fail_with_arguments(const Arguments& arguments, std::string_view message) {
  std::fflush(stdout);
  fmt::print(stderr, "Error while executing config command with args '{}'\n{}\n",
             fmt::join(arguments, " "), message);
  return 1;
}

}  // namespace

int kafka_configs(const Arguments& arguments) {
  const OptionParser parser = config_option_parser();
  try {
    const Options options = parser.parse(arguments);
    if (const auto done = help_or_version(parser, arguments, options,
                                          "This tool helps to manipulate and describe entity "
                                          "config for a topic, client, user, broker, ip or "
                                          "client-metrics")) {
      return *done;
    }
    check_config_options(options);
    if (!options.has("bootstrap-server")) {
      throw std::runtime_error("Only --bootstrap-server is supported");
    }
    AdminSession session = open_config_session(options);
    ConfigCommand(options, session.client()).run();
    return 0;
  } catch (const UsageError& error) {
    return print_usage(parser, error.what());
  } catch (const ConfigCallError& error) {
    return fail_with_arguments(arguments, error.what());
  } catch (const std::runtime_error& error) {
    std::fflush(stdout);
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

}  // namespace barnabas::admin
