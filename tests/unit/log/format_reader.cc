#include "tests/unit/log/format_reader.h"

namespace barnabas::test {
namespace {

class Cursor {
 public:
  explicit Cursor(const Bytes& bytes) : bytes_(bytes) {}

  bool has(std::size_t n) const { return bytes_.size() - at_ >= n; }
  std::size_t position() const { return at_; }
  void seek(std::size_t at) { at_ = at; }
  std::uint64_t unsigned_number(int size) {
    std::uint64_t value = 0;
    for (int i = 0; i < size; ++i) value = (value << 8) | bytes_[at_++];
    return value;
  }
  std::int16_t i16() { return static_cast<std::int16_t>(unsigned_number(2)); }
  std::int32_t i32() { return static_cast<std::int32_t>(unsigned_number(4)); }
  std::int64_t i64() { return static_cast<std::int64_t>(unsigned_number(8)); }

 private:
  const Bytes& bytes_;
  std::size_t at_ = 0;
};

}  // namespace

std::uint32_t crc32c_by_bits(const std::uint8_t* data, std::size_t size) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (std::size_t i = 0; i < size; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0u);
  }
  return ~crc;
}

std::optional<std::vector<FormatBatch>> read_log_file(const Bytes& bytes) {
  std::vector<FormatBatch> batches;
  Cursor in(bytes);
  while (in.has(1)) {
    if (!in.has(61)) return std::nullopt;
    FormatBatch batch;
    const std::size_t start = in.position();
    batch.position = static_cast<std::int64_t>(start);
    batch.base_offset = in.i64();
    const std::int32_t length = in.i32();
    batch.size = 12 + std::int64_t{length};
    if (length < 49 || start + static_cast<std::size_t>(batch.size) > bytes.size()) {
      return std::nullopt;
    }
    batch.leader_epoch = in.i32();
    if (in.unsigned_number(1) != 2) return std::nullopt;
    const auto crc = static_cast<std::uint32_t>(in.unsigned_number(4));
    if (crc !=
        crc32c_by_bits(bytes.data() + start + 21, static_cast<std::size_t>(batch.size) - 21)) {
      return std::nullopt;
    }
    batch.attributes = in.i16();
    batch.last_offset = batch.base_offset + in.i32();
    in.i64();  // base timestamp
    batch.max_timestamp = in.i64();
    batch.producer_id = in.i64();
    batch.producer_epoch = in.i16();
    batch.base_sequence = in.i32();
    batch.records = in.i32();
    in.seek(start + static_cast<std::size_t>(batch.size));
    batches.push_back(batch);
  }
  return batches;
}

std::optional<std::vector<FormatIndexEntry>> read_offset_index(const Bytes& bytes,
                                                               std::int64_t base_offset) {
  if (bytes.size() % 8 != 0) return std::nullopt;
  std::vector<FormatIndexEntry> entries;
  Cursor in(bytes);
  while (in.has(8)) {
    const std::int64_t offset = base_offset + in.i32();
    entries.push_back({offset, in.i32()});
  }
  return entries;
}

std::optional<std::vector<FormatTimeEntry>> read_time_index(const Bytes& bytes,
                                                            std::int64_t base_offset) {
  if (bytes.size() % 12 != 0) return std::nullopt;
  std::vector<FormatTimeEntry> entries;
  Cursor in(bytes);
  while (in.has(12)) {
    const std::int64_t timestamp = in.i64();
    entries.push_back({timestamp, base_offset + in.i32()});
  }
  return entries;
}

std::optional<std::vector<FormatProducer>> read_snapshot_file(const Bytes& bytes) {
  Cursor in(bytes);
  if (!in.has(10) || in.i16() != 1) return std::nullopt;
  const auto crc = static_cast<std::uint32_t>(in.unsigned_number(4));
  if (crc != crc32c_by_bits(bytes.data() + 6, bytes.size() - 6)) return std::nullopt;
  const std::int32_t count = in.i32();
  if (bytes.size() != 10 + static_cast<std::size_t>(count) * 46) return std::nullopt;
  std::vector<FormatProducer> producers;
  for (std::int32_t i = 0; i < count; ++i) {
    FormatProducer p{};
    p.producer_id = in.i64();
    p.epoch = in.i16();
    p.last_sequence = in.i32();
    p.last_offset = in.i64();
    p.offset_delta = in.i32();
    p.timestamp = in.i64();
    p.coordinator_epoch = in.i32();
    p.current_txn_first_offset = in.i64();
    producers.push_back(p);
  }
  return producers;
}

}  // namespace barnabas::test
