// Reads the record batches of a segment's file, one at a time.
//
// Threads  one owner. The file may grow or be cut meanwhile: what is not there is not read.
// Failure  std::runtime_error, also for batches of before magic 2.
// Source   Kafka 3.9, FileLogInputStream.java
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/log/file.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::admin {

class SegmentReader {
 public:
  explicit SegmentReader(const std::string& path);

  // When it was opened.
  std::int64_t size_bytes() const { return size_bytes_; }

  // The batch that begins at `position_bytes`, valid until the next call; nullopt: before `end` no
  // whole one does.
  std::optional<protocol::RecordBatchView> batch_at(std::int64_t position_bytes, std::int64_t end);

 private:
  bool read(std::int64_t position_bytes, std::size_t size);

  const std::string path_;
  log::File file_;
  std::int64_t size_bytes_ = 0;
  std::vector<std::uint8_t> buffer_;
};

// The whole content of a small file.
std::vector<std::uint8_t> read_whole_file(const std::string& path);

}  // namespace barnabas::admin
