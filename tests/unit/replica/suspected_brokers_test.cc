// Which brokers are suspected to be dead, and for how long.
#include "broker/replica/core/suspected_brokers.h"

#include <gtest/gtest.h>

#include <map>

#include "broker/base/random.h"
#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

using News = BrokerConnection::News;

TEST(BrokerConnection, AnswerShowsOnceThatTheBrokerLives) {
  BrokerConnection connection;
  EXPECT_FALSE(connection.is_proven());
  EXPECT_EQ(connection.on_answer(), News::kConnected);
  EXPECT_TRUE(connection.is_proven());
  EXPECT_EQ(connection.on_answer(), News::kNone);
}
TEST(BrokerConnection, IsLostWhenThePeerEndsItAfterAnAnswer) {
  BrokerConnection connection;
  connection.on_answer();
  EXPECT_EQ(connection.on_failure(ErrorCode::kNetworkException), News::kLost);
  EXPECT_EQ(connection.on_answer(), News::kConnected);
}
// A broker that is down is tried again and again: each refusal says nothing new.
TEST(BrokerConnection, ThatNeverAnsweredIsNotLost) {
  BrokerConnection connection;
  EXPECT_EQ(connection.on_failure(ErrorCode::kNetworkException), News::kNone);
  connection.on_answer();
  connection.on_failure(ErrorCode::kNetworkException);
  EXPECT_EQ(connection.on_failure(ErrorCode::kNetworkException), News::kNone);
}
// A broker that is held or cut off does not answer; its session decides about it.
TEST(BrokerConnection, ThatTimesOutIsNotLost) {
  BrokerConnection connection;
  connection.on_answer();
  EXPECT_EQ(connection.on_failure(ErrorCode::kRequestTimedOut), News::kNone);
  EXPECT_EQ(connection.on_failure(ErrorCode::kNetworkException), News::kNone);
}
TEST(BrokerConnection, ThatWeClosedIsNotLost) {
  BrokerConnection connection;
  connection.on_answer();
  connection.on_closed_by_us();
  EXPECT_EQ(connection.on_failure(ErrorCode::kNetworkException), News::kNone);
}

TEST(SuspectedBrokers, SuspicionEndsByItself) {
  SuspectedBrokers suspected;
  suspected.on_lost(b(2), at_ms(1000));
  const Time end = at_ms(1000) + SuspectedBrokers::kLongest;
  EXPECT_EQ(suspected.suspected_until(b(2), at_ms(1000)), end);
  EXPECT_EQ(suspected.suspected_until(b(2), end - Duration{1}), end);
  EXPECT_EQ(suspected.suspected_until(b(2), end), std::nullopt);
  EXPECT_EQ(suspected.suspected_until(b(3), at_ms(1000)), std::nullopt);
}
TEST(SuspectedBrokers, SuspicionEndsWhenTheBrokerAnswers) {
  SuspectedBrokers suspected;
  suspected.on_lost(b(2), at_ms(0));
  suspected.on_lost(b(3), at_ms(0));
  EXPECT_TRUE(suspected.on_connected(b(2)));
  EXPECT_FALSE(suspected.on_connected(b(2)));
  EXPECT_EQ(suspected.suspected_until(b(2), at_ms(1)), std::nullopt);
  EXPECT_NE(suspected.suspected_until(b(3), at_ms(1)), std::nullopt);
}
TEST(SuspectedBrokers, ThoseWhoseTimeIsOverAreForgotten) {
  SuspectedBrokers suspected;
  suspected.on_lost(b(2), at_ms(0));
  suspected.on_tick(at_ms(1));
  EXPECT_FALSE(suspected.empty());
  suspected.on_tick(Time{} + SuspectedBrokers::kLongest);
  EXPECT_TRUE(suspected.empty());
}

// Whatever happens on the connections to three brokers: nobody is suspected who has not lately
// ended a connection that had answered, nor anybody who has answered since, nor anybody for longer
// than the bound.
TEST(SuspectedBrokers, AreSuspectedOnlyForAReasonAndOnlyForAWhile) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    SuspectedBrokers suspected;
    std::map<BrokerId, BrokerConnection> connections;
    std::map<BrokerId, Time> ended;  // the last end by the peer, without an answer since
    Time now = at_ms(0);
    int times = 0;
    for (int event = 0; event < 300; ++event) {
      now += milliseconds(static_cast<std::int64_t>(random.below(100)));
      const BrokerId broker{static_cast<std::int32_t>(1 + random.below(3))};
      BrokerConnection& connection = connections[broker];
      News news = News::kNone;
      switch (random.below(4)) {
        case 0:
          news = connection.on_answer();
          ended.erase(broker);
          break;
        case 1:
          if (connection.is_proven()) ended[broker] = now;
          news = connection.on_failure(ErrorCode::kNetworkException);
          break;
        case 2:
          news = connection.on_failure(ErrorCode::kRequestTimedOut);
          break;
        default:
          connection.on_closed_by_us();
          break;
      }
      if (news == News::kLost) suspected.on_lost(broker, now);
      if (news == News::kConnected) suspected.on_connected(broker);
      if (random.one_in(5)) suspected.on_tick(now);
      for (std::int32_t id = 1; id <= 3; ++id) {
        const auto until = suspected.suspected_until(b(id), now);
        if (!until) continue;
        ++times;
        ASSERT_TRUE(ended.contains(b(id))) << "seed " << seed;
        ASSERT_EQ(*until, ended[b(id)] + SuspectedBrokers::kLongest) << "seed " << seed;
        ASSERT_GT(*until, now) << "seed " << seed;
      }
    }
    ASSERT_GT(times, 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace barnabas::replica
