#include "broker/log/core/record_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "broker/log/core/record_checks.h"
#include "broker/log/core/timestamp_math.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::log {
namespace {

constexpr std::size_t kErrorsShown = 3;

std::size_t size_of(const std::optional<BytesView>& bytes) {
  return bytes ? bytes->size() : 0;
}

std::string timestamp_error(const protocol::RecordBatchView& batch,
                            const protocol::RecordView& record, Timestamp timestamp,
                            const LogConfig& config, Timestamp now) {
  const Offset offset = batch.base_offset() + record.offset_delta;
  if (batch.has_log_append_time()) {
    return fmt::format(
        "Invalid timestamp type in message DefaultRecord(offset={}, timestamp={}, key={} bytes, "
        "value={} bytes). Producer should not set timestamp type to LogAppendTime.",
        offset, timestamp, size_of(record.key), size_of(record.value));
  }
  return fmt::format(
      "Timestamp {} of message with offset {} is out of range. The timestamp should be within "
      "[{}, {}]",
      timestamp, offset, wrapping_sub(now, config.message_timestamp_before_max_ms),
      wrapping_add(now, config.message_timestamp_after_max_ms));
}

}  // namespace

std::vector<RecordError> record_errors(BytesView bytes, const TopicPartition& tp,
                                       const LogConfig& config, Timestamp now) {
  std::vector<RecordError> errors;
  const auto batch = protocol::BatchReader(bytes).next();
  if (!batch) return errors;
  std::vector<std::uint8_t> storage;
  const auto records = protocol::records_of(*batch, config.max_decompressed_bytes, storage);
  if (!records) return errors;
  protocol::RecordReader reader(*batch, *records);
  protocol::RecordView record;
  for (std::int32_t index = 0; reader.next(record); ++index) {
    const Timestamp timestamp = timestamp_of(*batch, record);
    if (!check_key(record.key, index, config)) {
      errors.push_back(
          {index, ErrorCode::kInvalidRecord,
           fmt::format("Compacted topic cannot accept message without key in topic partition {}",
                       tp)});
    } else if (!check_timestamp(batch->has_log_append_time(), timestamp, config, now)) {
      errors.push_back({index, ErrorCode::kInvalidTimestamp,
                        timestamp_error(*batch, record, timestamp, config, now)});
    }
  }
  return errors;
}

std::string summary_of(const std::vector<RecordError>& errors) {
  const bool any_timestamp = std::any_of(errors.begin(), errors.end(), [](const RecordError& e) {
    return e.error == ErrorCode::kInvalidTimestamp;
  });
  if (any_timestamp) return "One or more records have been rejected due to invalid timestamp";
  std::string shown;
  for (std::size_t i = 0; i < std::min(errors.size(), kErrorsShown); ++i) {
    shown += fmt::format("{}RecordError(batchIndex={}, message='{}')", i > 0 ? ", " : "",
                         errors[i].index, errors[i].message);
  }
  return fmt::format(
      "One or more records have been rejected due to {} record errors in total, and only showing "
      "the first three errors at most: [{}]",
      errors.size(), shown);
}

}  // namespace barnabas::log
