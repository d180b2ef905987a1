// Log directories as a whole: locks, markers, checkpoints, creation and deletion.

#include "broker/log/file_log_manager.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "broker/log/meta_properties.h"
#include "broker/protocol/legacy_records.h"
#include "broker/protocol/record_batch.h"
#include "tests/unit/log/manual_executor.h"
#include "tests/unit/log/temp_directory.h"

namespace barnabas::log {
namespace {

using test::names_in;
using test::read_text;

class FileLogManagerTest : public ::testing::Test {
 protected:
  Result<std::shared_ptr<FileLogManager>> try_open() {
    FileLogManagerOptions options;
    for (const std::string& name : dirs) options.log_dirs.push_back(root.path(name));
    options.default_config = config;
    options.flush_scheduler_interval = flush_scheduler_interval;
    options.on_directory_failure = [this](const std::string& dir, bool all) {
      failures.push_back(dir + (all ? " all" : ""));
    };
    return FileLogManager::open(std::move(options), clock, background);
  }
  void open() {
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().detail;
    manager = *opened;
  }
  std::shared_ptr<Log> create(const TopicPartition& tp, Uuid id = {}) {
    auto log = manager->get_or_create(tp, id, config);
    EXPECT_TRUE(log) << log.error().detail;
    return *log;
  }
  void append(Log& log, int records = 1) {
    protocol::RecordBatchBuilder builder;
    for (int i = 0; i < records; ++i) builder.add(1000, "k", std::string(100, 'v'));
    auto bytes = builder.build();
    ASSERT_TRUE(log.append_as_leader(bytes, LeaderEpoch(0), AppendOrigin::kClient));
  }
  Uuid some_id() { return Uuid::random(random); }

