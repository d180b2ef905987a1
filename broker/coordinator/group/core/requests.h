// What members and administrators ask a group coordinator, and what they are told.
//
// Requests show views into the request's frame; answers own what they say.
// Threads  value types.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/coordinator/group/core/ids.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"

namespace barnabas::group {

// ---- membership ----

struct JoinRequest {
  RequestId id;
  std::string_view group;
  std::string_view member_id;                     // empty: none yet
  std::optional<std::string_view> instance_id{};  // a static member's
  // A dynamic member without an id is told one first, and has to come again (version 4).
  bool require_known_member_id = false;
  bool supports_skipping_assignment = false;  // version 9
  std::string_view client_id;
  std::string_view client_host;
  milliseconds rebalance_timeout{0};
  milliseconds session_timeout{0};
  std::string_view protocol_type;
  struct Protocol {
    std::string_view name;
    BytesView metadata;
  };
  std::vector<Protocol> protocols{};  // the preferred one first
  std::string_view reason;            // empty: not given
  // What a new member id ends with: unique, random.
  std::string_view new_id_suffix;
};

struct JoinedMember {
  std::string member_id{};
  std::optional<std::string> instance_id{};
  std::string metadata{};
  bool operator==(const JoinedMember&) const = default;
};

struct JoinAnswer {
  ErrorCode error = ErrorCode::kNone;
  GenerationId generation = kNoGeneration;
  std::optional<std::string> protocol_type{};
  std::optional<std::string> protocol{};
  std::string leader{};
  bool skip_assignment = false;
  std::string member_id{};
  std::vector<JoinedMember> members{};  // for the leader only
  bool operator==(const JoinAnswer&) const = default;
};

struct SyncRequest {
  RequestId id;
  std::string_view group;
  GenerationId generation = kNoGeneration;
  std::string_view member_id;
  std::optional<std::string_view> instance_id{};
  std::optional<std::string_view> protocol_type{};
  std::optional<std::string_view> protocol{};
  struct Assignment {
    std::string_view member_id;
    BytesView assignment;
  };
  std::vector<Assignment> assignments{};  // the leader's
};

struct SyncAnswer {
  ErrorCode error = ErrorCode::kNone;
  std::optional<std::string> protocol_type{};
  std::optional<std::string> protocol{};
  std::string assignment{};
  bool operator==(const SyncAnswer&) const = default;
};

// A member as its requests name it.
struct MemberIdentity {
  std::string_view member_id;
  std::optional<std::string_view> instance_id{};
};

struct LeavingMember {
  MemberIdentity identity;
  std::string_view reason;  // empty: not given
};

// ---- offsets ----

struct OffsetCommitRequest {
  RequestId id;
  std::string_view group;
  MemberIdentity member;
  GenerationId generation = kNoGeneration;
  struct Partition {
    TopicPartition tp;
    Offset offset{0};
    LeaderEpoch leader_epoch = kNoLeaderEpoch;
    std::string_view metadata;
    std::optional<Timestamp> commit_timestamp{};  // version 1; none: now
  };
  std::vector<Partition> partitions{};
  std::optional<milliseconds> retention{};  // versions 2 to 4
};

struct FetchedOffset {
  TopicPartition tp;
  ErrorCode error = ErrorCode::kNone;
  Offset offset = kUnknownOffset;  // nothing is committed
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::string metadata{};
};

// ---- administration ----

enum class GroupState { kEmpty, kPreparingRebalance, kCompletingRebalance, kStable, kDead };
// As Kafka's tools print it: PreparingRebalance.
std::string_view name_of(GroupState state);

struct GroupDescription {
  GroupState state = GroupState::kDead;  // also what is said of a group that does not exist
  std::string protocol_type{};
  std::string protocol{};
  struct Member {
    std::string member_id{};
    std::optional<std::string> instance_id{};
    std::string client_id{};
    std::string client_host{};
    std::string metadata{};    // in a stable group only
    std::string assignment{};  // in a stable group only
  };
  std::vector<Member> members{};
};

struct GroupOverview {
  std::string group{};
  std::string protocol_type{};
  GroupState state = GroupState::kEmpty;
};

}  // namespace barnabas::group
