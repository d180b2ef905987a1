// One writer, readers on other threads, flushes in the background: readers see whole batches only.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "broker/base/random.h"
#include "broker/base/thread_executor.h"
#include "broker/log/file_log.h"
#include "tests/unit/log/file_log_fixture.h"

namespace barnabas::log {
namespace {

TEST(LogConcurrency, ReadersSeeWholeBatchesWhileTheLogGrowsRollsAndIsFlushed) {
  test::TempDirectory directory;
  SystemClock clock;
  ThreadExecutor background("background");
  auto opened_directory = Directory::open(directory.path("t-0"), true);
  ASSERT_TRUE(opened_directory);
  FileLogOptions options;
  options.tp = {"t", PartitionId(0)};
  options.directory = *opened_directory;
  options.config.segment_bytes = 20'000;
  options.config.index_interval_bytes = 500;
  options.clean_shutdown = true;
  const auto opened = FileLog::open(std::move(options), clock, background);
  ASSERT_TRUE(opened);
  const std::shared_ptr<FileLog>& log = *opened;

  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    readers.emplace_back([&, seed] {
      Random random(seed);
      while (!done) {
        const std::int64_t end = log->log_end_offset().value();
        const Offset from(
            static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(end) + 1)));
        const auto info = log->read(from, 4000, Offset(end), true);
        if (!info) {
          ++wrong;
          continue;
        }
        const auto bytes = bytes_of(info->records);
        protocol::BatchReader reader(bytes);
        Offset next = from;
        while (const auto batch = reader.next()) {
          if (!batch->crc_matches() || batch->base_offset() > next ||
              batch->next_offset() > Offset(end)) {
            ++wrong;
          }
          next = batch->next_offset();
        }
        if (from < Offset(end) && next == from) ++wrong;
        (void)log->bytes_between(from, Offset(end));
        (void)log->end_offset_for(LeaderEpoch(0));
        if (!log->find_by_timestamp(1000)) ++wrong;
      }
    });
  }
  for (int i = 0; i < 1000; ++i) {
    protocol::RecordBatchBuilder builder;
    for (int r = 0; r <= i % 3; ++r) builder.add(1000 + i, "k", std::string(150, 'v'));
    auto bytes = builder.build();
    ASSERT_TRUE(log->append_as_leader(bytes, LeaderEpoch(i / 200), AppendOrigin::kClient));
  }
  done = true;
  for (auto& reader : readers) reader.join();
  background.drain();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(log->recovery_point(), Offset(0));
}

}  // namespace
}  // namespace barnabas::log
