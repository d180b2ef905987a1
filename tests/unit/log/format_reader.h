// Reads log directories from the description of Kafka's formats alone: no code of the writer's is
// used, not even its CRC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/log/temp_directory.h"

namespace barnabas::test {

struct FormatBatch {
  std::int64_t position = 0;
  std::int64_t size = 0;
  std::int64_t base_offset = 0;
  std::int64_t last_offset = 0;
  std::int32_t leader_epoch = 0;
  std::int16_t attributes = 0;
  std::int64_t max_timestamp = 0;
  std::int64_t producer_id = 0;
  std::int16_t producer_epoch = 0;
  std::int32_t base_sequence = 0;
  std::int32_t records = 0;
};
// Every batch of a .log file; nullopt where any byte is left over or a CRC does not match.
std::optional<std::vector<FormatBatch>> read_log_file(const Bytes& bytes);

struct FormatIndexEntry {
  std::int64_t offset;
  std::int32_t position;
};
std::optional<std::vector<FormatIndexEntry>> read_offset_index(const Bytes& bytes,
                                                               std::int64_t base_offset);
struct FormatTimeEntry {
  std::int64_t timestamp;
  std::int64_t offset;
};
std::optional<std::vector<FormatTimeEntry>> read_time_index(const Bytes& bytes,
                                                            std::int64_t base_offset);

struct FormatProducer {
  std::int64_t producer_id;
  std::int16_t epoch;
  std::int32_t last_sequence;
  std::int64_t last_offset;
  std::int32_t offset_delta;
  std::int64_t timestamp;
  std::int32_t coordinator_epoch;
  std::int64_t current_txn_first_offset;
};
std::optional<std::vector<FormatProducer>> read_snapshot_file(const Bytes& bytes);

std::uint32_t crc32c_by_bits(const std::uint8_t* data, std::size_t size);

}  // namespace barnabas::test
