// When offsets and groups expire: a row of Kafka's table each.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

const TopicPartition kU0{"u", PartitionId(0)};
constexpr std::int64_t kRetention = 1000;

GroupConfig retention() {
  GroupConfig config;
  config.offsets_retention = milliseconds(kRetention);
  return config;
}
bool expires(Coordinator& c, const TopicPartition& partition) {
  c.expire_offsets();
  return c.offset(partition) == -1;
}

// ---- a standalone consumer: no protocol type

TEST(Expiry, StandaloneOffsetLivesForTheRetentionSinceItsCommit) {
  Coordinator c(retention());
  c.commit({}, {{.topic = "t"}});
  c.pass(kRetention - 1);
  EXPECT_FALSE(expires(c, kT0));
  c.pass(1);
  EXPECT_TRUE(expires(c, kT0));
}
TEST(Expiry, StandaloneOffsetsExpireOneByOne) {
  Coordinator c(retention());
  c.commit({}, {{.topic = "t"}});
  c.pass(500);
  c.commit({}, {{.topic = "u"}});
  c.pass(500);
  EXPECT_TRUE(expires(c, kT0));
  EXPECT_EQ(c.offset(kU0), 0);
  EXPECT_EQ(c.tombstones, (std::vector<std::vector<LogRecord>>{{offset_tombstone("g", kT0)}}));
  EXPECT_TRUE(c.says("Removed 1 expired offsets"));
}
TEST(Expiry, CommitBeginsTheRetentionAnew) {
  Coordinator c(retention());
  c.commit({}, {{.topic = "t"}});
  c.pass(999);
  c.commit({}, {{.topic = "t"}});
  c.pass(999);
  EXPECT_FALSE(expires(c, kT0));
}

// ---- an empty group that had members

TEST(Expiry, OffsetsOfAnEmptiedGroupLiveForTheRetentionSinceItIsEmpty) {
  Coordinator c(retention());
  const auto ids = c.stable({"a"});
  c.commit({.member_id = ids[0], .generation = 1}, {{.topic = "t"}});
  c.pass(5000);
  c.leave(ids[0]);
  c.pass(kRetention - 1);
  EXPECT_FALSE(expires(c, kT0));
  c.pass(1);
  EXPECT_TRUE(expires(c, kT0));
}
TEST(Expiry, OffsetsOfAnEmptiedGroupExpireTogether) {
  Coordinator c(retention());
  c.emptied_group();
  c.commit({}, {{.topic = "t"}});
  c.pass(500);
  c.commit({}, {{.topic = "u"}});
  c.pass(500);
  EXPECT_TRUE(expires(c, kU0)) << "the group has been empty for so long";
  EXPECT_EQ(c.offset(kT0), -1);
}
TEST(Expiry, SinceWhenAGroupIsEmptyOutlivesAFailover) {
  Coordinator before(retention());
  before.emptied_group();
  before.commit({}, {{.topic = "t"}});
  before.pass(500);
  Coordinator c = before.after_failover();
  c.pass(499);
  EXPECT_FALSE(expires(c, kT0));
  c.pass(1);
  EXPECT_TRUE(expires(c, kT0));
}
// Groups stored by brokers before 2.1 do not say since when they are empty.
TEST(Expiry, OffsetsOfAnEmptyGroupOfUnknownAgeLiveSinceTheirCommit) {
  Coordinator c(retention());
  GroupRecord record;
  record.protocol_type = "consumer";
  record.generation = GenerationId(3);
  c.core.replay(GroupEntry{"g", record}, {}, c.now);
  c.commit({}, {{.topic = "t"}});
  c.pass(500);
  c.commit({}, {{.topic = "u"}});
  c.pass(500);
  EXPECT_TRUE(expires(c, kT0));
  EXPECT_EQ(c.offset(kU0), 0);
}

// ---- a stable group of consumers

struct Consumers : Coordinator {
  explicit Consumers(const std::string& metadata, const std::string& type = "consumer")
      : Coordinator(retention()) {
    ids = stable_group(
        {{.protocols = {{"range", metadata}}, .protocol_type = type, .session_ms = 1800000}});
    commit({.member_id = ids[0], .generation = 1}, {{.topic = "t"}, {.topic = "u"}});
  }
  std::vector<std::string> ids;
};

