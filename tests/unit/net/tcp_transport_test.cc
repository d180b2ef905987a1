#include "broker/net/tcp_transport.h"

#include "broker/base/thread_executor.h"
#include "broker/protocol/error_code.h"
#include "tests/unit/net/net_testing.h"

namespace barnabas::net {
namespace {

using protocol::ApiKey;
using Answer = Result<protocol::ResponseFrame>;

std::string text_of(const Answer& answer) {
  return answer ? std::string(as_text(answer->body)) : std::string(error_name(answer.error().code));
}

// A port on which nobody listens, for as long as the object lives.
class SilentPort {
 public:
  explicit SilentPort(bool listening) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    if (listening) {
      EXPECT_EQ(::listen(fd_, 10), 0);
    }
    socklen_t length = sizeof address;
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentPort() { ::close(fd_); }
  std::int32_t port() const { return port_; }

 private:
  int fd_;
  std::int32_t port_ = 0;
};

// Every test runs twice: the channel at home on a reactor, and on another executor.
class TcpTransportTest : public ::testing::TestWithParam<bool> {
 protected:
  ~TcpTransportTest() override {
    at_home([this] { channel_.reset(); });
  }

  void at_home(const Task& task) {
    Mailbox<bool> done;
    home().post([&] {
      task();
      done.put(true);
    });
    done.take();
  }
  Executor& home() { return GetParam() ? static_cast<Executor&>(reactor_) : elsewhere_; }

  void open(const std::string& host, std::int32_t port) {
    at_home([&] { channel_ = transport_.open(host, port, "client", home()); });
  }
  void send(const std::string& body, Duration timeout = kPatience) {
    at_home([&] {
      channel_->send(ApiKey::kMetadata, 1, payload_of(body), timeout, [this](Answer answer) {
        EXPECT_TRUE(home().is_current());
        answers_.put(text_of(answer));
      });
      EXPECT_EQ(answers_.size(), 0u) << "called from inside send()";
    });
  }

  ThreadExecutor elsewhere_{"elsewhere"};
  Reactor reactor_{"client"};
  TcpTransport transport_{{&reactor_}, {}};
  std::unique_ptr<protocol::Channel> channel_;
  Mailbox<std::string> answers_;
};

INSTANTIATE_TEST_SUITE_P(Homes, TcpTransportTest, ::testing::Bool(),
                         [](const auto& home) { return home.param ? "Reactor" : "OtherExecutor"; });

TEST_P(TcpTransportTest, RequestsAreAnsweredInOrder) {
  TestServer server(echo);
  open("127.0.0.1", server.port());
  at_home([&] {
    for (int i = 0; i < 100; ++i) {
      channel_->send(ApiKey::kMetadata, 1, payload_of(std::to_string(i)), kPatience,
                     [this](Answer answer) { answers_.put(text_of(answer)); });
    }
  });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(answers_.take(), std::to_string(i));
}

TEST_P(TcpTransportTest, FlexibleResponseHeaderIsTakenOff) {
  TestServer server(echo);
  open("127.0.0.1", server.port());
  at_home([&] {
    channel_->send(ApiKey::kMetadata, 12, payload_of("flexible"), kPatience,
                   [this](Answer answer) { answers_.put(text_of(answer)); });
  });
  EXPECT_EQ(answers_.take(), "flexible");
}

TEST_P(TcpTransportTest, HostNameIsResolved) {
  TestServer server(echo);
  open("localhost", server.port());
  send("by name");
  EXPECT_EQ(answers_.take(), "by name");
}

TEST_P(TcpTransportTest, UnknownHostFailsTheRequest) {
  open("no-such-host.invalid", 9092);
  send("x");
  EXPECT_EQ(answers_.take(), "NETWORK_EXCEPTION");
}

TEST_P(TcpTransportTest, RefusedConnectionFailsEveryWaitingRequest) {
  SilentPort nobody(/*listening=*/false);
  open("127.0.0.1", nobody.port());
  at_home([&] {
    for (int i = 0; i < 2; ++i) {
      channel_->send(ApiKey::kMetadata, 1, payload_of("x"), kPatience,
                     [this](Answer answer) { answers_.put(text_of(answer)); });
    }
  });
  EXPECT_EQ(answers_.take(), "NETWORK_EXCEPTION");
  EXPECT_EQ(answers_.take(), "NETWORK_EXCEPTION");
}

TEST_P(TcpTransportTest, NextSendAfterAFailureConnectsAnew) {
  std::int32_t port;
  {
    SilentPort nobody(/*listening=*/false);
    port = nobody.port();
    open("127.0.0.1", port);
    send("x");
    EXPECT_EQ(answers_.take(), "NETWORK_EXCEPTION");
  }
  TestServer handler(echo);
  Reactor reactor("late");
  SocketServer late({&reactor}, handler, {});
  ASSERT_TRUE(late.bind("PLAINTEXT", "127.0.0.1", port));
  late.start();
  send("now");
  EXPECT_EQ(answers_.take(), "now");
  late.stop();
}

TEST_P(TcpTransportTest, LossFailsWhatIsInFlightAndTheNextSendConnectsAnew) {
  TestServer server([](protocol::Request request, protocol::Responder responder) {
    if (as_text(request.body) == "bye") return responder.close_connection();
    echo(std::move(request), std::move(responder));
  });
  open("127.0.0.1", server.port());
  send("hello");
  EXPECT_EQ(answers_.take(), "hello");
  send("bye");
  EXPECT_EQ(answers_.take(), "NETWORK_EXCEPTION");
  send("again");
  EXPECT_EQ(answers_.take(), "again");
}

TEST_P(TcpTransportTest, SilentPeerTimesTheRequestOutAndFailsTheOthers) {
  SilentPort silent(/*listening=*/true);
  open("127.0.0.1", silent.port());
  at_home([&] {
    channel_->send(ApiKey::kMetadata, 1, payload_of("long"), seconds(600),
                   [this](Answer answer) { answers_.put("long " + text_of(answer)); });
    channel_->send(ApiKey::kMetadata, 1, payload_of("short"), milliseconds(50),
                   [this](Answer answer) { answers_.put("short " + text_of(answer)); });
  });
  EXPECT_EQ(answers_.take(), "long NETWORK_EXCEPTION");
  EXPECT_EQ(answers_.take(), "short REQUEST_TIMED_OUT");
}

// 192.0.2.0/24 is for documentation: packets to it go nowhere, or are refused at once.
TEST_P(TcpTransportTest, PeerThatCannotBeReachedFailsInTime) {
  open("192.0.2.1", 9092);
  send("x", milliseconds(100));
  const std::string answer = answers_.take();
  EXPECT_TRUE(answer == "REQUEST_TIMED_OUT" || answer == "NETWORK_EXCEPTION") << answer;
}

// A peer that answers with another request's correlation id.
TEST_P(TcpTransportTest, WrongCorrelationIdFailsTheRequest) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  socklen_t length = sizeof address;
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length), 0);
  open("127.0.0.1", ntohs(address.sin_port));
  send("x");
  const int peer = ::accept(listener, nullptr, nullptr);
  std::string frame(8, '\0');
  store_be(reinterpret_cast<std::uint8_t*>(frame.data()), std::int32_t{4});
  store_be(reinterpret_cast<std::uint8_t*>(frame.data()) + 4, std::int32_t{999});
  ASSERT_EQ(::send(peer, frame.data(), frame.size(), MSG_NOSIGNAL), 8);
  EXPECT_EQ(answers_.take(), "NETWORK_EXCEPTION");
  ::close(peer);
  ::close(listener);
}

