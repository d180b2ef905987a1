// Metadata requests around the death of a leader, over the request handler: held, released in both
// ways, and bounded.
#include "broker/protocol/messages/fetch.h"
#include "broker/protocol/messages/leader_and_isr.h"
#include "broker/protocol/messages/metadata.h"
#include "broker/protocol/messages/update_metadata.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {
namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::LeaderAndIsrRequest;
using protocol::LeaderAndIsrResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;
using protocol::UpdateMetadataRequest;
using protocol::UpdateMetadataResponse;

constexpr Uuid kHeldId{{1}};
constexpr BrokerId kPeerId{2};

// The other broker: answers a fetch that does not wait, and keeps the others waiting.
class Peer final : public protocol::RequestHandler {
 public:
  void handle(protocol::Request request, protocol::Responder responder) override {
    ASSERT_EQ(request.api, protocol::ApiKey::kFetch);
    const auto fetch = FetchRequest::decode(BytesView(request.body), request.version);
    ASSERT_TRUE(fetch);
    if (fetch->max_wait_ms > 0) {
      waiting.push_back(std::move(responder));
      return;
    }
    FetchResponse response;
    auto& topic = response.responses.emplace_back();
    topic.topic_id = kHeldId;
    topic.partitions.emplace_back().records = protocol::Records::empty();
    responder.respond(response.encode(request.version));
  }

  std::vector<protocol::Responder> waiting;
};

// Broker 1 follows broker 2, which leads first-0.
class HeldMetadata : public ::testing::Test {
 protected:
  HeldMetadata() {
    broker_.start();
    broker_.network().listen(kPeerId.value(), peer_process_, peer_);
    update_metadata(kPeerId, 5);
    LeaderAndIsrRequest request;
    stamp(request);
    auto& topic = request.topic_states.emplace_back();
    topic.topic_name = "first";
    topic.topic_id = kHeldId;
    auto& state = topic.partition_states.emplace_back();
    state.leader = kPeerId;
    state.leader_epoch = 5;
    state.isr = state.replicas = {kOurId, kPeerId};
    EXPECT_EQ(broker_.ask<LeaderAndIsrResponse>(request, 7).error_code, ErrorCode::kNone);
    broker_.run_until([&] { return !peer_.waiting.empty(); });
  }
  ~HeldMetadata() override { peer_process_.kill(); }

  template <typename Message>
  void stamp(Message& message) {
    message.controller_id = kOurId;
    message.controller_epoch = broker_.node().controller().controller_epoch().value();
    message.broker_epoch = broker_.node().replicas().broker_epoch().value();
  }
  void update_metadata(BrokerId leader, std::int32_t epoch) {
    UpdateMetadataRequest request;
    stamp(request);
    for (const BrokerId id : {kOurId, kPeerId}) {
      auto& broker = request.live_brokers.emplace_back();
      broker.id = id;
      auto& endpoint = broker.endpoints.emplace_back();
      endpoint.host = id == kOurId ? "host-1" : "host-2";
      endpoint.port = id.value();
      endpoint.listener = "PLAINTEXT";
    }
    auto& topic = request.topic_states.emplace_back();
    topic.topic_name = "first";
    topic.topic_id = kHeldId;
    auto& state = topic.partition_states.emplace_back();
    state.leader = leader;
    state.leader_epoch = epoch;
    state.isr = state.replicas = {kOurId, kPeerId};
    EXPECT_EQ(broker_.ask<UpdateMetadataResponse>(request, 8).error_code, ErrorCode::kNone);
  }

  std::shared_ptr<Outcome> ask_metadata() {
    MetadataRequest request;
    MetadataRequest::MetadataRequestTopic topic;
    topic.name = "first";
    request.topics = {topic};
    const auto outcome = broker_.send_raw(request, kVersion);
    broker_.run_for(Duration{0});
    return outcome;
  }
  static BrokerId leader_in(const Outcome& outcome) {
    EXPECT_EQ(outcome.kind, Outcome::Kind::kAnswered);
    const auto response = MetadataResponse::decode(outcome.body->view(), kVersion);
    EXPECT_TRUE(response);
    return response->topics.at(0).partitions.at(0).leader_id;
  }
  static bool is_held(const Outcome& outcome) {
    return outcome.kind == Outcome::Kind::kWaiting && outcome.work_done;
  }

  // The connection breaks; the broker behind it stays.
  void lose_connection() {
    peer_.waiting.clear();
    broker_.run_for(milliseconds(8));
  }
  void die() {
    broker_.network().close(kPeerId.value());
    peer_process_.kill();
    peer_.waiting.clear();
    broker_.run_for(milliseconds(8));
  }

  static constexpr std::int16_t kVersion = 12;
  OneBroker broker_;
  Peer peer_;
  sim::Process peer_process_{broker_.scheduler(), 0};
};

TEST_F(HeldMetadata, HealthyLeaderIsToldAtOnce) {
  EXPECT_EQ(leader_in(*ask_metadata()), kPeerId);
}
// Who asks again may have seen the leader die before us.
TEST_F(HeldMetadata, WhoAsksAgainWaitsForNewsOfTheLeader) {
  broker_.connection = std::make_shared<protocol::ConnectionNotes>();
  EXPECT_EQ(leader_in(*ask_metadata()), kPeerId);
  const auto held = ask_metadata();
  EXPECT_TRUE(is_held(*held));
  broker_.run_for(milliseconds(5));
  EXPECT_EQ(leader_in(*held), kPeerId);
}
TEST_F(HeldMetadata, DeadLeaderIsNotToldBeforeItsSuccessorIsKnown) {
  die();
  const auto held = ask_metadata();
  EXPECT_TRUE(is_held(*held));
  broker_.run_for(milliseconds(30));
  EXPECT_TRUE(is_held(*held));
  update_metadata(kOurId, 6);
  EXPECT_EQ(leader_in(*held), kOurId);
  EXPECT_EQ(leader_in(*ask_metadata()), kOurId);
}
TEST_F(HeldMetadata, LeaderThatMerelyClosedAConnectionIsToldSoon) {
  lose_connection();
  const auto held = ask_metadata();
  EXPECT_TRUE(is_held(*held));
  broker_.run_for(milliseconds(40));
  EXPECT_EQ(leader_in(*held), kPeerId);
}
TEST_F(HeldMetadata, IsAnsweredWithTheOldLeaderWhenTheControllerSaysNothing) {
  die();
  const auto held = ask_metadata();
  broker_.run_for(milliseconds(250));
  EXPECT_TRUE(is_held(*held));
  broker_.run_for(milliseconds(60));
  EXPECT_EQ(leader_in(*held), kPeerId);
  EXPECT_EQ(leader_in(*ask_metadata()), kPeerId);
}

}  // namespace
}  // namespace barnabas::api
