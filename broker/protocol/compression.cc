#include "broker/protocol/compression.h"

#include <fmt/format.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <string_view>

#include "broker/base/check.h"
#include "broker/protocol/error_code.h"

namespace barnabas::protocol {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kFirstOutputBytes = 16 * 1024;

Error corrupt(std::string_view codec, std::string_view why) {
  return {ErrorCode::kCorruptMessage, fmt::format("not {}: {}", codec, why)};
}

Error too_large(std::size_t max_bytes) {
  return {ErrorCode::kMessageTooLarge, fmt::format("more than {} bytes decompressed", max_bytes)};
}

// Where a codec puts what it decompresses: grows with what is there. One byte more than what is
// allowed can be taken, which tells that there is too much.
class Output {
 public:
  explicit Output(std::size_t max_bytes)
      : max_bytes_(std::min(max_bytes, std::numeric_limits<std::size_t>::max() - 1)) {}

  // Where the next bytes go; not empty unless there is too much.
  MutableBytesView free() {
    if (used_ == bytes_.size()) {
      const std::size_t wanted = std::max(kFirstOutputBytes, 2 * bytes_.size());
      bytes_.resize(std::min(wanted, max_bytes_ + 1));
    }
    return MutableBytesView(bytes_).subspan(used_);
  }
  void took(std::size_t count) { used_ += count; }

  bool is_too_large() const { return used_ > max_bytes_; }
  Bytes take() {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  const std::size_t max_bytes_;
  Bytes bytes_;
  std::size_t used_ = 0;
};

// ---- gzip

constexpr int kGzipWindowBits = 15 + 16;  // the largest window, in gzip's format

Bytes gzip(BytesView bytes, int level) {
  z_stream stream{};
  CHECK(deflateInit2(&stream, level, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, deflateEnd);
  CHECK(bytes.size() <= std::numeric_limits<uInt>::max());
  Bytes out(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  return out;
}

// Several members one after another are one text, as Java reads them.
Result<Bytes> gunzip(BytesView compressed, std::size_t max_bytes) {
  if (compressed.empty()) return corrupt("gzip", "nothing is there");
  z_stream stream{};
  CHECK(inflateInit2(&stream, kGzipWindowBits) == Z_OK);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  CHECK(compressed.size() <= std::numeric_limits<uInt>::max());
  stream.next_in = const_cast<Bytef*>(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  Output out(max_bytes);
  while (true) {
    const MutableBytesView free = out.free();
    stream.next_out = free.data();
    stream.avail_out =
        static_cast<uInt>(std::min<std::size_t>(free.size(), std::numeric_limits<uInt>::max()));
    const uInt offered = stream.avail_out;
    const int code = inflate(&stream, Z_NO_FLUSH);
    out.took(offered - stream.avail_out);
    if (out.is_too_large()) return too_large(max_bytes);
    if (code == Z_STREAM_END) {
      if (stream.avail_in == 0) return out.take();
      CHECK(inflateReset(&stream) == Z_OK);
    } else if (code != Z_OK) {
      return corrupt("gzip", stream.msg != nullptr ? stream.msg : "it is cut");
    }
  }
}

// ---- snappy
//
//   header  0x82 'SNAPPY' 0x00 | version i32 | least version of a reader i32
//   blocks  length i32 | a block as snappy's library writes it

constexpr std::array<std::uint8_t, 8> kXerialMagic = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t kXerialHeaderBytes = 16;
constexpr std::int32_t kXerialVersion = 1;
constexpr std::size_t kXerialBlockBytes = 32 * 1024;
// Three bytes stand for 64 at most: a block that claims more is none.
constexpr std::size_t kSnappyMostBytesPerByte = 32;

bool has_xerial_header(BytesView bytes) {
  return bytes.size() >= kXerialHeaderBytes &&
         std::equal(kXerialMagic.begin(), kXerialMagic.end(), bytes.begin());
}

Bytes snappy_in_blocks(BytesView bytes) {
  Bytes out(kXerialHeaderBytes);
  std::copy(kXerialMagic.begin(), kXerialMagic.end(), out.begin());
  store_be(out.data() + 8, kXerialVersion);
  store_be(out.data() + 12, kXerialVersion);
  while (!bytes.empty()) {
    const BytesView block = bytes.first(std::min(bytes.size(), kXerialBlockBytes));
    const std::size_t at = out.size();
    out.resize(at + 4 + snappy::MaxCompressedLength(block.size()));
    std::size_t size = 0;
    snappy::RawCompress(reinterpret_cast<const char*>(block.data()), block.size(),
                        reinterpret_cast<char*>(out.data() + at + 4), &size);
    store_be(out.data() + at, static_cast<std::int32_t>(size));
    out.resize(at + 4 + size);
    bytes = bytes.subspan(block.size());
  }
  return out;
}

Result<void> unsnappy_block(BytesView block, std::size_t max_bytes, Bytes& out) {
  const std::string_view text = as_text(block);
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(text.data(), text.size(), &size) ||
      size > kSnappyMostBytesPerByte * block.size()) {
    return corrupt("snappy", "the length of a block");
  }
  if (size > max_bytes - out.size()) return too_large(max_bytes);
  const std::size_t at = out.size();
  out.resize(at + size);
  if (!snappy::RawUncompress(text.data(), text.size(), reinterpret_cast<char*>(out.data() + at))) {
    return corrupt("snappy", "a block");
  }
  return {};
}

Result<Bytes> unsnappy(BytesView compressed, std::size_t max_bytes) {
  Bytes out;
  if (!has_xerial_header(compressed)) {
    TRY_VOID(unsnappy_block(compressed, max_bytes, out));
    return out;
  }
  while (!compressed.empty()) {
    // Streams one after another are one, as Java reads them.
    if (has_xerial_header(compressed)) {
      if (load_be<std::int32_t>(compressed.data() + 12) > kXerialVersion) {
        return corrupt("snappy", "the version of its framing");
      }
      compressed = compressed.subspan(kXerialHeaderBytes);
      continue;
    }
    if (compressed.size() < 4) return corrupt("snappy", "it is cut");
    const auto size = load_be<std::uint32_t>(compressed.data());
    compressed = compressed.subspan(4);
    if (size > compressed.size()) return corrupt("snappy", "a block is cut");
    TRY_VOID(unsnappy_block(compressed.first(size), max_bytes, out));
    compressed = compressed.subspan(size);
  }
  return out;
}

// ---- lz4

// The library's high compressor begins at 3.
int lz4_level(int level) {
  return level == CompressionLevels().lz4 ? 0 : std::max(level, 3);
}

Bytes lz4(BytesView bytes, int level) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;  // Kafka reads no other
  preferences.compressionLevel = lz4_level(level);
  Bytes out(LZ4F_compressFrameBound(bytes.size(), &preferences));
  const std::size_t size =
      LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), &preferences);
  CHECK(!LZ4F_isError(size), "{}", LZ4F_getErrorName(size));
  out.resize(size);
  return out;
}

Result<Bytes> unlz4(BytesView compressed, std::size_t max_bytes) {
  LZ4F_dctx* context = nullptr;
  CHECK(!LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)));
  const std::unique_ptr<LZ4F_dctx, LZ4F_errorCode_t (*)(LZ4F_dctx*)> end(
      context, LZ4F_freeDecompressionContext);
  Output out(max_bytes);
  while (true) {
    const MutableBytesView free = out.free();
    std::size_t produced = free.size();
    std::size_t consumed = compressed.size();
    const std::size_t wanted =
        LZ4F_decompress(context, free.data(), &produced, compressed.data(), &consumed, nullptr);
    if (LZ4F_isError(wanted)) return corrupt("lz4", LZ4F_getErrorName(wanted));
    compressed = compressed.subspan(consumed);
    out.took(produced);
    if (out.is_too_large()) return too_large(max_bytes);
    if (wanted == 0) break;
    if (produced == 0 && consumed == 0) return corrupt("lz4", "it is cut");
  }
  if (!compressed.empty()) return corrupt("lz4", "something follows the frame");
  return out.take();
}

