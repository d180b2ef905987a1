// The rows of the rules for idempotent producers.

#include "broker/log/core/producer_state.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <set>

#include "broker/base/random.h"

namespace barnabas::log {
namespace {

using protocol::RecordBatchBuilder;
using protocol::RecordBatchView;

constexpr std::int32_t kMaxSequence = std::numeric_limits<std::int32_t>::max();
constexpr Timestamp kWrittenAt = 1'000'000;

struct Sent {
  std::int64_t producer = 5;
  std::int16_t epoch = 0;
  std::int32_t sequence = 0;
  int records = 1;
  std::int64_t offset = 0;
  bool transactional = false;
  Timestamp timestamp = kWrittenAt;
};

std::vector<std::uint8_t> bytes_of(const Sent& sent) {
  RecordBatchBuilder builder;
  builder.producer_id = ProducerId(sent.producer);
  builder.producer_epoch = ProducerEpoch(sent.epoch);
  builder.base_sequence = sent.sequence;
  builder.base_offset = Offset(sent.offset);
  builder.transactional = sent.transactional;
  for (int i = 0; i < sent.records; ++i) builder.add(sent.timestamp, "k", "v");
  return builder.build();
}

std::vector<std::uint8_t> marker(std::int64_t producer, std::int16_t epoch,
                                 std::int32_t coordinator_epoch, std::int64_t offset) {
  RecordBatchBuilder builder;
  builder.producer_id = ProducerId(producer);
  builder.producer_epoch = ProducerEpoch(epoch);
  builder.base_offset = Offset(offset);
  builder.transactional = builder.control = true;
  std::string value(6, '\0');
  store_be(reinterpret_cast<std::uint8_t*>(value.data()) + 2, coordinator_epoch);
  return builder.add(kWrittenAt, std::string_view("\0\0\0\1", 4), value).build();
}

class ProducerStateTest : public ::testing::Test {
 protected:
  ErrorCode check(const Sent& sent, AppendOrigin origin = AppendOrigin::kClient) {
    const auto bytes = bytes_of(sent);
    const auto result = state.check(RecordBatchView(bytes.data()), origin);
    duplicate = result ? *result : std::nullopt;
    return result.code_or(ErrorCode::kNone);
  }
  void apply(const Sent& sent) {
    const auto bytes = bytes_of(sent);
    state.apply(RecordBatchView(bytes.data()));
  }
  ErrorCode check_marker(std::int16_t epoch, std::int32_t coordinator_epoch) {
    const auto bytes = marker(5, epoch, coordinator_epoch, 50);
    return state.check(RecordBatchView(bytes.data()), AppendOrigin::kCoordinator)
        .code_or(ErrorCode::kNone);
  }
  void apply_marker(std::int16_t epoch, std::int32_t coordinator_epoch) {
    const auto bytes = marker(5, epoch, coordinator_epoch, 50);
    state.apply(RecordBatchView(bytes.data()));
  }

