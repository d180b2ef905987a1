#include "admin/segment_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "broker/log/producer_snapshot.h"

namespace barnabas::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::uint8_t> offset_index(
    const std::vector<std::pair<std::int32_t, std::int32_t>>& entries) {
  std::vector<std::uint8_t> bytes(entries.size() * 8);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    store_be(bytes.data() + i * 8, entries[i].first);
    store_be(bytes.data() + i * 8 + 4, entries[i].second);
  }
  return bytes;
}

std::vector<std::uint8_t> time_index(
    const std::vector<std::pair<std::int64_t, std::int32_t>>& entries) {
  std::vector<std::uint8_t> bytes(entries.size() * 12);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    store_be(bytes.data() + i * 12, entries[i].first);
    store_be(bytes.data() + i * 12 + 8, entries[i].second);
  }
  return bytes;
}

template <typename Check>
std::string index_problem(Check check) {
  try {
    check();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(SegmentIndex, ATailOfZerosIsNotRead) {
  EXPECT_THAT(offset_index_entries(offset_index({{3, 0}, {9, 4096}, {0, 0}, {0, 0}}), 100),
              ElementsAre(OffsetIndexEntry{103, 0}, OffsetIndexEntry{109, 4096}));
  EXPECT_THAT(time_index_entries(time_index({{5000, 3}, {0, 0}}), 100),
              ElementsAre(TimeIndexEntry{5000, 103}));
}

TEST(SegmentIndex, TheEntryAtOrBelowAnOffsetTellsWhereToBegin) {
  const auto entries = offset_index_entries(offset_index({{3, 50}, {9, 4096}}), 100);
  EXPECT_EQ(position_of(entries, 102), 0);
  EXPECT_EQ(position_of(entries, 103), 50);
  EXPECT_EQ(position_of(entries, 108), 50);
  EXPECT_EQ(position_of(entries, 500), 4096);
}

TEST(SegmentIndex, WhatABrokerWouldRebuildIsRefused) {
  const auto offsets = offset_index({{3, 0}, {-2, 10}});
  EXPECT_THAT(index_problem([&] { check_offset_index(offsets, 100, "/x.index"); }),
              HasSubstr("/x.index has non-zero size but the last offset is 98"));
  EXPECT_EQ(
      index_problem([&] { check_offset_index(BytesView(offsets).first(9), 100, "/x.index"); }),
      "Index file /x.index is corrupt, found 9 bytes which is neither positive nor a multiple "
      "of 8");
  const auto times = time_index({{50, 3}, {40, 9}});
  EXPECT_THAT(index_problem([&] { check_time_index(times, 100, "/x.timeindex"); }),
              HasSubstr("the last timestamp is 40 which is less than the first timestamp 50"));
  EXPECT_EQ(index_problem([&] { check_time_index(BytesView(times).first(12), 100, "x"); }), "");
}

TEST(SegmentIndex, ProducersOfASnapshot) {
  log::ProducerSnapshotEntry entry;
  entry.producer_id = ProducerId(8);
  entry.epoch = ProducerEpoch(2);
  entry.last_timestamp = 77;
  entry.last_batch = {
      .last_sequence = 9, .last_offset = Offset(40), .offset_delta = 4, .timestamp = 77};
  auto bytes = log::encode_snapshot(std::vector{entry});
  EXPECT_EQ(producer_snapshot_lines(bytes),
            "producerId: 8 producerEpoch: 2 coordinatorEpoch: -1 currentTxnFirstOffset: "
            "OptionalLong.empty lastTimestamp: 77 firstSequence: 5 lastSequence: 9 lastOffset: 40 "
            "offsetDelta: 4 timestamp: 77\n");
  bytes.back() ^= 1;
  EXPECT_THAT(index_problem([&] { producer_snapshot_lines(bytes); }),
              HasSubstr("CRC is no longer valid"));
  bytes[1] = 9;
  EXPECT_EQ(index_problem([&] { producer_snapshot_lines(bytes); }),
            "Snapshot contained an unknown file version 9");
}

TEST(SegmentIndex, AbortedTransactions) {
  std::vector<std::uint8_t> bytes(34);
  store_be(bytes.data() + 2, std::int64_t{7});
  store_be(bytes.data() + 10, std::int64_t{100});
  store_be(bytes.data() + 18, std::int64_t{110});
  store_be(bytes.data() + 26, std::int64_t{90});
  EXPECT_EQ(transaction_index_lines(bytes),
            "version: 0 producerId: 7 firstOffset: 100 lastOffset: 110 lastStableOffset: 90\n");
}

}  // namespace
}  // namespace barnabas::admin
