// Message sets of magic 0 and 1: what clients wrote before there were record batches.
//
//   a message  offset i64 | size i32 | crc u32 | magic i8 | attributes i8
//              | timestamp i64 (magic 1 only) | key size i32, key | value size i32, value
//
// The CRC-32 (not -32C) covers everything after itself. A size of -1 is null. Attributes: bits 0 to
// 2 the codec, bit 3 LogAppendTime. The value of a compressed message, the wrapper, is a message
// set; a wrapper has the offset of its last message.
//
// Threads  Views are immutable values; the bytes belong to somebody else.
// Source   Kafka 3.9, common/record/LegacyRecord.java, AbstractLegacyRecordBatch.java
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/protocol/compression.h"

namespace barnabas::protocol {

inline constexpr std::uint8_t kLogAppendTimeBit = 0x08;  // of the attributes of magic 1

// The bytes are those of a message set, not of a record batch or of anything else.
bool begins_with_legacy_message(BytesView bytes);

struct LegacyMessage {
  std::int64_t offset = 0;
  BytesView checked;      // what the CRC covers
  std::uint32_t crc = 0;  // as it stands there
  std::int8_t magic = 0;
  std::uint8_t attributes = 0;
  Timestamp timestamp = kNoTimestamp;  // magic 0 has none
  std::optional<BytesView> key;
  std::optional<BytesView> value;

  std::size_t size_bytes() const;  // with its offset and size
  bool crc_matches() const;
  // The three low bits as they are: 5 to 7 name no codec.
  std::uint8_t codec() const { return attributes & 0x7; }
  bool is_compressed() const { return codec() != 0; }
  bool has_log_append_time() const { return magic == 1 && (attributes & kLogAppendTimeBit) != 0; }
};

// Walks a message set; every length is checked against the bytes left.
class LegacyMessageReader {
 public:
  enum class End {
    kWhole,         // the bytes ended with a message
    kCut,           // the last message is not all there
    kCorrupt,       // a length that cannot be
    kRecordBatch,   // a batch of magic 2 follows
    kUnknownMagic,  // no format of Kafka's
  };

  explicit LegacyMessageReader(BytesView bytes) : bytes_(bytes) {}

  std::optional<LegacyMessage> next();
  // Valid after next() returned nullopt.
  End end() const { return end_; }

 private:
  BytesView bytes_;
  End end_ = End::kWhole;
};

// Appends a message; its CRC and `checked` are not asked.
void append_message(const LegacyMessage& message, std::vector<std::uint8_t>& out);
// Appends the wrapper of `messages`: `wrapper` as append_message, but for its codec and value. An
// lz4 frame of magic 0 gets the wrong checksum that its readers want.
void append_wrapper(LegacyMessage wrapper, Compression codec, BytesView messages,
                    std::vector<std::uint8_t>& out);

// The message set in a wrapper, without its compression. An lz4 frame of magic 0 has the wrong
// checksum in its header that clients of that time wrote, and is read all the same.
//   errors  INVALID_RECORD: no value, or zstd, which came later; those of decompress
Result<std::vector<std::uint8_t>> inner_messages(const LegacyMessage& wrapper,
                                                 std::size_t max_bytes);

}  // namespace barnabas::protocol
