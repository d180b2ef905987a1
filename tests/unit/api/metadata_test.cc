#include "broker/protocol/messages/metadata.h"
#include "broker/api/authorized_operations.h"
#include "broker/protocol/messages/describe_cluster.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {
namespace {

using protocol::MetadataRequest;
using protocol::MetadataResponse;
using Topic = MetadataRequest::MetadataRequestTopic;

constexpr Uuid kFirstId{{1, 2, 3}};

std::vector<BrokerId> ids(std::initializer_list<std::int32_t> numbers) {
  std::vector<BrokerId> result;
  for (const std::int32_t number : numbers) result.emplace_back(number);
  return result;
}

// Brokers 1 and 2 are alive, 2 has no listener OTHER; 3 is dead. Topic "first" has a partition led
// by each.
class MetadataTest : public ::testing::Test {
 protected:
  MetadataTest() {
    replica::MetadataUpdate update;
    update.controller_id = BrokerId{2};
    update.live_brokers = {
        {BrokerId{1},
         {{"PLAINTEXT", "PLAINTEXT", "one", 9092}, {"OTHER", "PLAINTEXT", "one-other", 9093}},
         "rack1"},
        {BrokerId{2}, {{"PLAINTEXT", "PLAINTEXT", "two", 9092}}, std::nullopt}};
    for (std::int32_t leader = 1; leader <= 3; ++leader) {
      replica::PartitionMetadata state;
      state.leader = BrokerId{leader};
      state.leader_epoch = LeaderEpoch{10 + leader};
      state.replicas = ids({1, 2, 3});
      state.isr = ids({1, 2});
      state.offline_replicas = ids({3});
      update.partitions.push_back({"first", kFirstId, PartitionId{leader - 1}, state});
    }
    replica::PartitionMetadata alone;
    alone.leader = BrokerId{1};
    alone.replicas = alone.isr = ids({1});
    update.partitions.push_back({"__consumer_offsets", Uuid{{9}}, PartitionId{0}, alone});
    broker_.node().metadata().update(update);
  }

  MetadataResponse ask(std::optional<std::vector<Topic>> topics, std::int16_t version,
                       const std::string& listener = "PLAINTEXT") {
    MetadataRequest request;
    request.topics = std::move(topics);
    return broker_.ask<MetadataResponse>(request, version, listener);
  }
  static std::vector<Topic> named(std::string_view name) {
    Topic topic;
    topic.name = name;
    return {topic};
  }
  static std::vector<Topic> with_id(const Uuid& id) {
    Topic topic;
    topic.topic_id = id;
    topic.name = std::nullopt;
    return {topic};
  }

