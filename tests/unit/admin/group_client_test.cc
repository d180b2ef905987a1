#include "admin/group_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>

#include "broker/base/thread_executor.h"
#include "broker/protocol/messages/api_versions.h"
#include "broker/protocol/messages/describe_groups.h"
#include "broker/protocol/messages/find_coordinator.h"
#include "broker/protocol/messages/list_groups.h"
#include "broker/protocol/messages/list_offsets.h"
#include "broker/protocol/messages/metadata.h"
#include "broker/protocol/messages/offset_commit.h"
#include "tests/unit/admin/fake_cluster.h"

namespace barnabas::admin {
namespace {

using namespace protocol;
using testing::ElementsAre;
using testing::Pair;

constexpr std::string_view kGroup = "g";

// Two brokers, 101 and 102 on ports 1 and 2; the first is the one that the client knows.
class GroupClientTest : public testing::Test {
 protected:
  GroupClientTest() {
    for (const std::int32_t port : {1, 2}) {
      cluster_.brokers[port] = [this, port](ApiKey api, std::int16_t version, BytesView body) {
        return answer(port, api, version, body);
      };
    }
  }

  Payload answer(std::int32_t port, ApiKey api, std::int16_t version, BytesView body) {
    switch (api) {
      case ApiKey::kApiVersions:
        return api_versions(version);
      case ApiKey::kMetadata:
        return metadata(version);
      case ApiKey::kFindCoordinator:
        return find_coordinator(version);
      case ApiKey::kDescribeGroups:
        return describe_groups(port, version);
      case ApiKey::kOffsetCommit:
        return offset_commit(version, body);
      case ApiKey::kListGroups:
        return list_groups(port, version);
      case ApiKey::kListOffsets:
        return list_offsets(port, version, body);
      default:
        ADD_FAILURE() << "unexpected API " << static_cast<int>(api);
        return {};
    }
  }

  Payload api_versions(std::int16_t version) const {
    ApiVersionsResponse response;
    for (const ApiKey api : {ApiKey::kApiVersions, ApiKey::kMetadata, ApiKey::kFindCoordinator,
                             ApiKey::kDescribeGroups, ApiKey::kOffsetCommit, ApiKey::kListGroups,
                             ApiKey::kListOffsets}) {
      const auto newest = newest_.find(api);
      response.api_keys.push_back({static_cast<std::int16_t>(api), 0,
                                   newest == newest_.end() ? std::int16_t{5} : newest->second});
    }
    return response.encode(version);
  }

  Payload metadata(std::int16_t version) {
    MetadataResponse response;
    for (const std::int32_t port : {1, 2}) {
      auto& broker = response.brokers.emplace_back();
      broker.node_id = BrokerId(port + 100);
      broker.host = "127.0.0.1";
      broker.port = port;
    }
    response.controller_id = BrokerId(101);
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    topic.error_code = topic_error_;
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = 0;
    partition.leader_id = BrokerId(next(told_leaders_, 101));
    return response.encode(version);
  }

  Payload find_coordinator(std::int16_t version) {
    FindCoordinatorResponse response;
    const auto [code, id] = next(told_coordinators_, std::pair(ErrorCode::kNone, 101));
    if (version >= 4) {
      auto& coordinator = response.coordinators.emplace_back();
      coordinator.key = kGroup;
      coordinator.error_code = code;
      coordinator.node_id = BrokerId(id);
    } else {
      response.error_code = code;
      response.node_id = BrokerId(id);
    }
    return response.encode(version);
  }

  Payload describe_groups(std::int32_t port, std::int16_t version) {
    DescribeGroupsResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = kGroup;
    group.error_code = next(codes_, ErrorCode::kNone);
    group.group_state = port == 1 ? "Stable" : "empty";
    group.protocol_type = protocol_type_;
    group.protocol_data = "range";
    auto& member = group.members.emplace_back();
    member.member_id = "m";
    member.member_assignment = assignment_;
    return response.encode(version);
  }

  Payload offset_commit(std::int16_t version, BytesView body) {
    const auto request = OffsetCommitRequest::decode(body, version);
    EXPECT_TRUE(request.has_value());
    OffsetCommitResponse response;
    const ErrorCode code = next(codes_, ErrorCode::kNone);
    for (const auto& topic : request->topics) {
      auto& out = response.topics.emplace_back();
      out.name = topic.name;
      for (const auto& partition : topic.partitions) {
        auto& answer = out.partitions.emplace_back();
        answer.partition_index = partition.partition_index;
        answer.error_code = code;
      }
    }
    return response.encode(version);
  }

  Payload list_groups(std::int32_t port, std::int16_t version) {
    ListGroupsResponse response;
    response.error_code = next(codes_, ErrorCode::kNone);
    response.groups.push_back({port == 1 ? "one" : "two", "consumer", "Empty", "classic"});
    response.groups.push_back({"connect-cluster", "connect", "Stable", "classic"});
    response.groups.push_back({"simple", "", "Empty", ""});
    return response.encode(version);
  }

