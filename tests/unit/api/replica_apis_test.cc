// Produce, ListOffsets, OffsetForLeaderEpoch and the controller's three requests, in all versions:
// what each version can be told, and what it cannot.
#include "tests/unit/api/replica_apis.h"

#include <string>
#include <vector>

#include "broker/protocol/record_batch.h"
#include "broker/replica/operations.h"
#include "tests/unit/log/core/legacy_messages.h"

namespace barnabas::api {
namespace {

// ---- Produce

TEST_F(ReplicaApis, ProduceAppendsInEveryVersion) {
  std::int64_t next = 0;
  for (std::int16_t version = 0; version <= 11; ++version) {
    for (const std::int16_t acks : {1, -1}) {
      const auto answer = produce(produce_of("first", acks), version);
      EXPECT_EQ(answer.error_code, ErrorCode::kNone) << version;
      EXPECT_EQ(answer.base_offset, next++);
      EXPECT_EQ(answer.log_append_time_ms, -1);
      EXPECT_EQ(answer.log_start_offset, version >= 5 ? 0 : -1);
    }
  }
}
TEST_F(ReplicaApis, ProduceWithAcksNoneIsNotAnsweredButClosedAfterAnError) {
  EXPECT_EQ(broker_.ask_raw(produce_of("first", 0), 11).kind, Outcome::Kind::kNothing);
  EXPECT_TRUE(broker_.ask_raw(produce_of("unknown", 0), 11).closed());
}
TEST_F(ReplicaApis, ProduceErrorsInEveryVersion) {
  for (std::int16_t version = 0; version <= 11; ++version) {
    EXPECT_EQ(produce(produce_of("first", 2), version).error_code, ErrorCode::kInvalidRequiredAcks);
    EXPECT_EQ(produce(produce_of("unknown"), version).error_code,
              ErrorCode::kUnknownTopicOrPartition);
    EXPECT_EQ(produce(produce_of("__consumer_offsets"), version).error_code,
              ErrorCode::kInvalidTopicException);
  }
}
TEST_F(ReplicaApis, ProduceToAnotherBrokersPartitionTellsItsLeaderFromVersion10On) {
  for (std::int16_t version = 0; version <= 11; ++version) {
    const auto answer = produce(produce_of("foreign"), version);
    EXPECT_EQ(answer.error_code, ErrorCode::kNotLeaderOrFollower);
    EXPECT_EQ(answer.current_leader.leader_id, BrokerId{version >= 10 ? 2 : -1});
    ASSERT_EQ(last_produce_.node_endpoints.size(), version >= 10 ? 1u : 0u);
    if (version >= 10) {
      EXPECT_EQ(last_produce_.node_endpoints[0].host, "host-2");
    }
  }
}
TEST_F(ReplicaApis, ProduceOfZstdNeedsVersion7) {
  auto request = produce_of("first");
  records_[22] = static_cast<std::uint8_t>(protocol::Compression::kZstd);  // attributes
  EXPECT_EQ(produce(request, 6).error_code, ErrorCode::kUnsupportedCompressionType);
  EXPECT_EQ(produce(request, 3).error_code, ErrorCode::kUnsupportedCompressionType);
  EXPECT_EQ(produce(request, 2).error_code, ErrorCode::kCorruptMessage);  // not asked: the CRC is
}
TEST_F(ReplicaApis, ProduceOfTwoBatchesIsAnInvalidRecord) {
  auto request = produce_of("first");
  const auto more = one_record();
  records_.insert(records_.end(), more.begin(), more.end());
  request.topic_data[0].partition_data[0].records = protocol::Records(BytesView(records_));
  EXPECT_EQ(produce(request, 11).error_code, ErrorCode::kInvalidRecord);
}

class ProduceToCompactedTopics : public ReplicaApis {
 protected:
  ProduceToCompactedTopics() : ReplicaApis("log.cleanup.policy=compact\n") {}
};
TEST_F(ProduceToCompactedTopics, TellsWhichRecordsHaveNoKeyFromVersion8On) {
  protocol::RecordBatchBuilder builder;
  builder.codec = protocol::Compression::kGzip;
  builder.add(1000, "k", "v").add(1000, std::nullopt, "v");
  for (std::int16_t version = 3; version <= 11; ++version) {
    const auto answer = produce(produce_of("first", builder.build()), version);
    EXPECT_EQ(answer.error_code, ErrorCode::kInvalidRecord) << version;
    EXPECT_EQ(answer.base_offset, -1);
    ASSERT_EQ(answer.record_errors.size(), version >= 8 ? 1u : 0u);
    if (version < 8) continue;
    EXPECT_EQ(answer.record_errors[0].batch_index, 1);
    EXPECT_EQ(answer.record_errors[0].batch_index_error_message,
              "Compacted topic cannot accept message without key in topic partition first-0");
    EXPECT_TRUE(answer.error_message->starts_with("One or more records have been rejected"));
  }
}

class ProduceToGzipTopics : public ReplicaApis {
 protected:
  ProduceToGzipTopics() : ReplicaApis("compression.type=gzip\n") {}
};
TEST_F(ProduceToGzipTopics, StoresGzipWhateverComes) {
  for (std::int16_t version = 0; version <= 11; ++version) {
    auto request = produce_of("first");
    if (version < 3) request = produce_of("first", log::LegacyMessageBuilder{}.build("k", "v"));
    const auto answer = produce(request, version);
    ASSERT_EQ(answer.error_code, ErrorCode::kNone);
    auto fetched = fetch_of(17, "first", kFirst);
    fetched.topics[0].partitions[0].fetch_offset = answer.base_offset;
    const auto data = fetch(fetched, 17);
    const auto batch = protocol::BatchReader(data.records.bytes()).next();
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->codec(), static_cast<std::uint8_t>(protocol::Compression::kGzip));
    EXPECT_TRUE(batch->crc_matches());
  }
}

// ---- message sets of before there were record batches

TEST_F(ReplicaApis, ProduceOfMessageSetsStoresABatchInVersions0To2) {
  const auto wrapped = [](std::int8_t magic, protocol::Compression codec) {
    const log::LegacyMessageBuilder builder{.magic = magic, .timestamp = 1000};
    return builder.wrap(codec, log::joined(builder.build("a", "1"), builder.build("b", "2")));
  };
  std::int64_t next = 0;
  for (std::int16_t version = 0; version <= 2; ++version) {
    for (const std::int8_t magic : {0, 1}) {
      for (const auto codec : {protocol::Compression::kGzip, protocol::Compression::kLz4}) {
        const auto answer = produce(produce_of("first", wrapped(magic, codec), -1), version);
        EXPECT_EQ(answer.error_code, ErrorCode::kNone) << version;
        EXPECT_EQ(answer.base_offset, next);
        EXPECT_EQ(answer.log_append_time_ms, -1);
        auto request = fetch_of(17, "first", kFirst);
        request.topics[0].partitions[0].fetch_offset = next;
        const auto data = fetch(request, 17);
        protocol::BatchReader batches(data.records.bytes());
        const auto batch = batches.next();
        ASSERT_TRUE(batch);
        EXPECT_EQ(batch->base_offset(), Offset{next});
        EXPECT_EQ(batch->partition_leader_epoch(), LeaderEpoch{5});
        EXPECT_EQ(batch->record_count(), 2);
        EXPECT_EQ(batch->codec(), static_cast<std::uint8_t>(codec));
        EXPECT_EQ(batch->max_timestamp(), magic == 0 ? -1 : 1000);
        EXPECT_TRUE(batch->crc_matches());
        next += 2;
      }
    }
  }
}
TEST_F(ReplicaApis, ProduceOfMessageSetsIsAnInvalidRecordFromVersion3On) {
  const auto messages = log::LegacyMessageBuilder{}.build("k", "v");
  for (std::int16_t version = 0; version <= 11; ++version) {
    EXPECT_EQ(produce(produce_of("first", messages), version).error_code,
              version < 3 ? ErrorCode::kNone : ErrorCode::kInvalidRecord);
  }
  for (std::int16_t version = 0; version <= 2; ++version) {
    EXPECT_EQ(produce(produce_of("unknown", messages), version).error_code,
              ErrorCode::kUnknownTopicOrPartition);
    EXPECT_EQ(produce(produce_of("foreign", messages), version).error_code,
              ErrorCode::kNotLeaderOrFollower);
  }
}
TEST_F(ReplicaApis, ProduceOfNothingWholeIsNoErrorBeforeVersion3) {
  auto cut = log::LegacyMessageBuilder{}.build("k", "v");
  cut.pop_back();
  for (std::int16_t version = 0; version <= 11; ++version) {
    for (const auto& records : {std::vector<std::uint8_t>(), cut}) {
      const auto answer = produce(produce_of("first", records, -1), version);
      EXPECT_EQ(answer.error_code, version < 3 ? ErrorCode::kNone : ErrorCode::kInvalidRecord);
      EXPECT_EQ(answer.base_offset, -1);
    }
  }
  EXPECT_EQ(produce(produce_of("unknown", {}, 1), 2).error_code,
            ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(produce(produce_of("foreign", {}, 1), 2).error_code, ErrorCode::kNotLeaderOrFollower);
}
// Whatever the bytes, there is an answer or the connection ends; the broker goes on.
TEST_F(ReplicaApis, ProduceSurvivesAnyBytes) {
  const log::LegacyMessageBuilder messages{.timestamp = 1000};
  const auto wrapped = messages.wrap(protocol::Compression::kSnappy, messages.build("k", "v"));
  Random random(13);
  for (std::int16_t version = 0; version <= 11; ++version) {
    const auto body = OneBroker::joined(produce_of("first", wrapped).encode(version));
    for (int i = 0; i < 100; ++i) {
      std::string bytes(as_text(std::as_const(*body).view()));
      for (int change = 0; change < i % 5; ++change) {
        bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
      }
      bytes.resize(bytes.size() - random.below(3));
      broker_.ask_bytes(protocol::ApiKey::kProduce, version, as_bytes(bytes));
    }
  }
  EXPECT_EQ(produce(produce_of("first"), 11).error_code, ErrorCode::kNone);
}

// ---- offsets

TEST_F(ReplicaApis, ListOffsetsAnswersInEveryVersion) {
  ASSERT_EQ(produce(produce_of("first"), 11).error_code, ErrorCode::kNone);
  for (std::int16_t version = 1; version <= 9; ++version) {
    EXPECT_EQ(offset_of(replica::kLatestTimestamp, version).offset, 1) << version;
    EXPECT_EQ(offset_of(replica::kEarliestTimestamp, version).offset, 0);
    EXPECT_EQ(offset_of(1000, version).offset, 0);
    EXPECT_EQ(offset_of(1001, version).offset, -1);
    EXPECT_EQ(offset_of(1001, version).error_code, ErrorCode::kNone);
    EXPECT_EQ(offset_of(replica::kLatestTimestamp, version).leader_epoch, version >= 4 ? 5 : -1);
  }
}
TEST_F(ReplicaApis, ListOffsetsOfVersion0TellsWhereSegmentsBegin) {
  ASSERT_EQ(produce(produce_of("first"), 11).error_code, ErrorCode::kNone);
  const auto offsets = [this](Timestamp timestamp, std::int32_t max, std::string_view topic) {
    ListOffsetsRequest request;
    request.replica_id = BrokerId{-1};
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    asked.partitions.emplace_back().timestamp = timestamp;
    asked.partitions[0].max_num_offsets = max;
    return broker_.ask<ListOffsetsResponse>(request, 0).topics.at(0).partitions.at(0);
  };
  EXPECT_EQ(offsets(-1, 10, "first").old_style_offsets, (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(offsets(-1, 1, "first").old_style_offsets, (std::vector<std::int64_t>{1}));
  EXPECT_EQ(offsets(-2, 10, "first").old_style_offsets, (std::vector<std::int64_t>{0}));
  EXPECT_EQ(offsets(-3, 1, "first").error_code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(offsets(-1, -1, "first").error_code, ErrorCode::kUnknownServerError);
  EXPECT_EQ(offsets(-1, 1, "foreign").error_code, ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(offsets(-1, 1, "unknown").error_code, ErrorCode::kUnknownTopicOrPartition);
}
TEST_F(ReplicaApis, ListOffsetsKnowsEachSpecialTimestampFromItsVersionOn) {
  const auto error = [this](Timestamp timestamp, std::int16_t version) {
    return offset_of(timestamp, version).error_code;
  };
  EXPECT_EQ(error(replica::kMaxTimestamp, 6), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(error(replica::kMaxTimestamp, 7), ErrorCode::kNone);
  EXPECT_EQ(error(replica::kEarliestLocalTimestamp, 7), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(error(replica::kEarliestLocalTimestamp, 8), ErrorCode::kNone);
  EXPECT_EQ(error(replica::kLatestTieredTimestamp, 8), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(error(replica::kLatestTieredTimestamp, 9), ErrorCode::kNone);
  EXPECT_EQ(error(-6, 9), ErrorCode::kUnsupportedVersion);
}
TEST_F(ReplicaApis, ListOffsetsRefusesAPartitionAskedTwice) {
  ListOffsetsRequest request;
  request.replica_id = BrokerId{-1};
  auto& topic = request.topics.emplace_back();
  topic.name = "first";
  topic.partitions.resize(2);
  const auto response = broker_.ask<ListOffsetsResponse>(request, 9);
  for (const auto& partition : response.topics.at(0).partitions) {
    EXPECT_EQ(partition.error_code, ErrorCode::kInvalidRequest);
  }
}
TEST_F(ReplicaApis, OffsetForLeaderEpochAnswersInEveryVersion) {
  ASSERT_EQ(produce(produce_of("first"), 11).error_code, ErrorCode::kNone);
  for (std::int16_t version = 0; version <= 4; ++version) {
    OffsetForLeaderEpochRequest request;
    auto& topic = request.topics.emplace_back();
    topic.topic = "first";
    topic.partitions.emplace_back().leader_epoch = 5;
    topic.partitions.emplace_back().leader_epoch = 5;
    topic.partitions[1].partition = 1;
    if (version >= 2) topic.partitions[0].current_leader_epoch = 5;
    const auto response = broker_.ask<OffsetForLeaderEpochResponse>(request, version);
    const auto& partitions = response.topics.at(0).partitions;
    EXPECT_EQ(partitions.at(0).end_offset, 1) << version;
    EXPECT_EQ(partitions.at(0).leader_epoch, version >= 1 ? 5 : -1);
    EXPECT_EQ(partitions.at(1).error_code, ErrorCode::kUnknownTopicOrPartition);
  }
}

// ---- the controller's requests

TEST_F(ReplicaApis, LeaderAndIsrIsAppliedInEveryVersion) {
  for (std::int16_t version = 0; version <= 7; ++version) {
    const std::string topic = "topic" + std::to_string(version);
    EXPECT_EQ(lead(version, topic, Uuid{{7, static_cast<std::uint8_t>(version)}}),
              ErrorCode::kNone);
    const auto partition = broker_.node().replicas().find(topic, PartitionId{0});
    ASSERT_TRUE(partition);
    EXPECT_TRUE(partition->is_leader());
  }
}
TEST_F(ReplicaApis, LeaderAndIsrOfAStaleControllerIsRefusedAsAWhole) {
  LeaderAndIsrRequest request;
  request.controller_id = kOurId;
  request.controller_epoch = 0;
  for (std::int16_t version = 0; version <= 7; ++version) {
    EXPECT_EQ(broker_.ask<LeaderAndIsrResponse>(request, version).error_code,
              ErrorCode::kStaleControllerEpoch);
  }
}
TEST_F(ReplicaApis, LeaderAndIsrOfAnEqualEpochIsStaleForItsPartition) {
  EXPECT_EQ(lead(7, "first", kFirst), ErrorCode::kStaleControllerEpoch);
}
TEST_F(ReplicaApis, StopReplicaDeletesInEveryVersion) {
  for (std::int16_t version = 0; version <= 4; ++version) {
    const std::string topic = "topic" + std::to_string(version);
    ASSERT_EQ(lead(7, topic, Uuid{{7, static_cast<std::uint8_t>(version)}}), ErrorCode::kNone);
    StopReplicaRequest request;
    stamp(request);
    if (version >= 1) request.broker_epoch = broker_epoch().value();
    if (version < 3) request.delete_partitions = true;
    if (version == 0) {
      request.ungrouped_partitions.emplace_back().topic_name = topic;
    } else if (version < 3) {
      auto& named = request.topics.emplace_back();
      named.name = topic;
      named.partition_indexes = {0};
    } else {
      auto& named = request.topic_states.emplace_back();
      named.topic_name = topic;
      auto& state = named.partition_states.emplace_back();
      state.leader_epoch = -2;
      state.delete_partition = true;
    }
    const auto response = broker_.ask<StopReplicaResponse>(request, version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    EXPECT_EQ(response.partition_errors.at(0).topic_name, topic);
    EXPECT_EQ(response.partition_errors.at(0).error_code, ErrorCode::kNone);
    EXPECT_FALSE(broker_.node().replicas().find(topic, PartitionId{0})) << version;
  }
}
TEST_F(ReplicaApis, UpdateMetadataIsTakenInEveryVersion) {
  for (std::int16_t version = 0; version <= 8; ++version) {
    const std::string topic = "topic" + std::to_string(version);
    const Uuid id{{7, static_cast<std::uint8_t>(version)}};
    EXPECT_EQ(update_metadata(version, topic, id, 2).error_code, ErrorCode::kNone);
    const auto snapshot = broker_.node().metadata().snapshot();
    ASSERT_TRUE(snapshot->partition(topic, PartitionId{0})) << version;
    EXPECT_EQ(snapshot->partition(topic, PartitionId{0})->leader, BrokerId{2});
    EXPECT_EQ(snapshot->topic(id) != nullptr, version >= 7);
    ASSERT_TRUE(snapshot->broker(BrokerId{2}));
    EXPECT_TRUE(snapshot->broker(BrokerId{2})->endpoint("PLAINTEXT")) << version;
  }
}
TEST_F(ReplicaApis, WhatCannotBeDecodedClosesTheConnection) {
  const std::vector<std::uint8_t> garbage = {0xff, 0xff};
  for (const auto api :
       {protocol::ApiKey::kProduce, protocol::ApiKey::kFetch, protocol::ApiKey::kListOffsets,
        protocol::ApiKey::kOffsetForLeaderEpoch, protocol::ApiKey::kLeaderAndIsr,
        protocol::ApiKey::kStopReplica, protocol::ApiKey::kUpdateMetadata}) {
    EXPECT_TRUE(broker_.ask_bytes(api, 4, garbage).closed());
  }
}

}  // namespace
}  // namespace barnabas::api
