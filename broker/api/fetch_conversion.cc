#include "broker/api/fetch_conversion.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/result.h"
#include "broker/log/copy_records.h"
#include "broker/log/core/down_conversion.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::api {
namespace {

constexpr std::int16_t kLastVersionOfMagic0 = 1;
// Of a partition whose turn comes when the answer has enough.
constexpr std::int64_t kLeastConvertedBytes = 64 * 1024;

// The front of what was read, with one whole batch at least if there is one.
Result<BufferPtr> bytes_to_convert(const protocol::Records& records, std::int64_t max_bytes) {
  TRY(auto bytes, log::copy_records(records, max_bytes));
  if (records.size_bytes() <= max_bytes ||
      protocol::BatchReader(std::as_const(*bytes).view()).next()) {
    return bytes;
  }
  return log::copy_records(records);
}

Result<protocol::Records> converted(const replica::FetchEntry& entry,
                                    const protocol::Records& records, std::int8_t magic,
                                    std::int64_t max_bytes, const log::LogConfig& topic) {
  TRY(const auto batches, bytes_to_convert(records, max_bytes));
  TRY(const auto messages, log::down_convert(std::as_const(*batches).view(), magic,
                                             entry.fetch_offset, batches->size(), topic));
  auto buffer = Buffer::copy_of(messages);
  const BytesView bytes = std::as_const(*buffer).view();
  return protocol::Records(protocol::BytesPiece{std::move(buffer), bytes});
}

}  // namespace

void FetchConversion::convert(const log::LogConfig& topic, const replica::FetchEntry& entry,
                              replica::FetchOutcome& outcome) {
  if (outcome.error != ErrorCode::kNone) return;
  const auto fail = [&](ErrorCode error) {
    outcome = replica::FetchOutcome();
    outcome.error = error;
    outcome.records = protocol::Records::empty();
  };
  if (!from_follower_ && !topic.message_downconversion_enable) {
    return fail(ErrorCode::kUnsupportedVersion);
  }
  if (outcome.size_bytes == 0) return;
  const std::int64_t limit = std::max(left_bytes_, kLeastConvertedBytes);
  auto records =
      converted(entry, outcome.records, version_ <= kLastVersionOfMagic0 ? 0 : 1, limit, topic);
  if (!records) return fail(records.error().code);
  left_bytes_ -= std::min(limit, outcome.size_bytes);
  outcome.records = *std::move(records);
}

}  // namespace barnabas::api
