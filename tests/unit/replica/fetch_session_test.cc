// Fetch sessions: what a session remembers and tells, and who gets one.
#include "broker/replica/core/fetch_session.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "broker/replica/core/fetch_session_cache_shard.h"
#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

constexpr Uuid kSomeId{{1}};
constexpr Uuid kOtherId{{2}};
constexpr auto kNothingKnown = [](const Uuid&) { return std::string_view(); };

FetchEntry entry(std::string_view topic, std::int32_t partition, std::int64_t offset = 0,
                 const Uuid& id = {}) {
  FetchEntry entry;
  entry.topic = topic;
  entry.topic_id = id;
  entry.partition = PartitionId{partition};
  entry.fetch_offset = Offset{offset};
  entry.max_bytes = 100;
  return entry;
}
FetchedState state(std::int64_t high_watermark = 10, std::int64_t log_start = 0) {
  return {.high_watermark = Offset{high_watermark}, .log_start_offset = Offset{log_start}};
}
FetchedState with_records(FetchedState state) {
  state.has_records = true;
  return state;
}
std::vector<std::string> names(const SessionFetch& fetch) {
  std::vector<std::string> names;
  for (const FetchEntry& entry : fetch.entries) {
    names.push_back(std::string(entry.topic) + "-" + std::to_string(entry.partition.value()));
  }
  return names;
}
using Names = std::vector<std::string>;
using Told = std::vector<bool>;

FetchSession session_of(const std::vector<FetchEntry>& entries, bool uses_topic_ids = false) {
  return {7,
          {.epoch = kInitialFetchEpoch, .uses_topic_ids = uses_topic_ids},
          entries,
          std::vector<FetchedState>(entries.size(), state()),
          at_ms(0)};
}

// ---- a session

TEST(FetchEpoch, CountsFromOneAndSkipsZeroAfterTheLargest) {
  EXPECT_EQ(next_fetch_epoch(kInitialFetchEpoch), 1);
  EXPECT_EQ(next_fetch_epoch(std::numeric_limits<std::int32_t>::max()), 1);
  EXPECT_EQ(next_fetch_epoch(kFinalFetchEpoch), kFinalFetchEpoch);
}
TEST(FetchSession, BeginsInEpochOneWithThePartitionsOfItsFirstFetch) {
  auto session = session_of({entry("a", 0, 5), entry("a", 1), entry("b", 0)});
  EXPECT_EQ(session.epoch(), 1);
  const auto fetch = session.all(kNothingKnown);
  EXPECT_EQ(names(fetch), (Names{"a-0", "a-1", "b-0"}));
  EXPECT_EQ(fetch.entries[0].fetch_offset, Offset{5});
  EXPECT_EQ(fetch.entries[0].max_bytes, 100);
}
TEST(FetchSession, HoldsAPartitionThatIsNamedTwiceOnceWithTheLastWord) {
  auto session = session_of({entry("a", 0, 5), entry("a", 0, 6)});
  ASSERT_EQ(session.size(), 1u);
  EXPECT_EQ(session.all(kNothingKnown).entries[0].fetch_offset, Offset{6});
}
TEST(FetchSession, UpdateAddsChangesAndForgets) {
  auto session = session_of({entry("a", 0), entry("a", 1)});
  session.update({entry("a", 1, 3), entry("b", 0)}, {{"a", {}, PartitionId{0}}});
  EXPECT_EQ(session.epoch(), 2);
  const auto fetch = session.all(kNothingKnown);
  EXPECT_EQ(names(fetch), (Names{"a-1", "b-0"}));
  EXPECT_EQ(fetch.entries[0].fetch_offset, Offset{3});
}
TEST(FetchSession, ForgettingWhatIsNotThereIsNothing) {
  auto session = session_of({entry("a", 0)});
  session.update({}, {{"a", {}, PartitionId{9}}, {"c", {}, PartitionId{0}}});
  EXPECT_EQ(session.size(), 1u);
}
TEST(FetchSession, ErrorOfOneFetchIsNotRemembered) {
  FetchEntry wrong = entry("a", 0);
  wrong.error = ErrorCode::kUnsupportedCompressionType;
  auto session = session_of({wrong});
  EXPECT_EQ(session.all(kNothingKnown).entries[0].error, ErrorCode::kNone);
}
// The names are those of frames and snapshots that are gone by the next fetch.
TEST(FetchSession, OwnsItsNames) {
  std::string name = "first";
  auto session = session_of({entry(name, 0), entry(name, 1)});
  name = "wrong";
  auto fetch = session.all(kNothingKnown);
  session.update({}, {{"first", {}, PartitionId{0}}, {"first", {}, PartitionId{1}}});
  EXPECT_EQ(session.size(), 0u);
  EXPECT_EQ(names(fetch), (Names{"first-0", "first-1"}));
  EXPECT_EQ(fetch.names.size(), 1u);
}
TEST(FetchSession, FindsPartitionsByTopicIdWhereItUsesIds) {
  auto session = session_of({entry("a", 0, 0, kSomeId), entry("b", 0, 0, kOtherId)}, true);
  session.update({entry("renamed", 0, 4, kSomeId)}, {{"", kOtherId, PartitionId{0}}});
  const auto fetch = session.all(kNothingKnown);
  ASSERT_EQ(fetch.entries.size(), 1u);
  EXPECT_EQ(fetch.entries[0].topic, "a");
  EXPECT_EQ(fetch.entries[0].fetch_offset, Offset{4});
}
TEST(FetchSession, LearnsTheNameOfAnIdLater) {
  auto session = session_of({entry("", 0, 0, kSomeId)}, true);
  EXPECT_EQ(session.all(kNothingKnown).entries[0].topic, "");
  EXPECT_EQ(session.all([](const Uuid& id) { return id == kSomeId ? "a" : ""; }).entries[0].topic,
            "a");
  EXPECT_EQ(session.all(kNothingKnown).entries[0].topic, "a");
}

