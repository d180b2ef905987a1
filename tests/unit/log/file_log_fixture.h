// One FileLog in a directory of its own, that can be stopped cleanly, killed, and opened again.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/log/file.h"
#include "broker/log/file_log.h"
#include "broker/protocol/record_batch.h"
#include "tests/unit/log/manual_executor.h"
#include "tests/unit/log/temp_directory.h"

namespace barnabas::log {

inline test::Bytes bytes_of(const protocol::Records& records) {
  test::Bytes out;
  if (records.is_view()) return test::Bytes(records.bytes().begin(), records.bytes().end());
  for (const protocol::Piece& piece : records.pieces()) {
    if (const auto* bytes = std::get_if<protocol::BytesPiece>(&piece)) {
      out.insert(out.end(), bytes->bytes.begin(), bytes->bytes.end());
    } else {
      const auto& range = std::get<FileRange>(piece);
      const std::size_t begin = out.size();
      out.resize(begin + static_cast<std::size_t>(range.size_bytes));
      EXPECT_EQ(
          ::pread(range.file->get(), out.data() + begin, out.size() - begin, range.position_bytes),
          range.size_bytes);
    }
  }
  return out;
}

inline std::vector<Offset> base_offsets(const test::Bytes& bytes) {
  std::vector<Offset> offsets;
  protocol::BatchReader reader(bytes);
  while (const auto batch = reader.next()) offsets.push_back(batch->base_offset());
  return offsets;
}

class FileLogTest : public ::testing::Test {
 protected:
  static constexpr LeaderEpoch kEpoch{7};

  Result<std::shared_ptr<FileLog>> try_open(bool clean, Offset recovery_point = Offset(0),
                                            Offset log_start = Offset(0)) {
    FileLogOptions options;
    options.tp = {"t", PartitionId(0)};
    TRY(options.directory, Directory::open(path(), true));
    options.config = config;
    options.clean_shutdown = clean;
    options.recovery_point = recovery_point;
    options.log_start_offset = log_start;
    options.checkpoint_recovery_point = [this]() -> Result<void> {
      checkpointed_recovery_points.push_back(log->recovery_point());
      if (while_truncating) while_truncating();
      return {};
    };
    options.on_failure = [this](const Error& error) { failures.push_back(error.detail); };
    return FileLog::open(std::move(options), clock, background);
  }
  void open(bool clean, Offset recovery_point = Offset(0), Offset log_start = Offset(0)) {
    auto opened = try_open(clean, recovery_point, log_start);
    ASSERT_TRUE(opened) << opened.error().detail;
    log = *opened;
  }
  // The process is gone; what it wrote is in the files.
  void kill() { log.reset(); }
  void stop_cleanly() {
    ASSERT_TRUE(log->close());
    log.reset();
  }

  std::string path() const { return directory.path("t-0"); }
  std::string path(const std::string& name) const { return path() + "/" + name; }

  test::Bytes batch(int records = 1, std::size_t value_size = 10, Timestamp timestamp = 1000) {
    protocol::RecordBatchBuilder builder;
    for (int i = 0; i < records; ++i) {
      builder.add(timestamp + i, "k", std::string(value_size, 'v'));
    }
    return builder.build();
  }
  test::Bytes idempotent_batch(std::int64_t producer, std::int16_t epoch, std::int32_t sequence,
                               int records = 1) {
    protocol::RecordBatchBuilder builder;
    builder.producer_id = ProducerId(producer);
    builder.producer_epoch = ProducerEpoch(epoch);
    builder.base_sequence = sequence;
    for (int i = 0; i < records; ++i) builder.add(clock.wall_clock_ms(), "k", "v");
    return builder.build();
  }
  // A batch as a leader would send it to a follower.
  test::Bytes replicated(std::int64_t offset, std::int32_t epoch, int records = 1) {
    protocol::RecordBatchBuilder builder;
    builder.base_offset = Offset(offset);
    builder.leader_epoch = LeaderEpoch(epoch);
    for (int i = 0; i < records; ++i) builder.add(1000, "k", "v");
    return builder.build();
  }

  Result<AppendInfo> append(test::Bytes bytes, LeaderEpoch epoch = kEpoch) {
    return log->append_as_leader(bytes, epoch, AppendOrigin::kClient);
  }
  void append_many(int batches, int records = 1, std::size_t value_size = 10) {
    for (int i = 0; i < batches; ++i) {
      const auto appended = append(batch(records, value_size));
      ASSERT_TRUE(appended) << appended.error().detail;
    }
  }
  test::Bytes read(Offset from, std::int64_t max_bytes = 1 << 30,
                   std::optional<Offset> upper = std::nullopt, bool at_least_one = true) {
    const auto info =
        log->read(from, max_bytes, upper.value_or(log->log_end_offset()), at_least_one);
    EXPECT_TRUE(info) << info.error().detail;
    if (!info) return {};
    const test::Bytes bytes = bytes_of(info->records);
    EXPECT_EQ(info->size_bytes, static_cast<std::int64_t>(bytes.size()));
    return bytes;
  }
  // Every batch of the log, read as a follower would.
  test::Bytes read_all(std::int64_t max_bytes = 1 << 30) {
    test::Bytes all;
    for (Offset at = log->log_start_offset(); at < log->log_end_offset();) {
      const test::Bytes part = read(at, max_bytes);
      protocol::BatchReader reader(part);
      std::optional<protocol::RecordBatchView> last;
      while (const auto next = reader.next()) last = next;
      if (!last) {
        ADD_FAILURE() << "nothing at " << at.value();
        break;
      }
      at = last->next_offset();
      all.insert(all.end(), part.begin(),
                 part.begin() + static_cast<std::ptrdiff_t>(reader.position_bytes()));
    }
    return all;
  }

  test::TempDirectory directory;
  test::ManualClock clock;
  test::ManualExecutor background{clock};
  LogConfig config;
  std::vector<Offset> checkpointed_recovery_points;
  // Called when the recovery point has come down and all else is as it was.
  std::function<void()> while_truncating;
  std::vector<std::string> failures;
  std::shared_ptr<FileLog> log;
};

}  // namespace barnabas::log
