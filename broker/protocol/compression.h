// The codecs of record batches: gzip, snappy (in Kafka's framing), lz4 (frames) and zstd.
//
// What is decompressed comes from strangers. It is never larger than the caller allows, and memory
// is taken as it comes to light, not as a header claims: a few kilobytes that say that they are
// gigabytes cost what they are. (An lz4 frame may have a block of 4 MB buffered.)
// Threads  pure functions.
// Errors   of decompress: CORRUPT_MESSAGE: not what the codec writes, cut, or followed by something
//          else; MESSAGE_TOO_LARGE: more than `max_bytes`; UNSUPPORTED_COMPRESSION_TYPE.
// Source   Kafka 3.9, org/apache/kafka/common/compress; xerial's SnappyOutputStream
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/result.h"

namespace barnabas::protocol {

enum class Compression : std::uint8_t { kNone, kGzip, kSnappy, kLz4, kZstd };
inline constexpr std::uint8_t kCompressionCount = 5;

// As Kafka's settings name them; snappy has none. Without settings: Kafka's defaults.
struct CompressionLevels {
  int gzip = -1;  // or 1 to 9; -1: zlib's own default
  int lz4 = 9;    // 1 to 17; 9, the default, is the fast compressor, not the high one
  int zstd = 3;   // negative ones are faster
};

// kNone: a copy.
std::vector<std::uint8_t> compress(Compression codec, BytesView bytes,
                                   const CompressionLevels& levels = {});

// `codec` as the attributes of a batch have it.
Result<std::vector<std::uint8_t>> decompress(std::uint8_t codec, BytesView compressed,
                                             std::size_t max_bytes);

}  // namespace barnabas::protocol
