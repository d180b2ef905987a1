// What clients and brokers ask of the controller, and what they are answered: plain values between
// the API handlers, the shell and the core.
//
// Threads  value types.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/uuid.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"

namespace barnabas::controller {

enum class LeaderRecoveryState : std::int8_t { kRecovered = 0, kRecovering = 1 };

// ---- AlterPartition: a leader proposes an ISR --------------------------------------------------

struct AlterPartitionItem {
  std::string topic;  // empty when named by topic_id
  Uuid topic_id;      // zero before version 2
  PartitionId partition{0};
  LeaderEpoch leader_epoch{0};
  PartitionEpoch partition_epoch{0};
  std::vector<BrokerId> new_isr;
  LeaderRecoveryState recovery_state = LeaderRecoveryState::kRecovered;
};

struct AlterPartition {
  BrokerId broker{-1};
  BrokerEpoch broker_epoch{-1};
  bool names_topic_ids = false;  // version 2 upward
  std::vector<AlterPartitionItem> items;
};

struct AlterPartitionItemAnswer {
  std::string topic;
  Uuid topic_id;
  PartitionId partition{0};
  ErrorCode error = ErrorCode::kNone;
  // With NONE only: the state that holds now.
  BrokerId leader = kNoBroker;
  LeaderEpoch leader_epoch{0};
  std::vector<BrokerId> isr;
  LeaderRecoveryState recovery_state = LeaderRecoveryState::kRecovered;
  PartitionEpoch partition_epoch{0};
};

struct AlterPartitionAnswer {
  ErrorCode error = ErrorCode::kNone;  // NOT_CONTROLLER, STALE_BROKER_EPOCH: no items
  std::vector<AlterPartitionItemAnswer> items;
};

// ---- ControlledShutdown ------------------------------------------------------------------------

struct ControlledShutdownAnswer {
  ErrorCode error = ErrorCode::kNone;
  std::vector<TopicPartition> remaining;  // still led by the broker
};

// ---- ElectLeaders ------------------------------------------------------------------------------

enum class ElectionType : std::int8_t { kPreferred = 0, kUnclean = 1 };

// Per partition; code NONE: elected. The detail is Kafka's message.
using ElectLeadersAnswer = std::map<TopicPartition, Error>;

// How the elections of a request have ended.
struct ElectionOutcome {
  std::map<TopicPartition, BrokerId> elected;  // written; clients may not know of them yet
  ElectLeadersAnswer settled;                  // what is to be told of the others
};

// ---- Topics ------------------------------------------------------------------------------------

struct NewTopic {
  std::string name;
  std::int32_t num_partitions = -1;      // -1: the broker's default
  std::int16_t replication_factor = -1;  // -1: the broker's default
  // As the client gave it; empty: the replicas are chosen.
  std::vector<std::pair<PartitionId, std::vector<BrokerId>>> assignments;
  std::vector<std::pair<std::string, std::optional<std::string>>> configs;
};

struct NewTopicAnswer {
  Error error{ErrorCode::kNone, {}};
  Uuid topic_id;  // zero when only validated
  std::int32_t num_partitions = -1;
  std::int16_t replication_factor = -1;
};

// Partitions to be added to a topic.
struct NewPartitions {
  std::string topic;
  std::int32_t count = 0;  // of all its partitions, old and new
  // Of the new ones, in their order; absent: the replicas are chosen.
  std::optional<std::vector<std::vector<BrokerId>>> assignments;
};

// A topic by name, or by id where the name is absent.
struct TopicReference {
  std::optional<std::string> name;
  Uuid topic_id;
};

struct DeleteTopicAnswer {
  std::optional<std::string> name;
  Uuid topic_id;
  ErrorCode error = ErrorCode::kNone;
};

// ---- AllocateProducerIds -----------------------------------------------------------------------

struct ProducerIdBlock {
  ProducerId first{0};
  std::int32_t length = 0;
};

}  // namespace barnabas::controller