TEST_P(TcpTransportTest, ClosedChannelDropsItsCallbacksUncalled) {
  Mailbox<protocol::Responder> waiting;
  auto server = std::make_unique<TestServer>(
      [&](protocol::Request, protocol::Responder responder) { waiting.put(std::move(responder)); });
  open("127.0.0.1", server->port());
  auto token = std::make_shared<int>(0);
  at_home([&] {
    channel_->send(ApiKey::kMetadata, 1, payload_of("x"), kPatience,
                   [token](const Answer&) { ADD_FAILURE() << "called"; });
  });
  protocol::Responder responder = waiting.take();
  at_home([&] { channel_.reset(); });
  responder.respond(payload_of("late"));
  server.reset();
  // The callback's captures go too, at the latest when the reactor has heard of it.
  reactor_.run_and_wait([] {});
  reactor_.run_and_wait([] {});
  at_home([] {});
  EXPECT_EQ(token.use_count(), 1);
}

TEST_P(TcpTransportTest, CallbackMayCloseItsChannelAndSendOnAnother) {
  TestServer server(echo);
  open("127.0.0.1", server.port());
  at_home([&] {
    channel_->send(ApiKey::kMetadata, 1, payload_of("first"), kPatience, [&](const Answer&) {
      channel_ = transport_.open("127.0.0.1", server.port(), "second", home());
      channel_->send(ApiKey::kMetadata, 1, payload_of("second"), kPatience,
                     [this](Answer answer) { answers_.put(text_of(answer)); });
    });
    channel_->send(ApiKey::kMetadata, 1, payload_of("dropped"), kPatience,
                   [](const Answer&) { ADD_FAILURE() << "called"; });
  });
  EXPECT_EQ(answers_.take(), "second");
}

TEST_P(TcpTransportTest, LargeAnswerComesWhole) {
  TestServer server(echo);
  open("127.0.0.1", server.port());
  const std::string body(8 << 20, 'L');
  send(body);
  EXPECT_TRUE(answers_.take() == body);
}

}  // namespace
}  // namespace barnabas::net