  ProducerState state;
  std::optional<BatchMetadata> duplicate;
};

TEST_F(ProducerStateTest, UnknownProducerMayBeginWithAnySequence) {
  EXPECT_EQ(check({.sequence = 17}), ErrorCode::kNone);
  EXPECT_FALSE(duplicate);
}

TEST_F(ProducerStateTest, BatchWithoutProducerIdIsNotTracked) {
  EXPECT_EQ(check({.producer = -1, .epoch = -1, .sequence = -1}), ErrorCode::kNone);
  apply({.producer = -1, .epoch = -1, .sequence = -1});
  EXPECT_TRUE(state.empty());
}

TEST_F(ProducerStateTest, NextSequenceFollowsTheLastOne) {
  apply({.sequence = 0, .records = 3});
  EXPECT_EQ(check({.sequence = 3}), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, GapOrOverlapOfSequencesIsOutOfOrder) {
  apply({.sequence = 0, .records = 3});
  EXPECT_EQ(check({.sequence = 4}), ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(check({.sequence = 2}), ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_F(ProducerStateTest, SequenceWrapsToZero) {
  apply({.sequence = kMaxSequence});
  EXPECT_EQ(check({.sequence = 0}), ErrorCode::kNone);
  EXPECT_EQ(check({.sequence = 1}), ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_F(ProducerStateTest, BatchAcrossTheWrapEndsWhereItsRecordsEnd) {
  apply({.sequence = kMaxSequence - 1, .records = 4, .offset = 10});  // ..., max, 0, 1
  EXPECT_EQ(check({.sequence = 2}), ErrorCode::kNone);
  EXPECT_EQ(check({.sequence = kMaxSequence - 1, .records = 4}), ErrorCode::kNone);
  ASSERT_TRUE(duplicate);
  EXPECT_EQ(duplicate->first_offset(), Offset(10));
}

TEST_F(ProducerStateTest, RetryIsAnsweredWithItsFirstOffsets) {
  apply({.sequence = 0, .records = 3, .offset = 100});
  apply({.sequence = 3, .records = 2, .offset = 110});
  EXPECT_EQ(check({.sequence = 0, .records = 3}), ErrorCode::kNone);
  ASSERT_TRUE(duplicate);
  EXPECT_EQ(duplicate->first_offset(), Offset(100));
  EXPECT_EQ(duplicate->last_offset, Offset(102));
}

TEST_F(ProducerStateTest, RetryIsKnownOnlyByItsExactRange) {
  apply({.sequence = 0, .records = 3});
  EXPECT_EQ(check({.sequence = 0, .records = 2}), ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(check({.sequence = 1, .records = 2}), ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_F(ProducerStateTest, FiveBatchesAreRememberedAndNoMore) {
  for (int i = 0; i < 6; ++i) apply({.sequence = i, .offset = i});
  EXPECT_EQ(check({.sequence = 1}), ErrorCode::kNone);
  EXPECT_TRUE(duplicate);
  EXPECT_EQ(check({.sequence = 0}), ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_F(ProducerStateTest, OlderEpochIsFenced) {
  apply({.epoch = 3});
  EXPECT_EQ(check({.epoch = 2, .sequence = 1}), ErrorCode::kInvalidProducerEpoch);
  EXPECT_EQ(check({.epoch = 2, .sequence = 1}, AppendOrigin::kCoordinator),
            ErrorCode::kInvalidProducerEpoch);
}

TEST_F(ProducerStateTest, NewEpochBeginsWithSequenceZero) {
  apply({.epoch = 3, .sequence = 8});
  EXPECT_EQ(check({.epoch = 4, .sequence = 9}), ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(check({.epoch = 4, .sequence = 0}), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, NewEpochForgetsTheBatchesOfTheOld) {
  apply({.epoch = 3, .sequence = 0});
  apply({.epoch = 4, .sequence = 0, .offset = 9});
  EXPECT_EQ(state.find(ProducerId(5))->batches().size(), 1u);
  EXPECT_EQ(check({.epoch = 4, .sequence = 0}), ErrorCode::kNone);
  ASSERT_TRUE(duplicate);
  EXPECT_EQ(duplicate->last_offset, Offset(9));
}

TEST_F(ProducerStateTest, SameRangeOfAnotherEpochIsNoDuplicate) {
  apply({.epoch = 3, .sequence = 0});
  EXPECT_EQ(check({.epoch = 4, .sequence = 0}), ErrorCode::kNone);
  EXPECT_FALSE(duplicate);
}

TEST_F(ProducerStateTest, ProducerKnownByMarkersOnlyBeginsWithZero) {
  apply_marker(2, 1);
  EXPECT_EQ(check({.epoch = 2, .sequence = 1}), ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(check({.epoch = 2, .sequence = 0}), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, CoordinatorAppendsAreNotCheckedForSequences) {
  apply({.sequence = 0});
  EXPECT_EQ(check({.sequence = 40}, AppendOrigin::kCoordinator), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, ReplicatedBatchesAreTakenAsTheyCome) {
  apply({.epoch = 3, .sequence = 10});
  apply({.epoch = 3, .sequence = 90, .offset = 20});
  EXPECT_EQ(check({.epoch = 3, .sequence = 91}), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, TransactionalBatchNeedsATransactionBegun) {
  EXPECT_EQ(check({.transactional = true}), ErrorCode::kInvalidTxnState);
  apply({.sequence = 0, .offset = 30, .transactional = true});
  EXPECT_EQ(check({.sequence = 1, .transactional = true}), ErrorCode::kNone);
  EXPECT_EQ(state.find(ProducerId(5))->current_txn_first_offset, Offset(30));
}

TEST_F(ProducerStateTest, PlainBatchInsideATransactionIsRefused) {
  apply({.sequence = 0, .transactional = true});
  EXPECT_EQ(check({.sequence = 1}), ErrorCode::kInvalidTxnState);
}

TEST_F(ProducerStateTest, MarkerEndsTheTransactionAndKeepsTheBatches) {
  apply({.sequence = 0, .transactional = true});
  EXPECT_EQ(check_marker(0, 4), ErrorCode::kNone);
  apply_marker(0, 4);
  const auto* entry = state.find(ProducerId(5));
  EXPECT_EQ(entry->current_txn_first_offset, kUnknownOffset);
  EXPECT_EQ(entry->coordinator_epoch, 4);
  EXPECT_EQ(entry->batches().size(), 1u);
}

TEST_F(ProducerStateTest, MarkerOfAGreaterEpochForgetsTheBatches) {
  apply({.sequence = 0, .transactional = true});
  apply_marker(1, 4);
  EXPECT_TRUE(state.find(ProducerId(5))->batches().empty());
  EXPECT_EQ(check({.epoch = 0, .sequence = 1}), ErrorCode::kInvalidProducerEpoch);
}

TEST_F(ProducerStateTest, MarkerOfAnOlderProducerEpochIsRefused) {
  apply({.epoch = 3, .transactional = true});
  EXPECT_EQ(check_marker(2, 4), ErrorCode::kInvalidProducerEpoch);
}

TEST_F(ProducerStateTest, MarkerOfAnOlderCoordinatorIsFenced) {
  apply_marker(0, 4);
  EXPECT_EQ(check_marker(0, 3), ErrorCode::kTransactionCoordinatorFenced);
  EXPECT_EQ(check_marker(0, 4), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, IdleProducersExpire) {
  apply({.timestamp = kWrittenAt});
  state.remove_expired(kWrittenAt + 99, 100);
  EXPECT_FALSE(state.empty());
  state.remove_expired(kWrittenAt + 100, 100);
  EXPECT_TRUE(state.empty());
}

TEST_F(ProducerStateTest, OpenTransactionKeepsAProducerFromExpiring) {
  apply({.transactional = true, .timestamp = kWrittenAt});
  state.remove_expired(kWrittenAt + 1000, 100);
  EXPECT_FALSE(state.empty());
}

TEST_F(ProducerStateTest, SnapshotKeepsTheLastBatchOnly) {
  for (int i = 0; i < 3; ++i) apply({.sequence = 2 * i, .records = 2, .offset = 10 * i});
  ProducerState loaded;
  loaded.load(state.snapshot(), kWrittenAt, 1000);
  std::swap(state, loaded);
  EXPECT_EQ(check({.sequence = 6}), ErrorCode::kNone);
  EXPECT_EQ(check({.sequence = 4, .records = 2}), ErrorCode::kNone);
  ASSERT_TRUE(duplicate);
  EXPECT_EQ(duplicate->first_offset(), Offset(20));
  EXPECT_EQ(check({.sequence = 2, .records = 2}), ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_F(ProducerStateTest, ExpiredProducersAreNotLoaded) {
  apply({.timestamp = kWrittenAt});
  ProducerState loaded;
  loaded.load(state.snapshot(), kWrittenAt + 100, 100);
  EXPECT_TRUE(loaded.empty());
}

TEST_F(ProducerStateTest, ProducerWithMarkersOnlyHasNoBatchInTheSnapshot) {
  apply_marker(2, 7);
  const auto snapshot = state.snapshot();
  ASSERT_EQ(snapshot.size(), 1u);
  EXPECT_EQ(snapshot[0].last_batch.last_sequence, -1);
  EXPECT_EQ(snapshot[0].last_batch.last_offset, Offset(-1));
  EXPECT_EQ(snapshot[0].coordinator_epoch, 7);
}

// A producer that sends batches of random sizes, up to five unacknowledged, and repeats any of them
// in order after a loss: each batch is appended exactly once, near the wrap too.
TEST_F(ProducerStateTest, RetriesOfTheLastFiveNeverAppendTwice) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    state.clear();
    std::int32_t sequence = kMaxSequence - static_cast<std::int32_t>(random.below(60));
    std::int64_t offset = 0;
    std::vector<Sent> window;
    for (int step = 0; step < 50; ++step) {
      const int records = 1 + static_cast<int>(random.below(7));
      const Sent sent{.sequence = sequence, .records = records, .offset = offset};
      ASSERT_EQ(check(sent), ErrorCode::kNone) << seed;
      ASSERT_FALSE(duplicate) << seed;
      apply(sent);
      window.push_back(sent);
      if (window.size() > 5) window.erase(window.begin());
      for (std::size_t i = random.below(window.size() + 1); i < window.size(); ++i) {
        ASSERT_EQ(check(window[i]), ErrorCode::kNone) << seed;
        ASSERT_TRUE(duplicate) << seed;
        ASSERT_EQ(duplicate->first_offset(), Offset(window[i].offset)) << seed;
      }
      sequence = protocol::increment_sequence(sequence, records);
      offset += records;
      // A batch left out is never taken for the next one.
      ASSERT_EQ(check({.sequence = protocol::increment_sequence(sequence, 1)}),
                ErrorCode::kOutOfOrderSequenceNumber)
          << seed;
    }
  }
}

class ProducerStateRecall : public ProducerStateTest {
 protected:
  // What the snapshot of `state` tells a broker that starts.
  ProducerState loaded() const {
    ProducerState as_loaded;
    as_loaded.load(state.snapshot(), kWrittenAt, 1);
    return as_loaded;
  }
  std::size_t batches_of(const ProducerState& producers, std::int64_t producer = 5) const {
    return producers.find(ProducerId(producer))->batches().size();
  }
};

TEST_F(ProducerStateRecall, BatchesBeforeTheLastComeFromTheEndOfTheLog) {
  for (int i = 0; i < 7; ++i) apply({.sequence = i, .offset = 10 + i});
  ProducerState producers = loaded();
  EXPECT_EQ(batches_of(producers), 1u);
  EXPECT_TRUE(producers.has_forgotten_batches(kWrittenAt));
  EXPECT_FALSE(producers.has_forgotten_batches(kWrittenAt + 1));
  producers.recall_batches(state);
  EXPECT_FALSE(producers.has_forgotten_batches(kWrittenAt));
  const auto recalled = producers.find(ProducerId(5))->batches();
  ASSERT_EQ(recalled.size(), 5u);
  EXPECT_EQ(recalled.front().first_offset(), Offset(12));
  EXPECT_EQ(recalled.back().first_sequence(), 6);
}

TEST_F(ProducerStateRecall, BeforeTheFirstSequenceThereIsNothingToRecall) {
  apply({.sequence = 0, .records = 3});
  apply({.producer = 6, .epoch = 2, .sequence = 0});
  EXPECT_FALSE(loaded().has_forgotten_batches(kWrittenAt));
}

TEST_F(ProducerStateRecall, NothingIsTakenOfAnotherEpochOrAnotherEnd) {
  apply({.epoch = 1, .sequence = 6, .offset = 20});
  apply({.producer = 6, .sequence = 6, .offset = 21});
  apply({.producer = 7, .sequence = 6, .offset = 22});
  ProducerState producers = loaded();
  state.clear();
  for (int i = 0; i < 7; ++i) {
    apply({.epoch = 0, .sequence = i, .offset = 14 + i});
    apply({.producer = 6, .sequence = i, .offset = 7 + i});
  }
  producers.recall_batches(state);
  for (const std::int64_t producer : {5, 6, 7}) EXPECT_EQ(batches_of(producers, producer), 1u);
}

}  // namespace
}  // namespace barnabas::log
