// What a producer sends for one partition, by a stranger who knows how to count a CRC: it is
// refused, or it is a batch whose records can be walked, found again by a follower, and told to
// consumers of any age.
#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "broker/base/crc32c.h"
#include "broker/log/core/batch_validation.h"
#include "broker/log/core/down_conversion.h"
#include "tests/fuzz/input.h"

namespace barnabas::fuzz {
namespace {

using protocol::Compression;

constexpr std::size_t kMaxDecompressedBytes = 1 << 20;

log::LogConfig config_of(std::uint8_t choice) {
  constexpr std::array<std::optional<Compression>, 4> kCodecs = {
      std::nullopt, Compression::kNone, Compression::kGzip, Compression::kLz4};
  log::LogConfig config;
  config.max_decompressed_bytes = kMaxDecompressedBytes;
  config.compacted = (choice & 1) != 0;
  if ((choice & 2) != 0) config.message_timestamp_type = log::TimestampType::kLogAppendTime;
  if ((choice & 4) != 0) config.message_timestamp_before_max_ms = 1000;
  config.compression = kCodecs[choice >> 3 & 3];
  return config;
}

void store_length_and_magic(std::vector<std::uint8_t>& bytes, std::uint8_t magic) {
  store_be(bytes.data() + 8, static_cast<std::int32_t>(bytes.size() - protocol::kLogOverhead));
  bytes[16] = magic;
}

// Lengths, magic and CRC as they should be: nearly everything else would end there.
void repair(std::vector<std::uint8_t>& bytes, std::uint8_t magic) {
  if (magic == protocol::kMagicV2 && bytes.size() >= protocol::kBatchOverhead) {
    store_length_and_magic(bytes, magic);
    store_be(bytes.data() + 17, crc32c(BytesView(bytes).subspan(21)));
  } else if (magic < protocol::kMagicV2 && bytes.size() >= 18) {
    store_length_and_magic(bytes, magic);
    store_be(bytes.data() + 12, static_cast<std::uint32_t>(crc32(
                                    0, bytes.data() + 16, static_cast<uInt>(bytes.size() - 16))));
  }
}

void walk(const protocol::RecordBatchView& batch) {
  std::vector<std::uint8_t> storage;
  const auto records = protocol::records_of(batch, kMaxDecompressedBytes, storage);
  if (!records) return;  // a compressed batch may be stored unopened
  CHECK(records->size() <= kMaxDecompressedBytes || !batch.is_compressed());
  protocol::RecordReader reader(batch, *records);
  protocol::RecordView record;
  while (reader.next(record)) {
  }
  CHECK(batch.is_compressed() || !reader.corrupt());
}

}  // namespace
}  // namespace barnabas::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace barnabas;
  fuzz::Input input(data, size);
  const log::LogConfig config = fuzz::config_of(input.byte());
  const std::uint8_t form = input.byte();  // two bits: a magic; 3: the bytes as they are
  std::vector<std::uint8_t> bytes(input.rest().begin(), input.rest().end());
  if ((form & 3) != 3) fuzz::repair(bytes, form & 3);

  (void)log::validate_replicated(bytes);
  const auto produced =
      log::validate_produced(bytes, log::AppendOrigin::kClient, config, 1700000000000);
  if (!produced) return 0;
  const protocol::RecordBatchView& batch = produced->batch;
  fuzz::walk(batch);
  for (const std::int8_t magic : {0, 1}) {
    (void)log::down_convert(batch.bytes(), magic, batch.base_offset(), 1 << 20, config);
  }
  return 0;
}
