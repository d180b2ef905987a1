// Record batches of magic 2, read and changed where they lie, and built for tests and markers.
//
//   offset  0 baseOffset i64 | 8 batchLength i32 | 12 partitionLeaderEpoch i32 | 16 magic i8
//          17 crc u32 | 21 attributes i16 | 23 lastOffsetDelta i32 | 27 baseTimestamp i64
//          35 maxTimestamp i64 | 43 producerId i64 | 51 producerEpoch i16 | 53 baseSequence i32
//          57 recordCount i32 | 61 records
//
// The CRC-32C covers everything from `attributes` on: base offset and leader epoch may be assigned
// without a new one.
//
// Threads  Views are immutable values; the bytes belong to somebody else.
// Source   Kafka 3.9, common/record/DefaultRecordBatch.java, DefaultRecord.java
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/protocol/compression.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"

namespace barnabas::protocol {

inline constexpr std::size_t kLogOverhead = 12;    // base offset and batch length
inline constexpr std::size_t kBatchOverhead = 61;  // up to the first record
inline constexpr std::int8_t kMagicV2 = 2;
inline constexpr std::int32_t kNoSequence = -1;

// Sequence numbers wrap after 2^31-1 to 0.
std::int32_t increment_sequence(std::int32_t sequence, std::int32_t by);
std::int32_t decrement_sequence(std::int32_t sequence, std::int32_t by);

// One batch. Header fields may be read when 61 bytes are there; crc_matches() and the records need
// all of it.
class RecordBatchView {
 public:
  explicit RecordBatchView(const std::uint8_t* data) : data_(data) {}

  const std::uint8_t* data() const { return data_; }
  std::size_t size_bytes() const { return kLogOverhead + static_cast<std::uint32_t>(length()); }
  BytesView bytes() const { return {data_, size_bytes()}; }
  // The records as they lie there, maybe compressed.
  BytesView stored_records() const { return bytes().subspan(kBatchOverhead); }

  Offset base_offset() const { return Offset(load_be<std::int64_t>(data_)); }
  std::int32_t length() const { return load_be<std::int32_t>(data_ + 8); }
  LeaderEpoch partition_leader_epoch() const {
    return LeaderEpoch(load_be<std::int32_t>(data_ + 12));
  }
  std::int8_t magic() const { return static_cast<std::int8_t>(data_[16]); }
  std::uint32_t crc() const { return load_be<std::uint32_t>(data_ + 17); }
  std::int16_t attributes() const { return load_be<std::int16_t>(data_ + 21); }
  std::int32_t last_offset_delta() const { return load_be<std::int32_t>(data_ + 23); }
  Timestamp base_timestamp() const { return load_be<std::int64_t>(data_ + 27); }
  Timestamp max_timestamp() const { return load_be<std::int64_t>(data_ + 35); }
  ProducerId producer_id() const { return ProducerId(load_be<std::int64_t>(data_ + 43)); }
  ProducerEpoch producer_epoch() const { return ProducerEpoch(load_be<std::int16_t>(data_ + 51)); }
  std::int32_t base_sequence() const { return load_be<std::int32_t>(data_ + 53); }
  std::int32_t record_count() const { return load_be<std::int32_t>(data_ + 57); }

  Offset last_offset() const { return base_offset() + last_offset_delta(); }
  Offset next_offset() const { return last_offset() + 1; }
  std::int32_t last_sequence() const {
    const std::int32_t base = base_sequence();
    return base == kNoSequence ? kNoSequence : increment_sequence(base, last_offset_delta());
  }

  // The three low bits as they are: 5 to 7 name no codec.
  std::uint8_t codec() const { return static_cast<std::uint8_t>(attributes() & 0x7); }
  bool is_compressed() const { return codec() != 0; }
  bool has_log_append_time() const { return (attributes() & 0x08) != 0; }
  bool is_transactional() const { return (attributes() & 0x10) != 0; }
  bool is_control() const { return (attributes() & 0x20) != 0; }
  bool has_delete_horizon() const { return (attributes() & 0x40) != 0; }
  bool has_producer_id() const { return producer_id() > kNoProducerId; }

