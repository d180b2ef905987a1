// OffsetDelete, DeleteGroups, and partitions that are deleted.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using Errors = std::vector<ErrorCode>;
const TopicPartition kU0{"u", PartitionId(0)};

Joining subscriber(const std::string& metadata, const std::string& protocol_type = "consumer") {
  return {.protocols = {{"range", metadata}}, .protocol_type = protocol_type};
}
// Of a member that has committed t-0 and u-0.
void commit_both(Coordinator& c, const std::string& member, std::int32_t generation) {
  c.committed(c.commit({.member_id = member, .generation = generation},
                       {{.topic = "t", .offset = 5}, {.topic = "u", .offset = 6}}));
}

// ---- OffsetDelete

TEST(OffsetDelete, OfAnUnknownGroupIsNotFound) {
  Coordinator c;
  EXPECT_EQ(c.delete_offsets({kT0}).error().code, ErrorCode::kGroupIdNotFound);
}
TEST(OffsetDelete, OfAnEmptyGroupDeletesAnything) {
  Coordinator c;
  c.emptied_group();
  c.commit({}, {{.topic = "t", .offset = 5}, {.topic = "u", .offset = 6}});
  EXPECT_EQ(*c.delete_offsets({kT0}), Errors{ErrorCode::kNone});
  EXPECT_EQ(c.offset(kT0), -1);
  EXPECT_EQ(c.offset(kU0), 6);
  EXPECT_EQ(c.tombstones, (std::vector<std::vector<LogRecord>>{{offset_tombstone("g", kT0)}}));
}
TEST(OffsetDelete, OfThePartitionThatHasNoneIsFineAndWritesNothing) {
  Coordinator c;
  c.commit({}, {{.topic = "u"}});
  EXPECT_EQ(*c.delete_offsets({kT0}), Errors{ErrorCode::kNone});
  EXPECT_TRUE(c.tombstones.empty());
}
TEST(OffsetDelete, OfTopicsThatAMemberConsumesIsRefused) {
  Coordinator c;
  const auto ids = c.stable_group({subscriber(subscription({"t"})), subscriber(subscription({}))});
  commit_both(c, ids[0], 1);
  EXPECT_EQ(*c.delete_offsets({kT0, kU0}),
            (Errors{ErrorCode::kGroupSubscribedToTopic, ErrorCode::kNone}));
  EXPECT_EQ(c.offset(kT0), 5);
  EXPECT_EQ(c.offset(kU0), -1);
}
TEST(OffsetDelete, GoesByTheLastGenerationDuringARebalance) {
  Coordinator c;
  const auto ids = c.stable_group({subscriber(subscription({"t"})), subscriber(subscription({}))});
  commit_both(c, ids[0], 1);
  c.join({.member_id = ids[0], .protocols = {{"range", subscription({"u"})}}});
  EXPECT_EQ(*c.delete_offsets({kT0, kU0}),
            (Errors{ErrorCode::kGroupSubscribedToTopic, ErrorCode::kNone}));
}
TEST(OffsetDelete, OfAGroupWhoseSubscriptionsAreNotKnownIsRefused) {
  Coordinator c;
  c.stable_group({subscriber("garbage")});
  EXPECT_EQ(*c.delete_offsets({kT0}), Errors{ErrorCode::kGroupSubscribedToTopic});
  Coordinator d;
  d.join(subscriber(subscription({})));
  EXPECT_EQ(*d.delete_offsets({kT0}), Errors{ErrorCode::kGroupSubscribedToTopic})
      << "its first generation is not there yet";
}
TEST(OffsetDelete, OfAGroupWithMembersThatAreNoConsumersIsRefusedAsAWhole) {
  Coordinator c;
  c.stable_group({subscriber("", "connect")});
  EXPECT_EQ(c.delete_offsets({kT0}).error().code, ErrorCode::kNonEmptyGroup);
}
TEST(OffsetDelete, OfTheLastOffsetOfAnEmptyGroupDeletesTheGroup) {
  Coordinator c;
  c.emptied_group();
  c.commit({}, {{.topic = "t"}});
  EXPECT_TRUE(c.delete_offsets({kT0}));
  EXPECT_FALSE(c.has_group());
  EXPECT_EQ(
      c.tombstones,
      (std::vector<std::vector<LogRecord>>{{offset_tombstone("g", kT0), group_tombstone("g")}}));
  EXPECT_FALSE(c.after_failover().has_group());
}
TEST(OffsetDelete, OfNothingDeletesNothing) {
  Coordinator c;
  c.emptied_group();
  EXPECT_EQ(*c.delete_offsets({}), Errors{});
  EXPECT_TRUE(c.has_group());
}
TEST(OffsetDelete, UnderstandsSubscriptionsOfEveryVersion) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    Coordinator c;
    c.stable_group({subscriber(subscription({"t", "v"}, version))});
    EXPECT_EQ(*c.delete_offsets({kT0, kU0}),
              (Errors{ErrorCode::kGroupSubscribedToTopic, ErrorCode::kNone}))
        << version;
  }
}

