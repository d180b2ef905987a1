// The expected lines are those of Apache Kafka 3.9's kafka-topics.sh on such clusters.
#include "admin/topic_describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

using testing::ElementsAre;

PartitionInfo partition(std::int32_t id, std::optional<std::int32_t> leader,
                        std::vector<std::int32_t> replicas, std::vector<std::int32_t> isr) {
  PartitionInfo info;
  info.partition = PartitionId(id);
  if (leader) info.leader = BrokerId(*leader);
  for (const auto replica : replicas) info.replicas.emplace_back(replica);
  for (const auto replica : isr) info.isr.emplace_back(replica);
  return info;
}

TopicInfo first_topic() {
  TopicInfo topic;
  topic.name = "first";
  topic.topic_id = *Uuid::parse("0IrQO7sHTFm7mXH9JxcVFQ");
  topic.partitions = {partition(0, 103, {103, 104, 102}, {103, 104, 102}),
                      partition(1, 102, {104, 102, 103}, {102, 103}),
                      partition(2, std::nullopt, {102}, {102})};
  return topic;
}

ClusterView cluster() {
  ClusterView view;
  view.configs["first"] = {{"segment.bytes", "1073741824", false},
                           {"retention.ms", "604800000", true},
                           {"min.insync.replicas", "2", false}};
  view.live_brokers = {BrokerId(102), BrokerId(104)};
  return view;
}

constexpr const char* kPartition0 =
    "\tTopic: first\tPartition: 0\tLeader: 103\tReplicas: 103,104,102\tIsr: 103,104,102\tElr: "
    "N/A\tLastKnownElr: N/A\n";
constexpr const char* kPartition1 =
    "\tTopic: first\tPartition: 1\tLeader: 102\tReplicas: 104,102,103\tIsr: 102,103\tElr: "
    "N/A\tLastKnownElr: N/A\n";
constexpr const char* kPartition2 =
    "\tTopic: first\tPartition: 2\tLeader: none\tReplicas: 102\tIsr: 102\tElr: N/A\tLastKnownElr: "
    "N/A\n";

TEST(TopicDescribe, TopicLineThenItsPartitions) {
  EXPECT_EQ(describe_topics({first_topic()}, cluster(), {}),
            std::string("Topic: first\tTopicId: 0IrQO7sHTFm7mXH9JxcVFQ\tPartitionCount: "
                        "3\tReplicationFactor: 3\tConfigs: "
                        "min.insync.replicas=2,segment.bytes=1073741824\n") +
                kPartition0 + kPartition1 + kPartition2);
}

TEST(TopicDescribe, TopicWithoutIdAndConfigs) {
  TopicInfo topic = first_topic();
  topic.topic_id = {};
  topic.partitions = {partition(0, 103, {103}, {103})};
  EXPECT_EQ(describe_topics({topic}, {}, {}),
            "Topic: first\tPartitionCount: 1\tReplicationFactor: 1\tConfigs: \n"
            "\tTopic: first\tPartition: 0\tLeader: 103\tReplicas: 103\tIsr: 103\tElr: "
            "N/A\tLastKnownElr: N/A\n");
}

TEST(TopicDescribe, UnderReplicatedShowsSmallIsrsOnly) {
  EXPECT_EQ(describe_topics({first_topic()}, cluster(), {.under_replicated = true}), kPartition1);
}

TEST(TopicDescribe, UnavailableShowsNoLeaderAndDeadLeaders) {
  EXPECT_EQ(describe_topics({first_topic()}, cluster(), {.unavailable = true}),
            std::string(kPartition0) + kPartition2);
}

TEST(TopicDescribe, UnderMinIsrCountsPartitionsWithoutLeader) {
  EXPECT_EQ(describe_topics({first_topic()}, cluster(), {.under_min_isr = true}), kPartition2);
}

TEST(TopicDescribe, AtMinIsrIsEquality) {
  EXPECT_EQ(describe_topics({first_topic()}, cluster(), {.at_min_isr = true}), kPartition1);
}

TEST(TopicDescribe, FiltersAddUp) {
  EXPECT_EQ(describe_topics({first_topic()}, cluster(),
                            {.under_replicated = true, .under_min_isr = true}),
            std::string(kPartition1) + kPartition2);
}

TEST(TopicDescribe, OverridesShowTopicLinesOnly) {
  ClusterView view = cluster();
  EXPECT_EQ(describe_topics({first_topic()}, view, {.topics_with_overrides = true}),
            "Topic: first\tTopicId: 0IrQO7sHTFm7mXH9JxcVFQ\tPartitionCount: 3\tReplicationFactor: "
            "3\tConfigs: min.insync.replicas=2,segment.bytes=1073741824\n");
  for (auto& entry : view.configs["first"]) entry.is_default = true;
  EXPECT_EQ(describe_topics({first_topic()}, view, {.topics_with_overrides = true}), "");
}

// During a reassignment the replicas being added are not yet missed.
TEST(TopicDescribe, AddedReplicasDoNotMakeAPartitionUnderReplicated) {
  TopicInfo topic = first_topic();
  topic.partitions = {partition(0, 103, {103, 104, 102}, {103, 104})};
  ClusterView view = cluster();
  view.reassignments[{"first", PartitionId(0)}] = {
      {BrokerId(103), BrokerId(104), BrokerId(102)}, {BrokerId(102)}, {}};
  EXPECT_EQ(describe_topics({topic}, view, {.under_replicated = true}), "");
  EXPECT_THAT(describe_topics({topic}, view, {}), testing::HasSubstr("ReplicationFactor: 2\t"));
  EXPECT_THAT(describe_topics({topic}, view, {}),
              testing::HasSubstr("\tAdding Replicas: 102\tRemoving Replicas: \tElr: N/A"));
}

TEST(TopicDescribe, ReassignmentThatHasCompletedIsIgnored) {
  TopicInfo topic = first_topic();
  topic.partitions = {partition(0, 103, {103, 104}, {103})};
  ClusterView view = cluster();
  view.reassignments[{"first", PartitionId(0)}] = {
      {BrokerId(105), BrokerId(103)}, {BrokerId(105)}, {}};
  EXPECT_NE(describe_topics({topic}, view, {.under_replicated = true}), "");
}

TEST(TopicDescribe, TopicsComeInTheOrderOfJavasMaps) {
  std::vector<TopicInfo> topics;
  for (const char* name : {"alpha", "beta", "delta", "first", "gamma"}) {
    topics.emplace_back().name = name;
  }
  std::vector<std::string> names;
  for (const TopicInfo& topic : in_description_order(topics)) names.push_back(topic.name);
  EXPECT_THAT(names, ElementsAre("delta", "beta", "first", "gamma", "alpha"));
}

}  // namespace
}  // namespace barnabas::admin
