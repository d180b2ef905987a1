#include "broker/controller/topic_creator.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "broker/base/logging.h"
#include "broker/controller/config_writer.h"
#include "broker/controller/topic_name.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::controller {
namespace {

Error exists_already(const std::string& topic) {
  return {ErrorCode::kTopicAlreadyExists, fmt::format("Topic '{}' already exists.", topic)};
}

Result<ReplicaAssignmentMap> resolve_assignment(const NewTopic& topic,
                                                const TopicCreator::Options& options,
                                                std::vector<BrokerWithRack> brokers,
                                                Random& random) {
  if (topic.assignments.empty()) {
    return assign_replicas(
        std::move(brokers),
        topic.num_partitions == -1 ? options.default_num_partitions : topic.num_partitions,
        topic.replication_factor == -1 ? options.default_replication_factor
                                       : topic.replication_factor,
        random);
  }
  if (topic.num_partitions != -1 || topic.replication_factor != -1) {
    return Error{ErrorCode::kInvalidRequest,
                 "Both numPartitions or replicationFactor and replicasAssignments were set. Both "
                 "cannot be used at the same time."};
  }
  ReplicaAssignmentMap assignment;
  for (const auto& [partition, replicas] : topic.assignments) assignment[partition] = replicas;
  return assignment;
}

Result<std::map<std::string, std::string>> resolve_configs(const NewTopic& topic) {
  std::map<std::string, std::string> configs;
  std::vector<std::string> nulls;
  for (const auto& [name, value] : topic.configs) {
    if (value) {
      configs[name] = *value;
    } else {
      nulls.push_back(name);
    }
  }
  if (!nulls.empty()) {
    return Error{
        ErrorCode::kInvalidConfig,
        fmt::format("Null value not supported for topic configs: {}", fmt::join(nulls, ","))};
  }
  return configs;
}

}  // namespace

struct TopicCreator::Creation {
  std::string name;
  ReplicaAssignmentMap assignment;
  std::map<std::string, std::string> configs;
  Uuid id;
  Callback done;

  // Found in ZooKeeper
  bool exists = false;
  bool marked_for_deletion = false;
  std::vector<std::string> topics;

  void fail(Error error) {
    NewTopicAnswer answer;
    answer.error = std::move(error);
    done(std::move(answer));
  }
  void succeed() {
    NewTopicAnswer answer;
    answer.topic_id = id;
    answer.num_partitions = static_cast<std::int32_t>(assignment.size());
    answer.replication_factor = static_cast<std::int16_t>(assignment.begin()->second.size());
    done(std::move(answer));
  }
};

TopicCreator::TopicCreator(zk::ZooKeeper& zookeeper, Random& random, Options options)
    : zookeeper_(zookeeper), random_(random), options_(std::move(options)) {}

TopicCreator::~TopicCreator() = default;

void TopicCreator::create(NewTopic topic, std::vector<BrokerWithRack> brokers, bool validate_only,
                          Callback done) {
  auto creation = std::make_shared<Creation>();
  creation->name = topic.name;
  creation->done = std::move(done);
  // Looked up first: that a topic exists is said before anything else is.
  const bool name_is_valid = validate_topic_name(topic.name).has_value();
  const std::string looked_up = name_is_valid ? topic.name : std::string("-");
  zookeeper_.exists(
      zk::paths::topic(looked_up), false,
      alive_.guard([creation](const zk::StatAnswer& answer) { creation->exists = answer.ok(); }));
  zookeeper_.exists(zk::paths::delete_topic(looked_up), false,
                    alive_.guard([creation, name_is_valid](const zk::StatAnswer& answer) {
                      creation->marked_for_deletion = name_is_valid && answer.ok();
                    }));
  zookeeper_.get_children(
      std::string(zk::paths::kTopics), false,
      alive_.guard([this, creation, topic = std::move(topic), brokers = std::move(brokers),
                    validate_only](zk::ChildrenAnswer answer) {
        if (answer.error == zk::ZkError::kSessionExpired) {
          return creation->fail({ErrorCode::kNotController, {}});
        }
        creation->topics = std::move(answer.children);
        if (auto valid = validate(*creation, topic, brokers); !valid) {
          log_info("[Controller] Cannot create topic {}: {}", topic.name, valid.error().detail);
          return creation->fail(std::move(valid).error());
        }
        if (validate_only) return creation->succeed();
        creation->id = Uuid::random(random_);
        write_config(creation);
      }));
}

Result<void> TopicCreator::validate(Creation& creation, const NewTopic& topic,
                                    const std::vector<BrokerWithRack>& brokers) {
  if (creation.exists && !creation.marked_for_deletion) return exists_already(topic.name);
  TRY(creation.configs, resolve_configs(topic));
  TRY(creation.assignment, resolve_assignment(topic, options_, brokers, random_));
  TRY_VOID(validate_topic_name(topic.name));
  if (creation.marked_for_deletion) {
    return Error{ErrorCode::kTopicAlreadyExists,
                 fmt::format("Topic '{}' is marked for deletion.", topic.name)};
  }
  std::vector<std::string> colliding = creation.topics;
  std::erase_if(colliding,
                [&](const std::string& other) { return !topic_names_collide(topic.name, other); });
  if (!colliding.empty()) {
    return Error{ErrorCode::kInvalidTopicException,
                 fmt::format("Topic '{}' collides with existing topics: {}", topic.name,
                             fmt::join(colliding, ", "))};
  }
  TRY_VOID(validate_assignment(creation.assignment));
  if (options_.validate_topic_configs) {
    TRY_VOID(options_.validate_topic_configs(creation.configs));
  }
  return {};
}

void TopicCreator::write_config(std::shared_ptr<Creation> creation) {
  write_topic_config(zookeeper_, creation->name, creation->configs,
                     alive_.guard([this, creation](const Result<void>& written) {
                       if (written) return write_topic(creation);
                       creation->fail(written.error());
                     }));
}

void TopicCreator::write_topic(std::shared_ptr<Creation> creation) {
  zk::TopicZnode znode;
  znode.topic_id = creation->id;
  znode.partitions = creation->assignment;
  const std::string path = zk::paths::topic(creation->name);
  log_info("[Controller] Creating topic {} with configuration {{{}}} and {} partitions",
           creation->name, fmt::join(creation->configs, ", "), creation->assignment.size());
  zookeeper_.create(
      path, znode.encode(), zk::CreateMode::kPersistent,
      alive_.guard([this, creation, path](const zk::CreateAnswer& answer) {
        if (answer.ok()) return creation->succeed();
        if (answer.error == zk::ZkError::kNodeExists && answer.resent) {
          return settle_topic(creation, path);
        }
        if (answer.error == zk::ZkError::kNodeExists) {
          return creation->fail(exists_already(creation->name));
        }
        creation->fail({ErrorCode::kUnknownServerError, std::string(zk::to_string(answer.error))});
      }));
}

// The answer to the first try was lost: whose topic is there?
void TopicCreator::settle_topic(std::shared_ptr<Creation> creation, const std::string& path) {
  zookeeper_.get_data(path, false, alive_.guard([creation](const zk::DataAnswer& answer) {
    const auto znode = zk::TopicZnode::decode(answer.data);
    if (answer.ok() && znode && znode->topic_id == creation->id) {
      creation->succeed();
    } else {
      creation->fail(exists_already(creation->name));
    }
  }));
}

}  // namespace barnabas::controller
