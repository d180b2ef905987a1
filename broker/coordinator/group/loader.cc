#include "broker/coordinator/group/loader.h"

#include "broker/base/logging.h"
#include "broker/log/copy_records.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::group {
namespace {

using protocol::RecordBatchView;

// Far above any batch that a broker accepts (message.max.bytes) before it was compressed.
constexpr std::size_t kMaxDecompressedBytes = 128 * 1024 * 1024;

class Loading {
 public:
  Loading(const TopicPartition& tp, Now now, GroupCoordinatorCore& core)
      : tp_(tp), now_(now), core_(core) {}

  void replay(const RecordBatchView& batch) {
    if (batch.is_control()) {
      if (const auto marker = protocol::read_marker(batch)) {
        core_.replay_end_of_transaction(batch.producer_id(),
                                        marker->type == protocol::MarkerType::kCommit);
      }
      return;
    }
    GroupCoordinatorCore::Origin origin{.batch_offset = batch.base_offset(), .transaction = {}};
    if (batch.is_transactional()) origin.transaction = batch.producer_id();
    std::vector<std::uint8_t> decompressed;
    const auto records = protocol::records_of(batch, kMaxDecompressedBytes, decompressed);
    if (!records) return pass_over(batch.base_offset(), records.error().detail);
    protocol::RecordReader reader(batch, *records);
    protocol::RecordView record;
    while (reader.next(record)) replay(record, origin, batch.base_offset() + record.offset_delta);
    if (reader.corrupt()) pass_over(batch.base_offset(), "its batch is corrupt");
  }

 private:
  void replay(const protocol::RecordView& record, const GroupCoordinatorCore::Origin& origin,
              Offset offset) {
    if (!record.key) return pass_over(offset, "it has no key");
    const Result<Entry> entry = read_record(*record.key, record.value);
    if (!entry) return pass_over(offset, entry.error().detail);
    if (const auto* unknown = std::get_if<UnknownEntry>(&*entry)) {
      return pass_over(offset,
                       fmt::format("its key has the version {}; it could be a left over from "
                                   "an aborted upgrade",
                                   unknown->key_version));
    }
    core_.replay(*entry, origin, now_);
  }

  void pass_over(Offset offset, std::string_view why) const {
    log_warn("[GroupMetadataManager] Passing over the record {} of {}: {}", offset, tp_, why);
  }

  const TopicPartition& tp_;
  const Now now_;
  GroupCoordinatorCore& core_;
};

}  // namespace

Result<void> load_groups(replica::Partition& partition, const LoadOrder& order,
                         GroupCoordinatorCore& core) {
  const TopicPartition& tp = partition.topic_partition();
  Loading loading(tp, order.now, core);
  replica::FetchParams params;
  params.replica_id = replica::kDebuggingReplicaId;  // up to the log end
  const replica::PartitionStatus status = partition.status();
  Offset next = status.log_start_offset;
  while (next < status.log_end_offset) {
    replica::FetchEntry entry;
    entry.topic = tp.topic;
    entry.partition = tp.partition;
    entry.fetch_offset = next;
    const replica::FetchOutcome read = partition.fetch(
        params, entry, order.buffer_bytes, /*at_least_one=*/true, /*update_state=*/false);
    if (read.error != ErrorCode::kNone) return read.error;
    TRY(const BufferPtr bytes, log::copy_records(read.records));
    protocol::BatchReader batches(std::as_const(*bytes).view());
    const Offset before = next;
    while (const auto batch = batches.next()) {
      if (batch->last_offset() >= next) loading.replay(*batch);
      next = batch->next_offset();
    }
    if (next == before) {
      return Error{ErrorCode::kCorruptMessage,
                   fmt::format("no whole batch at offset {} of {}", next, tp)};
    }
  }
  return {};
}

}  // namespace barnabas::group
