#include "broker/controller/core/replica_assignment.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "broker/protocol/error_code.h"
#include "tests/unit/controller/core/core_harness.h"

namespace barnabas::controller {
namespace {

std::vector<BrokerWithRack> brokers(std::initializer_list<std::int32_t> numbers) {
  std::vector<BrokerWithRack> result;
  for (std::int32_t number : numbers) result.push_back({BrokerId(number), std::nullopt});
  return result;
}

// The table of AdminUtils' description: 10 partitions on 5 brokers, from broker 0.
TEST(AssignReplicas, LaysOutTenPartitionsOnFiveBrokersAsKafkaDescribes) {
  const auto assignment = assign_replicas(brokers({0, 1, 2, 3, 4}), 10, 3, {0, 0});
  ASSERT_TRUE(assignment);
  const std::vector<BrokerIds> expected = {
      ids({0, 1, 2}), ids({1, 2, 3}), ids({2, 3, 4}), ids({3, 4, 0}), ids({4, 0, 1}),
      ids({0, 2, 3}), ids({1, 3, 4}), ids({2, 4, 0}), ids({3, 0, 1}), ids({4, 1, 2})};
  for (std::size_t p = 0; p < expected.size(); ++p) {
    EXPECT_EQ(assignment->at(PartitionId(static_cast<std::int32_t>(p))), expected[p]) << p;
  }
}

TEST(AssignReplicas, TakesTheBrokersByIdWhateverTheirOrder) {
  EXPECT_EQ(*assign_replicas(brokers({4, 2, 0, 3, 1}), 7, 2, {1, 2}),
            *assign_replicas(brokers({0, 1, 2, 3, 4}), 7, 2, {1, 2}));
}

TEST(AssignReplicas, PartitionsAddedGoOnWhereTheOldOnesEnd) {
  const auto all = assign_replicas(brokers({0, 1, 2}), 4, 2, {1, 1});
  const auto added = assign_replicas(brokers({0, 1, 2}), 2, 2, {1, 1}, PartitionId(2));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->size(), 2u);
  EXPECT_EQ(added->at(PartitionId(2)), all->at(PartitionId(2)));
  EXPECT_EQ(added->at(PartitionId(3)), all->at(PartitionId(3)));
}

TEST(AssignReplicas, AlternatesRacksAndCoversEachWithAReplica) {
  std::vector<BrokerWithRack> racked;
  const std::map<std::int32_t, std::string> racks = {{0, "rack1"}, {1, "rack3"}, {2, "rack3"},
                                                     {3, "rack2"}, {4, "rack2"}, {5, "rack1"}};
  for (const auto& [id, rack] : racks) racked.push_back({BrokerId(id), rack});
  const auto assignment = assign_replicas(racked, 12, 3, {0, 0});
  ASSERT_TRUE(assignment);
  // Racks in turn: 0, 3, 1, 5, 4, 2.
  EXPECT_EQ(assignment->at(PartitionId(0)), ids({0, 3, 1}));
  EXPECT_EQ(assignment->at(PartitionId(1)).front(), BrokerId(3));
  for (const auto& [id, replicas] : *assignment) {
    std::set<std::string> covered;
    for (BrokerId replica : replicas) covered.insert(racks.at(replica.value()));
    EXPECT_EQ(covered.size(), 3u) << id.value();
  }
}

TEST(AssignReplicas, MoreReplicasThanRacksAreStillOnDifferentBrokers) {
  std::vector<BrokerWithRack> racked;
  for (std::int32_t id = 0; id < 4; ++id) {
    racked.push_back({BrokerId(id), id < 3 ? "a" : "b"});
  }
  const auto assignment = assign_replicas(racked, 8, 4, {0, 0});
  ASSERT_TRUE(assignment);
  for (const auto& [id, replicas] : *assignment) {
    EXPECT_EQ(std::set<BrokerId>(replicas.begin(), replicas.end()).size(), 4u);
  }
}

TEST(AssignReplicas, SaysWhatKafkaSaysOfBadNumbers) {
  const auto none = assign_replicas(brokers({1}), 0, 1, AssignmentStart{});
  EXPECT_EQ(none.error().code, ErrorCode::kInvalidPartitions);
  EXPECT_EQ(none.error().detail, "Number of partitions must be larger than 0.");
  const auto zero = assign_replicas(brokers({1}), 1, 0, AssignmentStart{});
  EXPECT_EQ(zero.error().code, ErrorCode::kInvalidReplicationFactor);
  EXPECT_EQ(zero.error().detail, "Replication factor must be larger than 0.");
  const auto many = assign_replicas(brokers({1}), 1, 3, AssignmentStart{});
  EXPECT_EQ(many.error().code, ErrorCode::kInvalidReplicationFactor);
  EXPECT_EQ(many.error().detail, "Replication factor: 3 larger than available brokers: 1.");
}

TEST(AssignReplicas, FailsWhenOnlySomeBrokersHaveARack) {
  auto some = brokers({1, 2});
  some[0].rack = "a";
  EXPECT_FALSE(assign_replicas(some, 1, 1, AssignmentStart{}));
}

TEST(AssignReplicas, ARandomStartSpreadsLeadersAndReplicasEvenly) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const auto count = static_cast<std::int32_t>(1 + random.below(6));
    std::vector<BrokerWithRack> some;
    for (std::int32_t id = 0; id < count; ++id) some.push_back({BrokerId(id * 3), std::nullopt});
    const auto factor = static_cast<std::int16_t>(1 + random.below(some.size()));
    const auto assignment = assign_replicas(some, count * 4, factor, random);
    ASSERT_TRUE(assignment);
    std::map<BrokerId, int> leaders;
    for (const auto& [id, replicas] : *assignment) {
      ++leaders[replicas.front()];
      EXPECT_EQ(std::set<BrokerId>(replicas.begin(), replicas.end()).size(), replicas.size());
      EXPECT_EQ(replicas.size(), static_cast<std::size_t>(factor));
    }
    for (const auto& [id, led] : leaders) EXPECT_EQ(led, 4) << "seed " << seed;
  }
}

TEST(ValidateAssignment, RefusesWhatCannotBeATopic) {
  const auto error = [](ReplicaAssignmentMap assignment) {
    const auto valid = validate_assignment(assignment);
    return valid ? std::string("valid") : valid.error().detail;
  };
  EXPECT_EQ(error({{PartitionId(0), ids({1, 2})}, {PartitionId(1), ids({2, 1})}}), "valid");
  EXPECT_EQ(error({}), "All partitions should have the same number of replicas");
  EXPECT_EQ(error({{PartitionId(0), {}}}),
            "All partitions should have the same number of replicas");
  EXPECT_EQ(error({{PartitionId(0), ids({1, 2})}, {PartitionId(1), ids({2})}}),
            "All partitions should have the same number of replicas");
  EXPECT_EQ(error({{PartitionId(0), ids({1, 1})}}),
            "Duplicate replica assignment found: 0 -> 1, 1");
  EXPECT_EQ(error({{PartitionId(1), ids({1})}}),
            "partitions should be a consecutive 0-based integer sequence");
}

}  // namespace
}  // namespace barnabas::controller
