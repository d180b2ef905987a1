#include "zkclient/broker_registration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "broker/protocol/error_code.h"
#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"
#include "tests/sim/zookeeper_client.h"
#include "tests/sim/zookeeper_model.h"
#include "zkclient/paths.h"

namespace barnabas::zk {
namespace {

using sim::ZooKeeperClient;

constexpr Duration kTimeout = seconds(6);
constexpr BrokerId kBroker{0};

BrokerZnode entry(int port) {
  BrokerZnode broker;
  broker.endpoints = {{"PLAINTEXT", "PLAINTEXT", "h1", port}};
  broker.timestamp = 0;
  return broker;
}

// One process of a broker: its session and its registration.
struct Broker {
  Broker(sim::Scheduler& scheduler, sim::ZooKeeperModel& model, BrokerId id = kBroker)
      : process(scheduler, 0),
        client(model.connect(process, kTimeout)),
        registration(*client, process, id, kTimeout) {}

  void start(BrokerZnode znode, bool check_endpoints = true) {
    epoch.reset();
    process.post([this, znode = std::move(znode), check_endpoints] {
      registration.register_broker(znode, check_endpoints,
                                   [this](Result<BrokerEpoch> result) { epoch = result; });
    });
  }
  // kill -9: the session stays behind.
  void kill() {
    process.kill();
    client.reset();
  }

  sim::Process process;
  std::unique_ptr<ZooKeeperClient> client;
  BrokerRegistration registration;
  std::optional<Result<BrokerEpoch>> epoch;
};

class BrokerRegistrationTest : public ::testing::Test {
 protected:
  BrokerRegistrationTest() {
    model_.write({Op::create("/brokers", ""), Op::create("/brokers/ids", "")});
  }
  void run(Duration duration) { scheduler_.run_until(scheduler_.now() + duration); }
  const sim::ZooKeeperTree::Node* node() { return model_.tree().find("/brokers/ids/0"); }

