#include "broker/replica/delayed_operations.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"

namespace barnabas::replica {
namespace {

class Operation final : public DelayedOperation {
 public:
  bool ready = false;
  int completed = 0;
  int expired = 0;
  std::vector<std::size_t> keys;

 private:
  bool is_satisfied(std::size_t key) override {
    keys.push_back(key);
    return ready;
  }
  void on_complete(bool by_timeout) override { ++(by_timeout ? expired : completed); }
};

class DelayedOperationTest : public testing::Test {
 protected:
  sim::Scheduler scheduler;
  sim::Process process{scheduler, 0};
  DelayedOperations deadlines{process, process};
  Watchers watchers;
  Watchers others;

  std::shared_ptr<Operation> waiting(Duration timeout = milliseconds(100)) {
    auto operation = std::make_shared<Operation>();
    watchers.watch(operation, 4);
    others.watch(operation, 5);
    deadlines.add(operation, process.now() + timeout);
    return operation;
  }
};

TEST_F(DelayedOperationTest, IsTriedWithItsKeyWhenSomethingHappens) {
  const auto operation = waiting();
  watchers.check();
  others.check();
  EXPECT_EQ(operation->keys, (std::vector<std::size_t>{4, 5}));
  EXPECT_EQ(operation->completed, 0);
}
TEST_F(DelayedOperationTest, CompletedLeavesEveryList) {
  const auto operation = waiting();
  operation->ready = true;
  watchers.check();
  EXPECT_EQ(operation->completed, 1);
  EXPECT_TRUE(watchers.empty());
  EXPECT_TRUE(others.empty());
  EXPECT_EQ(deadlines.size(), 0u);
  EXPECT_EQ(operation.use_count(), 1);
}
TEST_F(DelayedOperationTest, CompletesOnceWhetherByEventOrTime) {
  const auto operation = waiting();
  operation->ready = true;
  watchers.check();
  operation->try_complete(4);
  operation->expire();
  scheduler.run_until(scheduler.now() + seconds(1));
  EXPECT_EQ(operation->completed + operation->expired, 1);
}
TEST_F(DelayedOperationTest, ExpiresAtItsDeadlineAndLeavesEveryList) {
  const auto operation = waiting(milliseconds(100));
  scheduler.run_until(Time{milliseconds(99)});
  EXPECT_EQ(operation->expired, 0);
  scheduler.run_until(Time{milliseconds(100)});
  EXPECT_EQ(operation->expired, 1);
  EXPECT_TRUE(watchers.empty());
  EXPECT_TRUE(others.empty());
}
// The timer was set for a later deadline when the earlier one came.
TEST_F(DelayedOperationTest, ALaterAddedEarlierDeadlineIsKept) {
  const auto late = waiting(milliseconds(300));
  const auto early = waiting(milliseconds(50));
  scheduler.run_until(Time{milliseconds(60)});
  EXPECT_EQ(early->expired, 1);
  EXPECT_EQ(late->expired, 0);
  scheduler.run_until(Time{milliseconds(300)});
  EXPECT_EQ(late->expired, 1);
}
TEST_F(DelayedOperationTest, CompletedBeforeItIsWatchedIsNotKept) {
  const auto operation = std::make_shared<Operation>();
  operation->expire();
  watchers.watch(operation, 0);
  deadlines.add(operation, process.now());
  EXPECT_TRUE(watchers.empty());
  EXPECT_EQ(deadlines.size(), 0u);
}
TEST_F(DelayedOperationTest, TheEndForgetsWhatWaitsUncompleted) {
  const auto operation = waiting();
  watchers.clear();
  others.clear();
  deadlines.clear();
  scheduler.run_until(Time{seconds(1)});
  EXPECT_EQ(operation->completed + operation->expired, 0);
  EXPECT_EQ(operation.use_count(), 1);
}

}  // namespace
}  // namespace barnabas::replica