  Payload list_offsets(std::int32_t port, std::int16_t version, BytesView body) {
    const auto request = ListOffsetsRequest::decode(body, version);
    EXPECT_TRUE(request.has_value());
    ListOffsetsResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = 0;
    partition.error_code = next(codes_, ErrorCode::kNone);
    partition.offset = port * 10;
    return response.encode(version);
  }

  // The first of `queue`, which it leaves; `fallback` when there is none.
  template <typename T>
  static T next(std::deque<T>& queue, T fallback) {
    if (queue.empty()) return fallback;
    const T value = queue.front();
    queue.pop_front();
    return value;
  }

  std::vector<std::int32_t> ports_asked(ApiKey api) const {
    std::vector<std::int32_t> ports;
    for (const auto& [port, asked] : cluster_.requests) {
      if (asked == api) ports.push_back(port);
    }
    return ports;
  }

  // `action` on a client; what it logs meanwhile is dropped.
  template <typename Action>
  auto with_client(const Action& action, Duration timeout = seconds(20)) {
    testing::internal::CaptureStderr();
    ClusterClient cluster(config_, cluster_, home_, clock_);
    GroupClient client(cluster, timeout);
    auto result = action(client);
    testing::internal::GetCapturedStderr();
    return result;
  }

  auto described(Duration timeout = seconds(20)) {
    return with_client([](GroupClient& client) { return client.describe_group("g"); }, timeout);
  }

  std::map<ApiKey, std::int16_t> newest_;
  std::deque<std::pair<ErrorCode, std::int32_t>> told_coordinators_;
  std::deque<std::int32_t> told_leaders_;
  std::deque<ErrorCode> codes_;
  ErrorCode topic_error_ = ErrorCode::kNone;
  std::string_view protocol_type_ = "consumer";
  std::vector<std::uint8_t> assignment_;

