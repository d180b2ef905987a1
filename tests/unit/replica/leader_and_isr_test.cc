#include "broker/replica/core/leader_and_isr.h"

#include <gtest/gtest.h>

#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

using Action = LeaderAndIsrDecision::Action;
const Uuid kIdA{{1}};
const Uuid kIdB{{2}};
const Uuid kNoId{};

LeaderAndIsrDecision decide(std::int32_t epoch, std::int32_t local_epoch, const Uuid& id = kIdA,
                            const Uuid& local_id = kIdA, std::int32_t self = 1) {
  return decide_leader_and_isr(b(self), told(1, epoch, {1, 2}, 0), id, LeaderEpoch{local_epoch},
                               local_id);
}

TEST(ControllerRequest, OlderBrokerEpochIsStale) {
  EXPECT_EQ(check_controller_request(BrokerEpoch{9}, BrokerEpoch{10}, ControllerEpoch{1},
                                     ControllerEpoch{1}),
            ErrorCode::kStaleBrokerEpoch);
}
TEST(ControllerRequest, UnknownBrokerEpochIsNotChecked) {
  EXPECT_EQ(check_controller_request(kNoBrokerEpoch, BrokerEpoch{10}, ControllerEpoch{1},
                                     ControllerEpoch{1}),
            ErrorCode::kNone);
}
TEST(ControllerRequest, NewerBrokerEpochIsAcceptedAsOursMayLag) {
  EXPECT_EQ(check_controller_request(BrokerEpoch{11}, BrokerEpoch{10}, ControllerEpoch{1},
                                     ControllerEpoch{1}),
            ErrorCode::kNone);
}
TEST(ControllerRequest, OlderControllerEpochIsStale) {
  EXPECT_EQ(check_controller_request(BrokerEpoch{10}, BrokerEpoch{10}, ControllerEpoch{1},
                                     ControllerEpoch{2}),
            ErrorCode::kStaleControllerEpoch);
}
TEST(ControllerRequest, EqualOrNewerControllerEpochIsAccepted) {
  for (const int epoch : {2, 3}) {
    EXPECT_EQ(check_controller_request(BrokerEpoch{10}, BrokerEpoch{10}, ControllerEpoch{epoch},
                                       ControllerEpoch{2}),
              ErrorCode::kNone);
  }
}

TEST(LeaderAndIsr, OfAnotherTopicIdIsRefused) {
  EXPECT_EQ(decide(6, 5, kIdA, kIdB).error, ErrorCode::kInconsistentTopicId);
  EXPECT_EQ(decide(6, 5, kIdA, kIdB).action, Action::kRefuse);
}
TEST(LeaderAndIsr, WithoutTopicIdOnEitherSideIsConsistent) {
  EXPECT_EQ(decide(6, 5, kNoId, kIdB).action, Action::kApply);
  EXPECT_EQ(decide(6, 5, kIdA, kNoId).action, Action::kApply);
}
TEST(LeaderAndIsr, OfAGreaterLeaderEpochIsApplied) {
  EXPECT_EQ(decide(6, 5).action, Action::kApply);
}
TEST(LeaderAndIsr, OfAPartitionNeverToldOfIsApplied) {
  EXPECT_EQ(decide(0, -1).action, Action::kApply);
}
TEST(LeaderAndIsr, ForReplicasWithoutUsIsUnknownTopicOrPartition) {
  EXPECT_EQ(decide(6, 5, kIdA, kIdA, 9).error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(decide(6, 5, kIdA, kIdA, 9).action, Action::kRefuse);
}
TEST(LeaderAndIsr, OfASmallerLeaderEpochIsStale) {
  EXPECT_EQ(decide(4, 5).error, ErrorCode::kStaleControllerEpoch);
  EXPECT_EQ(decide(4, 5).action, Action::kRefuse);
}
// A controller resends equal epochs at a failover and ignores this answer. It is also why an ISR or
// replica set reaches a broker only with a greater leader epoch.
TEST(LeaderAndIsr, OfAnEqualLeaderEpochIsStale) {
  EXPECT_EQ(decide(5, 5).error, ErrorCode::kStaleControllerEpoch);
  EXPECT_EQ(decide(5, 5).action, Action::kRefuse);
}
TEST(LeaderAndIsr, OfAnEqualLeaderEpochStoresATopicIdNotKnownYet) {
  EXPECT_EQ(decide(5, 5, kIdA, kNoId).action, Action::kStoreTopicId);
  EXPECT_EQ(decide(5, 5, kIdA, kNoId).error, ErrorCode::kNone);
}

TEST(LeaderAndIsr, FollowerNeedsALeaderAliveInTheMetadata) {
  EXPECT_TRUE(follower_has_live_leader(told(2, 5, {2}, 0), true));
  EXPECT_FALSE(follower_has_live_leader(told(2, 5, {2}, 0), false));
}
// "No leader" is never alive: the follower keeps its old leader epoch until a real one is named.
TEST(LeaderAndIsr, NoLeaderIsNeverAlive) {
  EXPECT_FALSE(follower_has_live_leader(told(-1, 5, {2}, 0), true));
}

TEST(StopReplica, OfASmallerLeaderEpochIsFenced) {
  EXPECT_EQ(check_stop_replica(LeaderEpoch{4}, LeaderEpoch{5}), ErrorCode::kFencedLeaderEpoch);
}
TEST(StopReplica, OfAnEqualOrGreaterLeaderEpochStops) {
  EXPECT_EQ(check_stop_replica(LeaderEpoch{5}, LeaderEpoch{5}), ErrorCode::kNone);
  EXPECT_EQ(check_stop_replica(LeaderEpoch{6}, LeaderEpoch{5}), ErrorCode::kNone);
}
TEST(StopReplica, ForDeletionOrWithoutEpochIsNotChecked) {
  EXPECT_EQ(check_stop_replica(kEpochDuringDelete, LeaderEpoch{5}), ErrorCode::kNone);
  EXPECT_EQ(check_stop_replica(kNoLeaderEpoch, LeaderEpoch{5}), ErrorCode::kNone);
}

}  // namespace
}  // namespace barnabas::replica
