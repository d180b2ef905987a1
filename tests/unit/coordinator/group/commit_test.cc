// OffsetCommit: who may commit, and what becomes of it.
#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using enum GroupState;
using Errors = std::vector<ErrorCode>;

ErrorCode committed(Coordinator& c, const Committing& who) {
  return c.committed(c.commit(who, {{.offset = 5}})).at(0);
}

// ---- who may

TEST(OffsetCommit, WithoutGenerationToAnUnknownGroupCreatesIt) {
  Coordinator c;
  EXPECT_EQ(committed(c, {}), ErrorCode::kNone);
  EXPECT_EQ(c.state(), kEmpty);
  EXPECT_EQ(c.group().generation(), GenerationId(0));
  EXPECT_FALSE(c.group().protocol_type());
  EXPECT_EQ(c.offset(kT0), 5);
}
TEST(OffsetCommit, WithAGenerationToAnUnknownGroupIsIllegal) {
  Coordinator c;
  EXPECT_EQ(committed(c, {.member_id = "x", .generation = 0}), ErrorCode::kIllegalGeneration);
  EXPECT_FALSE(c.has_group());
}
TEST(OffsetCommit, WithoutGenerationToAnEmptyGroupIsAccepted) {
  Coordinator c;
  c.emptied_group();
  EXPECT_EQ(committed(c, {}), ErrorCode::kNone);
  EXPECT_EQ(committed(c, {.member_id = "x"}), ErrorCode::kNone) << "nobody is asked who it is";
}
TEST(OffsetCommit, WithAGenerationToAnEmptyGroupIsOfAnUnknownMember) {
  Coordinator c;
  c.emptied_group();
  EXPECT_EQ(committed(c, {.member_id = "a-1", .generation = 2}), ErrorCode::kUnknownMemberId);
}
TEST(OffsetCommit, WithoutMemberAndGenerationToAGroupWithMembersIsRefused) {
  Coordinator c;
  c.stable({"a"});
  EXPECT_EQ(committed(c, {}), ErrorCode::kUnknownMemberId);
}
TEST(OffsetCommit, OfAMemberWithoutGenerationIsIllegal) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  EXPECT_EQ(committed(c, {.member_id = ids[0]}), ErrorCode::kIllegalGeneration);
}
TEST(OffsetCommit, OfAnotherGenerationIsIllegal) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  EXPECT_EQ(committed(c, {.member_id = ids[0], .generation = 0}), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(committed(c, {.member_id = ids[0], .generation = 2}), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(c.offset(kT0), -1);
}
TEST(OffsetCommit, OfAnUnknownMemberOrInstanceIsRefused) {
  Coordinator c;
  const auto ids = c.stable_group({{.instance = "i"}, {.client = "b"}});
  EXPECT_EQ(committed(c, {.member_id = "x", .generation = 1}), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(committed(c, {.generation = 1}), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(committed(c, {.member_id = ids[1], .generation = 1, .instance = "nobody"}),
            ErrorCode::kUnknownMemberId);
  EXPECT_EQ(committed(c, {.member_id = ids[1], .generation = 1, .instance = "i"}),
            ErrorCode::kFencedInstanceId);
  EXPECT_EQ(committed(c, {.instance = "i"}), ErrorCode::kFencedInstanceId);
}
TEST(OffsetCommit, OfAMemberOfAStableGroupIsAccepted) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  EXPECT_EQ(committed(c, {.member_id = ids[0], .generation = 1}), ErrorCode::kNone);
  EXPECT_EQ(c.offset(kT0), 5);
}
TEST(OffsetCommit, InPreparingRebalanceIsAccepted) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  c.join({.member_id = ids[0]});
  EXPECT_EQ(committed(c, {.member_id = ids[1], .generation = 1}), ErrorCode::kNone);
}
TEST(OffsetCommit, InCompletingRebalanceIsToldToRejoin) {
  Coordinator c;
  const auto ids = c.completing({"a"});
  EXPECT_EQ(committed(c, {.member_id = ids[0], .generation = 1}), ErrorCode::kRebalanceInProgress);
}
TEST(OffsetCommit, RefusalHoldsForEveryPartition) {
  Coordinator c;
  c.stable({"a"});
  EXPECT_EQ(c.committed(c.commit({}, {{}, {.partition = 1}})),
            Errors(2, ErrorCode::kUnknownMemberId));
}
TEST(OffsetCommit, OfNothingIsAnsweredAtOnce) {
  Coordinator c;
  EXPECT_EQ(c.committed(c.commit({}, {})), Errors{});
}

// ---- metadata

TEST(OffsetCommit, MetadataIsMeasuredInUtf16UnitsAsJavaDoes) {
  GroupConfig config;
  config.max_metadata_length = 4;
  Coordinator c(config);
  const auto errors = c.committed(
      c.commit({}, {{.partition = 0, .metadata = "1234"},
                    {.partition = 1, .metadata = "12345"},
                    {.partition = 2, .metadata = "\u00e4\u20ac\u00f6\u00fc"},  // 9 bytes, 4 units
                    {.partition = 3, .metadata = "\U0001F600\U0001F600"},      // 2 pairs
                    {.partition = 4, .metadata = "\U0001F600\U0001F600x"}}));
  EXPECT_EQ(errors, (Errors{ErrorCode::kNone, ErrorCode::kOffsetMetadataTooLarge, ErrorCode::kNone,
                            ErrorCode::kNone, ErrorCode::kOffsetMetadataTooLarge}));
  EXPECT_EQ(c.fetch(tp("t", 3)).metadata, "\U0001F600\U0001F600");
  EXPECT_EQ(c.offset(tp("t", 1)), -1) << "only the partition with too much of it fails";
}
TEST(OffsetCommit, MetadataOfTheDefaultLimitFits) {
  Coordinator c;
  EXPECT_EQ(c.committed(c.commit({}, {{.metadata = std::string(4096, 'x')}})).at(0),
            ErrorCode::kNone);
  EXPECT_EQ(c.committed(c.commit({}, {{.metadata = std::string(4097, 'x')}})).at(0),
            ErrorCode::kOffsetMetadataTooLarge);
}
TEST(OffsetCommit, OfWhichNothingIsLeftIsAnsweredWithoutTheLog) {
  Coordinator c;
  c.stores_at_once = false;
  EXPECT_FALSE(c.waits(c.commit({}, {{.metadata = std::string(5000, 'x')}})));
  EXPECT_TRUE(c.appends.empty());
}

// ---- the log

TEST(OffsetCommit, CountsOnceItIsInTheLog) {
  Coordinator c;
  c.stores_at_once = false;
  const RequestId commit = c.commit({}, {{.offset = 5}});
  EXPECT_TRUE(c.waits(commit));
  EXPECT_EQ(c.offset(kT0), -1);
  c.stored();
  EXPECT_EQ(c.committed(commit), Errors{ErrorCode::kNone});
  EXPECT_EQ(c.offset(kT0), 5);
}
TEST(OffsetCommit, IsOneRecordPerPartitionInOneAppend) {
  Coordinator c;
  c.stores_at_once = false;
  c.commit({}, {{.offset = 5, .metadata = "m", .leader_epoch = 3}, {.partition = 1, .offset = 6}});
  ASSERT_EQ(c.appends.size(), 1u);
  const CommittedOffset first{Offset(5), LeaderEpoch(3), "m", c.now.wall_ms, {}};
  const CommittedOffset second{Offset(6), kNoLeaderEpoch, "", c.now.wall_ms, {}};
  EXPECT_EQ(c.appends[0].records, (std::vector<LogRecord>{offset_record("g", kT0, first),
                                                          offset_record("g", tp("t", 1), second)}));
  c.stored();
}
TEST(OffsetCommit, ErrorsOfTheLogAreToldAsKafkaTellsThem) {
  const std::vector<std::pair<ErrorCode, ErrorCode>> told{
      {ErrorCode::kNotEnoughReplicasAfterAppend, ErrorCode::kCoordinatorNotAvailable},
      {ErrorCode::kKafkaStorageError, ErrorCode::kNotCoordinator},
      {ErrorCode::kRecordListTooLarge, ErrorCode::kInvalidCommitOffsetSize},
      {ErrorCode::kRequestTimedOut, ErrorCode::kRequestTimedOut}};
  for (const auto& [error, answer] : told) {
    Coordinator c;
    c.stores_at_once = false;
    const RequestId commit =
        c.commit({}, {{.offset = 5}, {.partition = 1, .metadata = std::string(5000, 'x')}});
    c.stored(error);
    EXPECT_EQ(c.committed(commit), (Errors{answer, ErrorCode::kOffsetMetadataTooLarge}))
        << error_name(error);
    EXPECT_EQ(c.offset(kT0), -1);
    EXPECT_FALSE(c.group().offsets().has_pending(kT0));
  }
}
TEST(OffsetCommit, PartitionNamedTwiceIsCommittedAsNamedLast) {
  Coordinator c;
  const auto errors = c.committed(c.commit({}, {{.offset = 5}, {.offset = 7}}));
  EXPECT_EQ(errors, Errors(2, ErrorCode::kNone));
  EXPECT_EQ(c.offset(kT0), 7);
  EXPECT_EQ(c.after_failover().offset(kT0), 7);
}
TEST(OffsetCommit, LaterOneReplacesAnEarlierOneAlsoWithASmallerOffset) {
  Coordinator c;
  c.commit({}, {{.offset = 5}});
  c.commit({}, {{.offset = 3}});
  EXPECT_EQ(c.offset(kT0), 3);
}

// ---- appends that end in another order than they began. The coordinator double writes at the end
// of an append, so what matters here is told by base offsets of its own.

struct TwoCommits : Coordinator {
  RequestId first = park(5);
  RequestId second = park(6);
  RequestId park(std::int64_t offset) {
    stores_at_once = false;
    return commit({}, {{.offset = offset}});
  }
  void ends(std::size_t which, ErrorCode error, std::int64_t base_offset) {
    Effects effects;
    core.on_appended(AppendId(which), error, Offset(base_offset), now, effects);
  }
};

TEST(OffsetCommit, LaterInTheLogCountsWhicheverIsToldFirst) {
  TwoCommits c;
  c.ends(2, ErrorCode::kNone, 11);
  EXPECT_EQ(c.offset(kT0), 6);
  c.ends(1, ErrorCode::kNone, 10);
  EXPECT_EQ(c.offset(kT0), 6);
  EXPECT_FALSE(c.group().offsets().has_pending(kT0));
}
TEST(OffsetCommit, EarlierOneCountsWhenTheLaterOneFailed) {
  TwoCommits c;
  c.ends(1, ErrorCode::kNone, 10);
  EXPECT_TRUE(c.group().offsets().has_pending(kT0));
  c.ends(2, ErrorCode::kNotEnoughReplicas, -1);
  EXPECT_EQ(c.offset(kT0), 5);
}
// Kafka forgets that the first is on its way, too, and an acknowledged commit does not count.
TEST(OffsetCommit, EarlierOneCountsAlsoWhenTheLaterOneFailedBefore) {
  TwoCommits c;
  c.ends(2, ErrorCode::kNotEnoughReplicas, -1);
  EXPECT_TRUE(c.group().offsets().has_pending(kT0));
  c.ends(1, ErrorCode::kNone, 10);
  EXPECT_EQ(c.offset(kT0), 5);
  EXPECT_FALSE(c.group().offsets().has_pending(kT0));
}
TEST(OffsetCommit, ForgottenOnItsWayIsAnsweredAndStaysForgotten) {
  Coordinator c;
  c.stores_at_once = false;
  const RequestId commit = c.commit({}, {{.offset = 5}});
  c.delete_partitions({kT0});
  EXPECT_EQ(c.tombstones, (std::vector<std::vector<LogRecord>>{{offset_tombstone("g", kT0)}}))
      << "its record stands in the log before the tombstone";
  c.stored();
  EXPECT_EQ(c.committed(commit), Errors{ErrorCode::kNone});
  EXPECT_EQ(c.offset(kT0), -1);
}
TEST(OffsetCommit, ForgottenOnItsWayStaysForgottenWhenAnotherFollows) {
  TwoCommits c;
  c.delete_partitions({kT0});
  c.park(7);
  c.ends(1, ErrorCode::kNone, 10);
  c.ends(2, ErrorCode::kNone, 11);
  EXPECT_EQ(c.offset(kT0), -1);
  EXPECT_TRUE(c.group().offsets().has_pending(kT0));
  c.ends(3, ErrorCode::kNone, 13);
  EXPECT_EQ(c.offset(kT0), 7);
}
TEST(OffsetCommit, OfAGroupThatIsDeletedOnItsWayIsAnswered) {
  Coordinator c;
  c.stores_at_once = false;
  const RequestId commit = c.commit({}, {{.offset = 5}});
  EXPECT_EQ(c.delete_group(), ErrorCode::kNone);
  c.stored();
  EXPECT_EQ(c.committed(commit), Errors{ErrorCode::kNone});
  EXPECT_FALSE(c.has_group());
}

// ---- timestamps

TEST(OffsetCommit, IsStampedWithItsMomentUnlessTheClientSaysAnother) {
  Coordinator c;
  c.commit({}, {{}, {.partition = 1, .commit_timestamp = 77}});
  EXPECT_EQ(c.group().offsets().find(kT0)->commit_timestamp, c.now.wall_ms);
  EXPECT_EQ(c.group().offsets().find(tp("t", 1))->commit_timestamp, 77);
}
TEST(OffsetCommit, RetentionOfTheClientIsAnExpiry) {
  Coordinator c;
  c.commit({.retention_ms = 500}, {{}});
  EXPECT_EQ(c.group().offsets().find(kT0)->expire_timestamp, c.now.wall_ms + 500);
  EXPECT_EQ(c.after_failover().group().offsets().find(kT0)->expire_timestamp, c.now.wall_ms + 500);
}
TEST(OffsetCommit, RetentionBeyondAllTimeWrapsAsInJava) {
  Coordinator c;
  c.commit({.retention_ms = std::numeric_limits<std::int64_t>::max()}, {{.offset = 5}});
  EXPECT_LT(*c.group().offsets().find(kT0)->expire_timestamp, 0);
  c.expire_offsets();
  EXPECT_EQ(c.offset(kT0), -1);
}
TEST(OffsetCommit, TimestampBeforeAllTimeWrapsAsInJava) {
  Coordinator c;
  c.commit({}, {{.offset = 5, .commit_timestamp = std::numeric_limits<std::int64_t>::min()}});
  c.expire_offsets();
  EXPECT_EQ(c.offset(kT0), 5);
}

}  // namespace
}  // namespace barnabas::group