  const AdminConfig config_ = quick_config(1);
  SystemClock clock_;
  FakeCluster cluster_;
  ThreadExecutor home_{"fake-network"};
};

TEST_F(GroupClientTest, AsksTheCoordinator) {
  for (const std::int16_t version : {1, 4}) {
    newest_[ApiKey::kFindCoordinator] = version;
    told_coordinators_ = {{ErrorCode::kNone, 102}};
    const auto group = described();
    ASSERT_TRUE(group.has_value());
    EXPECT_EQ(group->state, "Empty") << "in Kafka's spelling";
    EXPECT_EQ(group->coordinator.id, 102);
    EXPECT_EQ(group->coordinator.port, 2);
  }
}

TEST_F(GroupClientTest, FollowsACoordinatorThatHasMoved) {
  told_coordinators_ = {{ErrorCode::kNone, 101}, {ErrorCode::kNone, 102}};
  codes_ = {ErrorCode::kNotCoordinator};
  EXPECT_TRUE(described().has_value());
  EXPECT_THAT(ports_asked(ApiKey::kDescribeGroups), ElementsAre(1, 2));
}

TEST_F(GroupClientTest, WaitsForACoordinatorThatLoads) {
  codes_ = {ErrorCode::kCoordinatorLoadInProgress, ErrorCode::kCoordinatorLoadInProgress};
  EXPECT_TRUE(described().has_value());
  EXPECT_THAT(ports_asked(ApiKey::kDescribeGroups), ElementsAre(1, 1, 1));
  EXPECT_EQ(ports_asked(ApiKey::kFindCoordinator).size(), 1U);
}

TEST_F(GroupClientTest, LooksForAnotherWhenTheCoordinatorIsDown) {
  cluster_.brokers.erase(2);
  told_coordinators_ = {{ErrorCode::kNone, 102}, {ErrorCode::kNone, 102}, {ErrorCode::kNone, 101}};
  const auto group = described();
  ASSERT_TRUE(group.has_value());
  EXPECT_EQ(group->coordinator.id, 101);
}

TEST_F(GroupClientTest, WaitsForACoordinatorToBeElected) {
  told_coordinators_ = {{ErrorCode::kCoordinatorNotAvailable, -1},
                        {ErrorCode::kCoordinatorNotAvailable, -1}};
  EXPECT_TRUE(described().has_value());
  EXPECT_EQ(ports_asked(ApiKey::kFindCoordinator).size(), 3U);
}

TEST_F(GroupClientTest, GivesUpAtItsOwnTimeout) {
  cluster_.brokers.clear();
  const auto group = described(milliseconds(20));
  ASSERT_FALSE(group.has_value());
  EXPECT_EQ(group.error().code, ErrorCode::kRequestTimedOut);
  EXPECT_EQ(group.error().detail,
            "Timed out waiting for a node assignment. Call: "
            "describeConsumerGroups(api=FIND_COORDINATOR)");
}

TEST_F(GroupClientTest, CoordinatorsOfForbiddenGroupsAreNotTold) {
  told_coordinators_ = {{ErrorCode::kGroupAuthorizationFailed, -1}};
  const auto group = described();
  ASSERT_FALSE(group.has_value());
  EXPECT_EQ(group.error().code, ErrorCode::kGroupAuthorizationFailed);
  EXPECT_EQ(
      group.error().detail,
      "FindCoordinator request for groupId `CoordinatorKey(idValue='g', type=GROUP)` failed due "
      "to authorization failure");
}

TEST_F(GroupClientTest, AssignmentsOfNewerVersionsAreRead) {
  // Version 9, one topic "t" with partitions 3 and 4, no user data, and something that came later.
  assignment_ = {0, 9, 0, 0, 0, 1, 0, 1,    't',  0,    0,    0, 2, 0,
                 0, 0, 3, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff, 1, 2, 3};
  const auto group = described();
  ASSERT_TRUE(group.has_value()) << group.error().detail;
  EXPECT_THAT(group->members.at(0).partitions, ElementsAre(TopicPartition{"t", PartitionId(3)},
                                                           TopicPartition{"t", PartitionId(4)}));
}

TEST_F(GroupClientTest, AssignmentsOfOtherProtocolsAreNotRead) {
  protocol_type_ = "connect";
  assignment_ = {1, 2, 3};
  const auto group = described();
  ASSERT_TRUE(group.has_value());
  EXPECT_EQ(group->protocol_type, "connect");

  protocol_type_ = "consumer";
  EXPECT_FALSE(described().has_value()) << "garbage from a consumer is an error";
}

TEST_F(GroupClientTest, ListsTheConsumersGroupsOfAllBrokers) {
  const auto groups = with_client([](GroupClient& client) -> Result<std::vector<GroupListing>> {
    TRY(const auto brokers, client.brokers());
    return client.list_groups(brokers, {}, {});
  });
  ASSERT_TRUE(groups.has_value());
  std::set<std::string> names;
  for (const GroupListing& group : *groups) names.insert(group.group);
  EXPECT_THAT(names, ElementsAre("one", "simple", "two"));
  EXPECT_EQ(groups->at(0).type, "Classic");
  EXPECT_EQ(groups->at(1).type, "Unknown");
}

TEST_F(GroupClientTest, FiltersAreNotLeftOutForAnOldBroker) {
  newest_[ApiKey::kListGroups] = 4;
  const auto groups = with_client([](GroupClient& client) -> Result<std::vector<GroupListing>> {
    TRY(const auto brokers, client.brokers());
    return client.list_groups(brokers, {}, {"Classic"});
  });
  ASSERT_FALSE(groups.has_value());
  EXPECT_EQ(groups.error().code, ErrorCode::kUnsupportedVersion);
}

TEST_F(GroupClientTest, CommitWaitsForARebalanceAndTellsWhatWasRefused) {
  const std::vector<std::pair<TopicPartition, std::int64_t>> offsets{
      {{"t", PartitionId(0)}, 1}, {{"u", PartitionId(0)}, 2}, {{"t", PartitionId(1)}, 3}};
  const auto commit = [&](GroupClient& client) { return client.commit_offsets("g", offsets); };
  codes_ = {ErrorCode::kRebalanceInProgress};
  EXPECT_TRUE(with_client(commit).has_value());
  EXPECT_EQ(ports_asked(ApiKey::kOffsetCommit).size(), 2U);

  codes_ = {ErrorCode::kUnknownMemberId};
  const auto refused = with_client(commit);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(refused.error().detail,
            "Failed altering consumer group offsets for the following partitions: [t-0, t-1, u-0]");
}

TEST_F(GroupClientTest, OffsetsComeFromTheLeader) {
  const auto ask = [](GroupClient& client) {
    return client.list_offsets({{"t", PartitionId(0)}}, kLatestTimestamp);
  };
  told_leaders_ = {101, 102, 102};
  codes_ = {ErrorCode::kNotLeaderOrFollower};
  const auto offsets = with_client(ask);
  ASSERT_TRUE(offsets.has_value()) << offsets.error().detail;
  EXPECT_THAT(*offsets, ElementsAre(Pair(TopicPartition{"t", PartitionId(0)}, 20)));
}

TEST_F(GroupClientTest, OffsetsOfWhatIsNotThere) {
  topic_error_ = ErrorCode::kUnknownTopicOrPartition;
  const auto no_topic = with_client([](GroupClient& client) {
    return client.list_offsets({{"t", PartitionId(0)}}, kEarliestTimestamp);
  });
  ASSERT_FALSE(no_topic.has_value());
  EXPECT_EQ(
      no_topic.error().detail,
      "Failed to fetch metadata for partition t-0 because metadata for topic `t` could not be "
      "found");
  topic_error_ = ErrorCode::kNone;
  const auto no_partition = with_client(
      [](GroupClient& client) {
        return client.list_offsets({{"t", PartitionId(7)}}, kEarliestTimestamp);
      },
      milliseconds(20));
  ASSERT_FALSE(no_partition.has_value());
  EXPECT_EQ(no_partition.error().code, ErrorCode::kRequestTimedOut);
}

}  // namespace
}  // namespace barnabas::admin
