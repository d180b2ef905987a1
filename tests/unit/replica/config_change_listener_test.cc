#include "broker/replica/config_change_listener.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"
#include "tests/sim/zookeeper_client.h"
#include "tests/sim/zookeeper_model.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::replica {
namespace {

class ConfigChangeListenerTest : public ::testing::Test {
 protected:
  ConfigChangeListenerTest() {
    model_.write({zk::Op::create("/config", {}), zk::Op::create("/config/changes", {})});
  }

  void notify(const std::string& text) {
    const auto outcome = model_.write({zk::Op::create(zk::paths::new_config_change(), text,
                                                      zk::CreateMode::kPersistentSequential)});
    ASSERT_EQ(outcome.error, zk::ZkError::kOk);
  }
  void change(const std::string& entity_path) {
    notify(zk::ConfigChangeZnode{entity_path}.encode());
  }
  void run(Duration duration = milliseconds(20)) {
    scheduler_.run_until(scheduler_.now() + duration);
  }
  std::size_t standing() const { return model_.tree().find("/config/changes")->children.size(); }

  sim::Scheduler scheduler_;
  sim::Process process_{scheduler_, 0};
  Random random_{1};
  sim::ZooKeeperModel model_{process_, process_, random_};
  std::unique_ptr<sim::ZooKeeperClient> zookeeper_ = model_.connect(process_, seconds(6));
  std::vector<std::string> told_;
  ConfigChangeListener listener_{*zookeeper_, process_,
                                 [this](const std::string& path) { told_.push_back(path); }};
};

using Paths = std::vector<std::string>;

TEST_F(ConfigChangeListenerTest, WhatStandsThereAtFirstIsToldInItsOrder) {
  change("topics/b");
  change("topics/a");
  listener_.listen();
  run();
  EXPECT_EQ(told_, (Paths{"topics/b", "topics/a"}));
}

TEST_F(ConfigChangeListenerTest, EachChangeIsToldOnce) {
  listener_.listen();
  run();
  change("topics/a");
  run();
  change("topics/a");
  change("brokers/1");
  run();
  EXPECT_EQ(told_, (Paths{"topics/a", "topics/a", "brokers/1"}));
}

TEST_F(ConfigChangeListenerTest, Version1NamesTypeAndEntity) {
  notify(R"({"version":1,"entity_type":"topics","entity_name":"t"})");
  listener_.listen();
  run();
  EXPECT_EQ(told_, (Paths{"topics/t"}));
}

TEST_F(ConfigChangeListenerTest, WhatIsNoNotificationIsPassedOver) {
  notify("t");
  notify(R"({"version":3,"entity_path":"topics/t"})");
  change("topics/t");
  listener_.listen();
  run();
  EXPECT_EQ(told_, (Paths{"topics/t"}));
}

// As in Kafka: the next notification is the occasion.
TEST_F(ConfigChangeListenerTest, NodesOlderThan15MinutesGoWithTheNextOne) {
  listener_.listen();
  change("topics/a");
  run();
  run(ConfigChangeListener::kExpiration);
  EXPECT_EQ(standing(), 1u);
  change("topics/b");
  run();
  EXPECT_EQ(standing(), 1u);
  EXPECT_EQ(told_, (Paths{"topics/a", "topics/b"}));
}

TEST_F(ConfigChangeListenerTest, AnOldNodeFoundAtTheFirstLookIsToldAndGoes) {
  change("topics/a");
  run(ConfigChangeListener::kExpiration + seconds(1));
  listener_.listen();
  run();
  EXPECT_EQ(told_, (Paths{"topics/a"}));
  EXPECT_EQ(standing(), 0u);
}

TEST_F(ConfigChangeListenerTest, ANewSessionTellsWhatCameInBetween) {
  listener_.listen();
  change("topics/a");
  run();
  ASSERT_TRUE(model_.expire(zookeeper_->session().id));
  run();
  change("topics/b");
  zookeeper_->restart();
  run(seconds(1));
  listener_.listen();
  run();
  EXPECT_EQ(told_, (Paths{"topics/a", "topics/b"}));
}

}  // namespace
}  // namespace barnabas::replica
