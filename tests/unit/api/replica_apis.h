// One broker that leads one partition, and the requests of clients and controllers to it: what the
// tests of Produce, Fetch, ListOffsets and the controller's requests share.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/protocol/messages/fetch.h"
#include "broker/protocol/messages/leader_and_isr.h"
#include "broker/protocol/messages/list_offsets.h"
#include "broker/protocol/messages/offset_for_leader_epoch.h"
#include "broker/protocol/messages/produce.h"
#include "broker/protocol/messages/stop_replica.h"
#include "broker/protocol/messages/update_metadata.h"
#include "broker/protocol/record_batch.h"
#include "broker/replica/operations.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {

using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::LeaderAndIsrRequest;
using protocol::LeaderAndIsrResponse;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;
using protocol::OffsetForLeaderEpochRequest;
using protocol::OffsetForLeaderEpochResponse;
using protocol::ProduceRequest;
using protocol::ProduceResponse;
using protocol::StopReplicaRequest;
using protocol::StopReplicaResponse;
using protocol::UpdateMetadataRequest;
using protocol::UpdateMetadataResponse;

inline constexpr Uuid kFirst{{1}};
inline constexpr Uuid kForeign{{2}};

// Broker 1 leads first-0 in epoch 5 alone; foreign-0 is led by broker 2, elsewhere.
class ReplicaApis : public ::testing::Test {
 protected:
  explicit ReplicaApis(const std::string& more_properties = {}) : broker_(more_properties) {
    broker_.start();
    EXPECT_EQ(update_metadata(8, "first", kFirst, 1).error_code, ErrorCode::kNone);
    EXPECT_EQ(update_metadata(8, "foreign", kForeign, 2).error_code, ErrorCode::kNone);
    EXPECT_EQ(lead(7, "first", kFirst), ErrorCode::kNone);
  }

  template <typename Message>
  void stamp(Message& message) {
    message.controller_id = kOurId;
    message.controller_epoch = broker_.node().controller().controller_epoch().value();
  }
  BrokerEpoch broker_epoch() { return broker_.node().replicas().broker_epoch(); }

  UpdateMetadataResponse update_metadata(std::int16_t version, std::string_view topic,
                                         const Uuid& id, std::int32_t leader) {
    UpdateMetadataRequest request;
    stamp(request);
    if (version >= 5) request.broker_epoch = broker_epoch().value();
    for (const std::int32_t number : {1, 2}) {
      auto& broker = request.live_brokers.emplace_back();
      broker.id = BrokerId{number};
      if (version == 0) {
        broker.v0_host = "host";
        broker.v0_port = number;
      } else {
        auto& endpoint = broker.endpoints.emplace_back();
        endpoint.host = number == 1 ? "host-1" : "host-2";
        endpoint.port = number;
        if (version >= 3) endpoint.listener = "PLAINTEXT";
      }
    }
    UpdateMetadataRequest::UpdateMetadataPartitionState state;
    state.leader = BrokerId{leader};
    state.leader_epoch = 5;
    state.isr = state.replicas = {BrokerId{leader}};
    if (version < 5) {
      state.topic_name = topic;
      request.ungrouped_partition_states.push_back(state);
    } else {
      auto& grouped = request.topic_states.emplace_back();
      grouped.topic_name = topic;
      if (version >= 7) grouped.topic_id = id;
      grouped.partition_states.push_back(state);
    }
    return broker_.ask<UpdateMetadataResponse>(request, version);
  }

  LeaderAndIsrResponse leader_and_isr(std::int16_t version, std::string_view topic, const Uuid& id,
                                      std::int32_t epoch = 5) {
    LeaderAndIsrRequest request;
    stamp(request);
    if (version >= 2) request.broker_epoch = broker_epoch().value();
    LeaderAndIsrRequest::LeaderAndIsrPartitionState state;
    state.leader = kOurId;
    state.leader_epoch = epoch;
    state.isr = state.replicas = {kOurId};
    if (version < 2) {
      state.topic_name = topic;
      request.ungrouped_partition_states.push_back(state);
    } else {
      auto& grouped = request.topic_states.emplace_back();
      grouped.topic_name = topic;
      if (version >= 5) grouped.topic_id = id;
      grouped.partition_states.push_back(state);
    }
    return broker_.ask<LeaderAndIsrResponse>(request, version);
  }
  ErrorCode lead(std::int16_t version, std::string_view topic, const Uuid& id) {
    const auto response = leader_and_isr(version, topic, id);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    return version < 5 ? response.partition_errors.at(0).error_code
                       : response.topics.at(0).partition_errors.at(0).error_code;
  }

  static std::vector<std::uint8_t> one_record() {
    protocol::RecordBatchBuilder builder;
    builder.add(1000, "key", "value");
    return builder.build();
  }
  ProduceRequest produce_of(std::string_view topic, std::int16_t acks = 1) {
    return produce_of(topic, one_record(), acks);
  }
  ProduceRequest produce_of(std::string_view topic, std::vector<std::uint8_t> records,
                            std::int16_t acks = 1) {
    records_ = std::move(records);
    ProduceRequest request;
    request.acks = acks;
    request.timeout_ms = 1000;
    auto& topic_data = request.topic_data.emplace_back();
    topic_data.name = topic;
    topic_data.partition_data.emplace_back().records = protocol::Records(BytesView(records_));
    return request;
  }
  ProduceResponse::PartitionProduceResponse produce(const ProduceRequest& request,
                                                    std::int16_t version) {
    last_produce_ = broker_.ask<ProduceResponse>(request, version);
    return last_produce_.responses.at(0).partition_responses.at(0);
  }

  FetchRequest fetch_of(std::int16_t version, std::string_view topic, const Uuid& id) {
    FetchRequest request;
    request.max_wait_ms = 10;
    request.min_bytes = 1;
    auto& fetched = request.topics.emplace_back();
    if (version < 13) {
      fetched.topic = topic;
    } else {
      fetched.topic_id = id;
    }
    fetched.partitions.emplace_back().partition_max_bytes = 1 << 20;
    return request;
  }
  FetchResponse::PartitionData fetch(const FetchRequest& request, std::int16_t version) {
    last_fetch_ = broker_.ask<FetchResponse>(request, version);
    return last_fetch_.responses.at(0).partitions.at(0);
  }

  ListOffsetsResponse::ListOffsetsPartitionResponse offset_of(Timestamp timestamp,
                                                              std::int16_t version) {
    ListOffsetsRequest request;
    request.replica_id = BrokerId{-1};
    auto& topic = request.topics.emplace_back();
    topic.name = "first";
    topic.partitions.emplace_back().timestamp = timestamp;
    return broker_.ask<ListOffsetsResponse>(request, version).topics.at(0).partitions.at(0);
  }

  OneBroker broker_;
  std::vector<std::uint8_t> records_;
  ProduceResponse last_produce_;
  FetchResponse last_fetch_;
};

}  // namespace barnabas::api
