// The rows of the leader epoch cache's rules, and what must hold after any sequence of calls.

#include "broker/log/core/leader_epoch_cache.h"

#include <gtest/gtest.h>

#include <map>

#include "broker/base/random.h"

namespace barnabas::log {
namespace {

using Entries = std::vector<EpochEntry>;

EpochEntry entry(std::int32_t epoch, std::int64_t start) {
  return {LeaderEpoch(epoch), Offset(start)};
}
EpochEndOffset end(std::int32_t epoch, std::int64_t offset) {
  return {LeaderEpoch(epoch), Offset(offset)};
}
LeaderEpochCache cache_of(const Entries& entries) {
  LeaderEpochCache cache;
  for (const EpochEntry& e : entries) cache.assign(e.epoch, e.start_offset);
  return cache;
}

constexpr Offset kEnd{100};

TEST(LeaderEpochCache, AssignOfTheLatestEpochAtOrAboveItsStartChangesNothing) {
  auto cache = cache_of({entry(1, 0), entry(2, 10)});
  EXPECT_FALSE(cache.assign(LeaderEpoch(2), Offset(10)));
  EXPECT_FALSE(cache.assign(LeaderEpoch(2), Offset(50)));
  EXPECT_EQ(cache.entries(), (Entries{entry(1, 0), entry(2, 10)}));
}

TEST(LeaderEpochCache, AssignOfTheLatestEpochBelowItsStartMovesIt) {
  auto cache = cache_of({entry(1, 0), entry(2, 10)});
  EXPECT_TRUE(cache.assign(LeaderEpoch(2), Offset(7)));
  EXPECT_EQ(cache.entries(), (Entries{entry(1, 0), entry(2, 7)}));
}

TEST(LeaderEpochCache, AssignDropsEntriesOfGreaterOrEqualEpochFromTheEnd) {
  auto cache = cache_of({entry(1, 0), entry(3, 10), entry(5, 20)});
  EXPECT_TRUE(cache.assign(LeaderEpoch(3), Offset(30)));
  EXPECT_EQ(cache.entries(), (Entries{entry(1, 0), entry(3, 30)}));
}

TEST(LeaderEpochCache, AssignDropsEntriesThatStartAtOrAboveFromTheEnd) {
  auto cache = cache_of({entry(1, 0), entry(2, 10), entry(3, 20)});
  EXPECT_TRUE(cache.assign(LeaderEpoch(4), Offset(10)));
  EXPECT_EQ(cache.entries(), (Entries{entry(1, 0), entry(4, 10)}));
}

TEST(LeaderEpochCache, EndOfTheUndefinedEpochIsUndefined) {
  EXPECT_EQ(cache_of({entry(1, 0)}).end_offset_for(kNoLeaderEpoch, kEnd), EpochEndOffset());
}

TEST(LeaderEpochCache, EndOfTheLatestEpochIsTheLogEndOffset) {
  EXPECT_EQ(cache_of({entry(1, 0), entry(4, 9)}).end_offset_for(LeaderEpoch(4), kEnd), end(4, 100));
}

TEST(LeaderEpochCache, EndOfAnEpochAboveAllKnownIsUndefined) {
  EXPECT_EQ(cache_of({entry(1, 0)}).end_offset_for(LeaderEpoch(2), kEnd), EpochEndOffset());
  EXPECT_EQ(LeaderEpochCache().end_offset_for(LeaderEpoch(2), kEnd), EpochEndOffset());
}

TEST(LeaderEpochCache, EndOfAnEpochBelowAllKnownIsTheStartOfTheFirst) {
  EXPECT_EQ(cache_of({entry(3, 12), entry(5, 20)}).end_offset_for(LeaderEpoch(1), kEnd),
            end(1, 12));
}

TEST(LeaderEpochCache, EndOfAKnownEpochIsTheStartOfTheNextHigher) {
  EXPECT_EQ(cache_of({entry(3, 12), entry(5, 20)}).end_offset_for(LeaderEpoch(3), kEnd),
            end(3, 20));
}

TEST(LeaderEpochCache, EndOfAnUnknownEpochInBetweenIsThatOfTheGreatestKnownBelow) {
  EXPECT_EQ(cache_of({entry(3, 12), entry(6, 20)}).end_offset_for(LeaderEpoch(5), kEnd),
            end(3, 20));
}

TEST(LeaderEpochCache, AnEpochWithoutRecordsIsKnownToFollowers) {
  // Leader of epoch 2 wrote nothing; epoch 3 begins at the same offset as 2 did.
  auto cache = cache_of({entry(1, 0)});
  EXPECT_TRUE(cache.assign(LeaderEpoch(2), Offset(30)));
  EXPECT_EQ(cache.latest_epoch(), LeaderEpoch(2));
  EXPECT_EQ(cache.end_offset_for(LeaderEpoch(1), Offset(30)), end(1, 30));
  EXPECT_EQ(cache.end_offset_for(LeaderEpoch(2), Offset(30)), end(2, 30));
  EXPECT_TRUE(cache.assign(LeaderEpoch(3), Offset(30)));
  EXPECT_EQ(cache.entries(), (Entries{entry(1, 0), entry(3, 30)}));
}

TEST(LeaderEpochCache, TruncateFromEndDropsEntriesThatStartAtOrAbove) {
  auto cache = cache_of({entry(1, 0), entry(2, 10), entry(3, 20)});
  EXPECT_FALSE(cache.truncate_from_end(Offset(21)));
  EXPECT_TRUE(cache.truncate_from_end(Offset(20)));
  EXPECT_EQ(cache.entries(), (Entries{entry(1, 0), entry(2, 10)}));
  EXPECT_TRUE(cache.truncate_from_end(Offset(0)));
  EXPECT_EQ(cache.latest_epoch(), kNoLeaderEpoch);
}

TEST(LeaderEpochCache, TruncateFromStartKeepsTheCoveringEntryRebased) {
  auto cache = cache_of({entry(1, 0), entry(2, 10), entry(3, 20)});
  EXPECT_FALSE(cache.truncate_from_start(Offset(0)));
  EXPECT_TRUE(cache.truncate_from_start(Offset(15)));
  EXPECT_EQ(cache.entries(), (Entries{entry(2, 15), entry(3, 20)}));
  EXPECT_TRUE(cache.truncate_from_start(Offset(20)));
  EXPECT_EQ(cache.entries(), Entries{entry(3, 20)});
}

TEST(LeaderEpochCache, TruncateFromStartBelowTheFirstEntryChangesNothing) {
  auto cache = cache_of({entry(2, 10)});
  EXPECT_FALSE(cache.truncate_from_start(Offset(5)));
  EXPECT_EQ(cache.entries(), Entries{entry(2, 10)});
}

// Whatever is called in whatever order, epochs and offsets rise, and the end of an epoch never lies
// beyond that of a greater one.
TEST(LeaderEpochCache, EntriesAndEndOffsetsRiseAfterAnyCalls) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    LeaderEpochCache cache;
    for (int step = 0; step < 60; ++step) {
      const Offset offset(static_cast<std::int64_t>(random.below(60)));
      switch (random.below(6)) {
        case 0:
          cache.truncate_from_end(offset);
          break;
        case 1:
          cache.truncate_from_start(offset);
          break;
        default:
          cache.assign(LeaderEpoch(static_cast<std::int32_t>(random.below(20))), offset);
      }
      const Entries& entries = cache.entries();
      for (std::size_t i = 1; i < entries.size(); ++i) {
        ASSERT_LT(entries[i - 1].epoch, entries[i].epoch) << seed;
        ASSERT_LT(entries[i - 1].start_offset, entries[i].start_offset) << seed;
      }
      Offset last{-1};
      for (std::int32_t epoch = 0; epoch < 21; ++epoch) {
        const auto found = cache.end_offset_for(LeaderEpoch(epoch), kEnd);
        if (found.epoch == kNoLeaderEpoch) continue;
        ASSERT_LE(found.epoch, LeaderEpoch(epoch)) << seed;
        ASSERT_GE(found.end_offset, last) << seed;
        last = found.end_offset;
      }
    }
  }
}

}  // namespace
}  // namespace barnabas::log
