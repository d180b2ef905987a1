// The records of __consumer_offsets, byte for byte as Kafka 3.9 writes them.
#include "broker/coordinator/group/core/group_records.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace barnabas::group {
namespace {

const TopicPartition kTp{"t", PartitionId(7)};
constexpr Timestamp kThen = 0x0102030405060708;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<std::uint8_t>(byte));
  return text;
}
std::string bytes(std::string_view hex_with_spaces) {
  std::string out;
  std::string digits;
  for (const char digit : hex_with_spaces) {
    if (digit == ' ') continue;
    digits += digit;
    if (digits.size() < 2) continue;
    out += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return out;
}
std::string squeeze(std::string text) {
  std::erase(text, ' ');
  return text;
}
Result<Entry> read(const std::string& key, const std::optional<std::string>& value) {
  return read_record(as_bytes(key), value ? std::optional(as_bytes(*value)) : std::nullopt);
}
Result<Entry> read(const LogRecord& record) {
  return read(record.key, record.value);
}

const std::string kOffsetKey = "0001 0001 67 0001 74 00000007";
const std::string kGroupKey = "0002 0001 67";

GroupRecord one_member() {
  return {.protocol_type = "consumer",
          .generation = GenerationId(2),
          .protocol = "range",
          .leader = "a",
          .state_timestamp = kThen,
          .members = {{.member_id = "a",
                       .instance_id = "i",
                       .client_id = "c",
                       .client_host = "/h",
                       .rebalance_timeout = milliseconds(60000),
                       .session_timeout = milliseconds(10000),
                       .subscription = "su",
                       .assignment = "as"}}};
}

// ---- what is written

TEST(OffsetRecord, IsKeyVersion1AndValueVersion3) {
  const LogRecord record =
      offset_record("g", kTp, {Offset(5), LeaderEpoch(3), "m", kThen, std::nullopt});
  EXPECT_EQ(hex(record.key), squeeze(kOffsetKey));
  EXPECT_EQ(hex(*record.value), squeeze("0003 0000000000000005 00000003 0001 6d 0102030405060708"));
}
TEST(OffsetRecord, WithoutLeaderEpochHoldsMinusOne) {
  const LogRecord record = offset_record("g", kTp, {.offset = Offset(5)});
  EXPECT_EQ(hex(*record.value), squeeze("0003 0000000000000005 ffffffff 0000 0000000000000000"));
}
TEST(OffsetRecord, WithAnExpiryIsValueVersion1WithoutLeaderEpoch) {
  const LogRecord record = offset_record("g", kTp, {Offset(5), LeaderEpoch(3), "m", kThen, 9});
  EXPECT_EQ(hex(record.key), squeeze(kOffsetKey));
  EXPECT_EQ(hex(*record.value),
            squeeze("0001 0000000000000005 0001 6d 0102030405060708 0000000000000009"));
}
TEST(OffsetRecord, TombstoneHasItsKeyAndNoValue) {
  const LogRecord record = offset_tombstone("g", kTp);
  EXPECT_EQ(hex(record.key), squeeze(kOffsetKey));
  EXPECT_FALSE(record.value);
}
TEST(GroupMetadataRecord, IsKeyVersion2AndValueVersion3) {
  const LogRecord record = group_record("g", one_member());
  EXPECT_EQ(hex(record.key), squeeze(kGroupKey));
  EXPECT_EQ(hex(*record.value),
            squeeze("0003 0008 636f6e73756d6572 00000002 0005 72616e6765 0001 61"
                    "0102030405060708 00000001"
                    "0001 61 0001 69 0001 63 0002 2f68 0000ea60 00002710"
                    "00000002 7375 00000002 6173"));
}
TEST(GroupMetadataRecord, OfADynamicMemberHoldsNoInstance) {
  GroupRecord group = one_member();
  group.members[0].instance_id.reset();
  EXPECT_EQ(hex(*group_record("g", group).value),
            squeeze("0003 0008 636f6e73756d6572 00000002 0005 72616e6765 0001 61"
                    "0102030405060708 00000001"
                    "0001 61 ffff 0001 63 0002 2f68 0000ea60 00002710"
                    "00000002 7375 00000002 6173"));
}
TEST(GroupMetadataRecord, OfAnEmptyGroupHoldsNoProtocolAndNoLeader) {
  GroupRecord group;
  group.protocol_type = "consumer";
  group.generation = GenerationId(3);
  group.state_timestamp = kThen;
  EXPECT_EQ(hex(*group_record("g", group).value),
            squeeze("0003 0008 636f6e73756d6572 00000003 ffff ffff 0102030405060708 00000000"));
}
TEST(GroupMetadataRecord, TombstoneHasItsKeyAndNoValue) {
  EXPECT_EQ(hex(group_tombstone("g").key), squeeze(kGroupKey));
  EXPECT_FALSE(group_tombstone("g").value);
}

// ---- what is read

TEST(ReadRecord, GivesBackWhatWasWritten) {
  for (const auto& expiry : {std::optional<Timestamp>(), std::optional<Timestamp>(9)}) {
    CommittedOffset value{Offset(5), LeaderEpoch(3), "m", kThen, expiry};
    const auto entry = read(offset_record("g", kTp, value));
    ASSERT_TRUE(entry);
    const auto& offset = std::get<OffsetEntry>(*entry);
    EXPECT_EQ(offset.group, "g");
    EXPECT_EQ(offset.tp, kTp);
    if (expiry) value.leader_epoch = kNoLeaderEpoch;
    EXPECT_EQ(offset.value, value);
  }
  const auto entry = read(group_record("g", one_member()));
  ASSERT_TRUE(entry);
  EXPECT_EQ(std::get<GroupEntry>(*entry).group, "g");
  EXPECT_EQ(std::get<GroupEntry>(*entry).value, one_member());
}
TEST(ReadRecord, TombstonesHaveNoValue) {
  const auto offset = read(offset_tombstone("g", kTp));
  ASSERT_TRUE(offset);
  EXPECT_FALSE(std::get<OffsetEntry>(*offset).value);
  const auto group = read(group_tombstone("g"));
  ASSERT_TRUE(group);
  EXPECT_FALSE(std::get<GroupEntry>(*group).value);
}
TEST(ReadRecord, OffsetKeyVersion0IsRead) {
  const auto entry = read(bytes("0000 0001 67 0001 74 00000007"), std::nullopt);
  ASSERT_TRUE(entry);
  EXPECT_EQ(std::get<OffsetEntry>(*entry).tp, kTp);
}
TEST(ReadRecord, OffsetValuesOfAllVersionsAreRead) {
  const std::vector<std::pair<std::string, CommittedOffset>> values{
      {"0000 0000000000000005 0001 6d 0102030405060708",
       {Offset(5), kNoLeaderEpoch, "m", kThen, {}}},
      {"0001 0000000000000005 0001 6d 0102030405060708 0000000000000009",
       {Offset(5), kNoLeaderEpoch, "m", kThen, 9}},
      {"0001 0000000000000005 0001 6d 0102030405060708 ffffffffffffffff",
       {Offset(5), kNoLeaderEpoch, "m", kThen, {}}},
      {"0002 0000000000000005 0001 6d 0102030405060708",
       {Offset(5), kNoLeaderEpoch, "m", kThen, {}}},
      {"0003 0000000000000005 00000003 0001 6d 0102030405060708",
       {Offset(5), LeaderEpoch(3), "m", kThen, {}}},
      {"0004 0000000000000005 00000003 02 6d 0102030405060708 00",
       {Offset(5), LeaderEpoch(3), "m", kThen, {}}}};
  for (const auto& [value, expected] : values) {
    const auto entry = read(bytes(kOffsetKey), bytes(value));
    ASSERT_TRUE(entry) << value;
    EXPECT_EQ(std::get<OffsetEntry>(*entry).value, expected) << value;
  }
}
TEST(ReadRecord, GroupValuesOfAllVersionsAreRead) {
  const std::string head = "0008 636f6e73756d6572 00000002 0005 72616e6765 0001 61";
  const std::string tail = "00000002 7375 00000002 6173";
  GroupRecord v3 = one_member();
  GroupRecord v2 = v3;
  v2.members[0].instance_id.reset();
  GroupRecord v1 = v2;
  v1.state_timestamp = kNoTimestamp;
  GroupRecord v0 = v1;
  v0.members[0].rebalance_timeout = v0.members[0].session_timeout;
  const std::vector<std::pair<std::string, GroupRecord>> values{
      {"0000" + head + "00000001 0001 61 0001 63 0002 2f68 00002710" + tail, v0},
      {"0001" + head + "00000001 0001 61 0001 63 0002 2f68 0000ea60 00002710" + tail, v1},
      {"0002" + head + "0102030405060708 00000001 0001 61 0001 63 0002 2f68 0000ea60 00002710" +
           tail,
       v2},
      {"0003" + head +
           "0102030405060708 00000001 0001 61 0001 69 0001 63 0002 2f68 0000ea60 00002710" + tail,
       v3},
      {"0004 09 636f6e73756d6572 00000002 06 72616e6765 02 61 0102030405060708 02"
       "02 61 02 69 02 63 03 2f68 0000ea60 00002710 03 7375 03 6173 00 00",
       v3}};
  for (const auto& [value, expected] : values) {
    const auto entry = read(bytes(kGroupKey), bytes(value));
    ASSERT_TRUE(entry) << value;
    EXPECT_EQ(std::get<GroupEntry>(*entry).value, expected) << value;
  }
}
TEST(ReadRecord, KeysOfNewerVersionsAreUnknownWhateverTheyHold) {
  for (const char* key : {"0003 0001 67", "000a", "7fff ff", "ffff"}) {
    const auto entry = read(bytes(key), std::string("anything"));
    ASSERT_TRUE(entry) << key;
    EXPECT_TRUE(std::holds_alternative<UnknownEntry>(*entry)) << key;
  }
  EXPECT_EQ(std::get<UnknownEntry>(*read(bytes("0003"), std::nullopt)).key_version, 3);
}

// ---- what is refused

TEST(ReadRecord, KeysThatAreCutOffAreInvalid) {
  for (const std::string& whole : {bytes(kOffsetKey), bytes(kGroupKey)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto entry = read(whole.substr(0, size), std::nullopt);
      ASSERT_FALSE(entry) << size;
    }
  }
  EXPECT_EQ(read("", std::nullopt).error().code, ErrorCode::kInvalidRecord);
}
TEST(ReadRecord, ValuesThatAreCutOffAreInvalid) {
  for (const LogRecord& whole :
       {offset_record("g", kTp, {.metadata = "m"}), group_record("g", one_member())}) {
    for (std::size_t size = 0; size < whole.value->size(); ++size) {
      const auto entry = read(whole.key, whole.value->substr(0, size));
      ASSERT_FALSE(entry) << size;
      EXPECT_EQ(entry.error().code, ErrorCode::kInvalidRecord);
    }
  }
}
TEST(ReadRecord, ValuesOfUnknownVersionsAreInvalid) {
  for (const char* version : {"0005", "ffff"}) {
    EXPECT_FALSE(read(bytes(kOffsetKey), bytes(version) + std::string(100, '\0'))) << version;
    EXPECT_FALSE(read(bytes(kGroupKey), bytes(version) + std::string(100, '\0'))) << version;
  }
}
TEST(ReadRecord, GroupsThatCannotBeAreInvalid) {
  const auto refused = [](const GroupRecord& group) {
    const auto entry = read(group_record("g", group));
    return !entry && entry.error().code == ErrorCode::kInvalidRecord;
  };
  GroupRecord twice = one_member();
  twice.members.push_back(twice.members[0]);
  twice.members[1].instance_id = "other";
  EXPECT_TRUE(refused(twice));
  GroupRecord instance_twice = one_member();
  instance_twice.members.push_back(instance_twice.members[0]);
  instance_twice.members[1].member_id = "b";
  EXPECT_TRUE(refused(instance_twice));
  GroupRecord no_protocol = one_member();
  no_protocol.protocol.reset();
  EXPECT_TRUE(refused(no_protocol));
}

}  // namespace
}  // namespace barnabas::group