// ---- what is told

TEST(FetchSession, TellsOnlyWhatChanged) {
  auto session = session_of({entry("a", 0), entry("a", 1), entry("a", 2), entry("a", 3)});
  EXPECT_EQ(session.choose({state(), state(11), state(10, 1), with_records(state())}),
            (Told{false, true, true, true}));
  EXPECT_EQ(session.choose({state(), state(11), state(10, 1), state()}),
            (Told{false, false, false, false}));
}
TEST(FetchSession, TellsAnErrorEachTimeAndThePartitionWhenItIsOver) {
  auto session = session_of({entry("a", 0)});
  const FetchedState failed{.error = ErrorCode::kNotLeaderOrFollower};
  EXPECT_EQ(session.choose({failed}), (Told{true}));
  EXPECT_EQ(session.choose({failed}), (Told{true}));
  EXPECT_EQ(session.choose({state()}), (Told{true}));
  EXPECT_EQ(session.choose({state()}), (Told{false}));
}
TEST(FetchSession, TellsADivergence) {
  auto session = session_of({entry("a", 0)});
  FetchedState diverging = state();
  diverging.must_tell = true;
  EXPECT_EQ(session.choose({diverging}), (Told{true}));
}
TEST(FetchSession, TellsANewPartitionOnce) {
  auto session = session_of({entry("a", 0)});
  session.update({entry("a", 1)}, {});
  EXPECT_EQ(session.choose({state(), state()}), (Told{false, true}));
  EXPECT_EQ(session.choose({state(), state()}), (Told{false, false}));
}
TEST(FetchSession, PutsPartitionsWithRecordsBehindTheOthersInTheirOrder) {
  auto session = session_of({entry("a", 0), entry("a", 1), entry("a", 2), entry("a", 3)});
  session.choose({with_records(state()), state(), with_records(state()), state(11)});
  EXPECT_EQ(names(session.all(kNothingKnown)), (Names{"a-1", "a-3", "a-0", "a-2"}));
}

// ---- who gets one

class FetchSessionCacheShardTest : public ::testing::Test {
 protected:
  FetchSessionCacheShard sessions{2, {.first = 100, .end = 200}, Random(1)};

  std::int32_t create(std::size_t size, Time now, bool follower = false,
                      bool uses_topic_ids = false) {
    std::vector<FetchEntry> entries;
    for (std::size_t i = 0; i < size; ++i) {
      entries.push_back(entry("a", static_cast<std::int32_t>(i), 0, kSomeId));
    }
    const FetchSessionRequest request{
        .epoch = kInitialFetchEpoch, .uses_topic_ids = uses_topic_ids, .from_follower = follower};
    return sessions.maybe_create(request, entries, std::vector<FetchedState>(size), now);
  }
  ErrorCode resume(std::int32_t id, std::int32_t epoch, Time now, bool uses_topic_ids = false) {
    return sessions
        .resume({.session_id = id, .epoch = epoch, .uses_topic_ids = uses_topic_ids}, {}, {}, now)
        .code_or(ErrorCode::kNone);
  }
};

