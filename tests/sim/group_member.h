// A simulated consumer in a group, with a real one's rules: it looks for the coordinator, joins
// with the round that tells it its id, assigns as the leader, syncs, sends heartbeats, commits what
// it owns, and starts anew at whatever step an error asks for. One request is under way at a time.
// It reads no records: its positions move by themselves.
//
//   find coordinator -> join -> sync -> offsets -> heartbeats, commits --.
//                        ^--------------- rebalance, expiry, fencing ----'
//
// What it is told goes to the GroupHistory, which judges it; an error that a real consumer would
// not know how to go on from is a violation.
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/messages/join_group.h"
#include "broker/protocol/messages/offset_commit.h"
#include "broker/protocol/messages/offset_fetch.h"
#include "broker/protocol/messages/sync_group.h"
#include "tests/sim/cluster_view.h"
#include "tests/sim/group_history.h"
#include "tests/sim/judge.h"
#include "tests/sim/network.h"
#include "tests/sim/process.h"
#include "tests/sim/trace.h"

namespace barnabas::sim {

struct GroupMemberOptions {
  std::string group;
  std::string client_id;
  std::optional<std::string> instance_id;  // a static member's
  Duration session_timeout{};
  Duration rebalance_timeout{};
  std::vector<TopicPartition> partitions;  // all of the topic that the group shares
};

// What all members of a simulation use. Everything outlives them.
struct GroupWorld {
  Network& network;
  Random& random;
  Trace& trace;
  Judge& judge;
  GroupHistory& history;
  std::vector<Address> brokers;
  // Under which leader epoch a broker is a group's coordinator in office; kNoLeaderEpoch: it is
  // not, whatever it believes. A deposed coordinator may answer from what it remembers.
  std::function<LeaderEpoch(BrokerId, const std::string& group)> office;
  // Whether a coordinator in office has committed all that it loaded. Before that it may tell of a
  // generation that its death takes back, as Kafka's may.
  std::function<bool(BrokerId, const std::string& group)> has_committed;
};

class GroupMember {
 public:
  // `on_fenced` is called when another process took this static member's place, as the coordinator
  // sees it; the member is dead then.
  GroupMember(GroupMemberOptions options, Address address, Process& process, GroupWorld& world,
              std::function<void()> on_fenced);

  void start();
  // Commits, leaves the group if it is dynamic, and calls `done`; however that ends.
  void close(std::function<void()> done);

  // It has an assignment, and positions for it.
  bool settled() const { return state_ == State::kStable && !needs_positions_; }
  std::int32_t generation() const { return generation_; }
  const std::string& member_id() const { return member_id_; }
  std::vector<TopicPartition> owned() const;

 private:
  enum class State { kUnjoined, kJoined, kStable, kClosing, kDead };

  // Sends to the coordinator unless told otherwise; `on_answer` only hears of answers.
  template <typename Request, typename Response>
  void ask(const Request& request, Duration timeout, std::function<void(const Response&)> on_answer,
           std::optional<Address> to = std::nullopt);

  void tick();
  void act();
  void find_coordinator();
  void join();
  void on_joined(const protocol::JoinGroupResponse& response);
  void sync();
  void on_synced(const protocol::SyncGroupResponse& response);
  void heartbeat();
  void commit();
  // `begun`: the last generation that anybody was told of when the commit was sent.
  void on_committed(const protocol::OffsetCommitResponse& response,
                    const std::map<TopicPartition, Offset>& sent, std::int32_t begun);
  void fetch_offsets();
  void on_offsets(const protocol::OffsetFetchResponse& response, LeaderEpoch office,
                  const std::map<TopicPartition, Offset>& acknowledged);
  void leave();
  void finish_closing();
  // What a consumer does about an error of `api`.
  void react(ErrorCode error, const char* api);
  // The membership is gone, and with it the partitions.
  void lose_partitions();
  // Round robin over the members.
  std::map<std::string, std::string> assignments_of(const protocol::JoinGroupResponse& response);
  // As the judges know it.
  const std::string& owner() const {
    return options_.instance_id ? *options_.instance_id : member_id_;
  }

  const GroupMemberOptions options_;
  const std::string subscription_;
  Process& process_;
  GroupWorld& world_;
  const std::function<void()> on_fenced_;
  const std::unique_ptr<protocol::Transport> transport_;
  ClusterView cluster_;

  State state_ = State::kUnjoined;
  bool asking_ = false;
  BrokerId coordinator_ = kNoBroker;
  std::string member_id_;
  std::int32_t generation_ = -1;
  std::map<std::string, std::string> assignments_;  // the leader's, by member
  std::map<TopicPartition, Offset> positions_;      // of what it owns
  bool needs_positions_ = false;
  bool gave_away_ = false;  // committed before it joins again or goes
  Time next_heartbeat_{};
  std::function<void()> closed_;
};

}  // namespace barnabas::sim