  bool crc_matches() const;

 private:
  const std::uint8_t* data_;
};

class MutableRecordBatchView : public RecordBatchView {
 public:
  explicit MutableRecordBatchView(std::uint8_t* data) : RecordBatchView(data), bytes_(data) {}

  void set_base_offset(Offset offset) { store_be(bytes_, offset.value()); }
  void set_partition_leader_epoch(LeaderEpoch epoch) { store_be(bytes_ + 12, epoch.value()); }
  // Sets the timestamp type and maxTimestamp, and the CRC where that changed anything.
  void set_max_timestamp(bool log_append_time, Timestamp max_timestamp);
  // Sets what the header says of the records that were put behind it, and the CRC.
  //   size_bytes  of the whole batch
  void set_codec(Compression codec, std::size_t size_bytes);
  void update_crc();

 private:
  std::uint8_t* bytes_;
};

// Walks the batches in a range of bytes.
//
//   BatchReader reader(bytes);
//   while (auto batch = reader.next()) ...
//   reader.end()  says why it stopped
class BatchReader {
 public:
  enum class End {
    kWhole,             // the bytes ended with a batch
    kCut,               // the last batch is not all there
    kCorrupt,           // a length below the header's
    kUnsupportedMagic,  // not a batch of magic 2
  };

  explicit BatchReader(BytesView bytes) : bytes_(bytes) {}

  std::optional<RecordBatchView> next();
  // Valid after next() returned nullopt.
  End end() const { return end_; }
  // Where the next batch begins: the number of whole bytes so far.
  std::size_t position_bytes() const { return position_; }

 private:
  BytesView bytes_;
  std::size_t position_ = 0;
  End end_ = End::kWhole;
};

struct RecordView {
  std::int64_t timestamp_delta = 0;
  std::int32_t offset_delta = 0;
  std::optional<BytesView> key;
  std::optional<BytesView> value;
  std::int32_t header_count = 0;
  BytesView headers;  // as encoded
};

// Walks the records of an uncompressed batch, or of a compressed one by what records_of gives;
// every length is checked against the bytes left.
class RecordReader {
 public:
  explicit RecordReader(const RecordBatchView& batch);
  // `records`: those of the batch.
  RecordReader(const RecordBatchView& batch, BytesView records);

  // Returns false after the last record, or where the bytes are not records: then corrupt().
  bool next(RecordView& record);
  // The batch does not hold exactly its record_count() of well-formed records.
  bool corrupt() const { return corrupt_; }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  std::int32_t left_;
  bool corrupt_ = false;
};

// The records of a batch as they are without compression: those in it, or decompressed into
// `storage`. Errors: as of decompress.
Result<BytesView> records_of(const RecordBatchView& batch, std::size_t max_bytes,
                             std::vector<std::uint8_t>& storage);

// Builds one batch.
struct RecordBatchBuilder {
  Offset base_offset{0};
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  std::int32_t base_sequence = kNoSequence;
  bool transactional = false;
  bool control = false;
  bool log_append_time = false;
  Compression codec = Compression::kNone;
  CompressionLevels levels;

  struct Header {
    std::string_view key;
    std::optional<std::string_view> value;
  };
  // Appends a record with the next offset delta.
  RecordBatchBuilder& add(Timestamp timestamp, std::optional<std::string_view> key,
                          std::optional<std::string_view> value,
                          const std::vector<Header>& headers = {});
  // The batch; at least one record was added.
  std::vector<std::uint8_t> build() const;

 private:
  std::vector<std::uint8_t> records_;
  std::int32_t count_ = 0;
  Timestamp base_timestamp_ = 0;
  Timestamp max_timestamp_ = kNoTimestamp;
};

// Transaction markers: what the one record of a control batch says.
enum class MarkerType { kAbort, kCommit };
struct EndTransactionMarker {
  MarkerType type;
  std::int32_t coordinator_epoch;
  Timestamp timestamp;
};
// The marker of a control batch; nullopt where it holds none (another control type, or no record).
std::optional<EndTransactionMarker> read_marker(const RecordBatchView& batch);

}  // namespace barnabas::protocol
