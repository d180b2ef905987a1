#include "broker/controller/purgatory.h"

#include "tests/unit/controller/controller_world.h"

namespace barnabas::controller {
namespace {

class PurgatoryTest : public ::testing::Test {
 protected:
  static TopicPartition at(const std::string& topic, std::int32_t partition) {
    return {topic, PartitionId(partition)};
  }
  void show(const TopicPartition& tp, BrokerId leader) {
    metadata.set(tp, leader);
    purgatory.on_metadata_updated();
  }
  void run(Duration time) { scheduler.run_until(scheduler.now() + time); }

  // What was answered, in order.
  std::vector<TopicResults> topics;
  std::vector<ElectLeadersAnswer> elections;
  const std::function<void(TopicResults)> topics_told = [this](auto told) {
    topics.push_back(std::move(told));
  };
  const std::function<void(ElectLeadersAnswer)> elections_told = [this](auto told) {
    elections.push_back(std::move(told));
  };

  sim::Scheduler scheduler;
  sim::Process home{scheduler, 0};
  FakeMetadata metadata;
  Purgatory purgatory{home, metadata};
};

TEST_F(PurgatoryTest, ACreatedTopicIsAnsweredWhenAllItsPartitionsHaveLeaders) {
  purgatory.await_created({{"t", 2}}, seconds(1), topics_told);
  show(at("t", 0), k1);
  show(at("t", 1), kNoBroker);
  EXPECT_TRUE(topics.empty());
  show(at("t", 1), k2);
  EXPECT_EQ(topics, (std::vector<TopicResults>{{{"t", ErrorCode::kNone}}}));
  run(seconds(2));
  show(at("t", 1), k1);
  EXPECT_EQ(topics.size(), 1u) << "answered twice";
}

TEST_F(PurgatoryTest, ATopicWithoutALeaderIsAnsweredAtTheTimeoutAndOnce) {
  purgatory.await_created({{"t", 1}, {"u", 1}}, seconds(1), topics_told);
  show(at("u", 0), k1);
  run(milliseconds(999));
  EXPECT_TRUE(topics.empty());
  run(milliseconds(2));
  EXPECT_EQ(
      topics,
      (std::vector<TopicResults>{{{"t", ErrorCode::kRequestTimedOut}, {"u", ErrorCode::kNone}}}));
  show(at("t", 0), k1);
  EXPECT_EQ(topics.size(), 1u) << "answered twice";
}

TEST_F(PurgatoryTest, ADeletedTopicIsAnsweredWhenItIsForgotten) {
  show(at("t", 0), k1);
  purgatory.await_deleted({"t", "gone"}, seconds(1), topics_told);
  EXPECT_TRUE(topics.empty());
  show(at("t", 0), kLeaderDuringDelete);
  EXPECT_EQ(topics,
            (std::vector<TopicResults>{{{"gone", ErrorCode::kNone}, {"t", ErrorCode::kNone}}}));
}

TEST_F(PurgatoryTest, WhatIsShownAlreadyIsAnsweredInsideTheCall) {
  show(at("t", 0), k1);
  purgatory.await_created({{"t", 1}}, seconds(1), topics_told);
  EXPECT_EQ(topics.size(), 1u);
}

// The leadership of one may have moved on before that of the other is seen.
TEST_F(PurgatoryTest, AnElectedLeaderNeedsToBeSeenOnlyOnce) {
  const ElectionOutcome outcome{{{at("t", 0), k1}, {at("t", 1), k1}},
                                {{at("t", 2), {ErrorCode::kElectionNotNeeded, "as it is"}}}};
  purgatory.await_elected(outcome, seconds(1), elections_told);
  show(at("t", 0), k1);
  show(at("t", 0), k2);
  EXPECT_TRUE(elections.empty());
  show(at("t", 1), k1);
  ASSERT_EQ(elections.size(), 1u);
  EXPECT_EQ(elections[0].at(at("t", 0)).code, ErrorCode::kNone);
  EXPECT_EQ(elections[0].at(at("t", 1)).code, ErrorCode::kNone);
  EXPECT_EQ(elections[0].at(at("t", 2)).code, ErrorCode::kElectionNotNeeded);
  EXPECT_EQ(elections[0].at(at("t", 2)).detail, "as it is");
}

TEST_F(PurgatoryTest, AnElectionThatIsNotSeenInTimeHasTimedOut) {
  purgatory.await_elected({{{at("t", 0), k1}, {at("t", 1), k1}}, {}}, seconds(1), elections_told);
  show(at("t", 0), k1);
  show(at("t", 1), k2);
  run(seconds(2));
  ASSERT_EQ(elections.size(), 1u);
  EXPECT_EQ(elections[0].at(at("t", 0)).code, ErrorCode::kNone);
  EXPECT_EQ(elections[0].at(at("t", 1)).code, ErrorCode::kRequestTimedOut);
}

// The elections took longer than the client waits.
TEST_F(PurgatoryTest, WithoutTimeLeftWhatIsSeenNowIsAnswered) {
  show(at("t", 0), k1);
  purgatory.await_elected({{{at("t", 0), k1}, {at("t", 1), k1}}, {}}, milliseconds(-1),
                          elections_told);
  ASSERT_EQ(elections.size(), 1u);
  EXPECT_EQ(elections[0].at(at("t", 0)).code, ErrorCode::kNone);
  EXPECT_EQ(elections[0].at(at("t", 1)).code, ErrorCode::kRequestTimedOut);
}

TEST_F(PurgatoryTest, ACallbackMayAskForMore) {
  purgatory.await_created({{"t", 1}}, seconds(1), [&](const TopicResults&) {
    purgatory.await_deleted({"t"}, seconds(1), topics_told);
  });
  show(at("t", 0), k1);
  EXPECT_TRUE(topics.empty());
  show(at("t", 0), kLeaderDuringDelete);
  EXPECT_EQ(topics.size(), 1u);
}

}  // namespace
}  // namespace barnabas::controller