TEST(Expiry, OffsetsOfConsumedTopicsStay) {
  Consumers c(subscription({"t"}));
  c.pass(kRetention - 1);
  EXPECT_FALSE(expires(c, kU0));
  c.pass(1);
  EXPECT_TRUE(expires(c, kU0)) << "since its commit";
  EXPECT_EQ(c.offset(kT0), 0);
}
TEST(Expiry, OffsetsOfConsumersWithUnreadableSubscriptionsStay) {
  Consumers c("garbage");
  c.pass(kRetention);
  EXPECT_FALSE(expires(c, kT0));
}
TEST(Expiry, OffsetsOfOtherMembersThanConsumersStay) {
  Consumers c(subscription({}), "connect");
  c.pass(kRetention);
  EXPECT_FALSE(expires(c, kT0));
}
TEST(Expiry, OffsetsStayDuringARebalance) {
  Consumers c(subscription({}));
  c.join({.client = "b", .protocols = {{"range", subscription({})}}});
  ASSERT_EQ(c.state(), GroupState::kPreparingRebalance);
  c.pass(kRetention);
  EXPECT_FALSE(expires(c, kT0));
  c.join({.member_id = c.ids[0], .protocols = {{"range", subscription({})}}});
  ASSERT_EQ(c.state(), GroupState::kCompletingRebalance);
  EXPECT_FALSE(expires(c, kT0));
}

// ---- offsets with an expiry of their own, and those on their way

TEST(Expiry, ExplicitExpiryGoesBeforeTheRetention) {
  Coordinator c(retention());
  c.commit({.retention_ms = 100}, {{.topic = "t"}});
  c.commit({.retention_ms = 5000}, {{.topic = "u"}});
  c.pass(99);
  EXPECT_FALSE(expires(c, kT0));
  c.pass(1);
  EXPECT_TRUE(expires(c, kT0));
  c.pass(4899);
  EXPECT_FALSE(expires(c, kU0));
  c.pass(1);
  EXPECT_TRUE(expires(c, kU0));
}
TEST(Expiry, OffsetWithACommitOnItsWayStays) {
  Coordinator c(retention());
  c.commit({}, {{.topic = "t"}});
  c.stores_at_once = false;
  c.commit({}, {{.topic = "t"}});
  c.pass(kRetention);
  EXPECT_FALSE(expires(c, kT0));
  c.stored(ErrorCode::kNotEnoughReplicas);
  EXPECT_TRUE(expires(c, kT0));
}
TEST(Expiry, OffsetsOfOpenTransactionsNeverExpire) {
  Coordinator c(retention());
  c.commit({}, {{.topic = "t", .offset = 5}});
  const CommittedOffset in_transaction{.offset = Offset(9), .commit_timestamp = c.now.wall_ms};
  c.core.replay(OffsetEntry{"g", kT0, in_transaction}, {Offset(9), ProducerId(1)}, c.now);
  c.pass(kRetention);
  EXPECT_TRUE(expires(c, kT0));
  EXPECT_TRUE(c.has_group());
  c.core.replay_end_of_transaction(ProducerId(1), true);
  EXPECT_EQ(c.offset(kT0), 9);
}

// ---- groups

TEST(Expiry, GroupGoesWithItsLastOffset) {
  Coordinator c(retention());
  c.emptied_group();
  c.commit({}, {{.topic = "t"}});
  c.pass(kRetention);
  c.expire_offsets();
  EXPECT_FALSE(c.has_group());
  EXPECT_EQ(
      c.tombstones,
      (std::vector<std::vector<LogRecord>>{{offset_tombstone("g", kT0), group_tombstone("g")}}));
  EXPECT_TRUE(c.says("Group g transitioned to Dead in generation 2"));
}
TEST(Expiry, EmptyGroupWithoutOffsetsGoesAtOnce) {
  Coordinator c(retention());
  c.emptied_group();
  c.expire_offsets();
  EXPECT_FALSE(c.has_group());
  EXPECT_EQ(c.tombstones, (std::vector<std::vector<LogRecord>>{{group_tombstone("g")}}));
}
TEST(Expiry, GroupWithoutAGenerationGoesWithoutATombstone) {
  Coordinator c(retention());
  c.commit({}, {{.topic = "t"}});
  c.pass(kRetention);
  c.expire_offsets();
  EXPECT_FALSE(c.has_group());
  EXPECT_EQ(c.tombstones, (std::vector<std::vector<LogRecord>>{{offset_tombstone("g", kT0)}}));
}
TEST(Expiry, GroupWithMembersAndNoOffsetsStays) {
  Coordinator c(retention());
  c.stable_group({{.session_ms = 1800000}});
  c.pass(kRetention);
  c.expire_offsets();
  EXPECT_TRUE(c.has_group());
}
TEST(Expiry, GroupWithACommitOnItsWayStays) {
  Coordinator c(retention());
  c.stores_at_once = false;
  c.commit({}, {{.topic = "t"}});
  c.expire_offsets();
  EXPECT_TRUE(c.has_group());
  c.stored();
}

}  // namespace
}  // namespace barnabas::group