TEST_F(FetchSessionCacheShardTest, GivesIdsOfItsRange) {
  for (int i = 0; i < 1000; ++i) {
    const std::int32_t id = create(1, at_ms(0));
    EXPECT_GE(id, 100);
    EXPECT_LT(id, 200);
    sessions.remove(id);
  }
  EXPECT_EQ(sessions.size(), 0u);
}
TEST_F(FetchSessionCacheShardTest, RefusesAnIdThatIsNotThere) {
  EXPECT_EQ(resume(150, 1, at_ms(0)), ErrorCode::kFetchSessionIdNotFound);
}
TEST_F(FetchSessionCacheShardTest, TakesEachEpochOnceInOrder) {
  const auto id = create(1, at_ms(0));
  EXPECT_EQ(resume(id, 2, at_ms(0)), ErrorCode::kInvalidFetchSessionEpoch);
  EXPECT_EQ(resume(id, 1, at_ms(0)), ErrorCode::kNone);
  EXPECT_EQ(resume(id, 1, at_ms(0)), ErrorCode::kInvalidFetchSessionEpoch);
  EXPECT_EQ(resume(id, 2, at_ms(0)), ErrorCode::kNone);
}
TEST_F(FetchSessionCacheShardTest, RefusesToMixTopicIdsAndNames) {
  const auto by_name = create(1, at_ms(0));
  const auto by_id = create(1, at_ms(0), false, true);
  EXPECT_EQ(resume(by_name, 1, at_ms(0), true), ErrorCode::kFetchSessionTopicIdError);
  EXPECT_EQ(resume(by_id, 1, at_ms(0), false), ErrorCode::kFetchSessionTopicIdError);
  EXPECT_EQ(resume(by_id, 1, at_ms(0), true), ErrorCode::kNone);
}
TEST_F(FetchSessionCacheShardTest, ClosesASessionWithoutPartitions) {
  const auto id = create(1, at_ms(0));
  const auto closed = sessions.resume({.session_id = id, .epoch = 1}, {},
                                      {{"a", kSomeId, PartitionId{0}}}, at_ms(0));
  ASSERT_TRUE(closed);
  EXPECT_EQ(*closed, nullptr);
  EXPECT_EQ(resume(id, 1, at_ms(0)), ErrorCode::kFetchSessionIdNotFound);
  EXPECT_EQ(resume(id, 2, at_ms(0)), ErrorCode::kFetchSessionIdNotFound);
}
TEST_F(FetchSessionCacheShardTest, WithoutRoomKeepsYoungSessions) {
  const auto first = create(1, at_ms(0));
  const auto second = create(1, at_ms(0));
  EXPECT_EQ(create(100, at_ms(120000)), kNoFetchSession);
  EXPECT_EQ(resume(first, 1, at_ms(120000)), ErrorCode::kNone);
  EXPECT_EQ(resume(second, 1, at_ms(120000)), ErrorCode::kNone);
}
TEST_F(FetchSessionCacheShardTest, WithoutRoomEvictsWhatWasNotUsedForTwoMinutes) {
  const auto unused = create(5, at_ms(0), true);
  const auto used = create(1, at_ms(0));
  EXPECT_EQ(resume(used, 1, at_ms(1)), ErrorCode::kNone);
  EXPECT_NE(create(1, at_ms(120001)), kNoFetchSession);
  EXPECT_EQ(resume(unused, 1, at_ms(120001)), ErrorCode::kFetchSessionIdNotFound);
  EXPECT_EQ(resume(used, 2, at_ms(120001)), ErrorCode::kNone);
}
TEST_F(FetchSessionCacheShardTest, WithoutRoomALargerSessionTakesThePlaceOfAnOldSmallerOne) {
  const auto small = create(2, at_ms(0));
  const auto large = create(5, at_ms(0));
  for (const auto id : {small, large}) EXPECT_EQ(resume(id, 1, at_ms(120001)), ErrorCode::kNone);
  EXPECT_EQ(create(1, at_ms(120001)), kNoFetchSession);
  EXPECT_NE(create(3, at_ms(120001)), kNoFetchSession);
  EXPECT_EQ(resume(small, 2, at_ms(120001)), ErrorCode::kFetchSessionIdNotFound);
  EXPECT_EQ(resume(large, 2, at_ms(120001)), ErrorCode::kNone);
}
TEST_F(FetchSessionCacheShardTest, FollowerTakesTheSmallestConsumersPlaceAtOnce) {
  const auto small = create(4, at_ms(0));
  const auto large = create(9, at_ms(0));
  EXPECT_NE(create(1, at_ms(0), true), kNoFetchSession);
  EXPECT_EQ(resume(small, 1, at_ms(0)), ErrorCode::kFetchSessionIdNotFound);
  EXPECT_EQ(resume(large, 1, at_ms(0)), ErrorCode::kNone);
}
TEST_F(FetchSessionCacheShardTest, ConsumerNeverTakesAFollowersPlaceThatIsInUse) {
  const auto first = create(1, at_ms(0), true);
  const auto second = create(1, at_ms(0), true);
  for (const auto id : {first, second}) EXPECT_EQ(resume(id, 1, at_ms(120001)), ErrorCode::kNone);
  EXPECT_EQ(create(100, at_ms(120001)), kNoFetchSession);
  EXPECT_EQ(create(1, at_ms(120001), true), kNoFetchSession);
  EXPECT_NE(create(2, at_ms(120001), true), kNoFetchSession);  // a larger follower's may
}
TEST(FetchSessionCacheShard, WithoutSlotsGivesNoSession) {
  FetchSessionCacheShard none(0, {.first = 100, .end = 200}, Random(1));
  EXPECT_EQ(none.maybe_create({.epoch = kInitialFetchEpoch}, {}, {}, at_ms(0)), kNoFetchSession);
}

}  // namespace
}  // namespace barnabas::replica