  sim::Scheduler scheduler_;
  Random random_{5};
  sim::Process ensemble_{scheduler_, 0};
  sim::ZooKeeperModel model_{ensemble_, ensemble_, random_};
};

TEST_F(BrokerRegistrationTest, TheEpochIsTheCzxidOfTheEntry) {
  Broker broker(scheduler_, model_);
  broker.start(entry(9092));
  run(seconds(1));
  ASSERT_TRUE(broker.epoch && *broker.epoch);
  ASSERT_NE(node(), nullptr);
  EXPECT_EQ(broker.epoch->value(), BrokerEpoch(node()->stat.czxid));
  EXPECT_EQ(broker.registration.broker_epoch(), BrokerEpoch(node()->stat.czxid));
  EXPECT_EQ(node()->data, entry(9092).encode());
  EXPECT_EQ(node()->stat.version, 1);
  EXPECT_EQ(node()->stat.mzxid, node()->stat.czxid);
  EXPECT_EQ(node()->stat.ephemeral_owner, broker.client->session().id);
}

// The first try is carried out and its answer lost: the second finds the entry, owned by ourselves.
TEST_F(BrokerRegistrationTest, TheEchoOfOurOwnFirstTryIsSuccess) {
  Broker broker(scheduler_, model_);
  run(seconds(1));
  broker.start(entry(9092), false);
  broker.process.post([&] { broker.client->reset(ZooKeeperClient::InDoubt::kCarriedOut); });
  run(seconds(1));
  ASSERT_TRUE(broker.epoch && *broker.epoch);
  EXPECT_EQ(broker.epoch->value(), BrokerEpoch(node()->stat.czxid));
}

TEST_F(BrokerRegistrationTest, AfterExpiryANewEntryHasAHigherEpoch) {
  Broker broker(scheduler_, model_);
  broker.start(entry(9092));
  run(seconds(1));
  const BrokerEpoch first = broker.epoch->value();
  model_.expire(broker.client->session().id);
  run(seconds(1));
  EXPECT_EQ(node(), nullptr);
  broker.process.post([&] { broker.client->restart(); });
  broker.start(entry(9092), false);
  run(seconds(1));
  ASSERT_TRUE(broker.epoch && *broker.epoch);
  EXPECT_GT(broker.epoch->value(), first);
}

// ZOOKEEPER-2985: the entry outlives the session that expired. Nobody else can have made it: it
// names a session of this process.
TEST_F(BrokerRegistrationTest, TheEntryOfOurExpiredSessionIsRemoved) {
  Broker broker(scheduler_, model_);
  broker.start(entry(9092));
  run(seconds(1));
  const auto expired = broker.client->session().id;
  model_.expire(expired);
  run(seconds(1));
  broker.process.post([&] { broker.client->restart(); });
  run(seconds(1));
  model_.resurrect_ephemeral(paths::broker_id(kBroker), "old", expired);
  broker.start(entry(9092), false);
  run(seconds(1));
  ASSERT_TRUE(broker.epoch && *broker.epoch);
  EXPECT_EQ(node()->stat.ephemeral_owner, broker.client->session().id);
}

TEST_F(BrokerRegistrationTest, ASessionLeftBehindIsClosedNotWaitedFor) {
  Broker killed(scheduler_, model_);
  killed.start(entry(9092));
  run(seconds(1));
  const SessionId former = killed.client->session();
  killed.kill();

  Broker restarted(scheduler_, model_);
  restarted.process.post([&] {
    restarted.registration.close_former_session(model_, former,
                                                [&] { restarted.start(entry(9092)); });
  });
  run(milliseconds(50));
  ASSERT_TRUE(restarted.epoch && *restarted.epoch);
  EXPECT_FALSE(model_.is_alive(former.id));
}

TEST_F(BrokerRegistrationTest, AStrangersSessionIsAwaitedAndThenItsIdTaken) {
  Broker killed(scheduler_, model_);
  killed.start(entry(9092));
  run(seconds(1));
  killed.kill();
  Broker other(scheduler_, model_);
  other.start(entry(9093));
  run(seconds(3));
  EXPECT_FALSE(other.epoch);
  run(seconds(4));  // the killed one's session times out
  ASSERT_TRUE(other.epoch && *other.epoch);
  EXPECT_EQ(node()->stat.ephemeral_owner, other.client->session().id);
}

TEST_F(BrokerRegistrationTest, AnIdHeldByALiveBrokerFailsAfterOneSessionTimeout) {
  Broker first(scheduler_, model_);
  first.start(entry(9092));
  run(seconds(1));
  Broker second(scheduler_, model_);
  second.start(entry(9093));
  run(seconds(6));
  EXPECT_FALSE(second.epoch);
  run(seconds(3));
  ASSERT_TRUE(second.epoch);
  ASSERT_FALSE(*second.epoch);
  EXPECT_EQ(second.epoch->error().code, ErrorCode::kDuplicateBrokerRegistration);
  EXPECT_NE(second.epoch->error().detail.find("node already exists and owner"), std::string::npos);
  EXPECT_EQ(node()->stat.ephemeral_owner, first.client->session().id);
}

TEST_F(BrokerRegistrationTest, AnAddressOfAnotherLiveBrokerIsRefused) {
  Broker first(scheduler_, model_, BrokerId(7));
  first.start(entry(9092));
  run(seconds(1));
  Broker second(scheduler_, model_);
  second.start(entry(9092));
  run(seconds(1));
  ASSERT_TRUE(second.epoch);
  ASSERT_FALSE(*second.epoch);
  EXPECT_EQ(second.epoch->error().detail,
            "Configured end points h1:9092 in advertised listeners are already registered by "
            "broker 7");
  EXPECT_EQ(node(), nullptr);
}

TEST_F(BrokerRegistrationTest, AnExpiryMeanwhileFailsTheRegistrationOnce) {
  Broker broker(scheduler_, model_);
  Broker holder(scheduler_, model_);
  holder.start(entry(9092));
  run(seconds(1));
  broker.start(entry(9093));
  run(seconds(1));
  EXPECT_FALSE(broker.epoch);  // waiting
  model_.expire(broker.client->session().id);
  run(seconds(1));
  ASSERT_TRUE(broker.epoch);
  EXPECT_FALSE(*broker.epoch);
  // Nothing of it goes on: the wait's end does not register behind the owner's back.
  holder.kill();
  run(seconds(20));
  EXPECT_EQ(node(), nullptr);
}

// Whatever connections do meanwhile, a registration ends with an entry of our own and its epoch.
TEST_F(BrokerRegistrationTest, SurvivesEveryInterleavingOfLostConnections) {
  for (int seed = 0; seed < 300; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    Broker broker(scheduler_, model_);
    broker.start(entry(9092));
    for (int i = 0; i < 5; ++i) {
      run(microseconds(static_cast<std::int64_t>(random.below(3000))));
      broker.client->reset(random.one_in(2) ? ZooKeeperClient::InDoubt::kCarriedOut
                                            : ZooKeeperClient::InDoubt::kLost);
    }
    run(seconds(1));
    ASSERT_TRUE(broker.epoch && *broker.epoch) << seed;
    ASSERT_NE(node(), nullptr);
    EXPECT_EQ(broker.epoch->value(), BrokerEpoch(node()->stat.czxid)) << seed;
    EXPECT_EQ(node()->data, entry(9092).encode());
    broker.process.post([&] { broker.client->close(); });
    run(seconds(1));
    ASSERT_EQ(node(), nullptr);
  }
}

}  // namespace
}  // namespace barnabas::zk
