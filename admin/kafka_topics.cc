// kafka-topics: list, describe, create, alter and delete topics.
//
// Source  Kafka 3.9, TopicCommand.java
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "admin/admin_client.h"
#include "admin/admin_session.h"
#include "admin/error_text.h"
#include "admin/tool.h"
#include "admin/tool_log.h"
#include "admin/topic_describe.h"
#include "admin/topic_filter.h"
#include "admin/topic_id_text.h"
#include "admin/topic_options.h"

namespace barnabas::admin {
namespace {

class TopicCommand {
 public:
  TopicCommand(const Options& options, AdminClient& client) : options_(options), client_(client) {}

  Result<void> run() {
    if (options_.has("create")) return create();
    if (options_.has("list")) return list();
    if (options_.has("describe")) return describe();
    if (options_.has("delete")) return delete_topics();
    return alter();
  }

 private:
  // The topics that --topic names, in alphabetical order.
  Result<std::vector<std::string>> matching_topics() {
    TRY(const auto all, client_.list_topics());
    const auto wanted = options_.value("topic");
    const bool exclude_internal = options_.has("exclude-internal");
    std::vector<std::string> names;
    for (const TopicListing& topic : all) {
      if (exclude_internal && (topic.internal || is_internal_topic(topic.name))) continue;
      names.push_back(topic.name);
    }
    if (wanted) {
      const TopicFilter filter(*wanted);
      std::erase_if(names, [&](const std::string& name) { return !filter.matches(name); });
    }
    std::ranges::sort(names);
    return names;
  }

  void require_existing(const std::vector<std::string>& found) const {
    const auto wanted = options_.value("topic");
    if (wanted && !wanted->empty() && !options_.has("if-exists") && found.empty()) {
      // Kafka 3.9 prints Java's Optional around the name, and scripts have come to expect it.
      throw std::runtime_error(
          fmt::format("Topic 'Optional[{}]' does not exist as expected", *wanted));
    }
  }

  Result<void> create() {
    const NewTopic topic = new_topic(options_);
    if (has_collision_chars(topic.name)) {
      fmt::print(
          "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore "
          "('_') could collide. To avoid issues it is best to use either, but not both.\n");
    }
    auto created = client_.create_topic(topic);
    if (!created && created.error().code == ErrorCode::kTopicAlreadyExists &&
        options_.has("if-not-exists")) {
      return {};
    }
    if (created) fmt::print("Created topic {}.\n", topic.name);
    return created;
  }

  Result<void> list() {
    TRY(const auto names, matching_topics());
    fmt::print("{}\n", fmt::join(names, "\n"));
    return {};
  }

  Result<std::vector<TopicInfo>> topics_to_describe() {
    if (const auto text = options_.value("topic-id")) {
      const Uuid id = parse_topic_id(*text);
      if (!id.is_zero()) return topic_by_id(id);
    }
    TRY(const auto names, matching_topics());
    require_existing(names);
    if (names.empty()) return std::vector<TopicInfo>{};
    TRY(auto topics, client_.describe_topics(names));
    return in_description_order(std::move(topics));
  }

  Result<std::vector<TopicInfo>> topic_by_id(const Uuid& id) {
    TRY(const auto all, client_.list_topics());
    const bool exists = std::ranges::any_of(all, [&](const TopicListing& topic) {
      return topic.topic_id == id && !(options_.has("exclude-internal") && topic.internal);
    });
    if (!exists) {
      if (options_.has("if-exists")) return std::vector<TopicInfo>{};
      throw std::runtime_error(
          fmt::format("TopicId '{}' does not exist as expected", id.to_string()));
    }
    TRY(auto topic, client_.describe_topic(id));
    return std::vector<TopicInfo>{std::move(topic)};
  }

  Result<void> describe() {
    TRY(const auto topics, topics_to_describe());
    std::vector<std::string> names;
    std::vector<TopicPartition> partitions;
    for (const TopicInfo& topic : topics) {
      names.push_back(topic.name);
      for (const PartitionInfo& partition : topic.partitions) {
        partitions.push_back({topic.name, partition.partition});
      }
    }
    ClusterView cluster;
    TRY(cluster.configs, client_.describe_topic_configs(names));
    TRY(cluster.live_brokers, client_.live_brokers());
    TRY(cluster.reassignments, client_.list_reassignments(partitions));
    fmt::print("{}", describe_topics(topics, cluster, describe_filters(options_)));
    return {};
  }

  Result<void> alter() {
    const auto total = options_.int_value("partitions");
    const auto assignment = given_assignment(options_);
    TRY(const auto names, matching_topics());
    require_existing(names);
    if (names.empty()) return {};
    TRY(const auto topics, client_.describe_topics(names));
    std::vector<NewPartitions> grown;
    for (const TopicInfo& topic : topics) {
      NewPartitions& asked = grown.emplace_back(NewPartitions{topic.name, *total});
      if (!assignment) continue;
      // What is given begins with the partitions that there are.
      const std::size_t old = std::min(topic.partitions.size(), assignment->size());
      asked.assignment.emplace(assignment->begin() + static_cast<std::ptrdiff_t>(old),
                               assignment->end());
    }
    return client_.create_partitions(grown);
  }

  Result<void> delete_topics() {
    TRY(const auto names, matching_topics());
    require_existing(names);
    if (names.empty()) return {};
    return client_.delete_topics(names);
  }

  const Options& options_;
  AdminClient& client_;
};

// The message goes to standard output, and once more, with its kind, to the log.
int fail(std::string_view message, std::string_view kind) {
  fmt::print("Error while executing topic command : {}\n", message);
  std::fflush(stdout);
  log_tool_error(fmt::format("{}{}", kind, message), "org.apache.kafka.tools.TopicCommand");
  return 1;
}

}  // namespace

int kafka_topics(const Arguments& arguments) {
  const OptionParser parser = topic_option_parser();
  try {
    const Options options = parser.parse(arguments);
    if (arguments.empty())
      return print_usage(parser, "Create, delete, describe, or change a topic.");
    if (const auto done =
            help_or_version(parser, arguments, options,
                            "This tool helps to create, delete, describe, or change a topic.")) {
      return *done;
    }
    check_topic_options(options);
    AdminSession session(options.value("command-config"), *options.value("bootstrap-server"), {});
    try {
      const auto done = TopicCommand(options, session.client()).run();
      if (!done) {
        return fail(done.error().detail, exception_name(done.error().code) + ": ");
      }
      return 0;
    } catch (const std::runtime_error& error) {
      return fail(error.what(), "");
    }
  } catch (const UsageError& error) {
    return print_usage(parser, error.what());
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

}  // namespace barnabas::admin
