#include "broker/controller/partition_creator.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "broker/base/logging.h"
#include "broker/controller/core/partition_growth.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/topic_name.h"
#include "zkclient/operations.h"
#include "zkclient/paths.h"

namespace barnabas::controller {
namespace {

Error no_such_topic(const std::string& topic) {
  return {ErrorCode::kUnknownTopicOrPartition,
          fmt::format("The topic '{}' does not exist.", topic)};
}

Error growth_error(const std::string& topic, zk::ZkError error) {
  if (error == zk::ZkError::kNoNode) return no_such_topic(topic);
  if (error == zk::ZkError::kSessionExpired) return {ErrorCode::kNotController, {}};
  return {ErrorCode::kUnknownServerError, std::string(zk::to_string(error))};
}

}  // namespace

struct PartitionCreator::Growth {
  NewPartitions asked;
  std::vector<BrokerWithRack> brokers;
  bool validate_only;
  Callback done;
};

void PartitionCreator::create(NewPartitions asked, std::vector<BrokerWithRack> brokers,
                              bool validate_only, Callback done) {
  // Any other name is no path of a topic.
  if (!protocol::is_valid_topic_name(asked.topic)) return done(no_such_topic(asked.topic));
  read(std::make_shared<Growth>(
      Growth{std::move(asked), std::move(brokers), validate_only, std::move(done)}));
}

void PartitionCreator::read(std::shared_ptr<Growth> growth) {
  const std::string path = zk::paths::topic(growth->asked.topic);
  zookeeper_.get_data(path, false, alive_.guard([this, growth](const zk::DataAnswer& answer) {
    on_read(growth, answer);
  }));
}

void PartitionCreator::on_read(std::shared_ptr<Growth> growth, const zk::DataAnswer& answer) {
  const std::string& topic = growth->asked.topic;
  if (!answer.ok()) return growth->done(growth_error(topic, answer.error));
  auto znode = zk::TopicZnode::decode(answer.data);
  if (!znode) {
    return growth->done({ErrorCode::kUnknownServerError, std::move(znode).error().detail});
  }
  if (!znode->adding_replicas.empty() || !znode->removing_replicas.empty()) {
    return growth->done(
        {ErrorCode::kReassignmentInProgress,
         fmt::format("A partition reassignment is in progress for the topic '{}'.", topic)});
  }
  auto added = assign_new_partitions(growth->asked, znode->partitions, growth->brokers);
  if (!added) return growth->done(std::move(added).error());
  if (growth->validate_only) return growth->done({ErrorCode::kNone, {}});
  log_info("[Controller] Creating {} partitions for '{}'", added->size(), topic);
  znode->partitions.merge(*added);
  write(growth, *znode, answer.stat.version);
}

void PartitionCreator::write(std::shared_ptr<Growth> growth, const zk::TopicZnode& znode,
                             std::int32_t version) {
  const std::string path = zk::paths::topic(growth->asked.topic);
  zk::set_data_settled(zookeeper_, path, znode.encode(), version,
                       alive_.guard([this, growth](const zk::StatAnswer& answer) {
                         if (answer.ok()) return growth->done({ErrorCode::kNone, {}});
                         if (answer.error == zk::ZkError::kBadVersion) return read(growth);
                         growth->done(growth_error(growth->asked.topic, answer.error));
                       }));
}

}  // namespace barnabas::controller
