#include "broker/protocol/legacy_records.h"

#include <lz4frame.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

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

// The same frame under a header whose checksum is right: the clients of magic 0 included the magic
// number in it (KAFKA-3160). What is no frame, or has a header that Kafka does not read, stays.
std::vector<std::uint8_t> with_right_lz4_header(BytesView frame) {
  constexpr std::size_t kDescriptorAt = 4;
  constexpr std::size_t kContentSizeBytes = 8;
  std::vector<std::uint8_t> same(frame.begin(), frame.end());
  if (frame.size() < kDescriptorAt + 2) return same;
  const std::uint8_t flags = frame[kDescriptorAt];
  const std::uint8_t block_size = (frame[kDescriptorAt + 1] >> 4) & 0x7;
  const std::size_t header_bytes =
      kDescriptorAt + 2 + ((flags & 0x08) != 0 ? kContentSizeBytes : 0) + 1;
  const bool is_read = (flags & 0xE3) == 0x60 && (frame[kDescriptorAt + 1] & 0x8F) == 0 &&
                       block_size >= LZ4F_max64KB && block_size <= LZ4F_max4MB;
  if (!is_read || frame.size() < header_bytes) return same;

  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = static_cast<LZ4F_blockSizeID_t>(block_size);
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.frameInfo.blockChecksumFlag =
      (flags & 0x10) != 0 ? LZ4F_blockChecksumEnabled : LZ4F_noBlockChecksum;
  preferences.frameInfo.contentChecksumFlag =
      (flags & 0x04) != 0 ? LZ4F_contentChecksumEnabled : LZ4F_noContentChecksum;
  LZ4F_cctx* context = nullptr;
  CHECK(!LZ4F_isError(LZ4F_createCompressionContext(&context, LZ4F_VERSION)));
  const std::unique_ptr<LZ4F_cctx, LZ4F_errorCode_t (*)(LZ4F_cctx*)> end(
      context, LZ4F_freeCompressionContext);
  std::array<std::uint8_t, LZ4F_HEADER_SIZE_MAX> header{};
  const std::size_t size = LZ4F_compressBegin(context, header.data(), header.size(), &preferences);
  CHECK(!LZ4F_isError(size), "{}", LZ4F_getErrorName(size));
  // The magic number stays the client's.
  std::vector<std::uint8_t> out(size + frame.size() - header_bytes);
  std::copy_n(frame.begin(), kDescriptorAt, out.begin());
  std::copy(header.begin() + kDescriptorAt, header.begin() + static_cast<std::ptrdiff_t>(size),
            out.begin() + kDescriptorAt);
  std::copy(frame.begin() + static_cast<std::ptrdiff_t>(header_bytes), frame.end(),
            out.begin() + static_cast<std::ptrdiff_t>(size));
  return out;
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
