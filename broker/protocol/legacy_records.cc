#include "broker/protocol/legacy_records.h"

#include <lz4frame.h>
#include <zlib.h>

#include <bit>

#include "broker/base/check.h"
#include "broker/protocol/compression.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::protocol {
namespace {

constexpr std::size_t kMagicOffset = 16;         // from the beginning of the set, in every format
constexpr std::size_t kCrcBytes = 4;             // what the CRC does not cover
constexpr std::int32_t kLeastMessageBytes = 14;  // of magic 0: no key, no value
constexpr std::uint8_t kMagicV1 = 1;
constexpr std::size_t kLz4DescriptorAt = 4;  // behind the magic number

// Takes what a message is made of from the front of its bytes; a bad length spoils it.
class Fields {
 public:
  explicit Fields(BytesView bytes) : bytes_(bytes) {}

  bool good() const { return good_; }

  template <typename T>
  T take() {
    const BytesView field = take_bytes(sizeof(T));
    return field.empty() ? T{} : load_be<T>(field.data());
  }

  std::optional<BytesView> take_nullable() {
    const auto size = take<std::int32_t>();
    if (size < 0) return std::nullopt;
    return take_bytes(static_cast<std::size_t>(size));
  }

 private:
  BytesView take_bytes(std::size_t size) {
    good_ = good_ && size <= bytes_.size();
    if (!good_) return {};
    const BytesView taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }

  BytesView bytes_;
  bool good_ = true;
};

// Where the checksum in the header of an lz4 frame is; nullopt: no frame, or one with a header that
// Kafka does not read.
std::optional<std::size_t> lz4_checksum_at(BytesView frame) {
  constexpr std::size_t kContentSizeBytes = 8;
  if (frame.size() < kLz4DescriptorAt + 2) return std::nullopt;
  const std::uint8_t flags = frame[kLz4DescriptorAt];
  const std::uint8_t sizes = frame[kLz4DescriptorAt + 1];
  const std::uint8_t block_size = (sizes >> 4) & 0x7;
  const std::size_t at = kLz4DescriptorAt + 2 + ((flags & 0x08) != 0 ? kContentSizeBytes : 0);
  const bool is_read = (flags & 0xE3) == 0x60 && (sizes & 0x8F) == 0 &&
                       block_size >= LZ4F_max64KB && block_size <= LZ4F_max4MB;
  if (!is_read || frame.size() <= at) return std::nullopt;
  return at;
}

// xxHash, 32 bits, of fewer than 16 bytes: what the checksum in a header is made of.
std::uint32_t xxh32_of_few(BytesView bytes) {
  constexpr std::uint32_t kPrime1 = 0x9E3779B1, kPrime2 = 0x85EBCA77, kPrime3 = 0xC2B2AE3D,
                          kPrime4 = 0x27D4EB2F, kPrime5 = 0x165667B1;
  CHECK(bytes.size() < 16);
  std::uint32_t hash = kPrime5 + static_cast<std::uint32_t>(bytes.size());
  for (; bytes.size() >= 4; bytes = bytes.subspan(4)) {
    const std::uint32_t word = static_cast<std::uint32_t>(bytes[0]) | bytes[1] << 8U |
                               bytes[2] << 16U | static_cast<std::uint32_t>(bytes[3]) << 24U;
    hash = std::rotl(hash + word * kPrime3, 17) * kPrime4;
  }
  for (const std::uint8_t byte : bytes) hash = std::rotl(hash + byte * kPrime5, 11) * kPrime1;
  hash = (hash ^ hash >> 15U) * kPrime2;
  hash = (hash ^ hash >> 13U) * kPrime3;
  return hash ^ hash >> 16U;
}

std::uint8_t lz4_checksum(BytesView header) {
  return static_cast<std::uint8_t>(xxh32_of_few(header) >> 8U);
}

// The same frame under a header whose checksum is right: the clients of magic 0 included the magic
// number in it (KAFKA-3160). What is no frame, or has a header that Kafka does not read, stays.
std::vector<std::uint8_t> with_right_lz4_header(BytesView frame) {
  std::vector<std::uint8_t> same(frame.begin(), frame.end());
  if (const auto at = lz4_checksum_at(frame)) {
    same[*at] = lz4_checksum(frame.subspan(kLz4DescriptorAt, *at - kLz4DescriptorAt));
  }
  return same;
}

// The other way around: with the magic number in the checksum.
void spoil_lz4_header(std::vector<std::uint8_t>& frame) {
  const auto at = lz4_checksum_at(frame);
  CHECK(at && *at < 16, "a frame of our own");
  frame[*at] = lz4_checksum(BytesView(frame).first(*at));
}

void put_nullable(const std::optional<BytesView>& bytes, std::vector<std::uint8_t>& out) {
  const std::size_t at = out.size();
  out.resize(at + 4);
  store_be(out.data() + at, bytes ? static_cast<std::int32_t>(bytes->size()) : std::int32_t{-1});
  if (bytes) out.insert(out.end(), bytes->begin(), bytes->end());
}

}  // namespace

