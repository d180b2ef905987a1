// AllocateProducerIds and InitProducerId in every version: what each is answered with real values.
#include <optional>
#include <string>

#include "broker/protocol/messages/allocate_producer_ids.h"
#include "broker/protocol/messages/init_producer_id.h"
#include "tests/unit/api/one_broker.h"
#include "tests/unit/api/two_brokers.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::api {
namespace {

using protocol::AllocateProducerIdsRequest;
using protocol::AllocateProducerIdsResponse;
using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;

// ---- AllocateProducerIds, which has one version

TEST(AllocateProducerIds, EachBrokerGetsTheNextBlock) {
  TwoBrokers brokers;
  std::int64_t next = 0;
  for (const BrokerId broker : {kOurId, kSecondId, kOurId}) {
    AllocateProducerIdsRequest request;
    request.broker_id = broker;
    request.broker_epoch = brokers.broker_epoch(broker);
    const auto response = brokers.ask<AllocateProducerIdsResponse>(request, 0);
    EXPECT_EQ(response.throttle_time_ms, 0);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    EXPECT_EQ(response.producer_id_start, ProducerId{next});
    EXPECT_EQ(response.producer_id_len, 1000);
    const auto written = zk::ProducerIdBlockZnode::decode(
        brokers.znode(std::string(zk::paths::kLatestProducerIdBlock)).data);
    ASSERT_TRUE(written);
    EXPECT_EQ(written->broker, broker);
    EXPECT_EQ(written->block_start, ProducerId{next});
    EXPECT_EQ(written->block_end, ProducerId{next + 999});
    next += 1000;
  }
}

TEST(AllocateProducerIds, BrokerThatIsNotRegisteredSoGetsNone) {
  TwoBrokers brokers;
  const std::string path(zk::paths::kLatestProducerIdBlock);
  const std::string before = brokers.znode(path).data;
  const auto expect_refused = [&](BrokerId broker, std::int64_t epoch, ErrorCode error) {
    AllocateProducerIdsRequest request;
    request.broker_id = broker;
    request.broker_epoch = epoch;
    const auto response = brokers.ask<AllocateProducerIdsResponse>(request, 0);
    EXPECT_EQ(response.error_code, error) << broker.value() << " " << epoch;
    EXPECT_EQ(response.producer_id_start, ProducerId{0});
    EXPECT_EQ(response.producer_id_len, 0);
  };
  const std::int64_t epoch = brokers.broker_epoch(kSecondId);
  expect_refused(BrokerId{9}, epoch, ErrorCode::kBrokerIdNotRegistered);
  expect_refused(kSecondId, epoch - 1, ErrorCode::kStaleBrokerEpoch);
  expect_refused(kSecondId, epoch + 1, ErrorCode::kStaleBrokerEpoch);
  expect_refused(kSecondId, -1, ErrorCode::kStaleBrokerEpoch);
  EXPECT_EQ(brokers.znode(path).data, before);
}

TEST(AllocateProducerIds, AnotherBrokerThanTheControllerRefuses) {
  OneBroker broker;  // never the controller: it is not started
  AllocateProducerIdsRequest request;
  request.broker_id = kSecondId;
  const auto response = broker.ask<AllocateProducerIdsResponse>(request, 0);
  EXPECT_EQ(response.error_code, ErrorCode::kNotController);
  EXPECT_EQ(response.producer_id_len, 0);
}

// ---- InitProducerId

constexpr std::int16_t kFirstVersionWithProducer = 3;

void expect_no_producer(const InitProducerIdResponse& response, ErrorCode error,
                        std::int16_t version) {
  EXPECT_EQ(response.throttle_time_ms, 0);
  EXPECT_EQ(response.error_code, error) << "version " << version;
  EXPECT_EQ(response.producer_id, kNoProducerId) << "version " << version;
  EXPECT_EQ(response.producer_epoch, -1) << "version " << version;
}

// Starts a broker that holds a block of ids, the first of the cluster, and has given none out.
void start_with_ids(OneBroker& broker) {
  broker.start();
  InitProducerIdRequest request;
  request.transactional_id = std::nullopt;
  for (std::int16_t version = 0; version <= 5; ++version) {
    expect_no_producer(broker.ask<InitProducerIdResponse>(request, version),
                       ErrorCode::kCoordinatorLoadInProgress, version);
  }
  broker.run_for(seconds(1));
}

TEST(InitProducerIdVersions, EachRequestGetsTheNextIdWithEpoch0) {
  OneBroker broker;
  start_with_ids(broker);
  std::int64_t next = 0;
  for (std::int16_t version = 0; version <= 5; ++version) {
    InitProducerIdRequest request;
    request.transactional_id = std::nullopt;
    request.transaction_timeout_ms = 60000;
    const auto response = broker.ask<InitProducerIdResponse>(request, version);
    EXPECT_EQ(response.throttle_time_ms, 0);
    EXPECT_EQ(response.error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_EQ(response.producer_id, ProducerId{next++}) << "version " << version;
    EXPECT_EQ(response.producer_epoch, 0);
  }
}

// Without a transactional id there is nothing to resume: the old id is not continued.
TEST(InitProducerIdVersions, ProducerThatSaysWhoItWasGetsANewIdFromVersion3On) {
  OneBroker broker;
  start_with_ids(broker);
  std::int64_t next = 0;
  for (std::int16_t version = kFirstVersionWithProducer; version <= 5; ++version) {
    InitProducerIdRequest request;
    request.transactional_id = std::nullopt;
    request.producer_id = ProducerId{4711};
    request.producer_epoch = 3;
    const auto response = broker.ask<InitProducerIdResponse>(request, version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_EQ(response.producer_id, ProducerId{next++});
    EXPECT_EQ(response.producer_epoch, 0);
  }
}

TEST(InitProducerIdVersions, HalfAProducerIsInvalidFromVersion3On) {
  OneBroker broker;
  start_with_ids(broker);
  for (std::int16_t version = kFirstVersionWithProducer; version <= 5; ++version) {
    InitProducerIdRequest request;
    request.transactional_id = std::nullopt;
    request.producer_id = ProducerId{5};
    expect_no_producer(broker.ask<InitProducerIdResponse>(request, version),
                       ErrorCode::kInvalidRequest, version);
    request.producer_id = kNoProducerId;
    request.producer_epoch = 5;
    expect_no_producer(broker.ask<InitProducerIdResponse>(request, version),
                       ErrorCode::kInvalidRequest, version);
  }
}

TEST(InitProducerIdVersions, TransactionalProducerIsRefusedInEveryVersion) {
  OneBroker broker;
  start_with_ids(broker);
  for (std::int16_t version = 0; version <= 5; ++version) {
    InitProducerIdRequest request;
    request.transaction_timeout_ms = 60000;
    request.transactional_id = "t";
    expect_no_producer(broker.ask<InitProducerIdResponse>(request, version),
                       ErrorCode::kCoordinatorNotAvailable, version);
    request.transactional_id = "";
    expect_no_producer(broker.ask<InitProducerIdResponse>(request, version),
                       ErrorCode::kInvalidRequest, version);
  }
}

}  // namespace
}  // namespace barnabas::api
