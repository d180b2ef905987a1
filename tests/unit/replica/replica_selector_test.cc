// Which replica a consumer is sent to.
#include "broker/replica/core/replica_selector.h"

#include <gtest/gtest.h>

#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

ReadCandidate candidate(std::int32_t id, std::string_view rack, std::int64_t end = 10,
                        std::int64_t behind_ms = 0) {
  return {BrokerId{id}, Offset{end}, milliseconds(behind_ms), rack};
}

TEST(ReplicaSelector, TakesTheReplicaInTheRackOfTheConsumer) {
  EXPECT_EQ(select_in_rack("b", {candidate(1, "a"), candidate(2, "b")}), BrokerId{2});
}
TEST(ReplicaSelector, StaysWithTheLeaderInItsRackOrWithoutOne) {
  EXPECT_EQ(select_in_rack("a", {candidate(1, "a"), candidate(2, "a")}), std::nullopt);
  EXPECT_EQ(select_in_rack("c", {candidate(1, "a"), candidate(2, "b")}), std::nullopt);
  EXPECT_EQ(select_in_rack("", {candidate(1, "a"), candidate(2, "")}), std::nullopt);
  EXPECT_EQ(select_in_rack("a", {}), std::nullopt);
}
TEST(ReplicaSelector, TakesTheMostCaughtUpOfSeveral) {
  EXPECT_EQ(select_in_rack("b", {candidate(1, "a"), candidate(2, "b", 8), candidate(3, "b", 9)}),
            BrokerId{3});
  EXPECT_EQ(
      select_in_rack("b", {candidate(1, "a"), candidate(2, "b", 9, 5), candidate(3, "b", 9, 7)}),
      BrokerId{2});
  EXPECT_EQ(select_in_rack("b", {candidate(1, "a"), candidate(2, "b"), candidate(3, "b")}),
            BrokerId{3});
}
TEST(ReplicaSelector, CandidatesAreInSyncReplicasThatHaveTheOffset) {
  LeaderFixture leader;
  leader.lead({1, 2}, 20);
  leader.log.log_start = Offset{3};
  const auto ids = [&](std::int64_t offset) {
    std::vector<BrokerId> found;
    for (const auto& one : leader.core.read_candidates(Offset{offset}, leader.log, at_ms(1000))) {
      found.push_back(one.id);
    }
    return found;
  };
  EXPECT_EQ(ids(5), brokers({1}));
  leader.fetched(2, 10, 900);
  leader.fetched(3, 10, 900);
  EXPECT_EQ(ids(5), brokers({1, 2}));
  EXPECT_EQ(ids(10), brokers({1, 2}));
  EXPECT_EQ(ids(11), brokers({1}));
  EXPECT_EQ(ids(2), brokers({1}));
}
TEST(ReplicaSelector, FollowersHaveNoCandidates) {
  LeaderFixture follower;
  EXPECT_TRUE(follower.core.read_candidates(Offset{0}, follower.log, at_ms(0)).empty());
}

}  // namespace
}  // namespace barnabas::replica
