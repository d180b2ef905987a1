// One group: its members, its generation, its state. Knows what a group is, not what happens to it.
//
//          join                 all joined            leader synced, stored
//   Empty ------> Preparing ----------------> Completing ------------------> Stable
//     ^           Rebalance <----------------- Rebalance                       |
//     |  nobody left  |  ^    member changed, left, failed                     |
//     '---------------'  '-----------------------------------------------------'
//
// Invariants  violated_invariant (invariants.h).
// Threads     externally synchronized (GroupCoordinatorCore).
// Source      Kafka 3.9, GroupMetadata.scala
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/coordinator/group/core/group_offsets.h"
#include "broker/coordinator/group/core/group_records.h"
#include "broker/coordinator/group/core/member.h"
#include "broker/coordinator/group/core/requests.h"

namespace barnabas::group {

class Group {
 public:
  using Members = std::map<std::string, Member, std::less<>>;

  Group(std::string id, Timestamp now) : id_(std::move(id)), state_timestamp_(now) {}

  const std::string& id() const { return id_; }
  GroupState state() const { return state_; }
  bool is(GroupState state) const { return state_ == state; }
  GenerationId generation() const { return generation_; }
  const std::optional<std::string>& protocol_type() const { return protocol_type_; }
  const std::optional<std::string>& protocol() const { return protocol_; }
  const std::optional<std::string>& leader() const { return leader_; }
  Timestamp state_timestamp() const { return state_timestamp_; }
  GroupOffsets& offsets() { return offsets_; }
  const GroupOffsets& offsets() const { return offsets_; }

  // ---- members
  Members& members() { return members_; }
  const Members& members() const { return members_; }
  Member* find(std::string_view member_id);
  bool is_leader(std::string_view member_id) const { return leader_ && *leader_ == member_id; }
  // The member that holds a group.instance.id; null: none.
  const std::string* static_member(std::string_view instance_id) const;
  std::size_t awaiting_join_count() const;
  // Members that were told an id and have not come again.
  const std::set<std::string, std::less<>>& pending_members() const { return pending_members_; }
  void add_pending_member(std::string member_id) { pending_members_.insert(std::move(member_id)); }
  // Of the longest of its members.
  milliseconds rebalance_timeout() const;
  bool all_joined() const {
    return pending_members_.empty() && awaiting_join_count() == members_.size();
  }
  // NONE: the request's member is one of this group.
  ErrorCode check_member(const MemberIdentity& identity) const;

  // The first member gives the group its protocol type.
  Member& add(Member member, std::string_view protocol_type);
  // Also a pending one; the leader's place goes to another member.
  void remove(std::string_view member_id);
  // The member goes on under another id, and keeps its place, also the leader's.
  Member& replace_static_member(std::string_view old_id, std::string new_id);
  // A leader that has not joined again loses its place to one that has. False: nobody has joined.
  bool elect_joined_leader();

  // Members that have joined this generation and not asked for their assignment yet.
  std::set<std::string, std::less<>>& pending_sync() { return pending_sync_; }
  const std::set<std::string, std::less<>>& pending_sync() const { return pending_sync_; }

  // ---- protocols
  void set_protocols(Member& member, MemberProtocols protocols);
  bool supports(std::string_view protocol_type,
                const std::vector<JoinRequest::Protocol>& protocols) const;
  // Of the protocols that all support, the one that most members prefer; among equals the leader's
  // first. There are members.
  std::string select_protocol() const;
  bool is_consumer_group() const { return protocol_type_ == "consumer"; }
  // The topics that the members of a consumer group have subscribed to; nullopt: not known.
  const std::optional<std::set<std::string, std::less<>>>& subscribed_topics() const {
    return subscribed_topics_;
  }

  // ---- states
  void prepare_rebalance(Timestamp now);
  // The next generation: without members Empty, else CompletingRebalance with the chosen protocol.
  void begin_generation(Timestamp now);

  // What is stored of this generation; `assignments` by member id, empty for those not named.
  GroupRecord record(const std::map<std::string_view, std::string_view>& assignments) const;
  // The one way in which a stored generation becomes the group's: after its append, and at loading,
  // where the members come out of the record.
  void apply(const GroupRecord& record);

  // ---- the initial rebalance delay of a group that was empty
  struct InitialDelay {
    milliseconds last{0};       // the delay now running
    milliseconds remaining{0};  // may be added to it, in all
    bool member_added = false;  // since it runs
  };
  std::optional<InitialDelay>& initial_delay() { return initial_delay_; }
  const std::optional<InitialDelay>& initial_delay() const { return initial_delay_; }

 private:
  void enter(GroupState state, Timestamp now);
  void count_protocols(const Member& member, int by);
  // All members support it.
  bool is_common(std::string_view protocol) const;
  std::optional<std::set<std::string, std::less<>>> read_subscriptions() const;

  const std::string id_;
  GroupState state_ = GroupState::kEmpty;
  Timestamp state_timestamp_;
  GenerationId generation_{0};
  std::optional<std::string> protocol_type_;
  std::optional<std::string> protocol_;
  std::optional<std::string> leader_;
  Members members_;
  // How many members support a protocol: a member names as many as it likes, and whether they are
  // common is asked at every join.
  std::map<std::string, std::ptrdiff_t, std::less<>> supporters_;
  std::map<std::string, std::string, std::less<>> static_members_;  // instance id -> member id
  std::set<std::string, std::less<>> pending_members_;
  std::set<std::string, std::less<>> pending_sync_;
  std::optional<std::set<std::string, std::less<>>> subscribed_topics_;
  std::optional<InitialDelay> initial_delay_;
  GroupOffsets offsets_;
};

}  // namespace barnabas::group
