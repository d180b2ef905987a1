// Who is let in, and what may pile up, as clients see it.
#include <sys/socket.h>

#include <memory>
#include <vector>

#include "broker/net/request_budget.h"
#include "tests/unit/net/net_testing.h"

namespace barnabas::net {
namespace {

bool is_answered(RawClient& client, std::int32_t id) {
  client.send(request_frame(id, "x"));
  return client.receive_response().correlation_id == id;
}

// Nothing comes for a while, though the client has asked or waits to be let in.
bool stays_unanswered(RawClient& client, TestServer& server) {
  for (int i = 0; i < 20; ++i) server.reactor().run_and_wait([] {});
  client.set_patience({.tv_sec = 0, .tv_usec = 50000});
  const bool nothing = client.receive(1).empty();
  client.set_patience({.tv_sec = kPatience.count(), .tv_usec = 0});
  return nothing;
}

TEST(ConnectionLimits, ANewcomerAboveTheMaximumIsServedWhenAnotherLeaves) {
  SocketOptions options;
  options.quotas.max_connections = 2;
  TestServer server(echo, options, 2);
  auto first = std::make_unique<RawClient>(server.port());
  RawClient second(server.port());
  EXPECT_TRUE(is_answered(*first, 1));
  EXPECT_TRUE(is_answered(second, 2));
  RawClient third(server.port());
  RawClient fourth(server.port());
  third.send(request_frame(3, "waiting"));
  EXPECT_TRUE(stays_unanswered(third, server));
  first.reset();
  EXPECT_EQ(third.receive_response().body, "waiting");
  EXPECT_TRUE(is_answered(second, 4));
}

TEST(ConnectionLimits, AnAddressWithTooManyIsClosedAndTheOthersGoOn) {
  SocketOptions options;
  options.quotas.max_per_address = 2;
  TestServer server(echo, options);
  auto first = std::make_unique<RawClient>(server.port());
  RawClient second(server.port());
  EXPECT_TRUE(is_answered(*first, 1));
  EXPECT_TRUE(is_answered(second, 2));
  EXPECT_TRUE(RawClient(server.port()).is_closed_by_server());
  EXPECT_TRUE(is_answered(second, 3));
  first.reset();
  for (int i = 0; i < 20; ++i) server.reactor().run_and_wait([] {});
  RawClient again(server.port());
  EXPECT_TRUE(is_answered(again, 4));
}

TEST(ConnectionLimits, AnOverrideCountsForItsAddress) {
  SocketOptions options;
  options.quotas.max_per_address = 1;
  options.quotas.address_maximum["127.0.0.1"] = 2;
  TestServer server(echo, options);
  RawClient first(server.port());
  RawClient second(server.port());
  EXPECT_TRUE(is_answered(first, 1));
  EXPECT_TRUE(is_answered(second, 2));
  EXPECT_TRUE(RawClient(server.port()).is_closed_by_server());
}

TEST(ConnectionLimits, AboveTheCreationRateAConnectionWaitsForItsTime) {
  SocketOptions options;
  options.quotas.max_creation_rate = 2;
  options.quotas.rate_windows = {.samples = 2, .window = milliseconds(500)};
  TestServer server(echo, options);
  RawClient first(server.port());
  EXPECT_TRUE(is_answered(first, 1));
  const Time before = SystemClock().now();
  RawClient second(server.port());
  EXPECT_TRUE(is_answered(second, 2));
  EXPECT_GE(SystemClock().now() - before, milliseconds(300));
}

TEST(ConnectionLimits, ServerStopsWithANewcomerAtTheDoor) {
  SocketOptions options;
  options.quotas.max_connections = 1;
  TestServer server(echo, options);
  RawClient first(server.port());
  EXPECT_TRUE(is_answered(first, 1));
  RawClient waiting(server.port());
  EXPECT_TRUE(stays_unanswered(waiting, server));
  server.stop();
  EXPECT_TRUE(waiting.is_closed_by_server());
}

// A broker's connection comes in by its own listener although the clients have taken every slot.
TEST(ConnectionLimits, AClientLongestSilentGoesForABroker) {
  TestServer handler(echo);
  Reactor reactor("limits");
  SocketOptions options;
  options.quotas.max_connections = 2;
  options.quotas.inter_broker_listener = "BROKERS";
  SocketServer server({&reactor}, handler, options);
  const auto clients = server.bind("CLIENTS", "127.0.0.1", 0);
  const auto brokers = server.bind("BROKERS", "127.0.0.1", 0);
  ASSERT_TRUE(clients && brokers);
  server.start();
  RawClient silent(*clients);
  EXPECT_TRUE(is_answered(silent, 1));
  RawClient busy(*clients);
  EXPECT_TRUE(is_answered(busy, 2));
  RawClient broker(*brokers);
  EXPECT_TRUE(is_answered(broker, 3));
  EXPECT_TRUE(silent.is_closed_by_server());
  EXPECT_TRUE(is_answered(busy, 4));
  server.stop();
  reactor.stop();
}

// ---- what may pile up

TEST(ConnectionLimits, NoRequestIsReadWhileTheQueueIsFull) {
  SocketOptions options;
  options.max_queued_requests = 2;
  Mailbox<protocol::Responder> queued;
  TestServer server(
      [&](protocol::Request, protocol::Responder responder) { queued.put(std::move(responder)); },
      options, 2);
  RawClient one(server.port());
  RawClient two(server.port());
  RawClient three(server.port());
  one.send(request_frame(1, ""));
  protocol::Responder first = queued.take();
  two.send(request_frame(2, ""));
  protocol::Responder second = queued.take();
  three.send(request_frame(3, ""));
  EXPECT_TRUE(stays_unanswered(three, server));
  EXPECT_EQ(queued.size(), 0u);
  first.begun();  // out of the queue, not answered yet
  protocol::Responder third = queued.take();
  third.respond(payload_of("three"));
  EXPECT_EQ(three.receive_response().body, "three");
  second.respond(payload_of("two"));
  first.respond(payload_of("one"));
  EXPECT_EQ(one.receive_response().body, "one");
  EXPECT_EQ(two.receive_response().body, "two");
}

TEST(ConnectionLimits, NoFrameIsBegunWhileTheBytesOfOthersFillTheirLimit) {
  SocketOptions options;
  options.max_queued_bytes = 100000;
  TestServer server(echo, options);
  RawClient slow(server.port());
  const std::string whole = request_frame(1, std::string(200000, 's'));
  slow.send(std::string_view(whole).substr(0, 1000));
  RawClient quick(server.port());
  for (int i = 0; i < 20; ++i) server.reactor().run_and_wait([] {});
  quick.send(request_frame(2, "quick"));
  EXPECT_TRUE(stays_unanswered(quick, server));
  slow.send(std::string_view(whole).substr(1000));  // what is begun is finished
  EXPECT_EQ(slow.receive_response().body.size(), 200000u);
  EXPECT_EQ(quick.receive_response().body, "quick");
}

TEST(ConnectionLimits, AConnectionThatVanishesGivesItsBytesBack) {
  SocketOptions options;
  options.max_queued_bytes = 1000;
  TestServer server(echo, options);
  auto slow = std::make_unique<RawClient>(server.port());
  slow->send(std::string_view(request_frame(1, std::string(200000, 's'))).substr(0, 1000));
  RawClient quick(server.port());
  for (int i = 0; i < 20; ++i) server.reactor().run_and_wait([] {});
  quick.send(request_frame(2, "quick"));
  EXPECT_TRUE(stays_unanswered(quick, server));
  slow.reset();
  EXPECT_EQ(quick.receive_response().body, "quick");
}

TEST(RequestBudget, WhoWaitedIsToldOnceThereIsRoom) {
  int told = 0;
  RequestBudget budget(2, 0, [&] { ++told; });
  budget.add_request();
  budget.add_request();
  budget.remove_request();
  EXPECT_EQ(told, 0) << "nobody waited";
  budget.add_request();
  EXPECT_FALSE(budget.has_room_for_a_request());
  budget.remove_request();
  EXPECT_EQ(told, 1);
  budget.remove_request();
  EXPECT_EQ(told, 1);
}

TEST(RequestBudget, WithoutALimitThereIsAlwaysRoom) {
  RequestBudget budget(1, -1, [] {});
  budget.add_bytes(1'000'000'000'000);
  EXPECT_TRUE(budget.has_room_for_bytes());
}

}  // namespace
}  // namespace barnabas::net
