// What the settings offsets.* of the shell change: how commits are stored, what they wait for, how
// a partition of __consumer_offsets is read, when offsets are looked through for old ones.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "broker/protocol/compression.h"
#include "tests/unit/coordinator/group/offsets_broker.h"

namespace barnabas::group {
namespace {

using protocol::Compression;

// The codec of each batch in the log of partition 1, oldest first.
std::vector<Compression> codecs(OffsetsBroker& broker) {
  const auto log = broker.logs.find(offsets_partition(1));
  const auto read = log->read(Offset(0), 1 << 20, log->log_end_offset(), /*at_least_one=*/true);
  EXPECT_TRUE(read);
  const std::vector<std::uint8_t> bytes = replica::bytes_of(read->records);
  protocol::BatchReader batches(bytes);
  std::vector<Compression> found;
  while (const auto batch = batches.next())
    found.push_back(static_cast<Compression>(batch->codec()));
  return found;
}

TEST(GroupSettings, OffsetsTopicCompressionCodecIsThatOfNewBatches) {
  for (const Compression codec : {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                  Compression::kLz4, Compression::kZstd}) {
    OffsetsBroker broker({.store = {.codec = codec}});
    broker.lead_here(1, 5);
    broker.loading.run_all();
    ASSERT_EQ(*commit(broker.groups, "e", "", -1), "each: NONE NONE");
    EXPECT_EQ(codecs(broker), (std::vector{Compression::kNone, codec}));
    // And is read by whoever loads it.
    broker.lead_elsewhere(1, 6);
    broker.lead_here(1, 7);
    broker.loading.run_all();
    EXPECT_EQ(fetch_offsets(broker.groups, "e"), "offsets: 0=50 1=51");
  }
}

TEST(GroupSettings, OffsetsCommitRequiredAcksSaysWhatACommitWaitsFor) {
  struct Case {
    replica::Acks acks;
    std::string_view told;
  };
  for (const Case& c :
       {Case{replica::Acks::kAll, "waits"}, Case{replica::Acks::kLeader, "each: NONE NONE"}}) {
    OffsetsBroker broker({.store = {.required_acks = c.acks}});
    broker.lead_here(1, 5, {1, 2});
    broker.loading.run_all();
    EXPECT_EQ(*commit(broker.groups, "e", "", -1), c.told);
  }
}

// offsets.load.buffer.size: a batch that is larger is read whole, and nothing behind it is missed.
TEST(GroupSettings, OffsetsLoadBufferMayBeSmallerThanABatch) {
  OffsetsBroker broker({.store = {.load_buffer_bytes = 1}});
  broker.lead_here(1, 5);
  broker.loading.run_all();
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(*commit(broker.groups, "e", "", -1), "each: NONE NONE");
  }
  ASSERT_EQ(codecs(broker).size(), 4u);
  broker.lead_elsewhere(1, 6);
  broker.lead_here(1, 7);
  broker.loading.run_all();
  EXPECT_EQ(fetch_offsets(broker.groups, "e"), "offsets: 0=50 1=51");
  EXPECT_EQ(fetch_offsets(broker.groups, "g"), "offsets: 0=42 1=-1");
}

TEST(GroupSettings, OffsetsRetentionCheckIntervalSaysWhenOldOffsetsGo) {
  GroupCoordinatorOptions options;
  options.groups.offsets_retention = seconds(60);
  options.expiration_check_interval = seconds(300);
  OffsetsBroker broker(options);
  broker.lead_here(1, 5);
  broker.loading.run_all();
  broker.run_for(milliseconds(299999));
  EXPECT_EQ(fetch_offsets(broker.groups, "e"), "offsets: 0=8 1=9");
  broker.run_for(milliseconds(1));
  EXPECT_EQ(fetch_offsets(broker.groups, "e"), "offsets: 0=-1 1=-1");
}

}  // namespace
}  // namespace barnabas::group
