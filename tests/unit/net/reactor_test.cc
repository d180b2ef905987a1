#include "broker/net/reactor.h"

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/net/net_testing.h"

namespace barnabas::net {
namespace {

TEST(Reactor, RunsTasksOfOneThreadInOrder) {
  Reactor reactor("test");
  std::vector<int> seen;
  for (int i = 0; i < 1000; ++i) reactor.post([&seen, i] { seen.push_back(i); });
  reactor.run_and_wait([] {});
  ASSERT_EQ(seen.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

// A post is written to the eventfd only when the loop sleeps; none may be lost on the edge between
// the two.
TEST(Reactor, LosesNoTaskPostedWhileItFallsAsleep) {
  Reactor reactor("test");
  std::atomic<int> ran{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        reactor.post([&ran] { ++ran; });
        if (i % 100 == 0) reactor.run_and_wait([] {});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  reactor.run_and_wait([] {});
  EXPECT_EQ(ran, 8000);
}

TEST(Reactor, TaskNeverRunsInsidePost) {
  Reactor reactor("test");
  Mailbox<std::string> seen;
  reactor.post([&] {
    reactor.post([&] { seen.put("inner"); });
    seen.put("outer");
  });
  EXPECT_EQ(seen.take(), "outer");
  EXPECT_EQ(seen.take(), "inner");
}

TEST(Reactor, TimersFireInTheOrderOfTheirTimes) {
  Reactor reactor("test");
  Mailbox<int> seen;
  reactor.post([&] {
    reactor.run_after(milliseconds(30), [&] { seen.put(3); });
    reactor.run_after(milliseconds(10), [&] { seen.put(1); });
    reactor.run_after(milliseconds(20), [&] { seen.put(2); });
  });
  EXPECT_EQ(seen.take(), 1);
  EXPECT_EQ(seen.take(), 2);
  EXPECT_EQ(seen.take(), 3);
}

TEST(Reactor, TimerDoesNotFireEarly) {
  Reactor reactor("test");
  for (int i = 0; i < 20; ++i) {
    const auto start = std::chrono::steady_clock::now();
    Mailbox<std::chrono::steady_clock::time_point> fired;
    reactor.run_after(microseconds(1500), [&] { fired.put(std::chrono::steady_clock::now()); });
    EXPECT_GE(fired.take() - start, microseconds(1500));
  }
}

// An earlier timer must wake a loop that sleeps for a later one.
TEST(Reactor, EarlierTimerFromAnotherThreadIsNotHeldUpByALaterOne) {
  Reactor reactor("test");
  Mailbox<int> seen;
  reactor.run_after(seconds(3600), [] {});
  reactor.run_and_wait([] {});
  reactor.run_after(milliseconds(1), [&] { seen.put(1); });
  EXPECT_EQ(seen.take(), 1);
}

TEST(Reactor, CancelledTimerDoesNotFire) {
  Reactor reactor("test");
  bool fired = false;
  Mailbox<int> later;
  reactor.run_and_wait([&] {
    const TimerId timer = reactor.run_after(milliseconds(1), [&] { fired = true; });
    reactor.run_after(milliseconds(20), [&] { later.put(1); });
    reactor.cancel(timer);
    reactor.cancel(timer);
    reactor.cancel(TimerId{});
  });
  later.take();
  EXPECT_FALSE(fired);
}

TEST(Reactor, StopDropsWhatIsLeftAndLaterPosts) {
  Reactor reactor("test");
  auto token = std::make_shared<int>(1);
  reactor.run_after(seconds(3600), [token] {});
  reactor.stop();
  reactor.post([token] { FAIL(); });
  EXPECT_EQ(token.use_count(), 1);
  reactor.stop();
}

TEST(Reactor, KnowsItsOwnThread) {
  Reactor reactor("test");
  Reactor other("other");
  EXPECT_FALSE(reactor.is_current());
  bool is_home = false;
  bool is_other = true;
  reactor.run_and_wait([&] {
    is_home = reactor.is_current();
    is_other = other.is_current();
  });
  EXPECT_TRUE(is_home);
  EXPECT_FALSE(is_other);
}

}  // namespace
}  // namespace barnabas::net
