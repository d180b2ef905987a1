// AlterPartition in every version: topics are named up to version 1 and have ids from version 2 on;
// the brokers of the ISR come with their epochs from version 3 on.
#include "broker/protocol/messages/alter_partition.h"

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/api/one_broker.h"
#include "tests/unit/api/two_brokers.h"

namespace barnabas::api {
namespace {

using protocol::AlterPartitionRequest;
using protocol::AlterPartitionResponse;

// Broker 2 leads t-0 and says what its ISR is: {2, 1} at first.
class AlterPartitionApi : public ::testing::Test {
 protected:
  AlterPartitionApi() { brokers_.create_topic("t", {{kSecondId, kOurId}}); }

  AlterPartitionRequest propose(std::int16_t version, const std::vector<BrokerId>& isr) {
    return brokers_.alter_partition(version, kSecondId, "t", isr);
  }
  // The answer about the one partition, after what is the same in every answer.
  AlterPartitionResponse::PartitionData ask(const AlterPartitionRequest& request,
                                            std::int16_t version) {
    last_ = brokers_.ask<AlterPartitionResponse>(request, version);
    EXPECT_EQ(last_.throttle_time_ms, 0);
    EXPECT_EQ(last_.error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_EQ(last_.topics.size(), 1u) << "version " << version;
    if (last_.topics.size() != 1 || last_.topics[0].partitions.size() != 1) return {};
    EXPECT_EQ(last_.topics[0].topic_name, request.topics[0].topic_name);
    EXPECT_EQ(last_.topics[0].topic_id, request.topics[0].topic_id);
    EXPECT_EQ(last_.topics[0].partitions[0].partition_index, 0);
    return last_.topics[0].partitions[0];
  }
  ErrorCode error(const AlterPartitionRequest& request, std::int16_t version) {
    const auto told = ask(request, version);
    EXPECT_TRUE(told.isr.empty()) << "an error tells no state";
    return told.error_code;
  }

  TwoBrokers brokers_;
  AlterPartitionResponse last_;
};

const std::vector<BrokerId> kOnlyLeader = {kSecondId};
const std::vector<BrokerId> kBothInSync = {kSecondId, kOurId};

TEST_F(AlterPartitionApi, IsrIsWrittenAndToldInEveryVersion) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    for (const auto& isr : {kOnlyLeader, kBothInSync}) {
      const auto request = propose(version, isr);
      EXPECT_EQ(request.topics[0].topic_name, version < 2 ? "t" : "");
      EXPECT_EQ(request.topics[0].topic_id.is_zero(), version < 2);
      const std::int32_t epoch_before = brokers_.partition_epoch("t");
      const auto told = ask(request, version);
      EXPECT_EQ(told.error_code, ErrorCode::kNone) << "version " << version;
      EXPECT_EQ(told.leader_id, kSecondId);
      EXPECT_EQ(told.leader_epoch, brokers_.state("t").leader_epoch.value());
      EXPECT_EQ(told.isr, isr);
      EXPECT_EQ(told.leader_recovery_state, 0);
      EXPECT_EQ(told.partition_epoch, epoch_before + 1) << "version " << version;
      EXPECT_EQ(brokers_.partition_epoch("t"), epoch_before + 1);
      EXPECT_EQ(brokers_.state("t").isr, isr) << "version " << version;
      brokers_.run_until([&] { return brokers_.partition("t").isr == isr; });
    }
  }
}

// A leader that has lost the answer asks again, with the partition epoch that it knows.
TEST_F(AlterPartitionApi, RepeatedRequestIsToldTheStateInEveryVersion) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    const auto& isr = version % 2 == 0 ? kOnlyLeader : kBothInSync;
    const auto request = propose(version, isr);
    const std::int32_t written = ask(request, version).partition_epoch;
    const auto again = ask(request, version);
    EXPECT_EQ(again.error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_EQ(again.isr, isr);
    EXPECT_EQ(again.partition_epoch, written);
    EXPECT_EQ(brokers_.partition_epoch("t"), written) << "nothing is written again";
  }
}

