// The rules of a group coordinator, for the groups of one partition of __consumer_offsets.
//
// Events and their moment go in; effects come out: records to append, answers, log lines. What is
// stored changes only by records that are in the log: an append is told back by on_appended and
// then applied, and loading applies the same records by the same code. Joins and syncs that wait
// are the core's; the shell keeps whom they came from.
//
// Pure: no clock, file, socket, thread or randomness. Same calls, same effects.
// Threads  externally synchronized (Shard::mu_).
// Errors   a request is answered exactly once, with Kafka's codes; nothing a client sends aborts.
// Source   Kafka 3.9, GroupCoordinator.scala, GroupMetadataManager.scala
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/coordinator/group/core/deadlines.h"
#include "broker/coordinator/group/core/effects.h"
#include "broker/coordinator/group/core/group.h"
#include "broker/coordinator/group/core/group_config.h"
#include "broker/coordinator/group/core/requests.h"

namespace barnabas::group {

class GroupCoordinatorCore {
 public:
  explicit GroupCoordinatorCore(const GroupConfig& config) : config_(config) {}

  // ---- loading: every record of the partition in the order of the log, then on_loaded.
  struct Origin {
    Offset batch_offset{0};
    std::optional<ProducerId> transaction;  // of a transactional batch
  };
  void replay(const Entry& entry, const Origin& origin, Now now);
  void replay_end_of_transaction(ProducerId producer, bool commit);
  void on_loaded(Now now, Effects& out);
  // No longer the coordinator: whoever waits is told so, and nothing is left.
  void on_unloaded(Effects& out);

  // ---- membership
  void join(const JoinRequest& request, Now now, Effects& out);
  void sync(const SyncRequest& request, Now now, Effects& out);
  ErrorCode heartbeat(std::string_view group, const MemberIdentity& member, GenerationId generation,
                      Now now);
  // One code per member, in order.
  std::vector<ErrorCode> leave(std::string_view group, const std::vector<LeavingMember>& members,
                               Now now, Effects& out);

  // ---- offsets
  void commit_offsets(const OffsetCommitRequest& request, Now now, Effects& out);
  //   partitions      none: all that have a committed offset
  //   require_stable  UNSTABLE_OFFSET_COMMIT where another one is on its way
  std::vector<FetchedOffset> fetch_offsets(
      std::string_view group, const std::optional<std::vector<TopicPartition>>& partitions,
      bool require_stable) const;
  // One code per partition. Errors: GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP.
  Result<std::vector<ErrorCode>> delete_offsets(std::string_view group,
                                                const std::vector<TopicPartition>& partitions,
                                                Effects& out);
  void on_partitions_deleted(const std::vector<TopicPartition>& partitions, Effects& out);
  // What has outlived its retention, and groups that have nothing left.
  void expire_offsets(Now now, Effects& out);

  // ---- administration
  GroupDescription describe(std::string_view group) const;
  std::vector<GroupOverview> overview() const;
  ErrorCode delete_group(std::string_view group, Effects& out);

  // ---- what happens
  // `error` is the log's; `base_offset` that of the batch.
  void on_appended(AppendId append, ErrorCode error, Offset base_offset, Now now, Effects& out);
  std::optional<Time> next_deadline() const { return deadlines_.next(); }
  void on_tick(Now now, Effects& out);

  // For describing, judges and tests.
  const std::map<std::string, Group, std::less<>>& groups() const { return groups_; }
  const Deadlines& deadlines() const { return deadlines_; }