  test::TempDirectory root;
  test::ManualClock clock;
  test::ManualExecutor background{clock};
  Random random{1};
  std::vector<std::string> dirs = {"a"};
  LogConfig config;
  Duration flush_scheduler_interval = seconds(1000);
  std::vector<std::string> failures;
  std::shared_ptr<FileLogManager> manager;
  const TopicPartition t0{"t", PartitionId(0)};
  const TopicPartition t1{"t", PartitionId(1)};
};

TEST_F(FileLogManagerTest, LogsAreForcedToDiskOnceFlushMsHavePassed) {
  flush_scheduler_interval = seconds(1);
  config.flush_ms = 40'000;
  open();
  append(*create(t0));
  const auto recovery_points = [this] {
    return read_text(root.path("a/recovery-point-offset-checkpoint"));
  };
  background.advance(seconds(31));  // log.initial.task.delay.ms, and the checkpoint of that time
  EXPECT_EQ(recovery_points(), "0\n1\nt 0 0\n");
  background.advance(seconds(60));
  EXPECT_EQ(recovery_points(), "0\n1\nt 0 1\n");
}

TEST_F(FileLogManagerTest, CleanStopLeavesKafkasFiles) {
  config.segment_bytes = 500;
  open();
  const Uuid id = some_id();
  const auto log = create(t0, id);
  for (int i = 0; i < 10; ++i) append(*log);
  create({"with-dash", PartitionId(11)});
  ASSERT_TRUE(log->raise_log_start_offset(Offset(3)));
  ASSERT_TRUE(manager->checkpoint_high_watermarks({{t0, Offset(9)}}));
  EXPECT_FALSE(std::filesystem::exists(root.path("a/.kafka_cleanshutdown")));
  ASSERT_TRUE(manager->shutdown());
  EXPECT_EQ(names_in(root.path("a")),
            (std::set<std::string>{".kafka_cleanshutdown", ".lock", "log-start-offset-checkpoint",
                                   "recovery-point-offset-checkpoint",
                                   "replication-offset-checkpoint", "t-0", "with-dash-11"}));
  EXPECT_EQ(read_text(root.path("a/.kafka_cleanshutdown")), R"({"version":0,"brokerEpoch":-1})");
  EXPECT_EQ(read_text(root.path("a/recovery-point-offset-checkpoint")),
            "0\n2\nt 0 10\nwith-dash 11 0\n");
  EXPECT_EQ(read_text(root.path("a/replication-offset-checkpoint")), "0\n1\nt 0 9\n");
  EXPECT_EQ(read_text(root.path("a/t-0/partition.metadata")),
            "version: 0\ntopic_id: " + id.to_string() + "\n");
}

TEST_F(FileLogManagerTest, LogStartOffsetIsCheckpointedWhereSegmentsDoNotTellIt) {
  open();
  const auto log = create(t0);
  append(*log, 5);
  append(*log, 5);
  ASSERT_TRUE(log->raise_log_start_offset(Offset(7)));
  ASSERT_TRUE(manager->shutdown());
  EXPECT_EQ(read_text(root.path("a/log-start-offset-checkpoint")), "0\n1\nt 0 7\n");
  open();
  EXPECT_EQ(manager->find(t0)->log_start_offset(), Offset(7));
}

TEST_F(FileLogManagerTest, EverythingIsThereAfterACleanStop) {
  open();
  const Uuid id = some_id();
  append(*create(t0, id), 5);
  ASSERT_TRUE(manager->checkpoint_high_watermarks({{t0, Offset(4)}}));
  ASSERT_TRUE(manager->shutdown());
  open();
  EXPECT_EQ(manager->partitions(), std::vector{t0});
  EXPECT_EQ(manager->topic_id(t0), id);
  EXPECT_EQ(manager->find(t0)->log_end_offset(), Offset(5));
  EXPECT_EQ(manager->checkpointed_high_watermark(t0), Offset(4));
  EXPECT_FALSE(std::filesystem::exists(root.path("a/.kafka_cleanshutdown")));
}

TEST_F(FileLogManagerTest, HighWatermarkIsClampedToTheLog) {
  open();
  append(*create(t0), 5);
  ASSERT_TRUE(manager->checkpoint_high_watermarks({{t0, Offset(50)}}));
  EXPECT_EQ(manager->checkpointed_high_watermark(t0), Offset(5));
  EXPECT_EQ(manager->checkpointed_high_watermark(t1), Offset(0));
}

TEST_F(FileLogManagerTest, HighWatermarksOfReplicasWithoutARoleAreKept) {
  open();
  append(*create(t0), 5);
  append(*create(t1), 5);
  ASSERT_TRUE(manager->checkpoint_high_watermarks({{t0, Offset(3)}, {t1, Offset(4)}}));
  ASSERT_TRUE(manager->shutdown());
  open();
  ASSERT_TRUE(manager->checkpoint_high_watermarks({{t0, Offset(5)}}));
  EXPECT_EQ(read_text(root.path("a/replication-offset-checkpoint")), "0\n2\nt 0 5\nt 1 4\n");
}

TEST_F(FileLogManagerTest, AnotherTopicIdIsInconsistent) {
  open();
  const Uuid id = some_id();
  create(t0, id);
  EXPECT_EQ(manager->get_or_create(t0, some_id(), config).code_or(ErrorCode::kNone),
            ErrorCode::kInconsistentTopicId);
  EXPECT_TRUE(manager->get_or_create(t0, id, config));
  EXPECT_TRUE(manager->get_or_create(t0, Uuid{}, config));
}

TEST_F(FileLogManagerTest, LogWithoutATopicIdTakesTheFirstOne) {
  open();
  create(t0);
  const Uuid id = some_id();
  create(t0, id);
  EXPECT_EQ(manager->topic_id(t0), id);
  ASSERT_TRUE(manager->shutdown());
  open();
  EXPECT_EQ(manager->topic_id(t0), id);
}

TEST_F(FileLogManagerTest, NewLogsGoToTheDirectoryWithTheFewest) {
  dirs = {"a", "b"};
  open();
  for (int i = 0; i < 6; ++i) create({"t", PartitionId(i)});
  EXPECT_EQ(names_in(root.path("a")).size(), names_in(root.path("b")).size());
}

TEST_F(FileLogManagerTest, OneReplicaInTwoDirectoriesStopsTheStart) {
  dirs = {"a", "b"};
  std::filesystem::create_directories(root.path("a/t-0"));
  std::filesystem::create_directories(root.path("b/t-0"));
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("t-0"), std::string::npos);
}

TEST_F(FileLogManagerTest, RemovedLogIsRenamedAtOnceAndDeletedLater) {
  open();
  const auto log = create(t0);
  append(*log);
  ASSERT_TRUE(manager->remove(t0));
  EXPECT_EQ(manager->find(t0), nullptr);
  auto names = names_in(root.path("a"));
  const auto renamed = std::find_if(names.begin(), names.end(), [](const std::string& name) {
    return name.starts_with("t-0.") && name.ends_with("-delete") &&
           name.size() == std::string("t-0.-delete").size() + 32;
  });
  ASSERT_NE(renamed, names.end());
  protocol::RecordBatchBuilder builder;
  auto bytes = builder.add(0, "k", "v").build();
  EXPECT_EQ(
      log->append_as_leader(bytes, LeaderEpoch(0), AppendOrigin::kClient).code_or(ErrorCode::kNone),
      ErrorCode::kKafkaStorageError);
  EXPECT_TRUE(failures.empty());  // a log on its way out says nothing of its disk
  background.advance(milliseconds(config.file_delete_delay_ms - 1));
  EXPECT_TRUE(names_in(root.path("a")).contains(*renamed));
  background.advance(milliseconds(1));
  EXPECT_FALSE(names_in(root.path("a")).contains(*renamed));
}

TEST_F(FileLogManagerTest, DeletionIsFinishedAfterARestart) {
  open();
  create(t0);
  ASSERT_TRUE(manager->remove(t0));
  ASSERT_TRUE(manager->shutdown());
  open();
  EXPECT_TRUE(manager->partitions().empty());
  background.advance(milliseconds(config.file_delete_delay_ms));
  for (const std::string& name : names_in(root.path("a"))) {
    EXPECT_FALSE(name.ends_with("-delete")) << name;
  }
}

// What the checkpoints say of a deleted topic is not true of a new one of the same name.
TEST_F(FileLogManagerTest, RecreatedLogInheritsNoCheckpoint) {
  open();
  append(*create(t0), 5);
  ASSERT_TRUE(manager->checkpoint_high_watermarks({{t0, Offset(5)}}));
  ASSERT_TRUE(manager->shutdown());
  open();
  ASSERT_EQ(read_text(root.path("a/recovery-point-offset-checkpoint")), "0\n1\nt 0 5\n");
  ASSERT_TRUE(manager->remove(t0));
  append(*create(t0), 9);
  EXPECT_EQ(manager->checkpointed_high_watermark(t0), Offset(0));
  EXPECT_EQ(read_text(root.path("a/recovery-point-offset-checkpoint")), "0\n0\n");
  EXPECT_EQ(read_text(root.path("a/replication-offset-checkpoint")), "0\n0\n");
}

// Killed before the next checkpoint, it would take what was written since for deleted.
TEST_F(FileLogManagerTest, RecreatedLogInheritsNoLogStartOffset) {
  open();
  const auto deleted = create(t0);
  append(*deleted, 10);
  ASSERT_TRUE(deleted->raise_log_start_offset(Offset(7)));
  background.advance(seconds(60));
  ASSERT_EQ(read_text(root.path("a/log-start-offset-checkpoint")), "0\n1\nt 0 7\n");
  ASSERT_TRUE(manager->remove(t0));
  append(*create(t0), 5);
  manager.reset();
  open();
  EXPECT_EQ(manager->find(t0)->log_start_offset(), Offset(0));
  EXPECT_EQ(manager->find(t0)->log_end_offset(), Offset(5));
}

TEST_F(FileLogManagerTest, CheckpointsAreWrittenPeriodically) {
  config.segment_bytes = 500;
  open();
  const auto log = create(t0);
  for (int i = 0; i < 10; ++i) append(*log);
  background.run();
  background.advance(milliseconds(60000));
  const std::string text = read_text(root.path("a/recovery-point-offset-checkpoint"));
  EXPECT_TRUE(text.starts_with("0\n1\nt 0 ")) << text;
  EXPECT_NE(text, "0\n1\nt 0 0\n");
}

TEST_F(FileLogManagerTest, IdleProducersExpireInTime) {
  open();
  const auto log = create(t0);
  protocol::RecordBatchBuilder builder;
  builder.producer_id = ProducerId(4);
  builder.producer_epoch = ProducerEpoch(0);
  builder.base_sequence = 0;
  auto bytes = builder.add(clock.wall_clock_ms(), "k", "v").build();
  ASSERT_TRUE(log->append_as_leader(bytes, LeaderEpoch(0), AppendOrigin::kClient));
  const auto& file_log = dynamic_cast<FileLog&>(*log);
  background.advance(milliseconds(86'000'000));
  EXPECT_EQ(file_log.producer_count(), 1u);
  background.advance(milliseconds(1'000'000));
  EXPECT_EQ(file_log.producer_count(), 0u);
}

TEST_F(FileLogManagerTest, MalformedCheckpointStopsTheStart) {
  std::filesystem::create_directories(root.path("a"));
  for (const char* text :
       {"1\n0\n", "0\n2\nt 0 1\n", "0\n1\nt 0\n", "0\n1\nt 0 x\n", "0\n2\nt 0 1\nt 0 2\n", "\n"}) {
    test::write_text(root.path("a/recovery-point-offset-checkpoint"), text);
    const auto opened = try_open();
    ASSERT_FALSE(opened) << text;
    EXPECT_NE(opened.error().detail.find("recovery-point-offset-checkpoint"), std::string::npos);
  }
}

// As with the replica in two directories: a person has to decide.
TEST_F(FileLogManagerTest, RecordsOfAnOldMessageFormatStopTheStart) {
  dirs = {"a", "b"};
  std::filesystem::create_directories(root.path("a/t-0"));
  protocol::LegacyMessage message;
  message.value = as_bytes("of before 0.10");
  test::Bytes bytes;
  protocol::append_message(message, bytes);
  test::write_bytes(root.path("a/t-0/00000000000000000000.log"), bytes);
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("t-0/00000000000000000000.log"), std::string::npos);
}

