// Fetch in all its versions: what each can be told, and what a session leaves out.
#include <string>
#include <vector>

#include "broker/protocol/compression.h"
#include "broker/protocol/legacy_records.h"
#include "broker/protocol/record_batch.h"
#include "broker/replica/operations.h"
#include "tests/unit/api/replica_apis.h"

namespace barnabas::api {
namespace {

class FetchApi : public ReplicaApis {
 protected:
  using ReplicaApis::ReplicaApis;
  FetchApi() = default;

  // The numbers of the partitions that are told.
  std::vector<std::int32_t> fetched(const FetchRequest& request, std::int16_t version) {
    last_fetch_ = broker_.ask<FetchResponse>(request, version);
    std::vector<std::int32_t> partitions;
    for (const auto& topic : last_fetch_.responses) {
      for (const auto& partition : topic.partitions) {
        partitions.push_back(partition.partition_index);
      }
    }
    return partitions;
  }
  using Partitions = std::vector<std::int32_t>;

  // A request for first-0 that asks for a session.
  FetchRequest session_of(std::int16_t version) {
    auto request = fetch_of(version, "first", kFirst);
    request.session_epoch = 0;
    return request;
  }
  // The next request of the session that was answered last; it changes nothing.
  FetchRequest next(std::int32_t epoch) {
    FetchRequest request;
    request.max_wait_ms = 10;
    request.min_bytes = 1;
    request.session_id = last_fetch_.session_id;
    request.session_epoch = epoch;
    return request;
  }
  ErrorCode produce_one() { return produce(produce_of("first"), 11).error_code; }
};

TEST_F(FetchApi, ReadsInEveryVersion) {
  ASSERT_EQ(produce(produce_of("first"), 11).error_code, ErrorCode::kNone);
  for (std::int16_t version = 4; version <= 17; ++version) {
    const auto data = fetch(fetch_of(version, "first", kFirst), version);
    EXPECT_EQ(data.error_code, ErrorCode::kNone) << version;
    EXPECT_EQ(data.high_watermark, 1);
    EXPECT_EQ(data.records.size_bytes(), static_cast<std::int64_t>(records_.size()));
  }
}
TEST_F(FetchApi, WithoutDataWaitsAndIsAnsweredEmptyInEveryVersion) {
  for (std::int16_t version = 4; version <= 17; ++version) {
    const auto data = fetch(fetch_of(version, "first", kFirst), version);
    EXPECT_EQ(data.error_code, ErrorCode::kNone) << version;
    EXPECT_EQ(data.records.size_bytes(), 0);
    EXPECT_FALSE(data.records.is_null());
  }
}
TEST_F(FetchApi, TellsTheLeaderElsewhereFromVersion16On) {
  for (std::int16_t version = 0; version <= 17; ++version) {
    const auto data = fetch(fetch_of(version, "foreign", kForeign), version);
    EXPECT_EQ(data.error_code, ErrorCode::kNotLeaderOrFollower) << version;
    EXPECT_EQ(data.current_leader.leader_id, BrokerId{version >= 16 ? 2 : -1});
    EXPECT_EQ(last_fetch_.node_endpoints.size(), version >= 16 ? 1u : 0u);
  }
}
TEST_F(FetchApi, OfAnUnknownTopicIsToldByNameOrId) {
  EXPECT_EQ(fetch(fetch_of(12, "unknown", {}), 12).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(fetch(fetch_of(13, "", Uuid{{9}}), 13).error_code, ErrorCode::kUnknownTopicId);
}

// ---- message sets of before there were record batches

TEST_F(FetchApi, TellsMessagesInVersions0To3) {
  ASSERT_EQ(produce_one(), ErrorCode::kNone);
  ASSERT_EQ(produce_one(), ErrorCode::kNone);
  for (std::int16_t version = 0; version <= 3; ++version) {
    const auto data = fetch(fetch_of(version, "first", kFirst), version);
    EXPECT_EQ(data.error_code, ErrorCode::kNone) << version;
    EXPECT_EQ(data.high_watermark, 2);
    protocol::LegacyMessageReader reader(data.records.bytes());
    for (const std::int64_t offset : {0, 1}) {
      const auto message = reader.next();
      ASSERT_TRUE(message);
      EXPECT_EQ(message->magic, version < 2 ? 0 : 1);
      EXPECT_EQ(message->offset, offset);
      EXPECT_EQ(as_text(*message->key), "key");
      EXPECT_EQ(as_text(*message->value), "value");
      EXPECT_EQ(message->timestamp, version < 2 ? -1 : 1000);
      EXPECT_TRUE(message->crc_matches());
    }
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.end(), protocol::LegacyMessageReader::End::kWhole);
  }
}
TEST_F(FetchApi, OfTooFewBytesTellsOneBatchFromVersion3On) {
  ASSERT_EQ(produce_one(), ErrorCode::kNone);
  ASSERT_EQ(produce_one(), ErrorCode::kNone);
  for (std::int16_t version = 0; version <= 17; ++version) {
    auto request = fetch_of(version, "first", kFirst);
    request.topics[0].partitions[0].partition_max_bytes = 1;
    const auto data = fetch(request, version);
    EXPECT_EQ(data.error_code, ErrorCode::kNone);
    EXPECT_EQ(data.records.size_bytes() > 0, version >= 3) << version;
  }
}
TEST_F(FetchApi, WithoutDataOrWithAnErrorIsNotConverted) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    const auto empty = fetch(fetch_of(version, "first", kFirst), version);
    EXPECT_EQ(empty.error_code, ErrorCode::kNone);
    EXPECT_EQ(empty.records.size_bytes(), 0);
    EXPECT_FALSE(empty.records.is_null());
    EXPECT_EQ(fetch(fetch_of(version, "unknown", {}), version).error_code,
              ErrorCode::kUnknownTopicOrPartition);
    auto beyond = fetch_of(version, "first", kFirst);
    beyond.topics[0].partitions[0].fetch_offset = 9;
    EXPECT_EQ(fetch(beyond, version).error_code, ErrorCode::kOffsetOutOfRange);
  }
}
TEST_F(FetchApi, OfAZstdBatchIsRefusedBeforeVersion4) {
  protocol::RecordBatchBuilder builder;
  builder.codec = protocol::Compression::kZstd;
  ASSERT_EQ(produce(produce_of("first", builder.add(1000, "k", "v").build()), 11).error_code,
            ErrorCode::kNone);
  for (std::int16_t version = 0; version <= 17; ++version) {
    EXPECT_EQ(fetch(fetch_of(version, "first", kFirst), version).error_code,
              version < 4 ? ErrorCode::kUnsupportedCompressionType : ErrorCode::kNone);
  }
}

