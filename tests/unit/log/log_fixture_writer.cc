// Writes a log directory for Apache Kafka's own tools to read:
//
//   log_fixture_writer <dir> [--crash]
//
// <dir> becomes a log directory with the replica fixture-0: several segments, plain and idempotent
// batches of three producers, three leader epochs (one without records), snapshots, indexes, and,
// unless --crash is given, the end of a clean shutdown. Prints what a reader must find:
//
//   log_end_offset <n>
//   segment <base offset> <batches> <records> <bytes>       one line per segment
//   epoch <epoch> <start offset>                            one line per leader epoch
//   producer <id> <epoch> <last sequence> <last offset>     one line per producer

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/thread_executor.h"
#include "broker/log/file_log_manager.h"
#include "broker/log/meta_properties.h"
#include "broker/protocol/record_batch.h"
#include "tests/unit/log/format_reader.h"

namespace barnabas::log {
namespace {

constexpr int kBatches = 400;
constexpr int kProducers = 3;
const TopicPartition kReplica{"fixture", PartitionId(0)};

bool write_batches(Log& log) {
  std::vector<std::int32_t> sequences(kProducers, 0);
  for (int i = 0; i < kBatches; ++i) {
    const LeaderEpoch epoch(i < kBatches / 2 ? 0 : 2);
    if (i == kBatches / 2 && !log.assign_epoch_start(LeaderEpoch(1), log.log_end_offset())) {
      return false;
    }
    const int records = 1 + i % 5;
    protocol::RecordBatchBuilder builder;
    if (i % 4 != 3) {
      std::int32_t& sequence = sequences[static_cast<std::size_t>(i % 4)];
      builder.producer_id = ProducerId(4000 + i % 4);
      builder.producer_epoch = ProducerEpoch(1);
      builder.base_sequence = sequence;
      sequence += records;
    }
    for (int r = 0; r < records; ++r) {
      builder.add(1'700'000'000'000 + i * 100 + r, "key-" + std::to_string(i),
                  std::string(100 + static_cast<std::size_t>(i % 50), 'v'),
                  {{"header", "value"}, {"null", std::nullopt}});
    }
    auto bytes = builder.build();
    if (!log.append_as_leader(bytes, epoch, AppendOrigin::kClient)) return false;
  }
  // The end of the last epoch has no records: the log's next leader would begin here.
  return log.assign_epoch_start(LeaderEpoch(5), log.log_end_offset()).has_value();
}

void print_files(const std::string& replica) {
  std::vector<std::string> snapshots;
  const std::string folder = replica + "/";
  for (const std::string& name : test::names_in(replica)) {
    if (name.ends_with(".snapshot")) snapshots.push_back(name);
    if (!name.ends_with(".log")) continue;
    const test::Bytes bytes = test::read_bytes(folder + name);
    const auto batches = test::read_log_file(bytes);
    if (!batches) continue;
    std::int64_t records = 0;
    for (const auto& batch : *batches) records += batch.records;
    std::printf("segment %lld %zu %lld %zu\n", std::stoll(name.substr(0, 20)), batches->size(),
                static_cast<long long>(records), bytes.size());
  }
  if (snapshots.empty()) return;
  const auto producers =
      test::read_snapshot_file(test::read_bytes(replica + "/" + snapshots.back()));
  for (const auto& p : producers.value_or(std::vector<test::FormatProducer>())) {
    std::printf("producer %lld %d %d %lld\n", static_cast<long long>(p.producer_id), p.epoch,
                p.last_sequence, static_cast<long long>(p.last_offset));
  }
}

int run(const std::string& dir, bool crash) {
  SystemClock clock;
  ThreadExecutor background("background");
  if (!claim_log_directories({dir}, BrokerId(1), "fixture-cluster-id-000")) return 1;
  FileLogManagerOptions options;
  options.log_dirs = {dir};
  options.default_config.segment_bytes = 30'000;
  options.default_config.index_interval_bytes = 1000;
  const LogConfig config = options.default_config;
  const auto manager = FileLogManager::open(std::move(options), clock, background);
  if (!manager) {
    std::fprintf(stderr, "%s\n", manager.error().detail.c_str());
    return 1;
  }
  Random random(1);
  const auto log = (*manager)->get_or_create(kReplica, Uuid::random(random), config);
  if (!log || !write_batches(**log)) return 1;
  background.drain();
  const Offset end = (*log)->log_end_offset();
  if (!(*manager)->checkpoint_high_watermarks({{kReplica, end}})) return 1;
  if (!crash && !(*manager)->shutdown()) return 1;
  std::printf("log_end_offset %lld\n", static_cast<long long>(end.value()));
  print_files(dir + "/" + kReplica.to_string());
  const auto directory = Directory::open(dir + "/" + kReplica.to_string(), false);
  const auto epochs = directory ? read_leader_epochs(**directory) : directory.error();
  if (!epochs) return 1;
  for (const EpochEntry& entry : epochs->entries()) {
    std::printf("epoch %d %lld\n", entry.epoch.value(),
                static_cast<long long>(entry.start_offset.value()));
  }
  return 0;
}

}  // namespace
}  // namespace barnabas::log

int main(int argc, char** argv) {
  const bool crash = argc == 3 && std::string_view(argv[2]) == "--crash";
  if (argc != 2 && !crash) {
    std::fprintf(stderr, "usage: log_fixture_writer <dir> [--crash]\n");
    return 2;
  }
  return barnabas::log::run(argv[1], crash);
}