// ---- zstd

Bytes zstd(BytesView bytes, int level) {
  Bytes out(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), level);
  CHECK(!ZSTD_isError(size), "{}", ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

// All at once into a buffer that is enlarged until it does: as a stream, the library would allocate
// the window that the header claims.
Result<Bytes> unzstd(BytesView compressed, std::size_t max_bytes) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                        ZSTD_freeDCtx);
  CHECK(context != nullptr);
  if (compressed.empty()) return corrupt("zstd", "nothing is there");
  std::size_t capacity = std::min(max_bytes, std::max(kFirstOutputBytes, 4 * compressed.size()));
  while (true) {
    Bytes out(capacity);
    const std::size_t size = ZSTD_decompressDCtx(context.get(), out.data(), out.size(),
                                                 compressed.data(), compressed.size());
    if (!ZSTD_isError(size)) {
      out.resize(size);
      return out;
    }
    if (ZSTD_getErrorCode(size) != ZSTD_error_dstSize_tooSmall) {
      return corrupt("zstd", ZSTD_getErrorName(size));
    }
    if (capacity == max_bytes) return too_large(max_bytes);
    capacity = std::min(max_bytes, 4 * capacity);
  }
}

}  // namespace

std::vector<std::uint8_t> compress(Compression codec, BytesView bytes,
                                   const CompressionLevels& levels) {
  switch (codec) {
    case Compression::kNone:
      break;
    case Compression::kGzip:
      return gzip(bytes, levels.gzip);
    case Compression::kSnappy:
      return snappy_in_blocks(bytes);
    case Compression::kLz4:
      return lz4(bytes, levels.lz4);
    case Compression::kZstd:
      return zstd(bytes, levels.zstd);
  }
  return {bytes.begin(), bytes.end()};
}

Result<std::vector<std::uint8_t>> decompress(std::uint8_t codec, BytesView compressed,
                                             std::size_t max_bytes) {
  switch (static_cast<Compression>(codec)) {
    case Compression::kNone:
      if (compressed.size() > max_bytes) return too_large(max_bytes);
      return Bytes(compressed.begin(), compressed.end());
    case Compression::kGzip:
      return gunzip(compressed, max_bytes);
    case Compression::kSnappy:
      return unsnappy(compressed, max_bytes);
    case Compression::kLz4:
      return unlz4(compressed, max_bytes);
    case Compression::kZstd:
      return unzstd(compressed, max_bytes);
  }
  return {ErrorCode::kUnsupportedCompressionType,
          fmt::format("Unknown compression type id: {}", codec)};
}

}  // namespace barnabas::protocol
