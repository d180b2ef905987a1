// What only the model can show: chosen outcomes of lost connections, and time.
#include "tests/sim/zookeeper_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"
#include "tests/sim/zookeeper_client.h"
#include "tests/unit/zkclient/world.h"

namespace barnabas::sim {
namespace {

using zk::ZkError;

class ZooKeeperModelTest : public ::testing::Test {
 protected:
  void run(Duration duration) { scheduler_.run_until(scheduler_.now() + duration); }

  Scheduler scheduler_;
  Random random_{3};
  Process ensemble_{scheduler_, 0};
  ZooKeeperModel model_{ensemble_, ensemble_, random_};
  Process home_{scheduler_, 0};
  zk::testing::Recorder recorder_;
};

TEST_F(ZooKeeperModelTest, AWriteCarriedOutBeforeTheLossIsAnsweredByItsEcho) {
  auto client = model_.connect(home_, seconds(6));
  run(milliseconds(10));
  zk::CreateAnswer answer;
  home_.post([&] {
    client->create("/a", "x", zk::CreateMode::kPersistent, [&](auto a) { answer = a; });
    client->reset(ZooKeeperClient::InDoubt::kCarriedOut);
  });
  run(milliseconds(100));
  EXPECT_EQ(answer.error, ZkError::kNodeExists);
  EXPECT_TRUE(answer.resent);
}

TEST_F(ZooKeeperModelTest, AWriteLostWithTheConnectionIsCarriedOutLater) {
  auto client = model_.connect(home_, seconds(6));
  run(milliseconds(10));
  zk::CreateAnswer answer{{ZkError::kOther, false}, ""};
  home_.post([&] {
    client->create("/a", "x", zk::CreateMode::kPersistent, [&](auto a) { answer = a; });
    client->reset(ZooKeeperClient::InDoubt::kLost);
  });
  run(milliseconds(100));
  EXPECT_EQ(answer.error, ZkError::kOk);
  EXPECT_TRUE(answer.resent);
}

TEST_F(ZooKeeperModelTest, ACutClientExpiresAfterItsTimeoutAndLearnsOfItWhenHealed) {
  auto client = model_.connect(home_, seconds(6));
  client->add_observer(&recorder_);
  run(milliseconds(10));
  const auto session = client->session().id;
  home_.post([&] { client->create("/e", "", zk::CreateMode::kEphemeral, [](const auto&) {}); });
  run(milliseconds(10));
  client->cut();
  run(seconds(5));
  EXPECT_TRUE(model_.is_alive(session));
  EXPECT_NE(model_.tree().find("/e"), nullptr);
  run(seconds(2));
  EXPECT_FALSE(model_.is_alive(session));
  EXPECT_EQ(model_.tree().find("/e"), nullptr);
  EXPECT_EQ(recorder_.told, std::vector<std::string>{"established"});
  client->heal();
  run(seconds(1));
  EXPECT_EQ(recorder_.told, (std::vector<std::string>{"established", "expired"}));
}

TEST_F(ZooKeeperModelTest, APausedProcessLosesItsSessionAndARunningOneKeepsIt) {
  Process other(scheduler_, 0);
  auto paused = model_.connect(home_, seconds(6));
  auto running = model_.connect(other, seconds(6));
  run(milliseconds(10));
  home_.pause();
  run(seconds(60));
  EXPECT_FALSE(model_.is_alive(paused->session().id));
  EXPECT_TRUE(model_.is_alive(running->session().id));
}

TEST_F(ZooKeeperModelTest, AKilledProcessKeepsItsSessionUntilItTimesOut) {
  auto client = model_.connect(home_, seconds(6));
  run(milliseconds(10));
  const auto session = client->session().id;
  home_.kill();
  client.reset();
  run(seconds(5));
  EXPECT_TRUE(model_.is_alive(session));
  run(seconds(2));
  EXPECT_FALSE(model_.is_alive(session));
}

TEST_F(ZooKeeperModelTest, ACleanStopEndsTheSessionAtOnce) {
  auto client = model_.connect(home_, seconds(6));
  run(milliseconds(10));
  const auto session = client->session().id;
  home_.post([&] { client->close(); });
  run(milliseconds(10));
  EXPECT_FALSE(model_.is_alive(session));
}

TEST_F(ZooKeeperModelTest, ASessionIsClosedByWhoeverKnowsItsPasswordOnly) {
  auto client = model_.connect(home_, seconds(6));
  run(milliseconds(10));
  int answers = 0;
  model_.close_session({client->session().id, "guess"}, [&](bool) { ++answers; });
  run(milliseconds(10));
  EXPECT_EQ(answers, 1);
  EXPECT_TRUE(model_.is_alive(client->session().id));
  model_.close_session(client->session(), [&](bool) { ++answers; });
  run(milliseconds(10));
  EXPECT_EQ(answers, 2);
  EXPECT_FALSE(model_.is_alive(client->session().id));
}

TEST_F(ZooKeeperModelTest, DestroyingTheClientInACallbackIsSafe) {
  auto client = model_.connect(home_, seconds(6));
  run(milliseconds(10));
  home_.post([&] {
    client->exists("/a", false, [&](const auto&) { client.reset(); });
    client->exists("/a", false, [&](const auto&) { ADD_FAILURE() << "called after the end"; });
  });
  run(milliseconds(10));
  EXPECT_EQ(client, nullptr);
}

}  // namespace
}  // namespace barnabas::sim
