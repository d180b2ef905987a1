// What kafka-dump-log prints of the record batches of a segment.
//
// Threads  externally synchronized.
// Failure  std::runtime_error: a batch whose records cannot be read.
// Source   Kafka 3.9, DumpLogSegments.scala
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/record_decoder.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::admin {

// One line, without its end.
std::string batch_line(const protocol::RecordBatchView& batch, std::int64_t position_bytes);

// The timestamp that a reader sees.
Timestamp record_timestamp(const protocol::RecordBatchView& batch,
                           const protocol::RecordView& record);

// The records of one batch, decompressed where need be.
class BatchRecords {
 public:
  explicit BatchRecords(const protocol::RecordBatchView& batch);
  // False after the last one.
  bool next(protocol::RecordView& record);

 private:
  std::int64_t base_offset_;
  std::vector<std::uint8_t> storage_;
  protocol::RecordReader reader_;
};

// The lines of the records of one file, batch after batch.
class RecordLines {
 public:
  struct Options {
    bool metadata = true;  // offset, timestamp, sizes and so on
    bool contents = false;
    RecordDecoder decoder = {};
  };

  explicit RecordLines(Options options) : options_(options) {}

  void append(const protocol::RecordBatchView& batch, std::string& out);

  // Each offset that is not followed by the next one, and the one that follows; the last first.
  const std::vector<std::pair<std::int64_t, std::int64_t>>& gaps() const { return gaps_; }

 private:
  void append_metadata(const protocol::RecordBatchView& batch, const protocol::RecordView& record,
                       std::int64_t offset, std::string& out) const;

  const Options options_;
  std::optional<std::int64_t> last_offset_;
  std::vector<std::pair<std::int64_t, std::int64_t>> gaps_;
};

}  // namespace barnabas::admin
