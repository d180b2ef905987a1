// A broker with a topic "events" of two partitions, which coordinates every group.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "broker/protocol/messages/find_coordinator.h"
#include "broker/protocol/messages/heartbeat.h"
#include "broker/protocol/messages/join_group.h"
#include "broker/protocol/messages/offset_commit.h"
#include "broker/protocol/messages/sync_group.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {

class GroupBroker : public OneBroker {
 public:
  explicit GroupBroker(const std::string& more_properties = {})
      : OneBroker(
            "offsets.topic.num.partitions=4\noffsets.topic.replication.factor=1\n"
            "group.initial.rebalance.delay.ms=0\n" +
            more_properties) {}

  void start_with_groups() {
    start();
    create_topic("events", 2);
    run_until([&] {
      return ask<protocol::FindCoordinatorResponse>(find("any"), 3).error_code == ErrorCode::kNone;
    });
    run_until([&] { return heartbeat_error("nobody's") != ErrorCode::kNotCoordinator; });
    run_until([&] { return heartbeat_error("nobody's") == ErrorCode::kUnknownMemberId; });
    // The other partitions are loaded as the first one is.
    for (int partition = 0; partition < 4; ++partition) {
      run_until([&] {
        const auto shard = node().groups().shard(PartitionId(partition));
        return shard != nullptr && !shard->is_loading();
      });
    }
  }

  static protocol::FindCoordinatorRequest find(std::string_view key, std::int8_t type = 0) {
    protocol::FindCoordinatorRequest request;
    request.key = key;
    request.key_type = type;
    return request;
  }

  ErrorCode heartbeat_error(std::string_view group) {
    protocol::HeartbeatRequest request;
    request.group_id = group;
    request.generation_id = 1;
    request.member_id = "nobody";
    return ask<protocol::HeartbeatResponse>(request, 4).error_code;
  }

  static protocol::JoinGroupRequest join_request(std::string_view group,
                                                 std::string_view member = {}) {
    protocol::JoinGroupRequest request;
    request.group_id = group;
    request.session_timeout_ms = 10000;
    request.rebalance_timeout_ms = 20000;
    request.member_id = member;
    request.protocol_type = "consumer";
    request.protocols = {{"range", as_bytes("subscription")}};
    return request;
  }

  // Who joined a group of one and is stable in it.
  struct Membership {
    std::string member_id;
    std::int32_t generation = -1;
  };
  Membership join(const std::string& group, std::int16_t version = 9) {
    auto joined = ask<protocol::JoinGroupResponse>(join_request(group), version);
    if (joined.error_code == ErrorCode::kMemberIdRequired) {
      const std::string member(joined.member_id);
      joined = ask<protocol::JoinGroupResponse>(join_request(group, member), version);
    }
    EXPECT_EQ(joined.error_code, ErrorCode::kNone) << error_name(joined.error_code);
    Membership membership{std::string(joined.member_id), joined.generation_id};
    protocol::SyncGroupRequest sync;
    sync.group_id = group;
    sync.generation_id = membership.generation;
    sync.member_id = membership.member_id;
    sync.protocol_type = "consumer";
    sync.protocol_name = "range";
    sync.assignments = {{membership.member_id, as_bytes("assignment")}};
    const auto synced = ask<protocol::SyncGroupResponse>(sync, 5);
    EXPECT_EQ(synced.error_code, ErrorCode::kNone) << error_name(synced.error_code);
    return membership;
  }

  struct Commit {
    std::string_view topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    std::optional<std::string_view> metadata = "";
  };
  static protocol::OffsetCommitRequest commit_request(std::string_view group,
                                                      const std::vector<Commit>& commits) {
    protocol::OffsetCommitRequest request;
    request.group_id = group;
    for (const Commit& commit : commits) {
      auto& topic = request.topics.emplace_back();
      topic.name = commit.topic;
      auto& partition = topic.partitions.emplace_back();
      partition.partition_index = commit.partition;
      partition.committed_offset = commit.offset;
      partition.committed_metadata = commit.metadata;
    }
    return request;
  }
  // The codes of all partitions, in order.
  std::vector<ErrorCode> commit(const protocol::OffsetCommitRequest& request,
                                std::int16_t version) {
    std::vector<ErrorCode> errors;
    const auto response = ask<protocol::OffsetCommitResponse>(request, version);
    for (const auto& topic : response.topics) {
      for (const auto& partition : topic.partitions) errors.push_back(partition.error_code);
    }
    return errors;
  }
};

}  // namespace barnabas::api
