#include "broker/protocol/error_code.h"
#include "tests/unit/api/group_broker.h"

namespace barnabas::api {
namespace {

using protocol::FindCoordinatorRequest;
using protocol::FindCoordinatorResponse;

// Asks for one key, as the version does it.
struct Answer {
  ErrorCode error;
  BrokerId node;
  std::string host;
  std::int32_t port;
  std::optional<std::string> message;

  bool is_nobody() const { return node == kNoBroker && host.empty() && port == -1; }
};
Answer find(OneBroker& broker, std::int16_t version, std::string_view key, std::int8_t type = 0) {
  FindCoordinatorRequest request;
  if (version > 0) request.key_type = type;
  const auto text = [](std::optional<std::string_view> view) {
    return view ? std::optional<std::string>(*view) : std::nullopt;
  };
  if (version < 4) {
    request.key = key;
    const auto told = broker.ask<FindCoordinatorResponse>(request, version);
    return {told.error_code, told.node_id, std::string(told.host), told.port,
            text(told.error_message)};
  }
  request.coordinator_keys = {key};
  const auto told = broker.ask<FindCoordinatorResponse>(request, version);
  EXPECT_EQ(told.coordinators.size(), 1u);
  const auto& found = told.coordinators.at(0);
  EXPECT_EQ(found.key, key);
  return {found.error_code, found.node_id, std::string(found.host), found.port,
          text(found.error_message)};
}

TEST(FindCoordinator, FirstOneWhoAsksHasTheOffsetsTopicCreated) {
  GroupBroker broker;
  broker.start();
  const Answer first = find(broker, 4, "g");
  EXPECT_EQ(first.error, ErrorCode::kCoordinatorNotAvailable);
  EXPECT_TRUE(first.is_nobody());
  broker.run_until([&] { return find(broker, 4, "g").error == ErrorCode::kNone; });
  EXPECT_EQ(broker.node().metadata().snapshot()->topic("__consumer_offsets")->partitions.size(),
            4u);
}

TEST(FindCoordinator, EveryVersionNamesTheLeaderOfTheGroupsPartition) {
  GroupBroker broker;
  broker.start_with_groups();
  for (std::int16_t version = 0; version <= 6; ++version) {
    const Answer found = find(broker, version, "g");
    EXPECT_EQ(found.error, ErrorCode::kNone) << version;
    EXPECT_EQ(found.node, kOurId) << version;
    EXPECT_EQ(found.host, "host-1") << version;
    EXPECT_EQ(found.port, 1) << version;
    if (version >= 1 && version < 4) {
      EXPECT_EQ(found.message, "NONE") << version;
    }
    if (version >= 4) {
      EXPECT_EQ(found.message, "") << version;
    }
  }
}

TEST(FindCoordinator, SeveralKeysAreAnsweredInTheirOrder) {
  GroupBroker broker;
  broker.start_with_groups();
  FindCoordinatorRequest request;
  request.coordinator_keys = {"a", "", "b"};
  const auto told = broker.ask<FindCoordinatorResponse>(request, 6);
  ASSERT_EQ(told.coordinators.size(), 3u);
  EXPECT_EQ(told.coordinators[0].key, "a");
  EXPECT_EQ(told.coordinators[1].key, "");
  EXPECT_EQ(told.coordinators[2].key, "b");
  for (const auto& found : told.coordinators) EXPECT_EQ(found.error_code, ErrorCode::kNone);
}

TEST(FindCoordinator, ListenerThatTheCoordinatorDoesNotHaveHasNoCoordinator) {
  GroupBroker broker;
  broker.start_with_groups();
  const auto told = broker.ask<FindCoordinatorResponse>(GroupBroker::find("g"), 3, "ELSEWHERE");
  EXPECT_EQ(told.error_code, ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(told.error_message, "The coordinator is not available.");
}

TEST(FindCoordinator, TransactionsHaveNoCoordinatorAndNothingIsCreatedForThem) {
  GroupBroker broker;
  broker.start_with_groups();
  for (std::int16_t version = 1; version <= 6; ++version) {
    const Answer found = find(broker, version, "t", 1);
    EXPECT_EQ(found.error, ErrorCode::kCoordinatorNotAvailable) << version;
    EXPECT_TRUE(found.is_nobody()) << version;
  }
  EXPECT_EQ(broker.node().metadata().snapshot()->topic("__transaction_state"), nullptr);
}

TEST(FindCoordinator, KeysOfAnotherTypeAreRefused) {
  GroupBroker broker;
  broker.start_with_groups();
  for (std::int16_t version = 1; version <= 6; ++version) {
    EXPECT_EQ(find(broker, version, "g", 3).error, ErrorCode::kInvalidRequest) << version;
    EXPECT_EQ(find(broker, version, "g", -1).error, ErrorCode::kInvalidRequest) << version;
    EXPECT_EQ(find(broker, version, "g", 2).error,
              version < 6 ? ErrorCode::kInvalidRequest : ErrorCode::kCoordinatorNotAvailable);
  }
}

TEST(FindCoordinator, TooFewBrokersForTheOffsetsTopicLeaveItUncreated) {
  OneBroker broker("offsets.topic.replication.factor=2\n");
  broker.start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(find(broker, 6, "g").error, ErrorCode::kCoordinatorNotAvailable);
  }
  EXPECT_EQ(broker.node().metadata().snapshot()->topic("__consumer_offsets"), nullptr);
}

}  // namespace
}  // namespace barnabas::api
