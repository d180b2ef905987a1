// ControlledShutdown in every version: from version 2 on the broker says its epoch.
#include "broker/protocol/messages/controlled_shutdown.h"

#include <vector>

#include "tests/unit/api/one_broker.h"
#include "tests/unit/api/two_brokers.h"

namespace barnabas::api {
namespace {

using protocol::ControlledShutdownRequest;
using protocol::ControlledShutdownResponse;

constexpr std::int16_t kFirstVersionWithEpoch = 2;

TEST(ControlledShutdown, LeadershipsMoveAndTheRestIsToldInEveryVersion) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    TwoBrokers brokers;
    brokers.create_topic("led", {{kSecondId, kOurId}});
    brokers.create_topic("followed", {{kOurId, kSecondId}});
    brokers.create_topic("alone", {{kSecondId}});  // is not told: no one else can ever lead it
    brokers.create_topic("stuck", {{kSecondId, kOurId}});
    brokers.set_isr("stuck", {kSecondId});
    ControlledShutdownRequest request;
    request.broker_id = kSecondId;
    if (version >= kFirstVersionWithEpoch) request.broker_epoch = brokers.broker_epoch(kSecondId);
    const auto response = brokers.ask<ControlledShutdownResponse>(request, version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone) << "version " << version;
    ASSERT_EQ(response.remaining_partitions.size(), 1u) << "version " << version;
    EXPECT_EQ(response.remaining_partitions[0].topic_name, "stuck");
    EXPECT_EQ(response.remaining_partitions[0].partition_index, 0);
    EXPECT_EQ(brokers.state("stuck").leader, kSecondId);
    EXPECT_EQ(brokers.state("led").leader, kOurId) << "version " << version;
    EXPECT_EQ(brokers.state("led").isr, (std::vector<BrokerId>{kOurId}));
    EXPECT_EQ(brokers.state("followed").leader, kOurId);
    EXPECT_EQ(brokers.state("followed").isr, (std::vector<BrokerId>{kOurId}));
  }
}

TEST(ControlledShutdown, BrokerThatLeadsNothingHasNothingLeftInEveryVersion) {
  TwoBrokers brokers;
  brokers.create_topic("t", {{kOurId}});
  for (std::int16_t version = 0; version <= 3; ++version) {
    ControlledShutdownRequest request;
    request.broker_id = kSecondId;
    const auto response = brokers.ask<ControlledShutdownResponse>(request, version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_TRUE(response.remaining_partitions.empty());
  }
}

// An earlier process of the broker must not empty the later one. Who does not know its epoch, as
// nobody below version 2 does, is believed.
TEST(ControlledShutdown, StaleEpochIsRefusedFromVersion2On) {
  for (std::int16_t version = kFirstVersionWithEpoch; version <= 3; ++version) {
    TwoBrokers brokers;
    const std::int64_t former = brokers.broker_epoch(kSecondId);
    brokers.create_topic_led_by_follower("led");  // which broker 2 has started again for
    ASSERT_LT(former, brokers.broker_epoch(kSecondId));
    ControlledShutdownRequest request;
    request.broker_id = kSecondId;
    request.broker_epoch = former;
    auto response = brokers.ask<ControlledShutdownResponse>(request, version);
    EXPECT_EQ(response.error_code, ErrorCode::kStaleBrokerEpoch) << "version " << version;
    EXPECT_TRUE(response.remaining_partitions.empty());
    EXPECT_EQ(brokers.state("led").isr, (std::vector<BrokerId>{kOurId, kSecondId}));
    request.broker_epoch = -1;
    response = brokers.ask<ControlledShutdownResponse>(request, version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_EQ(brokers.state("led").isr, (std::vector<BrokerId>{kOurId}));
  }
}

// Kafka looks an epoch up before the broker, and fails over one that is not there.
TEST(ControlledShutdown, UnknownBrokerIsToldApartByItsEpoch) {
  TwoBrokers brokers;
  for (std::int16_t version = 0; version <= 3; ++version) {
    ControlledShutdownRequest request;
    request.broker_id = BrokerId{9};
    EXPECT_EQ(brokers.ask<ControlledShutdownResponse>(request, version).error_code,
              ErrorCode::kBrokerNotAvailable)
        << "version " << version;
    if (version < kFirstVersionWithEpoch) continue;
    request.broker_epoch = 5;
    EXPECT_EQ(brokers.ask<ControlledShutdownResponse>(request, version).error_code,
              ErrorCode::kUnknownServerError)
        << "version " << version;
  }
}

TEST(ControlledShutdown, AnotherBrokerThanTheControllerRefusesInEveryVersion) {
  OneBroker broker;  // never the controller: it is not started
  for (std::int16_t version = 0; version <= 3; ++version) {
    ControlledShutdownRequest request;
    request.broker_id = kSecondId;
    const auto response = broker.ask<ControlledShutdownResponse>(request, version);
    EXPECT_EQ(response.error_code, ErrorCode::kStaleControllerEpoch) << "version " << version;
    EXPECT_TRUE(response.remaining_partitions.empty());
  }
}

}  // namespace
}  // namespace barnabas::api
