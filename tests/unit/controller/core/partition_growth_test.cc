#include "broker/controller/core/partition_growth.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "broker/protocol/error_code.h"

namespace barnabas::controller {
namespace {

using Replicas = std::vector<BrokerId>;

Replicas replicas(std::initializer_list<std::int32_t> ids) {
  Replicas all;
  for (const std::int32_t id : ids) all.emplace_back(id);
  return all;
}
std::vector<BrokerWithRack> live(std::initializer_list<std::int32_t> ids) {
  std::vector<BrokerWithRack> all;
  for (const std::int32_t id : ids) all.push_back({BrokerId(id), std::nullopt});
  return all;
}
NewPartitions up_to(std::int32_t count) {
  return {"t", count, std::nullopt};
}
NewPartitions given(std::int32_t count, std::vector<Replicas> assignments) {
  return {"t", count, std::move(assignments)};
}
const ReplicaAssignmentMap kOne{{PartitionId(0), replicas({2, 3})}};

std::string refusal(const NewPartitions& asked, ErrorCode code,
                    std::vector<BrokerWithRack> brokers = live({1, 2, 3})) {
  const auto assigned = assign_new_partitions(asked, kOne, std::move(brokers));
  if (assigned) return "assigned";
  EXPECT_EQ(assigned.error().code, code);
  return assigned.error().detail;
}

// The very partitions that a topic made with all of them from the same start has.
TEST(PartitionGrowth, GoesOnWithThePlacementOfTheLeaderOfPartition0) {
  const AssignmentStart start{1, 1};
  const auto whole = assign_replicas(live({1, 2, 3}), 7, 2, start);
  ASSERT_TRUE(whole);
  ReplicaAssignmentMap old;
  for (std::int32_t id = 0; id < 3; ++id) old[PartitionId(id)] = whole->at(PartitionId(id));
  ASSERT_EQ(old.at(PartitionId(0)).front(), BrokerId(2));
  const auto added = assign_new_partitions(up_to(7), old, live({3, 1, 2}));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->size(), 4u);
  for (const auto& [id, assigned] : *added) {
    EXPECT_EQ(assigned.front(), whole->at(id).front()) << id.value();
    EXPECT_EQ(assigned.size(), 2u);
  }
}

TEST(PartitionGrowth, ALeaderThatIsGoneIsStoodInForByTheNextBroker) {
  const auto added = assign_new_partitions(up_to(2), kOne, live({1, 5}));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->at(PartitionId(1)), replicas({1, 5}));
}

TEST(PartitionGrowth, WhatIsGivenIsTakenInItsOrder) {
  const auto added =
      assign_new_partitions(given(3, {replicas({1, 2}), replicas({3, 1})}), kOne, live({1, 2, 3}));
  ASSERT_TRUE(added);
  EXPECT_EQ(*added, (ReplicaAssignmentMap{{PartitionId(1), replicas({1, 2})},
                                          {PartitionId(2), replicas({3, 1})}}));
}

TEST(PartitionGrowth, PartitionsAreOnlyAdded) {
  EXPECT_EQ(refusal(up_to(1), ErrorCode::kInvalidPartitions), "Topic already has 1 partitions.");
  EXPECT_EQ(refusal(up_to(0), ErrorCode::kInvalidPartitions),
            "Topic currently has 1 partitions, which is higher than the requested 0.");
}

TEST(PartitionGrowth, WhatIsGivenHasToFitTheRest) {
  const ErrorCode bad = ErrorCode::kInvalidReplicaAssignment;
  EXPECT_EQ(refusal(given(2, {replicas({1, 7})}), bad),
            "Unknown broker(s) in replica assignment: 7.");
  EXPECT_EQ(refusal(given(3, {replicas({1, 2})}), bad),
            "Increasing the number of partitions by 2 but 1 assignments provided.");
  EXPECT_EQ(refusal(given(2, {replicas({})}), bad),
            "Cannot have replication factor of 0 for partition id 1.");
  EXPECT_EQ(refusal(given(2, {replicas({1, 1})}), bad),
            "Duplicate brokers not allowed in replica assignment: 1, 1 for partition id 1.");
  EXPECT_EQ(refusal(given(2, {replicas({1})}), bad),
            "Inconsistent replication factor between partitions, partition 0 has 2 while "
            "partitions [1] have replication factors [1], respectively.");
}

TEST(PartitionGrowth, TooFewLiveBrokersAreSaid) {
  EXPECT_EQ(refusal(up_to(2), ErrorCode::kInvalidReplicationFactor, live({2})),
            "Replication factor: 2 larger than available brokers: 1.");
}

}  // namespace
}  // namespace barnabas::controller
