#include "broker/protocol/error_code.h"
#include "broker/protocol/messages/delete_groups.h"
#include "broker/protocol/messages/describe_groups.h"
#include "broker/protocol/messages/leave_group.h"
#include "broker/protocol/messages/list_groups.h"
#include "tests/unit/api/group_broker.h"

namespace barnabas::api {
namespace {

using namespace protocol;

class GroupMembership : public ::testing::Test {
 protected:
  void SetUp() override { broker_.start_with_groups(); }

  HeartbeatRequest heartbeat_of(std::string_view group, const GroupBroker::Membership& member) {
    HeartbeatRequest request;
    request.group_id = group;
    request.generation_id = member.generation;
    request.member_id = member.member_id;
    return request;
  }

  GroupBroker broker_;
};

TEST_F(GroupMembership, EveryVersionJoinsAndTellsTheLeaderOfItsMembers) {
  for (std::int16_t version = 0; version <= 9; ++version) {
    const std::string group = "join-" + std::to_string(version);
    auto joined = broker_.ask<JoinGroupResponse>(GroupBroker::join_request(group), version);
    if (version >= 4) {
      ASSERT_EQ(joined.error_code, ErrorCode::kMemberIdRequired) << version;
      const std::string member(joined.member_id);
      ASSERT_FALSE(member.empty());
      EXPECT_EQ(joined.protocol_name.has_value(), version < 7) << version;
      joined = broker_.ask<JoinGroupResponse>(GroupBroker::join_request(group, member), version);
    }
    EXPECT_EQ(joined.error_code, ErrorCode::kNone) << version;
    EXPECT_EQ(joined.generation_id, 1) << version;
    EXPECT_EQ(joined.protocol_name, "range") << version;
    if (version >= 7) {
      EXPECT_EQ(joined.protocol_type, "consumer") << version;
    }
    EXPECT_EQ(joined.leader, joined.member_id) << version;
    EXPECT_FALSE(joined.skip_assignment) << version;
    EXPECT_TRUE(joined.member_id.starts_with("test-")) << joined.member_id;
    ASSERT_EQ(joined.members.size(), 1u) << version;
    EXPECT_EQ(joined.members[0].member_id, joined.member_id) << version;
    EXPECT_EQ(as_text(joined.members[0].metadata), "subscription") << version;
  }
}

TEST_F(GroupMembership, StaticMemberNeedsNoSecondRequest) {
  for (std::int16_t version = 5; version <= 9; ++version) {
    const std::string group = "static-" + std::to_string(version);
    auto request = GroupBroker::join_request(group);
    request.group_instance_id = "instance";
    const auto joined = broker_.ask<JoinGroupResponse>(request, version);
    EXPECT_EQ(joined.error_code, ErrorCode::kNone) << version;
    EXPECT_TRUE(joined.member_id.starts_with("instance-")) << joined.member_id;
    ASSERT_EQ(joined.members.size(), 1u) << version;
    EXPECT_EQ(joined.members[0].group_instance_id, "instance") << version;
  }
}

TEST_F(GroupMembership, OldestVersionTakesTheSessionTimeoutForTheRebalanceTimeout) {
  broker_.join("old", 0);
  const auto shard = broker_.node().groups().shard(*broker_.node().groups().partition_for("old"));
  shard->inspect([](const group::GroupCoordinatorCore& core) {
    const auto& members = core.groups().find("old")->second.members();
    EXPECT_EQ(members.begin()->second.rebalance_timeout, milliseconds(10000));
  });
}

TEST_F(GroupMembership, RefusalToJoinHasTheFormOfItsVersion) {
  for (std::int16_t version = 0; version <= 9; ++version) {
    const auto refused =
        broker_.ask<JoinGroupResponse>(GroupBroker::join_request("none", "stranger"), version);
    EXPECT_EQ(refused.error_code, ErrorCode::kUnknownMemberId) << version;
    EXPECT_EQ(refused.generation_id, -1) << version;
    EXPECT_EQ(refused.leader, "") << version;
    EXPECT_EQ(refused.member_id, "stranger") << version;
    EXPECT_EQ(refused.protocol_name,
              version < 7 ? std::optional<std::string_view>("") : std::nullopt);
    EXPECT_EQ(broker_.ask<JoinGroupResponse>(GroupBroker::join_request(""), version).error_code,
              ErrorCode::kInvalidGroupId);
  }
}

TEST_F(GroupMembership, EveryVersionSyncs) {
  for (std::int16_t version = 0; version <= 5; ++version) {
    const std::string group = "sync-" + std::to_string(version);
    const auto member = broker_.join(group);
    SyncGroupRequest sync;
    sync.group_id = group;
    sync.generation_id = member.generation;
    sync.member_id = member.member_id;
    sync.protocol_type = "consumer";
    sync.protocol_name = "range";
    const auto synced = broker_.ask<SyncGroupResponse>(sync, version);
    EXPECT_EQ(synced.error_code, ErrorCode::kNone) << version;
    EXPECT_EQ(as_text(synced.assignment), "assignment") << version;
    if (version >= 5) {
      EXPECT_EQ(synced.protocol_name, "range");
    }
    sync.generation_id = 77;
    EXPECT_EQ(broker_.ask<SyncGroupResponse>(sync, version).error_code,
              ErrorCode::kIllegalGeneration);
    sync.group_id = "";
    EXPECT_EQ(broker_.ask<SyncGroupResponse>(sync, version).error_code, ErrorCode::kInvalidGroupId);
  }
}

TEST_F(GroupMembership, NewestSyncHasToNameItsProtocol) {
  const auto member = broker_.join("g");
  SyncGroupRequest sync;
  sync.group_id = "g";
  sync.generation_id = member.generation;
  sync.member_id = member.member_id;
  sync.protocol_type = "consumer";
  EXPECT_EQ(broker_.ask<SyncGroupResponse>(sync, 5).error_code,
            ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(broker_.ask<SyncGroupResponse>(sync, 4).error_code, ErrorCode::kNone);
}

TEST_F(GroupMembership, EveryVersionBeats) {
  const auto member = broker_.join("g");
  for (std::int16_t version = 0; version <= 4; ++version) {
    auto request = heartbeat_of("g", member);
    EXPECT_EQ(broker_.ask<HeartbeatResponse>(request, version).error_code, ErrorCode::kNone);
    request.generation_id += 1;
    EXPECT_EQ(broker_.ask<HeartbeatResponse>(request, version).error_code,
              ErrorCode::kIllegalGeneration);
    request.member_id = "stranger";
    EXPECT_EQ(broker_.ask<HeartbeatResponse>(request, version).error_code,
              ErrorCode::kUnknownMemberId);
  }
}

TEST_F(GroupMembership, EveryVersionLeaves) {
  for (std::int16_t version = 0; version <= 5; ++version) {
    const std::string group = "leave-" + std::to_string(version);
    const auto member = broker_.join(group);
    LeaveGroupRequest request;
    request.group_id = group;
    if (version < 3) {
      request.member_id = member.member_id;
      EXPECT_EQ(broker_.ask<LeaveGroupResponse>(request, version).error_code, ErrorCode::kNone);
      EXPECT_EQ(broker_.ask<LeaveGroupResponse>(request, version).error_code,
                ErrorCode::kUnknownMemberId);
    } else {
      request.members = {{member.member_id, std::nullopt, std::nullopt},
                         {"stranger", "of-old", std::nullopt}};
      const auto left = broker_.ask<LeaveGroupResponse>(request, version);
      EXPECT_EQ(left.error_code, ErrorCode::kNone) << version;
      ASSERT_EQ(left.members.size(), 2u) << version;
      EXPECT_EQ(left.members[0].member_id, member.member_id);
      EXPECT_EQ(left.members[0].group_instance_id, std::nullopt);
      EXPECT_EQ(left.members[0].error_code, ErrorCode::kNone);
      EXPECT_EQ(left.members[1].group_instance_id, "of-old");
      EXPECT_EQ(left.members[1].error_code, ErrorCode::kUnknownMemberId);
    }
    request.group_id = "";
    EXPECT_EQ(broker_.ask<LeaveGroupResponse>(request, version).error_code,
              ErrorCode::kInvalidGroupId);
  }
}

TEST_F(GroupMembership, EveryVersionDescribes) {
  const auto member = broker_.join("g");
  for (std::int16_t version = 0; version <= 5; ++version) {
    DescribeGroupsRequest request;
    request.groups = {"g", "none", "g"};  // what is named twice is answered once
    request.include_authorized_operations = version >= 4;
    const auto described = broker_.ask<DescribeGroupsResponse>(request, version);
    ASSERT_EQ(described.groups.size(), 2u) << version;
    const auto& group = described.groups[0];
    EXPECT_EQ(group.error_code, ErrorCode::kNone) << version;
    EXPECT_EQ(group.group_id, "g");
    EXPECT_EQ(group.group_state, "Stable");
    EXPECT_EQ(group.protocol_type, "consumer");
    EXPECT_EQ(group.protocol_data, "range");
    ASSERT_EQ(group.members.size(), 1u) << version;
    EXPECT_EQ(group.members[0].member_id, member.member_id);
    EXPECT_EQ(group.members[0].client_id, "test");
    EXPECT_EQ(group.members[0].client_host, "/127.0.0.1");
    EXPECT_EQ(as_text(group.members[0].member_metadata), "subscription");
    EXPECT_EQ(as_text(group.members[0].member_assignment), "assignment");
    // Read, Delete and Describe; else it says that nobody asked.
    EXPECT_EQ(group.authorized_operations,
              version >= 4 ? 0x148 : std::numeric_limits<std::int32_t>::min());
    EXPECT_EQ(described.groups[1].error_code, ErrorCode::kNone) << version;
    EXPECT_EQ(described.groups[1].group_state, "Dead");
    EXPECT_TRUE(described.groups[1].members.empty());
  }
}

TEST_F(GroupMembership, AddressesAreShownAsJavaWritesThem) {
  const std::vector<std::pair<std::string, std::string>> written = {
      {"10.1.2.3", "/10.1.2.3"},
      {"::1", "/0:0:0:0:0:0:0:1"},
      {"fe80::a00:27ff:fe4e:66a1", "/fe80:0:0:0:a00:27ff:fe4e:66a1"},
      {"::ffff:10.1.2.3", "/10.1.2.3"}};
  for (std::size_t i = 0; i < written.size(); ++i) {
    const std::string group = "from-" + std::to_string(i);
    broker_.client_address = written[i].first;
    broker_.join(group);
    DescribeGroupsRequest request;
    request.groups = {group};
    const auto described = broker_.ask<DescribeGroupsResponse>(request, 5);
    EXPECT_EQ(described.groups.at(0).members.at(0).client_host, written[i].second);
  }
}

TEST_F(GroupMembership, EveryVersionLists) {
  broker_.join("g");
  broker_.commit(GroupBroker::commit_request("simple", {{"events", 0, 1}}), 9);
  for (std::int16_t version = 0; version <= 5; ++version) {
    const auto listed = broker_.ask<ListGroupsResponse>(ListGroupsRequest{}, version);
    EXPECT_EQ(listed.error_code, ErrorCode::kNone) << version;
    ASSERT_EQ(listed.groups.size(), 2u) << version;
    for (const auto& group : listed.groups) {
      const bool simple = group.group_id == "simple";
      EXPECT_EQ(group.protocol_type, simple ? "" : "consumer") << version;
      if (version >= 4) {
        EXPECT_EQ(group.group_state, simple ? "Empty" : "Stable") << version;
      }
      if (version >= 5) {
        EXPECT_EQ(group.group_type, "classic") << version;
      }
    }
  }
}

TEST_F(GroupMembership, ListsAreFilteredWhateverTheCase) {
  broker_.join("g");
  broker_.commit(GroupBroker::commit_request("simple", {{"events", 0, 1}}), 9);
  const auto listed = [&](std::vector<std::string_view> states,
                          std::vector<std::string_view> types) {
    ListGroupsRequest request;
    request.states_filter = std::move(states);
    request.types_filter = std::move(types);
    return broker_.ask<ListGroupsResponse>(request, 5).groups.size();
  };
  EXPECT_EQ(listed({"stable"}, {}), 1u);
  EXPECT_EQ(listed({"STABLE", "Empty"}, {"Classic"}), 2u);
  EXPECT_EQ(listed({"Dead"}, {}), 0u);
  EXPECT_EQ(listed({}, {"consumer"}), 0u);
  EXPECT_EQ(listed({}, {"no such type", "classic"}), 2u);
}

TEST_F(GroupMembership, EveryVersionDeletes) {
  for (std::int16_t version = 0; version <= 2; ++version) {
    const std::string full = "full-" + std::to_string(version);
    const std::string empty = "empty-" + std::to_string(version);
    broker_.join(full);
    broker_.commit(GroupBroker::commit_request(empty, {{"events", 0, 1}}), 9);
    DeleteGroupsRequest request;
    request.groups_names = {full, empty, "none", empty};
    const auto deleted = broker_.ask<DeleteGroupsResponse>(request, version);
    ASSERT_EQ(deleted.results.size(), 3u) << version;
    EXPECT_EQ(deleted.results[0].error_code, ErrorCode::kNonEmptyGroup) << version;
    EXPECT_EQ(deleted.results[1].group_id, empty) << version;
    EXPECT_EQ(deleted.results[1].error_code, ErrorCode::kNone) << version;
    EXPECT_EQ(deleted.results[2].error_code, ErrorCode::kGroupIdNotFound) << version;
  }
}

// A member that asks while nobody coordinates groups here.
TEST(GroupsOfABrokerWithoutOffsetsTopic, AreNotAvailable) {
  GroupBroker broker;
  broker.start();
  const auto expected = ErrorCode::kCoordinatorNotAvailable;
  EXPECT_EQ(broker.ask<JoinGroupResponse>(GroupBroker::join_request("g"), 9).error_code, expected);
  EXPECT_EQ(broker.heartbeat_error("g"), expected);
  LeaveGroupRequest leave;
  leave.group_id = "g";
  leave.member_id = "m";
  EXPECT_EQ(broker.ask<LeaveGroupResponse>(leave, 2).error_code, expected);
  DescribeGroupsRequest describe;
  describe.groups = {"g"};
  const auto described = broker.ask<DescribeGroupsResponse>(describe, 5);
  EXPECT_EQ(described.groups.at(0).error_code, expected);
  EXPECT_EQ(described.groups.at(0).group_state, "");
  DeleteGroupsRequest remove;
  remove.groups_names = {"g"};
  EXPECT_EQ(broker.ask<DeleteGroupsResponse>(remove, 2).results.at(0).error_code, expected);
}

}  // namespace
}  // namespace barnabas::api
