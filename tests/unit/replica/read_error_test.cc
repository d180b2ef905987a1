// A leader on real files that cannot be read.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "broker/log/file_log_manager.h"
#include "tests/unit/log/descriptors.h"
#include "tests/unit/log/temp_directory.h"
#include "tests/unit/replica/doubles.h"

namespace barnabas::replica {
namespace {

class ReadError : public testing::Test, public BrokerFixture {
 protected:
  ReadError() {
    log::FileLogManagerOptions options;
    options.log_dirs = {folder.path("a")};
    options.on_directory_failure = [this](const std::string&, bool) {
      process.post([this] { manager->on_log_dir_failure(); });
    };
    auto opened = log::FileLogManager::open(std::move(options), process, process);
    EXPECT_TRUE(opened) << opened.error().detail;
    files = *opened;
    manager = std::make_unique<ReplicaManager>(
        ReplicaManagerConfig{.broker_id = BrokerId{1}, .fetcher = {}},
        ReplicaManagerParts{
            process, process, process, process, {&process}, transport, *files, metadata, configs});
    manager->set_broker_epoch(BrokerEpoch{100});
    EXPECT_TRUE(update_metadata({1, 2, 3}));
  }
  ~ReadError() override { manager.reset(); }

  // Broker 1 alone is in sync and has several segments; a reader of the first needs its index.
  void SetUp() override {
    lead({1});
    log::LogConfig small;
    small.segment_bytes = 1000;
    small.index_interval_bytes = 100;
    files->set_config(kPartition.topic, small);
    for (int i = 0; i < 40; ++i) {
      Appended appended;
      append(appended, 1, Acks::kLeader);
      ASSERT_TRUE(appended.outcomes);
    }
    run_for(milliseconds(1));  // every segment but the last is flushed
    ASSERT_EQ(partition()->high_watermark(), Offset{40});
    ASSERT_TRUE(std::filesystem::exists(index()));
  }
  std::string index() const { return folder.path("a/first-0/00000000000000000000.index"); }
  FetchOutcome read() {
    Fetched consumer;
    fetch(consumer, -1, 0);
    EXPECT_TRUE(consumer.outcomes);
    return std::move(consumer.outcomes->front());
  }

  test::TempDirectory folder;
  std::shared_ptr<log::FileLogManager> files;
};

TEST_F(ReadError, OfAConsumerTakesTheReplicaOfflineAndAnswersWhatWaits) {
  lead({1, 2}, 6, 8);
  Appended waiting;
  append(waiting, 1);
  ASSERT_TRUE(waiting.parked);
  std::filesystem::rename(index(), folder.path("away"));
  EXPECT_EQ(read().error, ErrorCode::kKafkaStorageError);
  run_for(milliseconds(1));
  EXPECT_TRUE(partition()->is_offline());
  EXPECT_TRUE(files->may_be_in_failed_directory(kPartition));
  ASSERT_TRUE(waiting.outcomes);
  EXPECT_EQ(waiting.outcomes->front().error, ErrorCode::kKafkaStorageError);
}

TEST_F(ReadError, ForWantOfADescriptorIsTheReadersAlone) {
  FetchOutcome refused;
  {
    const test::NoFreeDescriptor none;
    refused = read();
  }
  EXPECT_EQ(refused.error, ErrorCode::kKafkaStorageError) << "which clients try again";
  run_for(milliseconds(1));
  EXPECT_TRUE(partition()->is_leader());
  const FetchOutcome again = read();
  EXPECT_EQ(again.error, ErrorCode::kNone);
  EXPECT_GT(again.size_bytes, 0);
}

}  // namespace
}  // namespace barnabas::replica