// ---- DeleteGroups

TEST(DeleteGroup, UnknownIsNotFound) {
  Coordinator c;
  EXPECT_EQ(c.delete_group(), ErrorCode::kGroupIdNotFound);
}
TEST(DeleteGroup, WithMembersIsNonEmptyInEveryState) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  EXPECT_EQ(c.delete_group(), ErrorCode::kNonEmptyGroup);
  c.sync_all(ids, 1);
  EXPECT_EQ(c.delete_group(), ErrorCode::kNonEmptyGroup);
  c.join({.member_id = ids[0]});
  EXPECT_EQ(c.delete_group(), ErrorCode::kNonEmptyGroup);
}
TEST(DeleteGroup, EmptyGoesWithItsOffsets) {
  Coordinator c;
  c.emptied_group();
  c.commit({}, {{.topic = "t"}, {.topic = "u"}});
  EXPECT_EQ(c.delete_group(), ErrorCode::kNone);
  EXPECT_FALSE(c.has_group());
  EXPECT_EQ(c.tombstones,
            (std::vector<std::vector<LogRecord>>{
                {offset_tombstone("g", kT0), offset_tombstone("g", kU0), group_tombstone("g")}}));
  EXPECT_EQ(c.delete_group(), ErrorCode::kGroupIdNotFound);
  EXPECT_TRUE(c.after_failover().core.groups().empty());
}
TEST(DeleteGroup, OfOffsetsOnlyWritesNoTombstoneOfTheGroup) {
  Coordinator c;
  c.commit({}, {{.topic = "t"}});
  c.delete_group();
  EXPECT_EQ(c.tombstones, (std::vector<std::vector<LogRecord>>{{offset_tombstone("g", kT0)}}));
}
TEST(DeleteGroup, ThatWasNeverStoredWritesNothing) {
  Coordinator c;
  c.joined(c.join({.id_required = true}));
  EXPECT_EQ(c.delete_group(), ErrorCode::kNone);
  EXPECT_TRUE(c.tombstones.empty());
}

// ---- deleted partitions

TEST(DeletedPartitions, TakeTheirOffsetsFromAllGroups) {
  Coordinator c;
  c.commit({.group = "g"}, {{.topic = "t"}, {.topic = "u", .offset = 6}});
  c.commit({.group = "h"}, {{.topic = "t"}});
  c.delete_partitions({kT0});
  EXPECT_EQ(c.offset(kT0), -1);
  EXPECT_EQ(c.offset(kU0), 6);
  EXPECT_FALSE(c.has_group("h")) << "nothing is left of it";
  EXPECT_EQ(c.tombstones, (std::vector<std::vector<LogRecord>>{{offset_tombstone("g", kT0)},
                                                               {offset_tombstone("h", kT0)}}));
}
TEST(DeletedPartitions, TakeOffsetsFromGroupsWithMembersToo) {
  Coordinator c;
  const auto ids = c.stable_group({subscriber(subscription({"t"}))});
  commit_both(c, ids[0], 1);
  c.delete_partitions({kT0});
  EXPECT_EQ(c.offset(kT0), -1);
  EXPECT_TRUE(c.has_group());
}
TEST(DeletedPartitions, TakeOffsetsOfOpenTransactionsToo) {
  Coordinator c;
  c.commit({}, {{.topic = "u"}});
  c.core.replay(OffsetEntry{"g", kT0, CommittedOffset{}}, {Offset(9), ProducerId(1)}, c.now);
  c.delete_partitions({kT0});
  c.core.replay_end_of_transaction(ProducerId(1), true);
  EXPECT_EQ(c.offset(kT0), -1);
}
TEST(DeletedPartitions, ThatNobodyHasCommittedChangeNothing) {
  Coordinator c;
  c.commit({}, {{.topic = "u"}});
  c.delete_partitions({kT0});
  EXPECT_TRUE(c.tombstones.empty());
}

}  // namespace
}  // namespace barnabas::group
