// Planning, committing and cutting: that nothing shows before it is written.

#include "broker/log/core/log_state.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

using protocol::MutableRecordBatchView;
using protocol::RecordBatchBuilder;
using protocol::RecordBatchView;
using Bytes = std::vector<std::uint8_t>;

Bytes produced(int records, std::int32_t sequence = protocol::kNoSequence) {
  RecordBatchBuilder builder;
  if (sequence != protocol::kNoSequence) {
    builder.producer_id = ProducerId(5);
    builder.producer_epoch = ProducerEpoch(0);
    builder.base_sequence = sequence;
  }
  for (int i = 0; i < records; ++i) builder.add(1000 + i, "k", "v");
  return builder.build();
}

Bytes replicated(std::int64_t offset, std::int32_t epoch, Timestamp timestamp = 1000) {
  RecordBatchBuilder builder;
  builder.base_offset = Offset(offset);
  builder.leader_epoch = LeaderEpoch(epoch);
  return builder.add(timestamp, "k", "v").build();
}

class LogStateTest : public ::testing::Test {
 protected:
  Result<AppendPlan> plan(Bytes& bytes, std::int32_t epoch = 1) const {
    return state.plan_leader_append({MutableRecordBatchView(bytes.data()), kNoTimestamp},
                                    LeaderEpoch(epoch), AppendOrigin::kClient);
  }
  void append(Bytes bytes, std::int32_t epoch = 1) {
    const auto planned = plan(bytes, epoch);
    ASSERT_TRUE(planned);
    state.assign_epochs(*planned);
    state.commit(*planned);
  }
  LogState state;
};

TEST_F(LogStateTest, PlanAssignsOffsetsButMovesNothing) {
  append(produced(4));
  Bytes bytes = produced(3, 0);
  const auto planned = plan(bytes, 2);
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->first_offset, Offset(4));
  EXPECT_EQ(planned->last_offset, Offset(6));
  EXPECT_EQ(planned->offset_of_max_timestamp, Offset(6));
  EXPECT_EQ(RecordBatchView(bytes.data()).partition_leader_epoch(), LeaderEpoch(2));
  EXPECT_EQ(state.log_end_offset(), Offset(4));
  EXPECT_TRUE(state.producers().empty());
  EXPECT_EQ(state.epochs().latest_epoch(), LeaderEpoch(1));
}

TEST_F(LogStateTest, DuplicateIsPlannedAsNothingToWrite) {
  append(produced(3, 0));
  append(produced(1));
  Bytes again = produced(3, 0);
  const auto planned = plan(again);
  ASSERT_TRUE(planned);
  EXPECT_TRUE(planned->info.duplicate);
  EXPECT_TRUE(planned->bytes.empty());
  EXPECT_EQ(planned->info.first_offset, Offset(0));
  EXPECT_EQ(planned->info.last_offset, Offset(2));
}

TEST_F(LogStateTest, FollowerPlanTakesEpochsFromTheBatches) {
  Bytes bytes = replicated(0, 3, 500);
  const Bytes second = replicated(4, 5, 400);
  bytes.insert(bytes.end(), second.begin(), second.end());
  const auto planned = state.plan_follower_append(bytes, 1 << 20);
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->max_timestamp, 500);
  EXPECT_EQ(planned->offset_of_max_timestamp, Offset(0));
  EXPECT_TRUE(state.assign_epochs(*planned));
  state.commit(*planned);
  EXPECT_EQ(state.log_end_offset(), Offset(5));
  EXPECT_EQ(state.end_offset_for(LeaderEpoch(3)).end_offset, Offset(4));
}

TEST_F(LogStateTest, FollowerPlanBelowTheEndIsOutOfRange) {
  append(produced(4));
  EXPECT_EQ(state.plan_follower_append(replicated(3, 1), 1 << 20).code_or(ErrorCode::kNone),
            ErrorCode::kOffsetOutOfRange);
}

TEST_F(LogStateTest, TruncationForgetsProducersAndEpochsAboveTheEnd) {
  append(produced(4), 1);
  append(produced(4, 0), 2);
  const auto cut = state.truncate_to(Offset(4));
  EXPECT_TRUE(cut.cut);
  EXPECT_TRUE(cut.epochs_changed);
  EXPECT_EQ(state.log_end_offset(), Offset(4));
  EXPECT_EQ(state.epochs().latest_epoch(), LeaderEpoch(1));
  EXPECT_TRUE(state.producers().empty());
}

TEST_F(LogStateTest, TruncationAtTheEndDropsAnEpochNeverWrittenIn) {
  append(produced(4), 1);
  EXPECT_TRUE(state.assign_epoch_start(LeaderEpoch(6), Offset(4)));
  const auto cut = state.truncate_to(Offset(9));
  EXPECT_FALSE(cut.cut);
  EXPECT_TRUE(cut.epochs_changed);
  EXPECT_EQ(state.epochs().latest_epoch(), LeaderEpoch(1));
}

TEST_F(LogStateTest, TruncationBelowTheStartTakesTheStartAlong) {
  append(produced(10));
  ASSERT_TRUE(state.raise_log_start_offset(Offset(6)));
  state.truncate_to(Offset(4));
  EXPECT_EQ(state.log_start_offset(), Offset(4));
  EXPECT_EQ(state.log_end_offset(), Offset(4));
}

TEST_F(LogStateTest, FullTruncationStartsAnew) {
  append(produced(4, 0));
  EXPECT_TRUE(state.truncate_fully_and_start_at(Offset(77)));
  EXPECT_EQ(state.log_start_offset(), Offset(77));
  EXPECT_EQ(state.log_end_offset(), Offset(77));
  EXPECT_TRUE(state.epochs().entries().empty());
  EXPECT_TRUE(state.producers().empty());
}

TEST_F(LogStateTest, LogStartOffsetOnlyRisesAndNeverAboveTheEnd) {
  append(produced(10), 3);
  EXPECT_TRUE(state.raise_log_start_offset(Offset(6))->raised);
  EXPECT_FALSE(state.raise_log_start_offset(Offset(2))->raised);
  EXPECT_EQ(state.log_start_offset(), Offset(6));
  EXPECT_EQ(state.raise_log_start_offset(Offset(11)).code_or(ErrorCode::kNone),
            ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(state.epochs().entries(), (std::vector<EpochEntry>{{LeaderEpoch(3), Offset(6)}}));
}

TEST_F(LogStateTest, EarliestEpochIsUnknownWhereTheFirstEntryBeginsAboveTheStart) {
  EXPECT_EQ(state.earliest_epoch(), kNoLeaderEpoch);
  append(produced(2), 3);
  EXPECT_EQ(state.earliest_epoch(), LeaderEpoch(3));
  LeaderEpochCache late;
  late.assign(LeaderEpoch(4), Offset(2));
  EXPECT_EQ(LogState(Offset(0), Offset(5), late, {}).earliest_epoch(), kNoLeaderEpoch);
}

}  // namespace
}  // namespace barnabas::log
