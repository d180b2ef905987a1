// What ControllerCore asks its shell to do.
//
// The shell carries effects out in order, without waiting for one before starting the next; what
// has an answer comes back as an event.
// Threads  value types.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "broker/controller/core/cluster_state.h"
#include "broker/controller/core/requests.h"

namespace barnabas::controller {

// Names a request whose answer is owed; given by the shell.
using Token = std::uint64_t;

// ---- ZooKeeper: all writes are fenced by the version of /controller_epoch ----------------------

// Sets (or creates) the state znode. `state.partition_epoch` is the version that is expected.
// Answered by on_state_written.
struct WritePartitionState {
  TopicPartition partition;
  LeaderAndIsr state;
  bool create = false;
};
// Answered by on_state_read.
struct ReadPartitionState {
  TopicPartition partition;
};
// Whether the topic allows unclean elections. Answered by on_unclean_flag_read.
struct ReadUncleanFlag {
  std::string topic;
};
// Answered by on_topics_read.
struct ReadTopics {
  std::vector<std::string> topics;
};
// Removes the znodes of a topic whose replicas are all gone: topic, config, deletion request; those
// of them that are there.
// Answered by on_topic_deleted.
struct DeleteTopicNodes {
  std::string topic;
};
// Removes requests to delete topics that do not exist, or must not be deleted.
struct DropDeletionRequests {
  std::vector<std::string> topics;
};
// Partitions were added to a topic that is being deleted: its znode gets the old ones back.
struct RestoreAssignment {
  std::string topic;
  Uuid id;
  TopicAssignment assignment;
};
// The state znode bears the epoch of a later controller: the term is over.
struct Resign {
  std::string reason;
};

// ---- Requests to brokers: queued per broker, in order, until answered --------------------------

struct PartitionStateEntry {
  TopicPartition partition;
  Leadership leadership;
  ReplicaAssignment assignment;
  bool is_new = false;         // LeaderAndIsr
  BrokerIds offline_replicas;  // UpdateMetadata
};

struct LeaderAndIsrData {
  std::vector<PartitionStateEntry> partitions;  // ascending
  std::map<std::string, Uuid> topic_ids;        // of those partitions; zero: none
  std::vector<BrokerInfo> live_leaders;
};
struct UpdateMetadataData {
  std::vector<PartitionStateEntry> partitions;  // ascending; leader kLeaderDuringDelete: forget it
  std::map<std::string, Uuid> topic_ids;        // only those known
  std::vector<BrokerInfo> live_brokers;
};
struct StopReplicaEntry {
  TopicPartition partition;
  LeaderEpoch leader_epoch{0};
  bool delete_partition = false;
};
struct StopReplicaData {
  std::vector<StopReplicaEntry> partitions;  // ascending
};

struct SendLeaderAndIsr {
  BrokerId broker{-1};
  BrokerEpoch broker_epoch = kNoBrokerEpoch;
  std::shared_ptr<const LeaderAndIsrData> data;
};
// One content for many brokers.
struct SendUpdateMetadata {
  BrokerId broker{-1};
  BrokerEpoch broker_epoch = kNoBrokerEpoch;
  std::shared_ptr<const UpdateMetadataData> data;
};
struct SendStopReplica {
  BrokerId broker{-1};
  BrokerEpoch broker_epoch = kNoBrokerEpoch;
  std::shared_ptr<const StopReplicaData> data;
};

// Opens the queue of a broker, or opens it anew at other endpoints; what was queued is lost.
struct AddBroker {
  BrokerInfo broker;
};
// Drops the queue of a broker and its connection.
struct RemoveBroker {
  BrokerId broker{-1};
};

// ---- Answers -----------------------------------------------------------------------------------

struct AnswerAlterPartition {
  Token token;
  AlterPartitionAnswer answer;
};
struct AnswerControlledShutdown {
  Token token;
  ControlledShutdownAnswer answer;
};
struct AnswerElectLeaders {
  Token token;
  ElectionOutcome outcome;
};

// ---- For people --------------------------------------------------------------------------------

struct LogLine {
  enum class Level { kInfo, kWarn, kError } level;
  std::string text;
};

using Effect =
    std::variant<WritePartitionState, ReadPartitionState, ReadUncleanFlag, ReadTopics,
                 DeleteTopicNodes, DropDeletionRequests, RestoreAssignment, Resign,
                 SendLeaderAndIsr, SendUpdateMetadata, SendStopReplica, AddBroker, RemoveBroker,
                 AnswerAlterPartition, AnswerControlledShutdown, AnswerElectLeaders, LogLine>;
using Effects = std::vector<Effect>;

}  // namespace barnabas::controller
