#include "broker/protocol/compression.h"

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zstd.h>

#include <fstream>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::protocol {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kEnough = 10'000'000;

std::uint8_t id(Compression codec) {
  return static_cast<std::uint8_t>(codec);
}

ErrorCode error_of(std::uint8_t codec, BytesView compressed, std::size_t max_bytes = kEnough) {
  return decompress(codec, compressed, max_bytes).code_or(ErrorCode::kNone);
}

Bytes random_bytes(Random& random, std::size_t size) {
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  return bytes;
}

class Codec : public ::testing::TestWithParam<Compression> {
 protected:
  std::uint8_t codec() const { return id(GetParam()); }
  Bytes compressed(BytesView bytes) const { return compress(GetParam(), bytes); }
};

INSTANTIATE_TEST_SUITE_P(All, Codec,
                         ::testing::Values(Compression::kNone, Compression::kGzip,
                                           Compression::kSnappy, Compression::kLz4,
                                           Compression::kZstd));
class RealCodec : public Codec {};
INSTANTIATE_TEST_SUITE_P(All, RealCodec,
                         ::testing::Values(Compression::kGzip, Compression::kSnappy,
                                           Compression::kLz4, Compression::kZstd));

TEST_P(Codec, GivesBackWhatWasCompressed) {
  Random random(3);
  for (const std::size_t size : {0u, 1u, 100u, 32768u, 32769u, 65536u, 300'000u}) {
    const Bytes noise = random_bytes(random, size);
    const Bytes same(size, 'x');
    for (const Bytes& bytes : {noise, same}) {
      const auto back = decompress(codec(), compressed(bytes), size);
      ASSERT_TRUE(back) << size << ": " << back.error().detail;
      EXPECT_EQ(*back, bytes) << size;
    }
  }
}

TEST_P(Codec, BoundIsExact) {
  const Bytes bytes(100'000, 'x');
  const Bytes small = compressed(bytes);
  EXPECT_EQ(error_of(codec(), small, 100'000), ErrorCode::kNone);
  EXPECT_EQ(error_of(codec(), small, 99'999), ErrorCode::kMessageTooLarge);
  EXPECT_EQ(error_of(codec(), small, 0), ErrorCode::kMessageTooLarge);
}

// 64 MB of one byte: refused before more than the bound is there.
TEST_P(RealCodec, BombIsRefused) {
  const Bytes bomb = compressed(Bytes(64 << 20, 0));
  EXPECT_EQ(error_of(codec(), bomb, 1 << 20), ErrorCode::kMessageTooLarge);
}

TEST_P(RealCodec, WhatIsCutIsCorrupt) {
  Random random(5);
  const Bytes whole = compressed(random_bytes(random, 5000));
  for (std::size_t size = 0; size < whole.size(); size += size < 50 ? 1 : 97) {
    const auto cut = decompress(codec(), BytesView(whole).first(size), kEnough);
    // The blocks of snappy say how long they are, not how many there are.
    if (GetParam() == Compression::kSnappy && size == 16) continue;
    EXPECT_EQ(cut.code_or(ErrorCode::kNone), ErrorCode::kCorruptMessage) << size;
  }
}

TEST_P(RealCodec, WhatFollowsIsCorrupt) {
  Bytes bytes = compressed(Bytes(1000, 'x'));
  bytes.insert(bytes.end(), {1, 2, 3});
  EXPECT_EQ(error_of(codec(), bytes), ErrorCode::kCorruptMessage);
}

// Whatever the bytes: an answer, within the bound.
TEST_P(RealCodec, SurvivesAnyBytes) {
  Random random(7);
  const Bytes whole = compressed(random_bytes(random, 2000));
  for (int i = 0; i < 2000; ++i) {
    Bytes bytes = i % 2 == 0 ? whole : random_bytes(random, random.below(200));
    for (std::uint64_t change = 0; change <= random.below(4) && !bytes.empty(); ++change) {
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.below(256));
    }
    const auto back = decompress(codec(), bytes, 4000);
    if (back) {
      EXPECT_LE(back->size(), 4000u);
    }
  }
}

TEST(Compression, UnknownCodecsAreUnsupported) {
  for (const std::uint8_t codec : {5, 6, 7}) {
    EXPECT_EQ(error_of(codec, as_bytes("x")), ErrorCode::kUnsupportedCompressionType);
  }
}

TEST(Compression, SeveralGzipMembersAreOneText) {
  Bytes both = compress(Compression::kGzip, as_bytes("one "));
  const Bytes second = compress(Compression::kGzip, as_bytes("two"));
  both.insert(both.end(), second.begin(), second.end());
  const auto back = decompress(id(Compression::kGzip), both, kEnough);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(as_text(*back), "one two");
}

// Some clients leave the framing away.
TEST(Compression, SnappyWithoutFramingIsRead) {
  const std::string text(5000, 'x');
  std::string raw;
  snappy::Compress(text.data(), text.size(), &raw);
  const auto back = decompress(id(Compression::kSnappy), as_bytes(raw), kEnough);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(as_text(*back), text);
}

// A block that says that it holds 2 GB, and a frame that wants a window of 128 MB.
TEST(Compression, ClaimsOfHeadersAreNotBelieved) {
  const Bytes block = {0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x61};
  EXPECT_EQ(error_of(id(Compression::kSnappy), block, std::size_t{1} << 40),
            ErrorCode::kCorruptMessage);

  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 27);
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  Bytes frame(200);
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  const std::string text = "small";
  ZSTD_inBuffer first{text.data(), 1, 0};
  ASSERT_FALSE(ZSTD_isError(ZSTD_compressStream2(context, &out, &first, ZSTD_e_continue)));
  ZSTD_inBuffer rest{text.data() + 1, text.size() - 1, 0};
  ASSERT_EQ(ZSTD_compressStream2(context, &out, &rest, ZSTD_e_end), 0u);
  ZSTD_freeCCtx(context);
  const auto back = decompress(id(Compression::kZstd), BytesView(frame).first(out.pos), 5);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(as_text(*back), text);
}

// Kafka's reader refuses blocks that depend on one another.
TEST(Compression, Lz4BlocksAreIndependent) {
  const Bytes bytes = compress(Compression::kLz4, Bytes(200'000, 'x'));
  LZ4F_dctx* context = nullptr;
  ASSERT_FALSE(LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)));
  LZ4F_frameInfo_t info{};
  std::size_t size = bytes.size();
  ASSERT_FALSE(LZ4F_isError(LZ4F_getFrameInfo(context, &info, bytes.data(), &size)));
  LZ4F_freeDecompressionContext(context);
  EXPECT_EQ(info.blockMode, LZ4F_blockIndependent);
  EXPECT_EQ(info.blockSizeID, LZ4F_max64KB);
}

// ---- batches

Bytes from_hex_file(const std::string& name) {
  std::ifstream file(std::string(BARNABAS_RECORD_VECTORS) + "/" + name + ".txt");
  std::string hex;
  file >> hex;
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

// What RecordVectors.java writes.
void expect_vector_records(const RecordBatchView& batch, BytesView records) {
  RecordReader reader(batch, records);
  RecordView record;
  int i = 0;
  for (; reader.next(record); ++i) {
    EXPECT_EQ(record.offset_delta, i);
    EXPECT_EQ(record.timestamp_delta, i);
    EXPECT_EQ(record.key.has_value(), i % 10 != 0);
    if (record.key) {
      EXPECT_EQ(as_text(*record.key), "key-" + std::to_string(i));
    }
    EXPECT_EQ(as_text(record.value.value()), std::string(1000, static_cast<char>('a' + i % 26)));
    EXPECT_EQ(record.header_count, 1);
  }
  EXPECT_EQ(i, 100);
  EXPECT_FALSE(reader.corrupt());
}

TEST(CompressedBatch, BatchesOfKafkasProducersAreRead) {
  const std::pair<std::string, Compression> vectors[] = {{"gzip", Compression::kGzip},
                                                         {"snappy", Compression::kSnappy},
                                                         {"lz4", Compression::kLz4},
                                                         {"zstd", Compression::kZstd}};
  for (const auto& [name, codec] : vectors) {
    const Bytes bytes = from_hex_file(name);
    BatchReader batches(bytes);
    const auto batch = batches.next();
    ASSERT_TRUE(batch) << name;
    EXPECT_TRUE(batch->crc_matches()) << name;
    EXPECT_EQ(batch->codec(), id(codec)) << name;
    Bytes storage;
    const auto records = records_of(*batch, kEnough, storage);
    ASSERT_TRUE(records) << name << ": " << records.error().detail;
    expect_vector_records(*batch, *records);
  }
}

TEST_P(Codec, BatchThatIsBuiltIsRead) {
  RecordBatchBuilder builder;
  builder.codec = GetParam();
  for (int i = 0; i < 100; ++i) {
    const std::string key = "key-" + std::to_string(i);
    const std::string header = std::to_string(i);
    builder.add(1'000'000 + i, i % 10 == 0 ? std::nullopt : std::optional<std::string_view>(key),
                std::string(1000, static_cast<char>('a' + i % 26)), {{"h", header}});
  }
  const Bytes bytes = builder.build();
  const RecordBatchView batch(bytes.data());
  EXPECT_EQ(batch.size_bytes(), bytes.size());
  EXPECT_TRUE(batch.crc_matches());
  EXPECT_EQ(batch.codec(), codec());
  EXPECT_EQ(batch.record_count(), 100);
  Bytes storage;
  const auto records = records_of(batch, kEnough, storage);
  ASSERT_TRUE(records) << records.error().detail;
  expect_vector_records(batch, *records);
  if (batch.is_compressed()) {
    EXPECT_EQ(records_of(batch, 1000, storage).code_or(ErrorCode::kNone),
              ErrorCode::kMessageTooLarge);
  }
}

}  // namespace
}  // namespace barnabas::protocol