 private:
  // What an append is followed by.
  struct StoredAssignment {
    std::string group;
    GenerationId generation;
    GroupRecord record;
  };
  struct StoredEmptyGroup {
    std::string group;
  };
  struct StoredOffsets {
    RequestId request;
    std::string group;
    std::map<TopicPartition, CommittedOffset> offsets;
    std::vector<ErrorCode> errors;  // of the request's partitions; those appended have NONE
  };
  // A static member that came back under a new id while its group was stable.
  struct StoredReplacement {
    std::string group;
    std::string instance_id;
    std::string old_id;
    std::string new_id;
    std::optional<std::string> old_leader;
    MemberProtocols old_protocols;
    milliseconds old_rebalance_timeout;
    milliseconds old_session_timeout;
    bool supports_skipping_assignment;
  };
  using AfterAppend =
      std::variant<StoredAssignment, StoredReplacement, StoredEmptyGroup, StoredOffsets>;

  Group* find(std::string_view group);
  const Group* find(std::string_view group) const;
  Group& find_or_create(std::string_view group, Now now);
  // Takes the group out; the log is told if it knows of it.
  void remove_group(const Group& group, std::vector<LogRecord>& tombstones);
  void append(std::vector<LogRecord> records, AfterAppend after, Effects& out);

  // Joining: join.cc
  bool accepts(const Group& group, std::string_view member_id) const;
  void join_new(Group& group, const JoinRequest& request, Now now, Effects& out);
  void join_known(Group& group, const JoinRequest& request, Now now, Effects& out);
  void join_in_state(Group& group, Member& member, const JoinRequest& request, Now now,
                     Effects& out);
  void add_member(Group& group, const JoinRequest& request, std::string member_id, Now now,
                  Effects& out);
  void replace_static_member(Group& group, std::string old_id, std::string new_id,
                             const JoinRequest& request, Now now, Effects& out);
  void on_replacement_stored(const StoredReplacement& replaced, ErrorCode error, Now now,
                             Effects& out);

  // Rebalances: rebalance.cc
  void maybe_prepare_rebalance(Group& group, std::string_view reason, Now now, Effects& out);
  void prepare_rebalance(Group& group, std::string_view reason, Now now, Effects& out);
  void try_complete_join(Group& group, Now now, Effects& out);
  void on_join_deadline(Group& group, Now now, Effects& out);
  void complete_join(Group& group, Now now, Effects& out);
  void store_assignment(Group& group, const SyncRequest& request, Effects& out);
  void on_sync_deadline(Group& group, Now now, Effects& out);
  void answer_join(Group& group, Member& member, JoinAnswer answer, Effects& out);
  void answer_sync(Group& group, Member& member, SyncAnswer answer, Now now, Effects& out);
  void answer_syncs_with(Group& group, ErrorCode error, Now now, Effects& out);
  void on_assignment_stored(const StoredAssignment& stored, ErrorCode error, Now now, Effects& out);

  // Members that come and go: membership.cc
  void heard_of(const Group& group, const Member& member, Now now);
  void forget_member(Group& group, std::string_view member_id);
  void remove_member(Group& group, std::string member_id, std::string_view reason, Now now,
                     Effects& out);
  void on_session_deadline(Group& group, const std::string& member_id, Now now, Effects& out);
  ErrorCode leave_one(Group& group, const LeavingMember& leaving, Now now, Effects& out);

  // Offsets: offsets.cc
  ErrorCode check_commit(const Group& group, const OffsetCommitRequest& request) const;
  void store_offsets(Group& group, const OffsetCommitRequest& request, Now now, Effects& out);
  void on_offsets_stored(StoredOffsets& stored, AppendId append, ErrorCode error,
                         Offset base_offset, Effects& out);
  // nullopt: nothing of this group expires now.
  std::optional<GroupOffsets::Expiry> expiry_of(const Group& group, Now now) const;
  // Tells the log of `forgotten`; an empty group without offsets goes with them.
  void forget_offsets(Group& group, const std::vector<TopicPartition>& forgotten, Effects& out);

  const GroupConfig config_;
  std::map<std::string, Group, std::less<>> groups_;
  Deadlines deadlines_;
  std::map<AppendId, AfterAppend> appends_;  // under way
  AppendId last_append_{0};
};

}  // namespace barnabas::group
