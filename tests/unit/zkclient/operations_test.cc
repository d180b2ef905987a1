#include "zkclient/operations.h"

#include <gtest/gtest.h>

#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"
#include "tests/sim/zookeeper_client.h"
#include "tests/sim/zookeeper_model.h"

namespace barnabas::zk {
namespace {

using sim::ZooKeeperClient;

class Operations : public ::testing::Test {
 protected:
  Operations() { run(); }
  void run() { scheduler_.run_until(scheduler_.now() + seconds(1)); }
  const sim::ZooKeeperTree::Node* node(const std::string& path) { return model_.tree().find(path); }
  // What is under way now is carried out, and its answer lost.
  void lose_answers() { client_->reset(ZooKeeperClient::InDoubt::kCarriedOut); }

  sim::Scheduler scheduler_;
  Random random_{5};
  sim::Process ensemble_{scheduler_, 0};
  sim::ZooKeeperModel model_{ensemble_, ensemble_, random_};
  sim::Process home_{scheduler_, 0};
  std::unique_ptr<ZooKeeperClient> client_ = model_.connect(home_, seconds(6));
};

TEST_F(Operations, CreateRecursiveMakesWhatIsMissingAbove) {
  CreateAnswer answer{{ZkError::kOther, false}, ""};
  home_.post([&] { create_recursive(*client_, "/a/b/c", "x", [&](auto a) { answer = a; }); });
  run();
  EXPECT_TRUE(answer.ok());
  EXPECT_EQ(answer.path, "/a/b/c");
  EXPECT_EQ(node("/a/b/c")->data, "x");
  EXPECT_EQ(node("/a")->data, "");
  home_.post([&] { create_recursive(*client_, "/a/b/c", "y", [&](auto a) { answer = a; }); });
  run();
  EXPECT_EQ(answer.error, ZkError::kNodeExists);
  EXPECT_EQ(node("/a/b/c")->data, "x");
}

TEST_F(Operations, TheEchoOfACreateIsToldFromAnothersNode) {
  CreateAnswer answer{{ZkError::kOther, false}, ""};
  home_.post([&] {
    create_recursive(*client_, "/mine", "x", [&](auto a) { answer = a; });
    lose_answers();
  });
  run();
  EXPECT_TRUE(answer.ok());

  model_.write({Op::create("/theirs", "y")});
  home_.post([&] {
    create_recursive(*client_, "/theirs", "x", [&](auto a) { answer = a; });
    lose_answers();
  });
  run();
  EXPECT_EQ(answer.error, ZkError::kNodeExists);
}

TEST_F(Operations, SetOrCreateWritesEitherWay) {
  Answer answer{ZkError::kOther, false};
  home_.post([&] { set_or_create(*client_, "/config/t", "1", [&](auto a) { answer = a; }); });
  run();
  EXPECT_TRUE(answer.ok());
  EXPECT_EQ(node("/config/t")->data, "1");
  home_.post([&] { set_or_create(*client_, "/config/t", "2", [&](auto a) { answer = a; }); });
  run();
  EXPECT_TRUE(answer.ok());
  EXPECT_EQ(node("/config/t")->data, "2");
}

TEST_F(Operations, TheEchoOfAConditionalWriteIsToldFromAnothersWrite) {
  model_.write({Op::create("/a", "0")});
  StatAnswer answer;
  answer.error = ZkError::kOther;
  home_.post([&] {
    set_data_settled(*client_, "/a", "1", 0, [&](auto a) { answer = a; });
    lose_answers();
  });
  run();
  EXPECT_TRUE(answer.ok());
  EXPECT_EQ(answer.stat.version, 1);

  home_.post([&] {
    set_data_settled(*client_, "/a", "mine", 1, [&](auto a) { answer = a; });
    model_.write({Op::set_data("/a", "theirs", 1)});
    lose_answers();
  });
  run();
  EXPECT_EQ(answer.error, ZkError::kBadVersion);
  EXPECT_EQ(node("/a")->data, "theirs");
}

TEST_F(Operations, ExpiryEndsThem) {
  CreateAnswer answer;
  home_.post([&] { create_recursive(*client_, "/a/b", "x", [&](auto a) { answer = a; }); });
  model_.expire(client_->session().id);
  run();
  EXPECT_EQ(answer.error, ZkError::kSessionExpired);
}

}  // namespace
}  // namespace barnabas::zk
