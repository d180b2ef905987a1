#include "admin/record_json.h"

#include <gtest/gtest.h>

#include <vector>

#include "broker/protocol/messages/consumer_protocol_assignment.h"
#include "broker/protocol/messages/consumer_protocol_subscription.h"
#include "broker/protocol/messages/group_metadata_value.h"
#include "broker/protocol/messages/offset_commit_key.h"
#include "broker/protocol/messages/offset_commit_value.h"
#include "broker/protocol/messages/transaction_log_value.h"

namespace barnabas::admin {
namespace {

// A version and what it holds.
template <typename Message>
std::vector<std::uint8_t> record_of(const Message& message, std::int16_t version) {
  std::vector<std::uint8_t> bytes(2);
  store_be(bytes.data(), version);
  for (const protocol::Piece& piece : message.encode(version).pieces) {
    const BytesView part = std::get<protocol::BytesPiece>(piece).bytes;
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

TEST(RecordJson, OffsetsHaveTheFieldsOfTheirVersion) {
  const auto key =
      record_of(protocol::OffsetCommitKey{.group = "g", .topic = "t", .partition = 3}, 1);
  EXPECT_EQ(offset_commit_key_json(key)->str(), R"({"group":"g","topic":"t","partition":3})");
  protocol::OffsetCommitValue value{.offset = 5, .metadata = "m\"", .commit_timestamp = 9};
  EXPECT_EQ(offset_commit_value_json(record_of(value, 3))->str(),
            R"({"offset":5,"leaderEpoch":-1,"metadata":"m\"","commitTimestamp":9})");
  value.expire_timestamp = 11;
  EXPECT_EQ(offset_commit_value_json(record_of(value, 1))->str(),
            R"({"offset":5,"metadata":"m\"","commitTimestamp":9,"expireTimestamp":11})");
}

TEST(RecordJson, MembersAreOpenedWhereTheySpeakTheConsumersProtocol) {
  const std::vector<std::string_view> topics{"a", "b"};
  protocol::ConsumerProtocolSubscription subscription;
  subscription.topics.assign(topics.begin(), topics.end());
  subscription.owned_partitions.push_back({.topic = "a", .partitions = {0, 1}});
  const auto subscription_bytes = record_of(subscription, 1);
  protocol::GroupMetadataValue group;
  group.protocol_type = "consumer";
  group.generation = 2;
  group.protocol = "range";
  group.leader.reset();
  auto& member = group.members.emplace_back();
  member.member_id = "m";
  member.client_id = "c";
  member.client_host = "/h";
  member.session_timeout = 10;
  member.subscription = subscription_bytes;
  EXPECT_EQ(group_metadata_value_json(record_of(group, 3), true)->str(),
            R"({"protocolType":"consumer","generation":2,"protocol":"range","leader":null,)"
            R"("currentStateTimestamp":-1,"members":[{"memberId":"m","groupInstanceId":null,)"
            R"("clientId":"c","clientHost":"/h","rebalanceTimeout":-1,"sessionTimeout":10,)"
            R"("subscription":{"topics":["a","b"],"userData":null,)"
            R"("ownedPartitions":[{"topic":"a","partitions":[0,1]}]},"assignment":""}]})");
  const std::string closed = group_metadata_value_json(record_of(group, 0), false)->str();
  EXPECT_NE(closed.find(R"("subscription":"AAEAAAACAAFh)"), std::string::npos) << closed;
  EXPECT_EQ(closed.find("rebalanceTimeout"), std::string::npos);
}

TEST(RecordJson, TransactionsWithoutPartitionsHaveNull) {
  protocol::TransactionLogValue value{.producer_id = 4, .producer_epoch = 1};
  value.transaction_partitions.reset();
  EXPECT_EQ(transaction_log_value_json(record_of(value, 0))->str(),
            R"({"producerId":4,"producerEpoch":1,"transactionTimeoutMs":0,"transactionStatus":0,)"
            R"("transactionPartitions":null,"transactionLastUpdateTimestampMs":0,)"
            R"("transactionStartTimestampMs":0})");
}

TEST(RecordJson, OtherVersionsAndBytesThatAreNoneAreErrors) {
  const std::vector<std::uint8_t> future{0, 99, 1};
  EXPECT_EQ(offset_commit_value_json(future).error().code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(offset_commit_key_json(BytesView(future).first(1)).error().code,
            ErrorCode::kInvalidRequest);
  const std::vector<std::uint8_t> cut{0, 1, 0, 9};
  EXPECT_EQ(offset_commit_key_json(cut).error().code, ErrorCode::kInvalidRequest);
}

TEST(RecordJson, BytesAreBase64) {
  const auto shown = [](std::string_view text) {
    return JsonLine().bytes("b", as_bytes(text)).str();
  };
  EXPECT_EQ(shown(""), R"({"b":""})");
  EXPECT_EQ(shown("f"), R"({"b":"Zg=="})");
  EXPECT_EQ(shown("fo"), R"({"b":"Zm8="})");
  EXPECT_EQ(shown("foob"), R"({"b":"Zm9vYg=="})");
  EXPECT_EQ(shown("\xff\xfe\xfd"), R"({"b":"//79"})");
}

}  // namespace
}  // namespace barnabas::admin
