// Metadata whose leader has probably just died: held, and let go.
#include "broker/replica/leader_watch.h"

#include <gtest/gtest.h>

#include "broker/protocol/messages/fetch.h"
#include "tests/unit/replica/doubles.h"

namespace barnabas::replica {
namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;

struct Told {
  bool parked = false;
  std::shared_ptr<const MetadataSnapshot> snapshot;
};
class MetadataProbe final : public MetadataSink {
 public:
  explicit MetadataProbe(Told& to) : to_(to) {}
  void parked() override { to_.parked = true; }
  void done(std::shared_ptr<const MetadataSnapshot> snapshot) override {
    EXPECT_EQ(to_.snapshot, nullptr) << "answered twice";
    to_.snapshot = std::move(snapshot);
  }

 private:
  Told& to_;
};

// Broker 1 follows broker 2, which leads first-0; other-0 is led by broker 3.
class LeaderWatchTest : public testing::Test, public BrokerFixture {
 protected:
  void SetUp() override {
    EXPECT_TRUE(tell_leaders(2, 5));
    EXPECT_EQ(told_state(told(2, 5, {2, 1}, 5)), ErrorCode::kNone);
    run_for(milliseconds(1));
  }

  Result<void> tell_leaders(std::int32_t leader_of_first, std::int32_t epoch,
                            std::initializer_list<std::int32_t> alive = {1, 2, 3}) {
    MetadataUpdate update;
    update.controller_id = BrokerId{3};
    for (const auto id : alive) {
      update.live_brokers.push_back(
          {BrokerId{id}, {{"PLAINTEXT", "PLAINTEXT", "host" + std::to_string(id), id}}, {}});
    }
    PartitionMetadata state;
    state.leader = BrokerId{leader_of_first};
    state.leader_epoch = LeaderEpoch{epoch};
    update.partitions.push_back({"first", kTopicId, PartitionId{0}, state});
    state.leader = BrokerId{3};
    update.partitions.push_back({"other", Uuid{{8}}, PartitionId{0}, state});
    return manager->update_metadata(stamp(), update);
  }
  void leader_answers() {
    FetchResponse response;
    auto& topic = response.responses.emplace_back();
    topic.topic_id = kTopicId;
    topic.partitions.emplace_back().records = protocol::Records::empty();
    transport.answer(response);
  }
  void leader_dies() {
    leader_answers();
    transport.fail(ErrorCode::kNetworkException);
  }
  void ask(Told& to, MetadataQuery query = {.all_topics = false, .names = {"first"}, .ids = {}}) {
    query.asks_again = true;
    manager->tell_metadata(std::move(query), std::make_unique<MetadataProbe>(to));
    run_for(Duration{0});
  }
  static BrokerId leader_in(const Told& told) {
    return told.snapshot->partition("first", PartitionId{0})->leader;
  }
};

TEST_F(LeaderWatchTest, AnswersAtOnceWhenTheLeadersDeathWouldNotBeNoticed) {
  Told told;
  ask(told);
  EXPECT_FALSE(told.parked);
  EXPECT_EQ(leader_in(told), BrokerId{2});
}
TEST_F(LeaderWatchTest, WaitsForWhatWouldBeNoticedOfALeaderThatHasAnswered) {
  leader_answers();
  Told told;
  ask(told);
  EXPECT_TRUE(told.parked);
  run_for(SuspectedBrokers::kNoticedWithin - milliseconds(1));
  EXPECT_EQ(told.snapshot, nullptr);
  run_for(milliseconds(1));
  ASSERT_NE(told.snapshot, nullptr);
  EXPECT_EQ(leader_in(told), BrokerId{2});
}
// Clients go on to other connections, and some expect to have metadata before anything else.
TEST_F(LeaderWatchTest, FirstAnswerOfAConnectionIsGivenAtOnce) {
  leader_answers();
  Told told;
  manager->tell_metadata({.all_topics = false, .names = {"first"}, .ids = {}},
                         std::make_unique<MetadataProbe>(told));
  run_for(Duration{0});
  ASSERT_NE(told.snapshot, nullptr);
  EXPECT_FALSE(told.parked);
}
// The kernel ended the client's connection first, and ours when the client had already asked.
TEST_F(LeaderWatchTest, DeathThatIsNoticedAfterTheRequestHoldsItsAnswer) {
  leader_answers();
  Told told;
  ask(told);
  run_for(SuspectedBrokers::kNoticedWithin - milliseconds(1));
  transport.fail(ErrorCode::kNetworkException);
  run_for(milliseconds(20));
  EXPECT_EQ(told.snapshot, nullptr);
  EXPECT_TRUE(tell_leaders(1, 6, {1, 3}));
  ASSERT_NE(told.snapshot, nullptr);
  EXPECT_EQ(leader_in(told), BrokerId{1});
}
TEST_F(LeaderWatchTest, NewsThatWaitToBeHandledAreHandledBeforeTheAnswer) {
  leader_answers();
  Told told;
  manager->tell_metadata({.all_topics = true, .names = {}, .ids = {}, .asks_again = true},
                         std::make_unique<MetadataProbe>(told));
  process.run_after(SuspectedBrokers::kNoticedWithin,
                    [this] { transport.fail(ErrorCode::kNetworkException); });
  run_for(SuspectedBrokers::kNoticedWithin + milliseconds(1));
  EXPECT_TRUE(told.parked);
  EXPECT_EQ(told.snapshot, nullptr);
}
TEST_F(LeaderWatchTest, HoldsTheAnswerUntilTheControllerNamesAnotherLeader) {
  leader_dies();
  Told told;
  ask(told);
  EXPECT_TRUE(told.parked);
  run_for(milliseconds(20));
  EXPECT_EQ(told.snapshot, nullptr);
  EXPECT_TRUE(tell_leaders(1, 6, {1, 3}));
  ASSERT_NE(told.snapshot, nullptr);
  EXPECT_EQ(leader_in(told), BrokerId{1});
}
// A new controller first tells who is alive, and some milliseconds later who leads.
TEST_F(LeaderWatchTest, HoldsOnWhenTheControllerHasOnlyToldWhoIsAlive) {
  leader_dies();
  Told told;
  ask(told);
  EXPECT_TRUE(update_metadata({1, 3}));
  EXPECT_EQ(told.snapshot, nullptr);
  Told asked_later;
  ask(asked_later);
  EXPECT_EQ(asked_later.snapshot, nullptr);
  EXPECT_TRUE(tell_leaders(1, 6, {1, 3}));
  EXPECT_EQ(leader_in(told), BrokerId{1});
  EXPECT_EQ(leader_in(asked_later), BrokerId{1});
}
TEST_F(LeaderWatchTest, PartitionWithoutALeaderIsToldAtOnce) {
  leader_dies();
  Told told;
  ask(told);
  EXPECT_TRUE(tell_leaders(kNoBroker.value(), 6, {1, 3}));
  ASSERT_NE(told.snapshot, nullptr);
}
TEST_F(LeaderWatchTest, AnswersWithWhatItKnowsWhenTheSuspicionIsOver) {
  leader_dies();
  run_for(milliseconds(50));
  Told told;
  ask(told);
  run_for(SuspectedBrokers::kLongest - milliseconds(51));
  EXPECT_EQ(told.snapshot, nullptr);
  run_for(milliseconds(1));
  ASSERT_NE(told.snapshot, nullptr);
  EXPECT_EQ(leader_in(told), BrokerId{2});
  Told asked_later;
  ask(asked_later);
  EXPECT_FALSE(asked_later.parked);
}
// It merely closed a connection: the next one shows that it lives, at once, because it is not asked
// to wait for data.
TEST_F(LeaderWatchTest, AnswersWhenTheSuspectAnswersOnANewConnection) {
  leader_dies();
  Told told;
  ask(told);
  run_for(milliseconds(10));
  EXPECT_EQ(transport.next<FetchRequest>().max_wait_ms, 0);
  EXPECT_EQ(told.snapshot, nullptr);
  leader_answers();
  ASSERT_NE(told.snapshot, nullptr);
  EXPECT_EQ(leader_in(told), BrokerId{2});
  EXPECT_EQ(transport.next<FetchRequest>().max_wait_ms, 500);
}
TEST_F(LeaderWatchTest, DeadBrokerThatIsTriedAgainIsNotSuspectedAnew) {
  leader_dies();
  Told told;
  ask(told);
  Time end = scheduler.now() + SuspectedBrokers::kLongest;
  while (scheduler.now() < end) {
    if (!transport.sent.empty()) transport.fail(ErrorCode::kNetworkException);
    run_for(milliseconds(5));
  }
  ASSERT_NE(told.snapshot, nullptr);
  Told asked_later;
  ask(asked_later);
  EXPECT_FALSE(asked_later.parked);
}
TEST_F(LeaderWatchTest, SlowLeaderIsNotSuspected) {
  leader_answers();
  transport.fail(ErrorCode::kRequestTimedOut);
  Told told;
  ask(told);
  run_for(SuspectedBrokers::kNoticedWithin);
  ASSERT_NE(told.snapshot, nullptr);
  EXPECT_EQ(leader_in(told), BrokerId{2});
}
TEST_F(LeaderWatchTest, OnlyAnswersThatNameTheSuspectAreHeld) {
  leader_dies();
  Told other;
  ask(other, {.all_topics = false, .names = {"other", "unknown"}, .ids = {}});
  EXPECT_FALSE(other.parked);
  Told none;
  ask(none, {.all_topics = false, .names = {}, .ids = {}});
  EXPECT_FALSE(none.parked);
  Told by_id;
  ask(by_id, {.all_topics = false, .names = {}, .ids = {kTopicId}});
  EXPECT_TRUE(by_id.parked);
  Told all;
  ask(all, {.all_topics = true, .names = {}, .ids = {}});
  EXPECT_TRUE(all.parked);
}

}  // namespace
}  // namespace barnabas::replica
