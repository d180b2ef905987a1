#include "broker/replica/core/partition_fetch_state.h"

#include <gtest/gtest.h>

#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

using Ask = PartitionFetchState::Ask;
using Phase = PartitionFetchState::Phase;
using Reaction = PartitionFetchState::Reaction;

constexpr LeaderEpoch kFetchEpoch{5};
constexpr Duration kMost = milliseconds(1000);
const ReplicaPosition kAt20{Offset{0}, Offset{20}, Offset{12}, LeaderEpoch{4}};

PartitionFetchState fetching() {
  return PartitionFetchState(kFetchEpoch, kAt20, kMost);
}
Reaction answer(PartitionFetchState& state, ErrorCode error, std::int64_t now_ms = 0) {
  return state.on_fetch_answer(error, kFetchEpoch, state.fetch_offset(), at_ms(now_ms));
}

TEST(PartitionFetchState, StartsAtTheLogsEndWhenEpochsAreKnown) {
  const auto state = fetching();
  EXPECT_EQ(state.fetch_offset(), Offset{20});
  EXPECT_EQ(state.last_fetched_epoch(), LeaderEpoch{4});
  EXPECT_FALSE(state.initial_truncation());
  EXPECT_EQ(state.ask(at_ms(0)), Ask::kFetch);
}
// Without epochs nothing can diverge by them: the high watermark is all that is certain.
TEST(PartitionFetchState, StartsAtTheHighWatermarkWhenNoEpochIsKnown) {
  const PartitionFetchState state(kFetchEpoch, {Offset{0}, Offset{20}, Offset{12}, kNoLeaderEpoch},
                                  kMost);
  EXPECT_EQ(state.fetch_offset(), Offset{12});
  EXPECT_EQ(state.initial_truncation(), Offset{12});
}
TEST(PartitionFetchState, GoesOnFromTheLogsEndAndItsEpoch) {
  auto state = fetching();
  EXPECT_EQ(answer(state, ErrorCode::kNone), Reaction::kProcess);
  state.on_processed({Offset{0}, Offset{25}, Offset{20}, LeaderEpoch{5}});
  EXPECT_EQ(state.fetch_offset(), Offset{25});
  EXPECT_EQ(state.last_fetched_epoch(), LeaderEpoch{5});
}
TEST(PartitionFetchState, AnswerToAnotherOffsetOrEpochIsDropped) {
  auto state = fetching();
  EXPECT_EQ(state.on_fetch_answer(ErrorCode::kNone, kFetchEpoch, Offset{19}, at_ms(0)),
            Reaction::kDrop);
  EXPECT_EQ(state.on_fetch_answer(ErrorCode::kNone, LeaderEpoch{4}, Offset{20}, at_ms(0)),
            Reaction::kDrop);
}
TEST(PartitionFetchState, FencedByTheEpochWeFollowFailsUntilLeaderAndIsr) {
  auto state = fetching();
  EXPECT_EQ(answer(state, ErrorCode::kFencedLeaderEpoch), Reaction::kFailed);
  EXPECT_EQ(state.phase(), Phase::kFailed);
  EXPECT_EQ(state.ask(at_ms(1000000)), Ask::kNothing);
}
TEST(PartitionFetchState, FencedInAnOlderEpochIsDropped) {
  auto state = fetching();
  EXPECT_EQ(
      state.on_fetch_answer(ErrorCode::kFencedLeaderEpoch, LeaderEpoch{4}, Offset{20}, at_ms(0)),
      Reaction::kDrop);
  EXPECT_EQ(state.ask(at_ms(0)), Ask::kFetch);
}
TEST(PartitionFetchState, ErrorsThatPassAreTriedAgainAfterABackOff) {
  for (const ErrorCode error : {ErrorCode::kNotLeaderOrFollower, ErrorCode::kUnknownLeaderEpoch,
                                ErrorCode::kUnknownTopicOrPartition, ErrorCode::kUnknownTopicId,
                                ErrorCode::kInconsistentTopicId, ErrorCode::kKafkaStorageError}) {
    auto state = fetching();
    EXPECT_EQ(answer(state, error), Reaction::kBackOff) << error_name(error);
    EXPECT_EQ(state.ask(at_ms(0)), Ask::kNothing);
    EXPECT_EQ(state.ask(*state.delayed_until()), Ask::kFetch);
  }
}
TEST(PartitionFetchState, BackOffBeginsSmallAndDoublesUpToItsMost) {
  BackOff back_off(kMost);
  EXPECT_EQ(back_off.next(), milliseconds(10));
  EXPECT_EQ(back_off.next(), milliseconds(20));
  for (int i = 0; i < 10; ++i) static_cast<void>(back_off.next());
  EXPECT_EQ(back_off.next(), kMost);
  back_off.reset();
  EXPECT_EQ(back_off.next(), milliseconds(10));
}
TEST(PartitionFetchState, SuccessEndsTheBackOff) {
  auto state = fetching();
  answer(state, ErrorCode::kNotLeaderOrFollower);
  answer(state, ErrorCode::kNotLeaderOrFollower);
  answer(state, ErrorCode::kNone);
  state.on_processed(kAt20);
  answer(state, ErrorCode::kNotLeaderOrFollower, 500);
  EXPECT_EQ(state.delayed_until(), at_ms(510));
}
TEST(PartitionFetchState, CorruptRecordsAreFetchedAgain) {
  for (const ErrorCode error : {ErrorCode::kCorruptMessage, ErrorCode::kInvalidRecord}) {
    auto state = fetching();
    EXPECT_EQ(state.on_failure(error, at_ms(0)), Reaction::kBackOff);
  }
}
TEST(PartitionFetchState, StorageErrorAndOffsetMismatchFail) {
  for (const ErrorCode error : {ErrorCode::kKafkaStorageError, ErrorCode::kUnknownServerError}) {
    auto state = fetching();
    EXPECT_EQ(state.on_failure(error, at_ms(0)), Reaction::kFailed);
  }
}
TEST(PartitionFetchState, OutOfRangeAsksTheLeaderForItsEnd) {
  auto state = fetching();
  EXPECT_EQ(answer(state, ErrorCode::kOffsetOutOfRange), Reaction::kSeek);
  EXPECT_EQ(state.ask(at_ms(0)), Ask::kLeaderEnd);
}
TEST(PartitionFetchState, LeaderThatEndsEarlierTruncatesAndFetchingGoesOn) {
  auto state = fetching();
  answer(state, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(state.on_leader_end(Offset{15}, Offset{20}).truncate_to, Offset{15});
  state.on_processed({Offset{0}, Offset{15}, Offset{12}, LeaderEpoch{4}});
  EXPECT_EQ(state.ask(at_ms(0)), Ask::kFetch);
  EXPECT_EQ(state.fetch_offset(), Offset{15});
}
TEST(PartitionFetchState, LeaderThatEndsLaterIsAskedForItsStart) {
  auto state = fetching();
  answer(state, ErrorCode::kOffsetOutOfRange);
  EXPECT_FALSE(state.on_leader_end(Offset{40}, Offset{20}).truncate_to);
  EXPECT_EQ(state.ask(at_ms(0)), Ask::kLeaderStart);
  EXPECT_EQ(state.on_leader_start(Offset{30}, Offset{20}).truncate_fully_to, Offset{30});
  EXPECT_EQ(state.ask(at_ms(0)), Ask::kFetch);
  EXPECT_EQ(state.fetch_offset(), Offset{30});
}
TEST(PartitionFetchState, FencedWhileSeekingFails) {
  auto state = fetching();
  answer(state, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(state.on_seek_error(ErrorCode::kFencedLeaderEpoch, kFetchEpoch, at_ms(0)),
            Reaction::kFailed);
}
TEST(PartitionFetchState, OtherErrorWhileSeekingFetchesAgainAfterABackOff) {
  auto state = fetching();
  answer(state, ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(state.on_seek_error(ErrorCode::kUnknownLeaderEpoch, kFetchEpoch, at_ms(0)),
            Reaction::kBackOff);
  EXPECT_EQ(state.ask(at_ms(0)), Ask::kNothing);
  EXPECT_EQ(state.ask(at_ms(10)), Ask::kFetch);
}
TEST(PartitionFetchState, LostConnectionBacksOffButRaisesNoFailedOne) {
  auto state = fetching();
  state.on_disconnected(at_ms(0));
  EXPECT_EQ(state.delayed_until(), at_ms(10));
  auto failed = fetching();
  answer(failed, ErrorCode::kFencedLeaderEpoch);
  failed.on_disconnected(at_ms(0));
  EXPECT_EQ(failed.ask(at_ms(1000000)), Ask::kNothing);
}

}  // namespace
}  // namespace barnabas::replica
