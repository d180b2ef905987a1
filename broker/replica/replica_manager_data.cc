// What a ReplicaManager does for producers, consumers and followers; replica_manager.cc has the
// rest.
#include <utility>

#include "broker/replica/delayed_append.h"
#include "broker/replica/delayed_delete_records.h"
#include "broker/replica/delayed_fetch.h"
#include "broker/replica/replica_manager.h"

namespace barnabas::replica {

void ReplicaManager::append(std::vector<AppendEntry> entries, Acks acks, Duration timeout,
                            log::AppendOrigin origin, std::unique_ptr<AppendSink> sink) {
  std::vector<AppendOutcome> outcomes(entries.size());
  std::vector<std::shared_ptr<Partition>> appended;
  std::vector<DelayedAppend::Waiting> waiting;
  appended.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const AppendEntry& entry = entries[i];
    AppendOutcome& outcome = outcomes[i];
    auto partition = partition_or_error(entry.topic, entry.partition);
    if (!partition) {
      outcome.error = partition.error().code;
      continue;
    }
    auto result = (*partition)->append_as_leader(entry.batches, acks, origin, entry.required_epoch);
    if (!result) {
      outcome.error = result.error().code;
      outcome.detail = std::move(result.error().detail);
      continue;
    }
    outcome.base_offset = result->info.first_offset;
    outcome.log_append_time = result->info.log_append_time;
    outcome.log_start_offset = result->log_start_offset;
    if (acks == Acks::kAll) {
      waiting.push_back({*partition, result->required_offset, result->epoch, i, false});
    }
    appended.push_back(std::move(*partition));
  }
  if (waiting.empty()) {
    sink->done(std::move(outcomes));
  } else {
    const auto operation =
        std::make_shared<DelayedAppend>(std::move(waiting), std::move(outcomes), std::move(sink));
    operation->tell_parked();
    operation->watch();
    delayed_.add(operation, parts_.clock.now() + timeout);
  }
  // Followers and consumers that wait are served after the producer's own business.
  for (const auto& partition : appended) partition->carry_out_effects();
}

std::optional<BrokerId> ReplicaManager::preferred_read_replica(const FetchParams& params,
                                                               const FetchEntry& entry,
                                                               const Partition& partition) const {
  if (!config_.select_replica_by_rack || params.leader_only || params.rack.empty()) {
    return std::nullopt;
  }
  auto candidates = partition.read_candidates(entry.fetch_offset);
  const auto metadata = parts_.metadata.snapshot();
  for (ReadCandidate& candidate : candidates) {
    const BrokerMetadata* broker = metadata->broker(candidate.id);
    if (broker && broker->rack && broker->endpoint(params.listener)) candidate.rack = *broker->rack;
  }
  return select_in_rack(params.rack, candidates);
}

void ReplicaManager::fetch(FetchParams params, std::vector<FetchEntry> entries,
                           std::unique_ptr<FetchSink> sink) {
  std::vector<DelayedFetch::Wanted> wanted;
  wanted.reserve(entries.size());
  for (FetchEntry& entry : entries) {
    std::shared_ptr<Partition> partition;
    if (entry.error == ErrorCode::kNone) {
      if (auto found = partition_or_error(entry.topic, entry.partition)) {
        partition = std::move(*found);
      } else {
        entry.error = found.error().code;
      }
    }
    const auto preferred =
        partition ? preferred_read_replica(params, entry, *partition) : std::nullopt;
    wanted.push_back({entry, std::move(partition), preferred});
  }
  const auto operation = std::make_shared<DelayedFetch>(params, std::move(wanted), std::move(sink));
  auto outcomes = operation->read_first();
  if (operation->is_enough(outcomes)) {
    operation->answer(std::move(outcomes));
  } else {
    operation->tell_parked();
    operation->watch();
    delayed_.add(operation, parts_.clock.now() + params.max_wait);
  }
  operation->carry_out_effects();
}

void ReplicaManager::delete_records(const std::vector<DeleteRecordsEntry>& entries,
                                    Duration timeout, std::unique_ptr<DeleteRecordsSink> sink) {
  std::vector<DeleteRecordsOutcome> outcomes(entries.size());
  std::vector<DelayedDeleteRecords::Waiting> waiting;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const DeleteRecordsEntry& entry = entries[i];
    auto partition = partition_or_error(entry.topic, entry.partition);
    if (!partition) {
      outcomes[i].error = partition.error().code;
      continue;
    }
    const bool deletes = parts_.topic_configs.get(entry.topic).deletes;
    const auto result = (*partition)->delete_records(entry.offset, deletes);
    if (!result) {
      outcomes[i].error = result.error().code;
      continue;
    }
    outcomes[i].low_watermark = result->low_watermark;
    waiting.push_back({std::move(*partition), result->required_offset, i, false});
  }
  if (waiting.empty()) return sink->done(std::move(outcomes));
  const auto operation = std::make_shared<DelayedDeleteRecords>(
      std::move(waiting), std::move(outcomes), std::move(sink));
  operation->tell_parked();
  operation->watch();
  delayed_.add(operation, parts_.clock.now() + timeout);
}

Result<log::TimestampAndOffset> ReplicaManager::list_offsets(const ListOffsetsQuery& query) const {
  TRY(const auto partition, partition_or_error(query.topic, query.partition));
  return partition->list_offsets(query);
}

Result<std::vector<Offset>> ReplicaManager::offsets_before(const ListOffsetsQuery& query,
                                                           std::int32_t max_offsets) const {
  TRY(const auto partition, partition_or_error(query.topic, query.partition));
  return partition->offsets_before(query, max_offsets);
}

Result<log::EpochEndOffset> ReplicaManager::end_offset_for_leader_epoch(
    const EndOffsetQuery& query) const {
  TRY(const auto partition, partition_or_error(query.topic, query.partition));
  return partition->end_offset_for_leader_epoch(query);
}

}  // namespace barnabas::replica
