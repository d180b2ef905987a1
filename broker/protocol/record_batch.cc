#include "broker/protocol/record_batch.h"

#include <algorithm>
#include <limits>

#include "broker/base/check.h"
#include "broker/base/crc32c.h"

namespace barnabas::protocol {
namespace {

constexpr std::size_t kCrcStart = 21;
constexpr std::int32_t kMaxSequence = std::numeric_limits<std::int32_t>::max();

// Zig-zag varints, as in protobuf. Returns false at the end of the bytes or past `max_bytes`.
bool read_zigzag(const std::uint8_t*& at, const std::uint8_t* end, int max_bytes,
                 std::int64_t& value) {
  std::uint64_t raw = 0;
  for (int i = 0; i < max_bytes; ++i) {
    if (at == end) return false;
    const std::uint8_t byte = *at++;
    raw |= std::uint64_t{byte & 0x7Fu} << (7 * i);
    if ((byte & 0x80) == 0) {
      value = static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
      return true;
    }
  }
  return false;
}

bool read_varlong(const std::uint8_t*& at, const std::uint8_t* end, std::int64_t& value) {
  return read_zigzag(at, end, 10, value);
}

bool read_varint(const std::uint8_t*& at, const std::uint8_t* end, std::int32_t& value) {
  std::int64_t wide = 0;
  if (!read_zigzag(at, end, 5, wide)) return false;
  value = static_cast<std::int32_t>(wide);
  return wide == value;
}

// A length and that many bytes; a negative length is null.
bool read_nullable(const std::uint8_t*& at, const std::uint8_t* end,
                   std::optional<BytesView>& value) {
  std::int32_t size = 0;
  if (!read_varint(at, end, size)) return false;
  if (size < 0) {
    value.reset();
    return true;
  }
  if (size > end - at) return false;
  value = BytesView(at, static_cast<std::size_t>(size));
  at += size;
  return true;
}

void write_varlong(std::vector<std::uint8_t>& out, std::int64_t value) {
  auto raw = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  while (raw >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(raw | 0x80));
    raw >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(raw));
}

void write_nullable(std::vector<std::uint8_t>& out, std::optional<std::string_view> text) {
  if (!text) {
    write_varlong(out, -1);
    return;
  }
  write_varlong(out, static_cast<std::int64_t>(text->size()));
  out.insert(out.end(), text->begin(), text->end());
}

}  // namespace

std::int32_t increment_sequence(std::int32_t sequence, std::int32_t by) {
  if (sequence > kMaxSequence - by) return by - (kMaxSequence - sequence) - 1;
  return sequence + by;
}

std::int32_t decrement_sequence(std::int32_t sequence, std::int32_t by) {
  if (sequence < by) return kMaxSequence - (by - sequence) + 1;
  return sequence - by;
}

bool RecordBatchView::crc_matches() const {
  return crc() == crc32c(bytes().subspan(kCrcStart));
}

void MutableRecordBatchView::update_crc() {
  store_be(bytes_ + 17, crc32c(bytes().subspan(kCrcStart)));
}

void MutableRecordBatchView::set_codec(Compression codec, std::size_t size_bytes) {
  const int bits = (attributes() & ~0x7) | static_cast<int>(codec);
  store_be(bytes_ + 8, static_cast<std::int32_t>(size_bytes - kLogOverhead));
  store_be(bytes_ + 21, static_cast<std::int16_t>(bits));
  update_crc();
}

void MutableRecordBatchView::set_max_timestamp(bool log_append_time, Timestamp timestamp) {
  if (has_log_append_time() == log_append_time && max_timestamp() == timestamp) return;
  const int bits = (attributes() & ~0x08) | (log_append_time ? 0x08 : 0);
  store_be(bytes_ + 21, static_cast<std::int16_t>(bits));
  store_be(bytes_ + 35, timestamp);
  update_crc();
}

std::optional<RecordBatchView> BatchReader::next() {
  const std::size_t left = bytes_.size() - position_;
  const auto stop = [this](End why) -> std::optional<RecordBatchView> {
    end_ = why;
    return std::nullopt;
  };
  if (left == 0) return stop(End::kWhole);
  if (left < kLogOverhead + 5) return stop(End::kCut);
  const RecordBatchView batch(bytes_.data() + position_);
  // The magic byte lies at the same place in every format: it is looked at first.
  if (batch.magic() != kMagicV2) return stop(End::kUnsupportedMagic);
  if (batch.length() < static_cast<std::int32_t>(kBatchOverhead - kLogOverhead)) {
    return stop(End::kCorrupt);
  }
  if (left < batch.size_bytes()) return stop(End::kCut);
  position_ += batch.size_bytes();
  return batch;
}

RecordReader::RecordReader(const RecordBatchView& batch)
    : RecordReader(batch, batch.stored_records()) {}

RecordReader::RecordReader(const RecordBatchView& batch, BytesView records)
    : at_(records.data()), end_(records.data() + records.size()), left_(batch.record_count()) {}