bool begins_with_legacy_message(BytesView bytes) {
  return bytes.size() > kMagicOffset && bytes[kMagicOffset] <= kMagicV1;
}

std::size_t LegacyMessage::size_bytes() const {
  return kLogOverhead + kCrcBytes + checked.size();
}

bool LegacyMessage::crc_matches() const {
  return crc == crc32_z(0, checked.data(), checked.size());
}

std::optional<LegacyMessage> LegacyMessageReader::next() {
  const auto stop = [this](End why) -> std::optional<LegacyMessage> {
    end_ = why;
    return std::nullopt;
  };
  if (bytes_.empty()) return stop(End::kWhole);
  if (bytes_.size() < kLogOverhead) return stop(End::kCut);
  const auto size = load_be<std::int32_t>(bytes_.data() + 8);
  if (size < kLeastMessageBytes) return stop(End::kCorrupt);
  if (bytes_.size() <= kMagicOffset) return stop(End::kCut);
  if (const std::uint8_t magic = bytes_[kMagicOffset]; magic > kMagicV1) {
    return stop(magic == kMagicV2 ? End::kRecordBatch : End::kUnknownMagic);
  }
  if (bytes_.size() - kLogOverhead < static_cast<std::size_t>(size)) return stop(End::kCut);

  const BytesView bytes = bytes_.subspan(kLogOverhead, static_cast<std::size_t>(size));
  LegacyMessage message;
  message.offset = load_be<std::int64_t>(bytes_.data());
  message.checked = bytes.subspan(kCrcBytes);
  Fields fields(bytes);
  message.crc = fields.take<std::uint32_t>();
  message.magic = fields.take<std::int8_t>();
  message.attributes = fields.take<std::uint8_t>();
  if (message.magic == kMagicV1) message.timestamp = fields.take<std::int64_t>();
  message.key = fields.take_nullable();
  message.value = fields.take_nullable();
  if (!fields.good()) return stop(End::kCorrupt);
  bytes_ = bytes_.subspan(kLogOverhead + bytes.size());
  return message;
}

void append_message(const LegacyMessage& message, std::vector<std::uint8_t>& out) {
  const std::size_t begin = out.size();
  const std::size_t timestamp_bytes = message.magic == kMagicV1 ? sizeof message.timestamp : 0;
  out.resize(begin + kMagicOffset + 2 + timestamp_bytes);
  std::uint8_t* at = out.data() + begin;
  store_be(at, message.offset);
  at[kMagicOffset] = static_cast<std::uint8_t>(message.magic);
  at[kMagicOffset + 1] = message.attributes;
  if (timestamp_bytes > 0) store_be(at + kMagicOffset + 2, message.timestamp);
  put_nullable(message.key, out);
  put_nullable(message.value, out);
  at = out.data() + begin;
  const std::size_t size = out.size() - begin;
  store_be(at + 8, static_cast<std::int32_t>(size - kLogOverhead));
  const auto crc = crc32_z(0, at + kMagicOffset, size - kMagicOffset);
  store_be(at + kLogOverhead, static_cast<std::uint32_t>(crc));
}

void append_wrapper(LegacyMessage wrapper, Compression codec, BytesView messages,
                    std::vector<std::uint8_t>& out) {
  std::vector<std::uint8_t> value = compress(codec, messages);
  if (wrapper.magic == 0 && codec == Compression::kLz4) spoil_lz4_header(value);
  wrapper.attributes |= static_cast<std::uint8_t>(codec);
  wrapper.key.reset();
  wrapper.value = BytesView(value);
  append_message(wrapper, out);
}

Result<std::vector<std::uint8_t>> inner_messages(const LegacyMessage& wrapper,
                                                 std::size_t max_bytes) {
  const auto invalid = [](std::string why) {
    return Error{ErrorCode::kInvalidRecord, std::move(why)};
  };
  if (wrapper.codec() == static_cast<std::uint8_t>(Compression::kZstd)) {
    return invalid("a message set compressed with zstd");
  }
  if (!wrapper.value) return invalid("a compressed message without a value");
  if (wrapper.magic == 0 && wrapper.codec() == static_cast<std::uint8_t>(Compression::kLz4)) {
    return decompress(wrapper.codec(), with_right_lz4_header(*wrapper.value), max_bytes);
  }
  return decompress(wrapper.codec(), *wrapper.value, max_bytes);
}

}  // namespace barnabas::protocol
