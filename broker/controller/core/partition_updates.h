// Changes of leaderships on their way through ZooKeeper.
//
// Every change is an Update of one partition that belongs to a round: the work of one event, whose
// requests to brokers leave together. An update is decided from what is committed when its turn
// comes, not when it was submitted; after a refused write it is decided again from what ZooKeeper
// holds. So nothing is lost when brokers die while writes are under way.
//
// Invariants  At most one write per partition is in flight; its proposal is kept beside the
//             committed state of the context, which alone is told to anybody.
//             All partitions of a round are written at once, not one after another.
//             A round's requests leave when none of its writes is in flight: updates that wait for
//             another round's write do not hold up the others.
// Threads     externally synchronized (ControllerCore).
// Source      Kafka 3.9, PartitionStateMachine.electLeaderForPartitions,
//             ReplicaStateMachine.removeReplicasFromIsr
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/controller/core/controller_context.h"
#include "broker/controller/core/effects.h"
#include "broker/controller/core/request_batch.h"

namespace barnabas::controller {

using RoundId = std::uint64_t;

struct Update {
  enum class Kind {
    kReconcile,          // has to have a live leader and no dead ISR members
    kPreferredElection,  // the head of the assignment is to lead
    kUncleanElection,    // anybody live is to lead, if the leader does not live
    kShutDownReplica,    // `broker` is shutting down: it must neither lead nor be in the ISR
    kAlterPartition,     // `broker`, the leader, proposes `item`
    kTellReplica,        // `broker` is to be told what holds when nothing is in flight
  };
  Kind kind = Kind::kReconcile;
  BrokerId broker{-1};
  AlterPartitionItem item{};
  bool names_topic_ids = false;
  std::size_t index = 0;  // of the item in its request
  // kReconcile: the replicas whose failure asks for it. They count as dead, even if they are back
  // when its turn comes: they may have lost what others have.
  BrokerIds failed{};
};

struct UpdateOutcome {
  enum class Result {
    kWritten,   // the committed state is what the update asked for
    kUnneeded,  // it was so already
    kFailed,    // `error`
  };
  TopicPartition partition;
  Update update;
  Result result = Result::kFailed;
  // kFailed: ELIGIBLE_LEADERS_NOT_AVAILABLE, PREFERRED_LEADER_NOT_AVAILABLE, the codes of
  // decide_alter_partition, INVALID_UPDATE_VERSION (the znode changed underneath),
  // UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_SERVER_ERROR.
  ErrorCode error = ErrorCode::kNone;
  std::optional<LeaderAndIsr> state{};  // what was committed when the update ended
};

struct FinishedRound {
  RoundId id;
  std::vector<UpdateOutcome> outcomes;  // in the order in which they ended
};

// How ZooKeeper answered a WritePartitionState.
enum class WriteResult {
  kOk,
  kBadVersion,  // or, creating, the znode exists: perhaps our own first try
  kNoNode,      // the topic has gone
  kFailed,
};

class PartitionUpdates {
 public:
  // `leader_recovery_supported`: see elect_offline.
  PartitionUpdates(ControllerContext& context, bool leader_recovery_supported)
      : context_(context), leader_recovery_supported_(leader_recovery_supported) {}

  // A round takes updates until it is closed.
  RoundId open_round();
  RequestBatch& batch(RoundId round) { return rounds_.at(round).batch; }
  void submit(RoundId round, const TopicPartition& partition, Update update, Effects& out);
  void close_round(RoundId round, Effects& out);

  void on_state_written(const TopicPartition& partition, WriteResult result,
                        PartitionEpoch new_version, Effects& out);
  // Absent: no znode, or not readable.
  void on_state_read(const TopicPartition& partition, const std::optional<Leadership>& read,
                     Effects& out);
  void on_unclean_flag_read(const std::string& topic, bool unclean, Effects& out);

  // The rounds whose updates have all ended, since the last call.
  std::vector<FinishedRound> take_finished();

  bool is_busy(const TopicPartition& partition) const { return current_.contains(partition); }

 private:
  struct Running {
    Update update;
    RoundId round;
    // Of the topic; absent: not asked for yet.
    std::optional<bool> unclean{};

    enum class Stage { kWriting, kReading, kReadingUncleanFlag };
    Stage stage = Stage::kWriting;
    // kWriting, kReading:
    LeaderAndIsr proposed{};
    bool create = false;
    bool elects = true;  // false: only the ISR shrinks
    BrokerIds recipients{};
  };
  struct Round {
    bool open = true;
    std::size_t outstanding = 0;  // updates that have not ended
    std::size_t in_flight = 0;    // of these, waiting for ZooKeeper
    RequestBatch batch;
    std::vector<UpdateOutcome> outcomes;
  };

  void run(const TopicPartition& partition, Running running, Effects& out);
  void reconcile(const TopicPartition& partition, Running running, Effects& out);
  void elect_preferred_leader(const TopicPartition& partition, Running running, Effects& out);
  void elect_unclean_leader(const TopicPartition& partition, Running running, Effects& out);
  void shut_down_replica(const TopicPartition& partition, Running running, Effects& out);
  void alter_partition(const TopicPartition& partition, Running running, Effects& out);
  void tell_replica(const TopicPartition& partition, Running running, Effects& out);

  void propose(const TopicPartition& partition, Running running, LeaderAndIsr state,
               BrokerIds recipients, bool create, Effects& out);
  void read_state(const TopicPartition& partition, Running running, Effects& out);
  void read_unclean_flag(const TopicPartition& partition, Running running, Effects& out);
  void commit(const TopicPartition& partition, const Running& running, PartitionEpoch version);
  Running take_running(const TopicPartition& partition);
  void end(const TopicPartition& partition, const Running& running, UpdateOutcome::Result result,
           ErrorCode error, Effects& out);
  void run_next(const TopicPartition& partition, Effects& out);
  void send_if_settled(RoundId round, Effects& out);
  BrokerIds living_replicas(const TopicPartition& partition) const;

  ControllerContext& context_;
  const bool leader_recovery_supported_;
  RoundId next_round_ = 1;
  std::map<RoundId, Round> rounds_;
  std::map<TopicPartition, Running> current_;
  std::map<TopicPartition, std::deque<Running>> waiting_;
  std::vector<FinishedRound> finished_;
};

}  // namespace barnabas::controller