Result<BytesView> records_of(const RecordBatchView& batch, std::size_t max_bytes,
                             std::vector<std::uint8_t>& storage) {
  if (!batch.is_compressed()) return batch.stored_records();
  TRY(storage, decompress(batch.codec(), batch.stored_records(), max_bytes));
  return BytesView(storage);
}

bool RecordReader::next(RecordView& record) {
  if (left_ <= 0) {
    corrupt_ = corrupt_ || left_ < 0 || at_ != end_;
    return false;
  }
  corrupt_ = true;
  std::int32_t size = 0;
  if (!read_varint(at_, end_, size) || size < 1 || size > end_ - at_) return false;
  const std::uint8_t* end = at_ + size;
  ++at_;  // attributes: none are defined
  if (!read_varlong(at_, end, record.timestamp_delta) ||
      !read_varint(at_, end, record.offset_delta) || !read_nullable(at_, end, record.key) ||
      !read_nullable(at_, end, record.value) || !read_varint(at_, end, record.header_count) ||
      record.header_count < 0) {
    return false;
  }
  const std::uint8_t* headers = at_;
  for (std::int32_t i = 0; i < record.header_count; ++i) {
    std::optional<BytesView> key, value;
    if (!read_nullable(at_, end, key) || !key || !read_nullable(at_, end, value)) return false;
  }
  record.headers = BytesView(headers, at_);
  if (at_ != end) return false;
  --left_;
  corrupt_ = false;
  return true;
}

RecordBatchBuilder& RecordBatchBuilder::add(Timestamp timestamp,
                                            std::optional<std::string_view> key,
                                            std::optional<std::string_view> value,
                                            const std::vector<Header>& headers) {
  if (count_ == 0) base_timestamp_ = timestamp;
  max_timestamp_ = std::max(max_timestamp_, timestamp);
  std::vector<std::uint8_t> record;
  record.push_back(0);  // attributes
  // Two timestamps may be further apart than the number is wide: it wraps, as Java's does.
  write_varlong(record, static_cast<std::int64_t>(static_cast<std::uint64_t>(timestamp) -
                                                  static_cast<std::uint64_t>(base_timestamp_)));
  write_varlong(record, count_++);
  write_nullable(record, key);
  write_nullable(record, value);
  write_varlong(record, static_cast<std::int64_t>(headers.size()));
  for (const Header& header : headers) {
    write_nullable(record, header.key);
    write_nullable(record, header.value);
  }
  write_varlong(records_, static_cast<std::int64_t>(record.size()));
  records_.insert(records_.end(), record.begin(), record.end());
  return *this;
}

std::vector<std::uint8_t> RecordBatchBuilder::build() const {
  CHECK(count_ > 0, "a batch without records");
  // Its whole size at once: growing it makes g++ 12 warn of a write out of bounds that is not
  // there.
  const std::vector<std::uint8_t> compressed =
      codec == Compression::kNone ? std::vector<std::uint8_t>() : compress(codec, records_, levels);
  const std::vector<std::uint8_t>& stored = codec == Compression::kNone ? records_ : compressed;
  std::vector<std::uint8_t> out(kBatchOverhead + stored.size());
  std::uint8_t* at = out.data();
  store_be(at, base_offset.value());
  store_be(at + 8, static_cast<std::int32_t>(kBatchOverhead - kLogOverhead + stored.size()));
  store_be(at + 12, leader_epoch.value());
  at[16] = static_cast<std::uint8_t>(kMagicV2);
  const int bits = static_cast<int>(codec) | (log_append_time ? 0x08 : 0) |
                   (transactional ? 0x10 : 0) | (control ? 0x20 : 0);
  store_be(at + 21, static_cast<std::int16_t>(bits));
  store_be(at + 23, count_ - 1);
  store_be(at + 27, base_timestamp_);
  store_be(at + 35, max_timestamp_);
  store_be(at + 43, producer_id.value());
  store_be(at + 51, producer_epoch.value());
  store_be(at + 53, base_sequence);
  store_be(at + 57, count_);
  std::copy(stored.begin(), stored.end(), out.begin() + kBatchOverhead);
  MutableRecordBatchView(out.data()).update_crc();
  return out;
}

std::optional<EndTransactionMarker> read_marker(const RecordBatchView& batch) {
  RecordReader reader(batch);
  RecordView record;
  if (!batch.is_control() || batch.is_compressed() || !reader.next(record)) return std::nullopt;
  if (!record.key || record.key->size() < 4 || !record.value || record.value->size() < 6) {
    return std::nullopt;
  }
  const auto type = load_be<std::int16_t>(record.key->data() + 2);
  if (type != 0 && type != 1) return std::nullopt;
  return EndTransactionMarker{
      .type = type == 0 ? MarkerType::kAbort : MarkerType::kCommit,
      .coordinator_epoch = load_be<std::int32_t>(record.value->data() + 2),
      .timestamp = batch.base_timestamp() + record.timestamp_delta,
  };
}

}  // namespace barnabas::protocol
