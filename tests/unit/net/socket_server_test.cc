#include "broker/net/socket_server.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <atomic>
#include <thread>

#include "broker/base/thread_executor.h"
#include "broker/protocol/error_code.h"
#include "tests/unit/net/net_testing.h"

namespace barnabas::net {
namespace {

std::string be32(std::int32_t value) {
  std::string bytes(4, '\0');
  store_be(reinterpret_cast<std::uint8_t*>(bytes.data()), value);
  return bytes;
}

// True when a fresh connection is served: what happened on another one has hurt nobody.
bool still_serves(std::int32_t port) {
  RawClient client(port);
  client.send(request_frame(77, "alive"));
  const auto response = client.receive_response();
  return response.correlation_id == 77 && response.body == "alive";
}

TEST(SocketServer, AnswersARequest) {
  TestServer server(echo);
  RawClient client(server.port());
  client.send(request_frame(5, "hello"));
  const auto response = client.receive_response();
  EXPECT_EQ(response.correlation_id, 5);
  EXPECT_EQ(response.body, "hello");
}

TEST(SocketServer, TellsTheHandlerWhoAsksAndWhere) {
  Mailbox<std::string> seen;
  TestServer server([&](protocol::Request request, protocol::Responder responder) {
    seen.put(request.client_id + " " + request.client_address + " " + request.listener + " " +
             std::to_string(request.version));
    EXPECT_TRUE(request.home->is_current());
    responder.respond({});
  });
  RawClient client(server.port());
  client.send(request_frame(1, ""));
  EXPECT_EQ(seen.take(), "test 127.0.0.1 PLAINTEXT 1");
}

TEST(SocketServer, PipelinedRequestsAreAnsweredInOrder) {
  TestServer server(echo, {}, 2);
  RawClient client(server.port());
  std::string all;
  for (int i = 0; i < 500; ++i) all += request_frame(i, "body " + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 500; ++i) {
    const auto response = client.receive_response();
    ASSERT_EQ(response.correlation_id, i);
    ASSERT_EQ(response.body, "body " + std::to_string(i));
  }
}

TEST(SocketServer, RequestMayComeByteByByte) {
  TestServer server(echo);
  RawClient client(server.port());
  for (const char byte : request_frame(9, "slow sender")) client.send(std::string_view(&byte, 1));
  EXPECT_EQ(client.receive_response().body, "slow sender");
}

TEST(SocketServer, LargeRequestAndAnswerPass) {
  TestServer server(echo);
  RawClient client(server.port());
  const std::string body(5 << 20, 'q');
  std::thread sender([&] { client.send(request_frame(1, body)); });
  const auto response = client.receive_response();
  sender.join();
  EXPECT_TRUE(response.body == body);
}

// ---- bad input

class BadInput : public ::testing::TestWithParam<std::string> {};

TEST_P(BadInput, ClosesTheConnectionAndNoOther) {
  TestServer server(echo);
  RawClient bystander(server.port());
  bystander.send(request_frame(1, "a"));
  EXPECT_EQ(bystander.receive_response().body, "a");
  RawClient client(server.port());
  client.send(GetParam());
  EXPECT_TRUE(client.is_closed_by_server());
  bystander.send(request_frame(2, "b"));
  EXPECT_EQ(bystander.receive_response().body, "b");
  EXPECT_TRUE(still_serves(server.port()));
}

INSTANTIATE_TEST_SUITE_P(
    SocketServer, BadInput,
    ::testing::Values(std::string("GET / HTTP/1.1\r\nHost: kafka\r\n\r\n"), be32(-1),
                      be32(std::numeric_limits<std::int32_t>::min()), be32(104857601),
                      be32(std::numeric_limits<std::int32_t>::max()),
                      be32(0),                                                   // no header at all
                      be32(3) + "abc",                                           // a cut header
                      be32(8) + std::string("\x7f\xff\0\0\0\0\0\1", 8),          // no such API
                      be32(8) + std::string("\0\3\x7f\xff\0\0\0\1", 8),          // no such version
                      be32(10) + std::string("\0\3\0\1\0\0\0\1\x7f\xff", 10)));  // client id

// A frame's length is an int.
TEST(SocketServer, AnAnswerThatFitsInNoFrameClosesTheConnectionAndNoOther) {
  char path[] = "/tmp/barnabas-test-XXXXXX";
  const auto file = std::make_shared<FileDescriptor>(::mkstemp(path));
  ::unlink(path);
  TestServer server([&](protocol::Request request, protocol::Responder responder) {
    if (request.body.size() > 2) return echo(std::move(request), std::move(responder));
    protocol::Payload huge;
    for (int i = 0; i < 2; ++i) huge.pieces.push_back(FileRange{file, 0, 1LL << 30});
    responder.respond(std::move(huge));
  });
  RawClient client(server.port());
  client.send(request_frame(1, ""));
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_TRUE(still_serves(server.port()));
}

TEST(SocketServer, HalfFrameHoldsUpNobodyElse) {
  TestServer server(echo);
  RawClient half(server.port());
  half.send(be32(100000000) + "only this");
  EXPECT_TRUE(still_serves(server.port()));
}

TEST(SocketServer, RequestsBeforeTheBadOneAreHandled) {
  std::atomic<int> handled{0};
  TestServer server([&](protocol::Request, protocol::Responder responder) {
    ++handled;
    responder.respond_nothing();
  });
  RawClient client(server.port());
  client.send(request_frame(1, "") + request_frame(2, "") + be32(-5));
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_EQ(handled, 2);
}

TEST(SocketServer, IdleConnectionIsClosedAndABusyOneIsNot) {
  SocketOptions options;
  options.limits.max_idle = milliseconds(200);
  Mailbox<protocol::Responder> waiting;
  TestServer server(
      [&](protocol::Request, protocol::Responder responder) { waiting.put(std::move(responder)); },
      options);
  RawClient busy(server.port());
  busy.send(request_frame(1, ""));
  protocol::Responder responder = waiting.take();
  RawClient idle(server.port());
  EXPECT_TRUE(idle.is_closed_by_server());
  responder.respond(payload_of("late"));
  EXPECT_EQ(busy.receive_response().body, "late");
}

// ---- order and overtaking

// The rule of the house: a request may be overtaken only when all its work is done.
TEST(SocketServer, NextRequestWaitsUntilTheFirstIsAnswered) {
  Mailbox<protocol::Responder> waiting;
  TestServer server(
      [&](protocol::Request, protocol::Responder responder) { waiting.put(std::move(responder)); });
  RawClient client(server.port());
  client.send(request_frame(1, "") + request_frame(2, ""));
  protocol::Responder first = waiting.take();
  server.reactor().run_and_wait([] {});
  EXPECT_EQ(waiting.size(), 0u);
  first.respond(payload_of("one"));
  waiting.take().respond(payload_of("two"));
  EXPECT_EQ(client.receive_response().body, "one");
  EXPECT_EQ(client.receive_response().body, "two");
}

// What else is asked would be answered as of now, and told when the first one is answered.
TEST(SocketServer, OnlyWhatIsWrittenOvertakes) {
  Mailbox<std::pair<protocol::ApiKey, protocol::Responder>> waiting;
  TestServer server([&](protocol::Request request, protocol::Responder responder) {
    responder.work_done();
    waiting.put({request.api, std::move(responder)});
  });
  RawClient client(server.port());
  client.send(request_frame(1, "") + produce_frame(2, "") + commit_frame(3, "") +
              request_frame(4, "four") + produce_frame(5, ""));
  auto first = waiting.take();
  auto second = waiting.take();
  EXPECT_EQ(second.first, protocol::ApiKey::kProduce);
  auto third = waiting.take();
  EXPECT_EQ(third.first, protocol::ApiKey::kOffsetCommit);
  server.reactor().run_and_wait([] {});
  EXPECT_EQ(waiting.size(), 0u);
  second.second.respond(payload_of("two"));
  third.second.respond(payload_of("three"));
  server.reactor().run_and_wait([] {});
  EXPECT_EQ(waiting.size(), 0u) << "the first has not been answered yet";
  first.second.respond(payload_of("one"));
  auto fourth = waiting.take();
  EXPECT_EQ(fourth.first, protocol::ApiKey::kMetadata);
  auto fifth = waiting.take();
  fifth.second.respond(payload_of("five"));
  fourth.second.respond(payload_of("four"));
  for (const char* answer : {"one", "two", "three", "four", "five"}) {
    EXPECT_EQ(client.receive_response().body, answer);
  }
}

TEST(SocketServer, AnswersKeepTheOrderOfRequestsThatOvertook) {
  Mailbox<protocol::Responder> waiting;
  TestServer server([&](protocol::Request, protocol::Responder responder) {
    responder.work_done();
    waiting.put(std::move(responder));
  });
  RawClient client(server.port());
  client.send(produce_frame(1, "") + produce_frame(2, "") + produce_frame(3, ""));
  protocol::Responder first = waiting.take();
  protocol::Responder second = waiting.take();
  protocol::Responder third = waiting.take();
  third.respond(payload_of("three"));
  second.respond_nothing();  // as a produce with acks=0
  first.respond(payload_of("one"));
  EXPECT_EQ(client.receive_response().correlation_id, 1);
  EXPECT_EQ(client.receive_response().correlation_id, 3);
}

TEST(SocketServer, WorkDoneFromAnotherThreadLetsTheNextRequestIn) {
  ThreadExecutor elsewhere("elsewhere");
  Mailbox<protocol::Responder> waiting;
  TestServer server(
      [&](protocol::Request, protocol::Responder responder) { waiting.put(std::move(responder)); });
  RawClient client(server.port());
  client.send(produce_frame(1, "") + produce_frame(2, ""));
  protocol::Responder first = waiting.take();
  elsewhere.post([&] { first.work_done(); });
  protocol::Responder second = waiting.take();
  elsewhere.post([&] {
    second.respond(payload_of("two"));
    first.respond(payload_of("one"));
  });
  elsewhere.drain();
  EXPECT_EQ(client.receive_response().body, "one");
  EXPECT_EQ(client.receive_response().body, "two");
}

TEST(SocketServer, UnansweredRequestsAreBounded) {
  SocketOptions options;
  options.limits.max_unanswered_requests = 3;
  Mailbox<protocol::Responder> waiting;
  TestServer server(
      [&](protocol::Request, protocol::Responder responder) {
        responder.work_done();
        waiting.put(std::move(responder));
      },
      options);
  RawClient client(server.port());
  std::string all;
  for (int i = 0; i < 5; ++i) all += produce_frame(i, "");
  client.send(all);
  std::vector<protocol::Responder> held;
  for (int i = 0; i < 3; ++i) held.push_back(waiting.take());
  server.reactor().run_and_wait([] {});
  EXPECT_EQ(waiting.size(), 0u);
  held[1].respond({});  // not the oldest: nothing leaves, nothing may come in
  server.reactor().run_and_wait([] {});
  EXPECT_EQ(waiting.size(), 0u);
  held[0].respond({});
  waiting.take().respond({});
  held[2].respond({});
  waiting.take().respond({});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.receive_response().correlation_id, i);
}

TEST(SocketServer, UnansweredBytesAreBounded) {
  SocketOptions options;
  options.limits.max_unanswered_bytes = 1000;
  Mailbox<protocol::Responder> waiting;
  TestServer server(
      [&](protocol::Request, protocol::Responder responder) {
        responder.work_done();
        waiting.put(std::move(responder));
      },
      options);
  RawClient client(server.port());
  const std::string body(2000, 'x');  // one above the bound is let in, for it must go some time
  client.send(produce_frame(1, body) + produce_frame(2, ""));
  protocol::Responder first = waiting.take();
  server.reactor().run_and_wait([] {});
  EXPECT_EQ(waiting.size(), 0u);
  first.respond({});
  waiting.take().respond({});
}

// A client that asks on and on and reads nothing must not make the broker keep its answers.
TEST(SocketServer, ClientThatDoesNotReadIsNotServedOnAndOn) {
  SocketOptions options;
  options.limits.max_unsent_bytes = 100000;
  options.send_buffer_bytes = 4096;
  std::atomic<int> handled{0};
  const std::string answer(50000, 'a');
  TestServer server(
      [&](protocol::Request, protocol::Responder responder) {
        ++handled;
        responder.respond(payload_of(answer));
      },
      options);
  RawClient client(server.port(), 4096);
  constexpr int kRequests = 1000;
  std::thread sender([&] {
    for (int i = 0; i < kRequests; ++i) client.send(request_frame(i, ""));
  });
  // What the sockets' buffers hold, and 100 KB of answers: some dozens.
  for (int i = 0; i < 50; ++i) server.reactor().run_and_wait([] {});
  EXPECT_LT(handled, kRequests / 2);
  for (int i = 0; i < kRequests; ++i) {
    const auto response = client.receive_response();
    ASSERT_EQ(response.correlation_id, i);
    ASSERT_EQ(response.body.size(), answer.size());
  }
  sender.join();
}

// ---- answers

TEST(SocketServer, ResponderGivenUpClosesTheConnection) {
  TestServer server([](protocol::Request, protocol::Responder) {});
  RawClient client(server.port());
  client.send(request_frame(1, ""));
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(SocketServer, AnswerAfterTheClientHasGoneIsDropped) {
  Mailbox<protocol::Responder> waiting;
  TestServer server(
      [&](protocol::Request, protocol::Responder responder) { waiting.put(std::move(responder)); });
  auto client = std::make_unique<RawClient>(server.port());
  client->send(produce_frame(1, ""));
  protocol::Responder responder = waiting.take();
  client.reset();
  server.reactor().run_and_wait([] {});
  responder.work_done();
  responder.respond(payload_of("nobody"));
  server.reactor().run_and_wait([] {});
}

TEST(SocketServer, AnswerAfterTheServerHasStoppedIsDropped) {
  Mailbox<protocol::Responder> waiting;
  TestServer server(
      [&](protocol::Request, protocol::Responder responder) { waiting.put(std::move(responder)); });
  RawClient client(server.port());
  client.send(request_frame(1, ""));
  protocol::Responder responder = waiting.take();
  server.stop();
  responder.respond(payload_of("nobody"));
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(SocketServer, FileRangesAreSent) {
  std::string path = ::testing::TempDir() + "socket_server_XXXXXX";
  const auto file = std::make_shared<const FileDescriptor>(::mkstemp(path.data()));
  ::unlink(path.c_str());
  std::string content(300000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 31 % 251);
  ASSERT_EQ(::write(file->get(), content.data(), content.size()),
            static_cast<ssize_t>(content.size()));
  TestServer server([&](protocol::Request, protocol::Responder responder) {
    protocol::Payload body = payload_of("records:");
    body.pieces.emplace_back(FileRange{file, 100, 200000});
    responder.respond(std::move(body));
  });
  RawClient client(server.port(), 8192);
  client.send(request_frame(1, "") + request_frame(2, ""));
  for (int i = 1; i <= 2; ++i) {
    const auto response = client.receive_response();
    EXPECT_EQ(response.correlation_id, i);
    EXPECT_TRUE(response.body == "records:" + content.substr(100, 200000));
  }
}

TEST(SocketServer, FileCutUnderARangeClosesTheConnection) {
  std::string path = ::testing::TempDir() + "socket_server_XXXXXX";
  const auto file = std::make_shared<const FileDescriptor>(::mkstemp(path.data()));
  ::unlink(path.c_str());
  ASSERT_EQ(::ftruncate(file->get(), 1000), 0);
  TestServer server([&](protocol::Request request, protocol::Responder responder) {
    if (request.correlation_id == 77) return echo(std::move(request), std::move(responder));
    protocol::Payload body;
    body.pieces.emplace_back(FileRange{file, 0, 50000});
    responder.respond(std::move(body));
  });
  RawClient client(server.port());
  client.send(request_frame(1, ""));
  const std::string seen = client.receive(60000);
  EXPECT_LT(seen.size(), 50000u);  // ended, not waited for
  EXPECT_TRUE(still_serves(server.port()));
}

// ---- listeners

TEST(SocketServer, PortInUseIsToldWithAddressAndReason) {
  TestServer server(echo);
  Reactor reactor("test");
  SocketServer second({&reactor}, server, {});
  const auto bound = second.bind("PLAINTEXT", "127.0.0.1", server.port());
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().detail,
            fmt::format("Socket server failed to bind to 127.0.0.1:{}: Address already in use.",
                        server.port()));
}

TEST(SocketServer, HostThatIsNotOursIsTold) {
  TestServer server(echo);
  Reactor reactor("test");
  SocketServer second({&reactor}, server, {});
  const auto bound = second.bind("PLAINTEXT", "192.0.2.1", 0);
  ASSERT_FALSE(bound);
  EXPECT_NE(bound.error().detail.find("192.0.2.1"), std::string::npos);
}

TEST(SocketServer, EmptyHostServesEveryAddress) {
  std::vector<std::unique_ptr<Reactor>> reactors;
  TestServer handler(echo);
  Reactor reactor("test");
  SocketServer server({&reactor}, handler, {});
  const auto port = server.bind("PLAINTEXT", "", 0);
  ASSERT_TRUE(port);
  server.start();
  EXPECT_TRUE(still_serves(*port));
  server.stop();
}

TEST(SocketServer, ConnectionsSpreadOverTheReactors) {
  std::atomic<int> first{0};
  TestServer* running = nullptr;
  TestServer server(
      [&](protocol::Request request, protocol::Responder responder) {
        if (request.home == &running->reactor(0)) ++first;
        echo(std::move(request), std::move(responder));
      },
      {}, 2);
  running = &server;
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(request_frame(i, "x"));
    EXPECT_EQ(clients.back()->receive_response().body, "x");
  }
  EXPECT_EQ(first, 5);
}

}  // namespace
}  // namespace barnabas::net