class FetchOfZstdTopics : public FetchApi {
 protected:
  FetchOfZstdTopics() : FetchApi("compression.type=zstd\n") {}
};
TEST_F(FetchOfZstdTopics, IsRefusedBeforeVersion10) {
  for (std::int16_t version = 0; version <= 17; ++version) {
    EXPECT_EQ(fetch(fetch_of(version, "first", kFirst), version).error_code,
              version < 10 ? ErrorCode::kUnsupportedCompressionType : ErrorCode::kNone);
  }
}

class FetchWithoutDownConversion : public FetchApi {
 protected:
  FetchWithoutDownConversion() : FetchApi("log.message.downconversion.enable=false\n") {}
};
TEST_F(FetchWithoutDownConversion, IsRefusedToConsumersBeforeVersion4) {
  ASSERT_EQ(produce_one(), ErrorCode::kNone);
  for (std::int16_t version = 0; version <= 17; ++version) {
    EXPECT_EQ(fetch(fetch_of(version, "first", kFirst), version).error_code,
              version < 4 ? ErrorCode::kUnsupportedVersion : ErrorCode::kNone);
  }
}

// ---- sessions

TEST_F(FetchApi, SessionIsGivenToWhoAsksAndTellsOnlyWhatIsNewInEveryVersion) {
  for (std::int16_t version = 7; version <= 17; ++version) {
    auto request = session_of(version);
    request.topics[0].partitions[0].fetch_offset = version - 7;
    ASSERT_EQ(fetched(request, version), (Partitions{0})) << version;
    const std::int32_t session = last_fetch_.session_id;
    EXPECT_GT(session, 0);
    EXPECT_EQ(fetched(next(1), version), (Partitions{}));
    EXPECT_EQ(last_fetch_.error_code, ErrorCode::kNone);
    EXPECT_EQ(last_fetch_.session_id, session);

    ASSERT_EQ(produce_one(), ErrorCode::kNone);
    ASSERT_EQ(fetched(next(2), version), (Partitions{0}));
    const auto& data = last_fetch_.responses[0].partitions[0];
    EXPECT_EQ(data.high_watermark, version - 6);
    EXPECT_GT(data.records.size_bytes(), 0);
    if (version < 13) {
      EXPECT_EQ(last_fetch_.responses[0].topic, "first");
    } else {
      EXPECT_EQ(last_fetch_.responses[0].topic_id, kFirst);
    }
  }
}
TEST_F(FetchApi, NoSessionIsGivenToWhoDoesNotAsk) {
  for (std::int16_t version = 7; version <= 17; ++version) {
    auto request = fetch_of(version, "first", kFirst);
    request.session_epoch = -1;
    EXPECT_EQ(fetched(request, version), (Partitions{0}));
    EXPECT_EQ(last_fetch_.session_id, 0);
  }
}
TEST_F(FetchApi, SessionForgetsAndAdds) {
  ASSERT_EQ(fetched(session_of(17), 17), (Partitions{0}));
  auto request = next(1);
  request.topics.emplace_back().topic_id = kForeign;
  request.topics[0].partitions.emplace_back().partition_max_bytes = 100;
  auto& forgotten = request.forgotten_topics_data.emplace_back();
  forgotten.topic_id = kFirst;
  forgotten.partitions = {0};
  ASSERT_EQ(fetched(request, 17), (Partitions{0}));
  EXPECT_EQ(last_fetch_.responses[0].topic_id, kForeign);
  EXPECT_EQ(last_fetch_.responses[0].partitions[0].error_code, ErrorCode::kNotLeaderOrFollower);
  // An error is told again and again.
  ASSERT_EQ(fetched(next(2), 17), (Partitions{0}));
  EXPECT_EQ(last_fetch_.responses[0].topic_id, kForeign);
}
TEST_F(FetchApi, SessionOfAnUnknownTopicIdReadsItWhenItIsKnown) {
  constexpr Uuid kLate{{3}};
  auto request = session_of(17);
  request.topics[0].topic_id = kLate;
  ASSERT_EQ(fetched(request, 17), (Partitions{0}));
  EXPECT_EQ(last_fetch_.responses[0].partitions[0].error_code, ErrorCode::kUnknownTopicId);
  ASSERT_EQ(update_metadata(8, "late", kLate, 1).error_code, ErrorCode::kNone);
  ASSERT_EQ(lead(7, "late", kLate), ErrorCode::kNone);
  ASSERT_EQ(fetched(next(1), 17), (Partitions{0}));
  EXPECT_EQ(last_fetch_.responses[0].partitions[0].error_code, ErrorCode::kNone);
}
TEST_F(FetchApi, SessionErrorsAreToldWithoutPartitions) {
  ASSERT_EQ(fetched(session_of(17), 17), (Partitions{0}));
  const auto session = last_fetch_.session_id;
  const auto error_of = [&](std::int32_t id, std::int32_t epoch, std::int16_t version) {
    auto request = next(epoch);
    request.session_id = id;
    EXPECT_EQ(fetched(request, version), (Partitions{}));
    EXPECT_EQ(last_fetch_.session_id, 0);
    return last_fetch_.error_code;
  };
  EXPECT_EQ(error_of(session, 2, 17), ErrorCode::kInvalidFetchSessionEpoch);
  EXPECT_EQ(error_of(session, 1, 12), ErrorCode::kFetchSessionTopicIdError);
  for (const std::int32_t id : {0, -1, session ^ 1, 0x7fffffff}) {
    EXPECT_EQ(error_of(id, 1, 17), ErrorCode::kFetchSessionIdNotFound) << id;
  }
  EXPECT_EQ(error_of(session, -7, 17), ErrorCode::kInvalidFetchSessionEpoch);
}
TEST_F(FetchApi, FullRequestClosesTheSessionThatItNames) {
  for (const std::int32_t epoch : {0, -1}) {
    ASSERT_EQ(fetched(session_of(17), 17), (Partitions{0}));
    const auto session = last_fetch_.session_id;
    auto request = session_of(17);
    request.session_id = session;
    request.session_epoch = epoch;
    ASSERT_EQ(fetched(request, 17), (Partitions{0}));
    EXPECT_EQ(last_fetch_.session_id != 0, epoch == 0);
    last_fetch_.session_id = session;
    fetched(next(1), 17);
    EXPECT_EQ(last_fetch_.error_code, ErrorCode::kFetchSessionIdNotFound);
  }
}
// The client gave up the first one and sent it again: its answer must not count twice.
TEST_F(FetchApi, RequestThatWaitsWhileTheSessionGoesOnIsRefused) {
  ASSERT_EQ(fetched(session_of(17), 17), (Partitions{0}));
  auto waiting = next(1);
  waiting.max_wait_ms = 1000;
  const auto outcome = broker_.send_raw(waiting, 17);
  ASSERT_EQ(outcome->kind, Outcome::Kind::kWaiting);
  EXPECT_EQ(fetched(next(2), 17), (Partitions{}));
  const auto session = last_fetch_.session_id;
  broker_.run_until([&] { return outcome->kind == Outcome::Kind::kAnswered; });
  const auto late = FetchResponse::decode(outcome->body->view(), 17);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->error_code, ErrorCode::kInvalidFetchSessionEpoch);
  EXPECT_EQ(late->session_id, session);
}

}  // namespace
}  // namespace barnabas::api