// Kafka's controller compares them in KRaft alone.
TEST_F(AlterPartitionApi, EpochsOfTheIsrAreNotComparedInVersion3) {
  auto request = propose(3, kOnlyLeader);
  request.topics[0].partitions[0].new_isr_with_epochs[0].broker_epoch = 1;
  ASSERT_NE(brokers_.broker_epoch(kSecondId), 1);
  EXPECT_EQ(ask(request, 3).error_code, ErrorCode::kNone);
  EXPECT_EQ(brokers_.state("t").isr, kOnlyLeader);
}

TEST_F(AlterPartitionApi, DeadBrokerInTheIsrIsSaidInTheWordsOfTheVersion) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    EXPECT_EQ(error(propose(version, {kSecondId, BrokerId{9}}), version),
              version < 2 ? ErrorCode::kOperationNotAttempted : ErrorCode::kIneligibleReplica)
        << "version " << version;
  }
  EXPECT_EQ(brokers_.state("t").isr, kBothInSync);
}

TEST_F(AlterPartitionApi, UnknownTopicIsANameOrAnId) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    auto request = propose(version, kOnlyLeader);
    if (version < 2) {
      request.topics[0].topic_name = "unknown";
    } else {
      request.topics[0].topic_id = Uuid{{7}};
    }
    EXPECT_EQ(error(request, version),
              version < 2 ? ErrorCode::kUnknownTopicOrPartition : ErrorCode::kUnknownTopicId)
        << "version " << version;
  }
}

TEST_F(AlterPartitionApi, EpochsOfThePartitionAreComparedInEveryVersion) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    const auto with = [&](std::int32_t leader_epoch_more, std::int32_t partition_epoch_more) {
      auto request = propose(version, kOnlyLeader);
      request.topics[0].partitions[0].leader_epoch += leader_epoch_more;
      request.topics[0].partitions[0].partition_epoch += partition_epoch_more;
      return error(request, version);
    };
    EXPECT_EQ(with(-1, 0), ErrorCode::kFencedLeaderEpoch) << "version " << version;
    EXPECT_EQ(with(0, -1), ErrorCode::kInvalidUpdateVersion) << "version " << version;
    EXPECT_EQ(with(1, 0), ErrorCode::kNotController) << "version " << version;
    EXPECT_EQ(with(0, 1), ErrorCode::kNotController) << "version " << version;
  }
  EXPECT_EQ(brokers_.state("t").isr, kBothInSync);
}

// From version 1 on a leader may say that it recovers; one that was elected cleanly does not.
TEST_F(AlterPartitionApi, CleanLeaderDoesNotRecover) {
  for (std::int16_t version = 1; version <= 3; ++version) {
    auto request = propose(version, kOnlyLeader);
    request.topics[0].partitions[0].leader_recovery_state = 1;
    EXPECT_EQ(error(request, version), ErrorCode::kInvalidRequest) << "version " << version;
  }
  EXPECT_EQ(brokers_.state("t").isr, kBothInSync);
}

TEST_F(AlterPartitionApi, BrokerOfAnotherEpochIsStaleAsAWhole) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    auto stale = propose(version, kOnlyLeader);
    --stale.broker_epoch;
    auto unknown = propose(version, kOnlyLeader);
    unknown.broker_id = BrokerId{9};
    for (const auto& request : {stale, unknown}) {
      const auto response = brokers_.ask<AlterPartitionResponse>(request, version);
      EXPECT_EQ(response.error_code, ErrorCode::kStaleBrokerEpoch) << "version " << version;
      EXPECT_TRUE(response.topics.empty());
    }
  }
  EXPECT_EQ(brokers_.state("t").isr, kBothInSync);
}

TEST(AlterPartitionElsewhere, IsRefusedAsAWholeInEveryVersion) {
  OneBroker broker;  // never the controller: it is not started
  for (std::int16_t version = 0; version <= 3; ++version) {
    AlterPartitionRequest request;
    request.broker_id = kSecondId;
    request.topics.emplace_back().partitions.emplace_back();
    const auto response = broker.ask<AlterPartitionResponse>(request, version);
    EXPECT_EQ(response.error_code, ErrorCode::kNotController) << "version " << version;
    EXPECT_TRUE(response.topics.empty());
  }
}

}  // namespace
}  // namespace barnabas::api