TEST_F(FileLogManagerTest, WhatAKillLeavesOfACheckpointIsRemoved) {
  std::filesystem::create_directories(root.path("a"));
  for (const char* name : {"recovery-point-offset-checkpoint", "log-start-offset-checkpoint",
                           "replication-offset-checkpoint"}) {
    test::write_text(root.path(std::string("a/") + name + ".tmp"), "0\n1\nt");
  }
  open();
  EXPECT_EQ(names_in(root.path("a")), std::set<std::string>{".lock"});
}

TEST_F(FileLogManagerTest, StrayDirectoriesAreLeftAlone) {
  for (const char* name : {"a/lost+found", "a/t-0.00000000000000000000000000000000-stray",
                           "a/__cluster_metadata-0", "a/nodash", "a/t-x", "a/-3"}) {
    std::filesystem::create_directories(root.path(name));
  }
  const auto before = names_in(root.path("a"));
  open();
  EXPECT_TRUE(manager->partitions().empty());
  for (const auto& name : before) EXPECT_TRUE(names_in(root.path("a")).contains(name)) << name;
}

// POSIX locks are between processes: the other broker is a child.
TEST_F(FileLogManagerTest, DirectoryInUseByAnotherProcessIsRefused) {
  open();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto opened = try_open();
    const bool refused =
        !opened && opened.error().detail.find("Failed to acquire lock") != std::string::npos;
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(FileLogManagerTest, DiskErrorOfOneLogStopsItsDirectoryOnly) {
  dirs = {"a", "b"};
  config.segment_bytes = 200;
  open();
  std::vector<std::shared_ptr<Log>> logs;
  for (int i = 0; i < 4; ++i) logs.push_back(create({"t", PartitionId(i)}));
  // A folder stands where the first log's next segment should be made.
  const std::string dir = std::filesystem::exists(root.path("a/t-0")) ? "a" : "b";
  append(*logs[0]);
  std::filesystem::create_directories(root.path(dir + "/t-0/00000000000000000001.log"));
  protocol::RecordBatchBuilder builder;
  auto bytes = builder.add(0, "k", std::string(100, 'v')).build();
  EXPECT_EQ(logs[0]
                ->append_as_leader(bytes, LeaderEpoch(0), AppendOrigin::kClient)
                .code_or(ErrorCode::kNone),
            ErrorCode::kKafkaStorageError);
  EXPECT_EQ(failures, std::vector{root.path(dir)});
  int working = 0;
  for (const auto& log : logs) {
    auto again = protocol::RecordBatchBuilder().add(0, "k", "v").build();
    if (log->append_as_leader(again, LeaderEpoch(0), AppendOrigin::kClient)) ++working;
  }
  EXPECT_EQ(working, 2);
  (void)manager->shutdown();
  EXPECT_FALSE(std::filesystem::exists(root.path(dir + "/.kafka_cleanshutdown")));
}

TEST_F(FileLogManagerTest, DirectoryThatCannotBeOpenedHasFailedAndTheOthersAreServed) {
  dirs = {"a", "b"};
  open();
  for (int i = 0; i < 2; ++i) append(*create({"t", PartitionId(i)}));
  ASSERT_TRUE(manager->shutdown());
  manager.reset();
  const PartitionId lost(std::filesystem::exists(root.path("a/t-0")) ? 0 : 1);
  const PartitionId kept(1 - lost.value());
  std::filesystem::remove_all(root.path("a"));
  std::ofstream(root.path("a")) << "a file where a directory should be";
  open();
  EXPECT_EQ(manager->find({"t", lost}), nullptr);
  EXPECT_NE(manager->find({"t", kept}), nullptr);
  EXPECT_TRUE(manager->may_be_in_failed_directory({"t", lost}));
  EXPECT_FALSE(manager->may_be_in_failed_directory({"t", kept}));
  const auto described = manager->describe_log_dirs();
  EXPECT_EQ(described[0].error, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(described[1].error, ErrorCode::kNone);
  create({"new", PartitionId(0)});
  EXPECT_TRUE(std::filesystem::exists(root.path("b/new-0")));
}

TEST_F(FileLogManagerTest, NoDirectoryThatCanBeOpenedStopsTheStart) {
  std::ofstream(root.path("a")) << "a file where a directory should be";
  dirs = {"a"};
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find(root.path("a")), std::string::npos);
}

TEST_F(FileLogManagerTest, DirectoryWhoseCheckpointCannotBeWrittenHasFailed) {
  dirs = {"a", "b"};
  open();
  append(*create({"t", PartitionId(0)}));
  const std::string dir = std::filesystem::exists(root.path("a/t-0")) ? "a" : "b";
  std::filesystem::create_directories(root.path(dir + "/replication-offset-checkpoint/x"));
  EXPECT_FALSE(manager->checkpoint_high_watermarks({{{"t", PartitionId(0)}, Offset(1)}}));
  EXPECT_EQ(failures, std::vector{root.path(dir)});
  EXPECT_TRUE(manager->may_be_in_failed_directory({"t", PartitionId(0)}));
  EXPECT_EQ(manager->get_or_create({"t", PartitionId(0)}, Uuid{}, config).code_or(ErrorCode::kNone),
            ErrorCode::kKafkaStorageError);
}

TEST_F(FileLogManagerTest, DirectoryInWhichALogCannotBeRenamedHasFailed) {
  open();
  append(*create(t0));
  std::filesystem::rename(root.path("a/t-0"), root.path("away"));
  EXPECT_EQ(manager->remove(t0).code_or(ErrorCode::kNone), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(failures, std::vector{root.path("a") + " all"});
  EXPECT_TRUE(manager->may_be_in_failed_directory(t0));
}

TEST_F(FileLogManagerTest, LogThatNobodyLoadedIsNotAdopted) {
  open();
  std::filesystem::create_directories(root.path("a/t-0"));
  const std::string segment = root.path("a/t-0/00000000000000000000.log");
  test::write_text(segment, "whose is this?");
  EXPECT_EQ(manager->get_or_create(t0, Uuid{}, config).code_or(ErrorCode::kNone),
            ErrorCode::kKafkaStorageError);
  EXPECT_EQ(read_text(segment), "whose is this?");
  EXPECT_EQ(manager->find(t0), nullptr);
  EXPECT_TRUE(failures.empty());
}

TEST_F(FileLogManagerTest, NewLogGoesPastADirectoryThatCannotTakeIt) {
  dirs = {"a", "b"};
  open();
  // Directory `a` is the first choice and has gone; nothing can be made where it was.
  std::filesystem::remove_all(root.path("a"));
  std::ofstream(root.path("a")) << "no directory";
  create({"t", PartitionId(0)});
  create({"t", PartitionId(1)});
  EXPECT_TRUE(std::filesystem::exists(root.path("b/t-0")));
  EXPECT_EQ(failures, std::vector{root.path("a")});
}

TEST(MetaProperties, DirectoriesAreClaimedOnceAndRecognised) {
  test::TempDirectory root;
  const std::vector<std::string> dirs = {root.path("a"), root.path("b")};
  ASSERT_TRUE(claim_log_directories(dirs, BrokerId(3), "cluster-x"));
  const std::string text = read_text(root.path("b/meta.properties"));
  EXPECT_NE(text.find("\nbroker.id=3\n"), std::string::npos);
  EXPECT_NE(text.find("\ncluster.id=cluster-x\n"), std::string::npos);
  EXPECT_NE(text.find("\nversion=0\n"), std::string::npos);
  EXPECT_TRUE(claim_log_directories(dirs, BrokerId(3), "cluster-x"));
}

TEST(MetaProperties, AnotherBrokersOrClustersDirectoryIsRefused) {
  test::TempDirectory root;
  const std::vector<std::string> dirs = {root.path("a")};
  ASSERT_TRUE(claim_log_directories(dirs, BrokerId(3), "cluster-x"));
  const auto broker = claim_log_directories(dirs, BrokerId(4), "cluster-x");
  ASSERT_FALSE(broker);
  EXPECT_NE(broker.error().detail.find("broker.id is 4"), std::string::npos);
  const auto cluster = claim_log_directories(dirs, BrokerId(3), "cluster-y");
  ASSERT_FALSE(cluster);
  EXPECT_NE(cluster.error().detail.find("cluster-x"), std::string::npos);
}

TEST(MetaProperties, KafkasOwnFileIsRead) {
  test::TempDirectory root;
  test::write_text(root.path("meta.properties"),
                   "#\n#Sat Jan 31 12:00:00 UTC 2026\ncluster.id=abc\nversion=0\nbroker.id=7\n"
                   "directory.id=-x\n");
  const auto directory = Directory::open(root.path(), false);
  ASSERT_TRUE(directory);
  const auto properties = read_meta_properties(**directory);
  ASSERT_TRUE(properties && *properties);
  EXPECT_EQ((*properties)->cluster_id, "abc");
  EXPECT_EQ((*properties)->broker_id, BrokerId(7));
  test::write_text(root.path("meta.properties"), "version=1\nnode.id=7\n");
  EXPECT_FALSE(read_meta_properties(**directory));
}

}  // namespace
}  // namespace barnabas::log
