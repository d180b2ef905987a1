// OffsetFetch.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

const TopicPartition kT1{"t", PartitionId(1)};

TEST(OffsetFetch, OfAnUnknownGroupOrPartitionIsNoOffsetAndNoError) {
  Coordinator c;
  const auto expect_nothing = [&] {
    const FetchedOffset fetched = c.fetch(kT1);
    EXPECT_EQ(fetched.tp, kT1);
    EXPECT_EQ(fetched.error, ErrorCode::kNone);
    EXPECT_EQ(fetched.offset, Offset(-1));
    EXPECT_EQ(fetched.leader_epoch, LeaderEpoch(-1));
    EXPECT_EQ(fetched.metadata, "");
  };
  expect_nothing();
  c.commit({}, {{}});
  expect_nothing();
}
TEST(OffsetFetch, TellsOffsetEpochAndMetadata) {
  Coordinator c;
  c.commit({}, {{.offset = 5, .metadata = "m", .leader_epoch = 3}});
  const FetchedOffset fetched = c.fetch(kT0);
  EXPECT_EQ(fetched.offset, Offset(5));
  EXPECT_EQ(fetched.leader_epoch, LeaderEpoch(3));
  EXPECT_EQ(fetched.metadata, "m");
}
TEST(OffsetFetch, OfAllTellsWhatIsCommitted) {
  Coordinator c;
  EXPECT_TRUE(c.core.fetch_offsets("g", std::nullopt, false).empty());
  c.commit({}, {{.offset = 5}, {.partition = 1, .offset = 6}});
  const auto fetched = c.core.fetch_offsets("g", std::nullopt, false);
  ASSERT_EQ(fetched.size(), 2u);
  EXPECT_EQ(fetched[0].tp, kT0);
  EXPECT_EQ(fetched[1].offset, Offset(6));
}
TEST(OffsetFetch, AnswersInTheOrderOfTheRequest) {
  Coordinator c;
  c.commit({}, {{.offset = 5}});
  const auto fetched = c.core.fetch_offsets("g", std::vector<TopicPartition>{kT1, kT0, kT1}, false);
  ASSERT_EQ(fetched.size(), 3u);
  EXPECT_EQ(fetched[0].tp, kT1);
  EXPECT_EQ(fetched[1].offset, Offset(5));
}
TEST(OffsetFetch, IsAnsweredInEveryState) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  c.commit({.member_id = ids[0], .generation = 1}, {{.offset = 5}});
  c.join({.member_id = ids[0]});
  EXPECT_EQ(c.offset(kT0), 5);
  c.join({.member_id = ids[1]});
  EXPECT_EQ(c.offset(kT0), 5);
}
TEST(OffsetFetch, WithACommitOnItsWayIsUnstableIfStableIsRequired) {
  Coordinator c;
  c.commit({}, {{.offset = 5}});
  c.stores_at_once = false;
  c.commit({}, {{.offset = 6}});
  const FetchedOffset fetched = c.fetch(kT0, true);
  EXPECT_EQ(fetched.error, ErrorCode::kUnstableOffsetCommit);
  EXPECT_EQ(fetched.offset, Offset(-1));
  EXPECT_EQ(c.offset(kT0), 5) << "older clients do not ask for it";
  EXPECT_EQ(c.fetch(kT1, true).error, ErrorCode::kNone);
  EXPECT_EQ(c.core.fetch_offsets("g", std::nullopt, true).at(0).error,
            ErrorCode::kUnstableOffsetCommit);
  c.stored();
  EXPECT_EQ(c.fetch(kT0, true).offset, Offset(6));
}
TEST(OffsetFetch, WithATransactionOpenIsUnstableUntilItsMarker) {
  for (const bool commit : {true, false}) {
    Coordinator c;
    c.commit({}, {{.offset = 5}});
    const OffsetEntry entry{"g", kT0, CommittedOffset{.offset = Offset(9)}};
    c.core.replay(entry, {Offset(7), ProducerId(1)}, c.now);
    EXPECT_EQ(c.fetch(kT0, true).error, ErrorCode::kUnstableOffsetCommit);
    EXPECT_EQ(c.offset(kT0), 5);
    c.core.replay_end_of_transaction(ProducerId(2), true);
    EXPECT_EQ(c.fetch(kT0, true).error, ErrorCode::kUnstableOffsetCommit) << "another producer's";
    c.core.replay_end_of_transaction(ProducerId(1), commit);
    EXPECT_EQ(c.fetch(kT0, true).offset, Offset(commit ? 9 : 5));
  }
}

}  // namespace
}  // namespace barnabas::group
