// A GroupCoordinatorCore with a clock, a log and clients, and short ways to write what they do.
//
// After every event the invariants are looked at, and every answer is checked to be the first one
// to its request.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/coordinator/group/core/group_coordinator_core.h"

namespace barnabas::group {

using Protocols = std::vector<std::pair<std::string, std::string>>;

// What a member says when it joins.
struct Joining {
  std::string client = "c";
  std::string member_id{};
  std::optional<std::string> instance{};
  Protocols protocols{{"range", "m"}};
  std::string protocol_type = "consumer";
  std::int64_t session_ms = 10000;
  std::int64_t rebalance_ms = 60000;
  bool id_required = false;       // version 4
  bool skips_assignment = false;  // version 9
  std::string group = "g";
};

struct Committing {
  std::string member_id{};
  std::int32_t generation = -1;
  std::optional<std::string> instance{};
  std::optional<std::int64_t> retention_ms{};
  std::string group = "g";
};
struct CommittingPartition {
  std::string topic = "t";
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string metadata{};
  std::int32_t leader_epoch = -1;
  std::optional<Timestamp> commit_timestamp{};
};

inline TopicPartition tp(std::string topic, std::int32_t partition) {
  return {std::move(topic), PartitionId(partition)};
}

inline const TopicPartition kT0 = tp("t", 0);

// What a consumer sends as its metadata, in the given version: the topics come first in all.
std::string subscription(const std::vector<std::string>& topics, std::int16_t version = 1);

class Coordinator {
 public:
  explicit Coordinator(const GroupConfig& config = {}) : config_(config), core(config) {}

 private:
  const GroupConfig config_;

 public:
  GroupCoordinatorCore core;

  // ---- time
  Now now{Time{}, 1000000};
  // Lets time go by; everything happens at its own moment.
  void pass(std::int64_t ms);
  // Time goes by, and the coordinator notices late.
  void oversleep(std::int64_t ms);

  // ---- requests
  RequestId join(const Joining& joining);
  RequestId sync(const std::string& member, std::int32_t generation,
                 const std::vector<std::pair<std::string, std::string>>& assignments = {},
                 const std::optional<std::string>& instance = std::nullopt);
  RequestId sync(const SyncRequest& request);
  ErrorCode heartbeat(const std::string& member, std::int32_t generation,
                      const std::optional<std::string>& instance = std::nullopt);
  std::vector<ErrorCode> leave(
      const std::vector<std::pair<std::string, std::optional<std::string>>>& members);
  ErrorCode leave(const std::string& member) { return leave({{member, std::nullopt}}).at(0); }
  RequestId commit(const Committing& committing,
                   const std::vector<CommittingPartition>& partitions);
  Result<std::vector<ErrorCode>> delete_offsets(const std::vector<TopicPartition>& partitions);
  ErrorCode delete_group(const std::string& group = "g");
  void delete_partitions(const std::vector<TopicPartition>& partitions);
  void expire_offsets();
  void unload();

  // ---- answers. Fails, if there is none.
  bool waits(RequestId request) const { return !answered_.contains(request); }
  const JoinAnswer& joined(RequestId request);
  const SyncAnswer& synced(RequestId request);
  const std::vector<ErrorCode>& committed(RequestId request);

  // ---- the log
  bool stores_at_once = true;  // else `stored` says when, and how that ended
  std::deque<Append> appends;  // under way
  void stored(ErrorCode error = ErrorCode::kNone, std::size_t which = 0);
  struct Logged {
    Offset batch_offset;
    LogRecord record;
  };
  std::vector<Logged> log;
  std::vector<std::vector<LogRecord>> tombstones;
  std::vector<std::string> said;
  // A new coordinator that has read this one's log; `now` is its moment.
  Coordinator after_failover() const { return after_failover(config_); }
  Coordinator after_failover(const GroupConfig& config) const;

  // ---- what there is
  const Group& group(const std::string& id = "g") const { return core.groups().at(id); }
  bool has_group(const std::string& id = "g") const { return core.groups().contains(id); }
  GroupState state(const std::string& id = "g") const { return core.describe(id).state; }
  FetchedOffset fetch(const TopicPartition& partition, bool require_stable = false,
                      const std::string& id = "g") const;
  // -1: none.
  std::int64_t offset(const TopicPartition& partition, const std::string& id = "g") const {
    return fetch(partition, false, id).offset.value();
  }
  bool says(const std::string& text) const;

  // ---- groups in a state. Member ids, of dynamic members with the given clients.
  std::vector<std::string> completing_group(const std::vector<Joining>& members);
  std::vector<std::string> completing(const std::vector<std::string>& clients);
  // Its members' assignments are "for <id>".
  std::vector<std::string> stable_group(const std::vector<Joining>& members);
  std::vector<std::string> stable(const std::vector<std::string>& clients);
  // The leader syncs for all, then the others.
  void sync_all(const std::vector<std::string>& members, std::int32_t generation);
  // An empty group whose generation is 2.
  void emptied_group();

 private:
  void carry_out(Effects& effects);
  void after_event();
  RequestId next_request() { return RequestId(++last_request_); }

  std::uint64_t last_request_ = 0;
  std::uint64_t last_id_ = 0;
  std::map<RequestId, std::variant<JoinAnswer, SyncAnswer, std::vector<ErrorCode>>> answered_;
  std::int64_t log_end_ = 0;
};

}  // namespace barnabas::group