  OneBroker broker_{"auto.create.topics.enable=false\n"};
};

TEST_F(MetadataTest, TellsClusterControllerAndLiveBrokersOfTheListener) {
  const auto response = ask(std::vector<Topic>{}, 12);
  EXPECT_EQ(response.cluster_id, kClusterId);
  EXPECT_EQ(response.controller_id, BrokerId{2});
  ASSERT_EQ(response.brokers.size(), 2u);
  EXPECT_EQ(response.brokers[0].host, "one");
  EXPECT_EQ(response.brokers[0].rack, "rack1");
  EXPECT_EQ(response.brokers[1].node_id, BrokerId{2});
  EXPECT_EQ(response.brokers[1].rack, std::nullopt);

  const auto other = ask(std::vector<Topic>{}, 12, "OTHER");
  ASSERT_EQ(other.brokers.size(), 1u);
  EXPECT_EQ(other.brokers[0].host, "one-other");
  EXPECT_EQ(other.brokers[0].port, 9093);
}

TEST(MetadataOfAStartingBroker, IsNotToldBeforeTheFirstUpdate) {
  OneBroker broker;
  for (std::int16_t version = 0; version <= 12; ++version) {
    MetadataRequest request;
    EXPECT_TRUE(broker.ask_raw(request, version).closed());
    request.topics = std::vector<Topic>(1);
    request.topics->front().name = "first";
    EXPECT_TRUE(broker.ask_raw(request, version).closed());
  }
}

TEST_F(MetadataTest, EmptyListIsAllTopicsInVersion0AndNoneLater) {
  EXPECT_EQ(ask(std::vector<Topic>{}, 0).topics.size(), 2u);
  for (std::int16_t version = 1; version <= 12; ++version) {
    EXPECT_TRUE(ask(std::vector<Topic>{}, version).topics.empty());
    EXPECT_EQ(ask(std::nullopt, version).topics.size(), 2u);
  }
}

TEST_F(MetadataTest, PartitionsAreToldWithTheirState) {
  const auto response = ask(named("first"), 12);
  ASSERT_EQ(response.topics.size(), 1u);
  const auto& topic = response.topics[0];
  EXPECT_EQ(topic.name, "first");
  EXPECT_EQ(topic.topic_id, kFirstId);
  EXPECT_EQ(topic.error_code, ErrorCode::kNone);
  EXPECT_FALSE(topic.is_internal);
  ASSERT_EQ(topic.partitions.size(), 3u);
  EXPECT_EQ(topic.partitions[1].partition_index, 1);
  EXPECT_EQ(topic.partitions[1].leader_id, BrokerId{2});
  EXPECT_EQ(topic.partitions[1].leader_epoch, 12);
  EXPECT_EQ(topic.partitions[1].replica_nodes, ids({1, 2, 3}));
  EXPECT_EQ(topic.partitions[1].isr_nodes, ids({1, 2}));
  EXPECT_EQ(topic.partitions[1].offline_replicas, ids({3}));
  EXPECT_EQ(topic.partitions[1].error_code, ErrorCode::kNone);
}

TEST_F(MetadataTest, DeadLeaderIsLeaderNotAvailableWithReplicasStillTold) {
  for (std::int16_t version = 1; version <= 12; ++version) {
    const auto response = ask(named("first"), version);
    const auto& partition = response.topics[0].partitions[2];
    EXPECT_EQ(partition.error_code, ErrorCode::kLeaderNotAvailable);
    EXPECT_EQ(partition.leader_id, kNoBroker);
    EXPECT_EQ(partition.replica_nodes, ids({1, 2, 3}));
  }
}

// Version 0 knows no offline replicas: it leaves the dead ones out of the lists, and says so.
TEST_F(MetadataTest, Version0LeavesDeadReplicasOut) {
  const auto response = ask(named("first"), 0);
  const auto& partition = response.topics[0].partitions[0];
  EXPECT_EQ(partition.error_code, ErrorCode::kReplicaNotAvailable);
  EXPECT_EQ(partition.leader_id, BrokerId{1});
  EXPECT_EQ(partition.replica_nodes, ids({1, 2}));
  EXPECT_EQ(partition.isr_nodes, ids({1, 2}));
}

TEST_F(MetadataTest, LeaderWithoutTheListenerIsListenerNotFoundFromVersion6) {
  for (std::int16_t version = 0; version <= 12; ++version) {
    const auto response = ask(named("first"), version, "OTHER");
    const auto& partition = response.topics[0].partitions[1];
    EXPECT_EQ(partition.error_code,
              version >= 6 ? ErrorCode::kListenerNotFound : ErrorCode::kLeaderNotAvailable);
    EXPECT_EQ(partition.leader_id, kNoBroker);
  }
}

TEST_F(MetadataTest, UnknownAndIllegalNamesAreToldApart) {
  EXPECT_EQ(ask(named("second"), 12).topics[0].error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(ask(named("a/b"), 12).topics[0].error_code, ErrorCode::kInvalidTopicException);
  EXPECT_EQ(ask(named(std::string(250, 'a')), 12).topics[0].error_code,
            ErrorCode::kInvalidTopicException);
}

TEST_F(MetadataTest, TopicIsFoundByIdFromVersion12) {
  const auto known = ask(with_id(kFirstId), 12);
  EXPECT_EQ(known.topics[0].name, "first");
  const auto unknown = ask(with_id(Uuid{{7}}), 12);
  EXPECT_EQ(unknown.topics[0].error_code, ErrorCode::kUnknownTopicId);
  EXPECT_EQ(unknown.topics[0].name, std::nullopt);
  EXPECT_EQ(unknown.topics[0].topic_id, (Uuid{{7}}));
}

TEST_F(MetadataTest, IdOrNullNameBeforeVersion12IsInvalid) {
  for (std::int16_t version = 10; version <= 11; ++version) {
    EXPECT_EQ(ask(with_id(kFirstId), version).topics[0].error_code, ErrorCode::kInvalidRequest);
  }
}

TEST_F(MetadataTest, TopicAskedTwiceIsToldOnce) {
  std::vector<Topic> twice = named("first");
  twice.push_back(twice[0]);
  EXPECT_EQ(ask(twice, 12).topics.size(), 1u);
}

TEST_F(MetadataTest, InternalTopicIsMarked) {
  EXPECT_TRUE(ask(named("__consumer_offsets"), 12).topics[0].is_internal);
}

TEST_F(MetadataTest, AuthorizedOperationsAreToldWhenAskedFor) {
  MetadataRequest request;
  request.include_cluster_authorized_operations = true;
  request.include_topic_authorized_operations = true;
  request.topics = named("first");
  const auto response = broker_.ask<MetadataResponse>(request, 9);
  EXPECT_EQ(response.cluster_authorized_operations, 8096);  // what Apache Kafka says without ACLs
  EXPECT_EQ(response.topics[0].topic_authorized_operations, 3576);
  EXPECT_EQ(ask(named("first"), 9).topics[0].topic_authorized_operations,
            std::numeric_limits<std::int32_t>::min());
}

// ---- DescribeCluster

using protocol::DescribeClusterRequest;
using protocol::DescribeClusterResponse;

TEST_F(MetadataTest, DescribeClusterTellsBrokersAndController) {
  DescribeClusterRequest request;
  request.include_cluster_authorized_operations = true;
  for (std::int16_t version = 0; version <= 1; ++version) {
    const auto response = broker_.ask<DescribeClusterResponse>(request, version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    EXPECT_EQ(response.cluster_id, kClusterId);
    EXPECT_EQ(response.controller_id, BrokerId{2});
    EXPECT_EQ(response.brokers.size(), 2u);
    EXPECT_EQ(response.cluster_authorized_operations, kClusterOperations);
  }
}

TEST_F(MetadataTest, DescribeClusterHidesAControllerThatIsNotOnTheListener) {
  const auto response = broker_.ask<DescribeClusterResponse>(DescribeClusterRequest{}, 1, "OTHER");
  EXPECT_EQ(response.controller_id, kNoBroker);
  EXPECT_EQ(response.brokers.size(), 1u);
}

TEST_F(MetadataTest, DescribeClusterRefusesOtherEndpointTypes) {
  DescribeClusterRequest request;
  request.endpoint_type = 2;
  EXPECT_EQ(broker_.ask<DescribeClusterResponse>(request, 1).error_code,
            ErrorCode::kMismatchedEndpointType);
  request.endpoint_type = 3;
  EXPECT_EQ(broker_.ask<DescribeClusterResponse>(request, 1).error_code,
            ErrorCode::kUnsupportedEndpointType);
}

}  // namespace
}  // namespace barnabas::api
