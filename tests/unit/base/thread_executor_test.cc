#include "broker/base/thread_executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

namespace barnabas {
namespace {

TEST(ThreadExecutor, RunsTasksOfOneThreadInOrderOnItsOwnThread) {
  ThreadExecutor executor("test");
  std::vector<int> seen;
  for (int i = 0; i < 100; ++i) {
    executor.post([&, i] {
      EXPECT_TRUE(executor.is_current());
      seen.push_back(i);
    });
  }
  executor.drain();
  EXPECT_FALSE(executor.is_current());
  ASSERT_EQ(seen.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(ThreadExecutor, TasksPostedByATaskRunAfterIt) {
  ThreadExecutor executor("test");
  std::vector<int> seen;
  executor.post([&] {
    executor.post([&] { seen.push_back(2); });
    seen.push_back(1);
  });
  executor.drain();
  executor.drain();
  EXPECT_EQ(seen, (std::vector<int>{1, 2}));
}

TEST(ThreadExecutor, TimersFireInTheOrderOfTheirTimes) {
  ThreadExecutor executor("test");
  std::promise<void> both;
  std::vector<int> seen;
  executor.run_after(milliseconds(20), [&] {
    seen.push_back(2);
    both.set_value();
  });
  executor.run_after(milliseconds(1), [&] { seen.push_back(1); });
  both.get_future().wait();
  EXPECT_EQ(seen, (std::vector<int>{1, 2}));
}

TEST(ThreadExecutor, ACancelledTimerNeverFires) {
  ThreadExecutor executor("test");
  std::atomic<bool> fired = false;
  std::promise<void> later;
  executor.post([&] {
    const TimerId timer = executor.run_after(milliseconds(0), [&] { fired = true; });
    executor.cancel(timer);
    executor.cancel(timer);      // gone already
    executor.cancel(TimerId{});  // no timer
  });
  executor.run_after(milliseconds(10), [&] { later.set_value(); });
  later.get_future().wait();
  EXPECT_FALSE(fired);
}

TEST(ThreadExecutor, NothingRunsAfterStop) {
  std::atomic<int> ran = 0;
  ThreadExecutor executor("test");
  executor.run_after(seconds(3600), [&] { ++ran; });
  executor.post([&] { ++ran; });
  executor.stop();
  const int at_stop = ran;
  executor.post([&] { ++ran; });
  executor.run_after(milliseconds(0), [&] { ++ran; });
  executor.stop();
  EXPECT_EQ(ran, at_stop);
  EXPECT_LE(at_stop, 1);
}

}  // namespace
}  // namespace barnabas
