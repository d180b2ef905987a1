#include "broker/log/log_loader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "broker/base/check.h"
#include "broker/base/logging.h"
#include "broker/log/batch_scanner.h"
#include "broker/log/checkpoint.h"
#include "broker/log/file_names.h"
#include "broker/log/producer_snapshot.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {
namespace {

using protocol::RecordBatchView;

// How far back before a snapshot the batches of its producers are looked for: nearly always the
// first is enough. Only of producers that wrote so lately that they may still send again: by
// default clients do so for two minutes (delivery.timeout.ms) or five (librdkafka).
constexpr std::array<std::int64_t, 2> kTailBytes{64 * 1024, 4 * 1024 * 1024};
constexpr std::int64_t kRetriedForMs = 15 * 60 * 1000;

bool is_segment_file(std::string_view name) {
  return name.ends_with(kLogSuffix) || name.ends_with(kIndexSuffix) ||
         name.ends_with(kTimeIndexSuffix) || name.ends_with(kTxnIndexSuffix);
}

std::string without_suffix(const std::string& name, std::string_view suffix) {
  return name.substr(0, name.size() - suffix.size());
}

// The offset after the last batch of a segment file that has no index yet.
Result<Offset> end_of_segment_file(const Directory& directory, const std::string& name,
                                   Offset base) {
  TRY(const File file, directory.open_file(name, false));
  TRY(const auto size, file.size_bytes());
  BatchScanner scanner(file, 0, size, BatchScanner::Read::kHeaders);
  Offset end = base;
  while (true) {
    TRY(const auto batch, scanner.next());
    if (!batch) return end;
    end = batch->view.next_offset();
  }
}

// What reads as no batch would be taken for the end of the data, and cut.
Result<void> refuse_old_messages(const Directory& directory) {
  TRY(const auto names, directory.files());
  for (const std::string& name : names) {
    const bool is_log =
        name.ends_with(kLogSuffix) ||
        (name.ends_with(kSwapSuffix) && without_suffix(name, kSwapSuffix).ends_with(kLogSuffix));
    if (!is_log || !offset_of_file(name)) continue;
    TRY(const File file, directory.open_file(name, false));
    TRY(const auto size, file.size_bytes());
    TRY_VOID(BatchScanner(file, 0, size, BatchScanner::Read::kHeaders).refuse_old_message());
  }
  return {};
}

// Removes what was on its way out or half written, and completes or undoes a swap of cleaned
// segments.
Result<void> finish_interrupted_work(const Directory& directory) {
  TRY(const auto names, directory.files());
  Offset min_cleaned(std::numeric_limits<std::int64_t>::max());
  for (const std::string& name : names) {
    if (name.ends_with(kDeletedSuffix) || name.ends_with(kTemporarySuffix)) {
      TRY_VOID(directory.remove(name));
    }
    if (!name.ends_with(kCleanedSuffix)) continue;
    if (const auto offset = offset_of_file(name)) min_cleaned = std::min(min_cleaned, *offset);
    TRY_VOID(directory.remove(name));
  }
  // A swap at or above a cleaned file is part of a set that was never complete.
  std::vector<std::string> swaps;
  Offset from(std::numeric_limits<std::int64_t>::max()), to{0};
  for (const std::string& name : names) {
    const auto base = offset_of_file(name);
    if (!name.ends_with(kSwapSuffix) || !base) continue;
    if (*base >= min_cleaned) {
      TRY_VOID(directory.remove(name));
      continue;
    }
    swaps.push_back(name);
    if (!without_suffix(name, kSwapSuffix).ends_with(kLogSuffix)) continue;
    TRY(const Offset end, end_of_segment_file(directory, name, *base));
    from = std::min(from, *base);
    to = std::max(to, end);
  }
  for (const std::string& name : names) {
    const auto base = offset_of_file(name);
    if (base && *base >= from && *base < to && is_segment_file(name)) {
      TRY_VOID(directory.remove(name));
    }
  }
  for (const std::string& name : swaps) {
    TRY_VOID(directory.rename(name, without_suffix(name, kSwapSuffix)));
  }
  return {};
}

class Loader {
 public:
  explicit Loader(const LoadRequest& request)
      : request_(request), directory_(*request.directory), clean_(request.clean_shutdown) {}

  Result<LoadedLog> load() {
    TRY_VOID(refuse_old_messages(directory_));
    TRY_VOID(finish_interrupted_work(directory_));
    Offset recovery_point = request_.recovery_point;
    if (auto epochs = read_leader_epochs(directory_)) {
      epochs_ = std::move(*epochs);
    } else if (epochs.error().code == ErrorCode::kCorruptMessage) {
      log_warn("{}; rebuilding it from the log", epochs.error().detail);
      clean_ = false;
      recovery_point = Offset(0);
    } else {
      return std::move(epochs).error();
    }
    const LeaderEpochCache stored_epochs = epochs_;

    TRY_VOID(open_segments());
    if (!clean_) TRY_VOID(recover_from(recovery_point));
    TRY(Offset end, log_end_offset());
    if (segments_.empty()) {
      TRY(auto segment,
          Segment::create(request_.directory, request_.log_start_offset, request_.config,
                          request_.now, request_.segment_jitter_ms()));
      segments_.emplace(segment->base_offset(), segment);
      end = request_.log_start_offset;
    }
    const Offset start = std::max(request_.log_start_offset, segments_.begin()->first);
    epochs_.truncate_from_end(end);
    epochs_.truncate_from_start(start);
    if (epochs_.entries() != stored_epochs.entries()) {
      TRY_VOID(write_leader_epochs(directory_, epochs_));
    }
    TRY(ProducerState producers, load_producers(start, end));
    return LoadedLog{.segments = std::move(segments_),
                     .state = LogState(start, end, std::move(epochs_), std::move(producers)),
                     .recovery_point = clean_ ? end : std::min(recovery_point, end)};
  }

 private:
  Result<void> open_segments() {
    TRY(const auto names, directory_.files());
    for (const std::string& name : names) {
      const auto base = offset_of_file(name);
      if (!base || !is_segment_file(name)) continue;
      if (!name.ends_with(kLogSuffix)) {
        if (!directory_.exists(segment_file(*base, kLogSuffix))) {
          log_warn("{}: removing {}, which has no log file", directory_.path(), name);
          TRY_VOID(directory_.remove(name));
        }
        continue;
      }
      TRY(auto opened,
          Segment::open(request_.directory, *base, request_.config, request_.segment_jitter_ms()));
      if (!opened.sound) {
        log_warn("{}: the indexes of segment {} are missing or corrupt, rebuilding them",
                 directory_.path(), *base);
        TRY([[maybe_unused]] const auto cut, recover(*opened.segment));
      }
      segments_.emplace(*base, std::move(opened.segment));
    }
    return {};
  }

  Result<std::int64_t> recover(Segment& segment) {
    return segment.recover(request_.config.index_interval_bytes, [this](const auto& batch) {
      const LeaderEpoch epoch = batch.partition_leader_epoch();
      if (epoch.value() >= 0 && epoch > epochs_.latest_epoch()) {
        epochs_.assign(epoch, batch.base_offset());
      }
    });
  }

  // Recovers the segments that reach to or above `recovery_point`; behind the first that is cut
  // nothing counts any more.
  Result<void> recover_from(Offset recovery_point) {
    if (segments_.empty()) return {};
    auto it = recovery_point < segments_.begin()->first ? segments_.cbegin()
                                                        : floor_segment(segments_, recovery_point);
    while (it != segments_.cend()) {
      TRY(const std::int64_t cut, recover(*it->second));
      ++it;
      if (cut == 0) continue;
      log_warn("{}: cut {} bytes of a torn or corrupt tail off segment {}", directory_.path(), cut,
               std::prev(it)->first);
      break;
    }
    while (it != segments_.cend()) {
      TRY_VOID(remove_segment(*it->second));
      it = segments_.erase(it);
    }
    return {};
  }

  Result<void> remove_segment(Segment& segment) {
    TRY(const auto names, segment.mark_deleted());
    for (const std::string& name : names) TRY_VOID(directory_.remove(name));
    return {};
  }

  // Drops all segments where the log would end below its start.
  Result<Offset> log_end_offset() {
    if (segments_.empty()) return Offset(0);
    TRY(const Offset end, segments_.rbegin()->second->read_next_offset());
    if (end >= request_.log_start_offset) return end;
    log_warn("{}: the log ends at {}, below its start offset {}: starting it anew",
             directory_.path(), end, request_.log_start_offset);
    for (const auto& [base, segment] : segments_) TRY_VOID(remove_segment(*segment));
    segments_.clear();
    epochs_.clear();
    return end;
  }

  Result<ProducerState> load_producers(Offset start, Offset end) {
    std::set<Offset> bases;
    for (const auto& [base, segment] : segments_) bases.insert(base);
    TRY_VOID(remove_snapshots_above(directory_, end));
    TRY_VOID(remove_stray_snapshots(directory_, bases));
    TRY(const auto snapshots, snapshot_offsets(directory_));
    // No snapshot in a cleanly closed log: one from before there were any, and so no producers.
    if (clean_ && snapshots.empty()) return ProducerState();
    TRY(ProducerState producers, rebuild_producers(directory_, segments_, start, end, request_.now,
                                                   request_.producer_id_expiration_ms));
    if (end > start && (snapshots.empty() || *snapshots.rbegin() != end)) {
      TRY_VOID(write_snapshot(directory_, end, producers.snapshot()));
    }
    return producers;
  }

  const LoadRequest& request_;
  const Directory& directory_;
  bool clean_;
  LeaderEpochCache epochs_;
  Segments segments_;
};

Result<void> replay(const Segments& segments, Offset from, Offset end, ProducerState& producers) {
  for (auto it = floor_segment(segments, from); it != segments.end() && it->first < end; ++it) {
    TRY_VOID(it->second->for_each_batch(from, [&](const RecordBatchView& batch) {
      if (batch.base_offset() >= from && batch.last_offset() < end) producers.apply(batch);
    }));
  }
  return {};
}

// The base offset of a batch, from which on there are `bytes` below `end`, or all there are.
Result<Offset> tail_start(const Segments& segments, Offset end, std::int64_t bytes) {
  auto it = floor_segment(segments, end - 1);
  TRY(const auto located, it->second->locate(end, it->second->size_bytes()));
  std::int64_t position = (located ? located->position_bytes : it->second->size_bytes()) - bytes;
  while (position < 0 && it != segments.begin()) {
    --it;
    position += it->second->size_bytes();
  }
  return it->second->offset_near(std::max(position, std::int64_t{0}));
}

// Without this a producer whose last batches were not acknowledged, because their leader was
// stopped, would be told OUT_OF_ORDER_SEQUENCE_NUMBER for all but the last of them, should this
// replica be the leader when it sends them again. Apache Kafka's does so.
Result<void> recall_batches(const Segments& segments, Offset as_of, Timestamp now,
                            ProducerState& producers) {
  for (const std::int64_t bytes : kTailBytes) {
    if (!producers.has_forgotten_batches(now - kRetriedForMs)) return {};
    TRY(const Offset from, tail_start(segments, as_of, bytes));
    ProducerState tail;
    TRY_VOID(replay(segments, from, as_of, tail));
    producers.recall_batches(tail);
  }
  return {};
}

}  // namespace

Segments::const_iterator floor_segment(const Segments& segments, Offset offset) {
  const auto above = segments.upper_bound(offset);
  CHECK(above != segments.begin(), "offset {} is below the first segment", offset);
  return std::prev(above);
}

Result<ProducerState> rebuild_producers(const Directory& directory, const Segments& segments,
                                        Offset log_start, Offset end, Timestamp now,
                                        std::int64_t expiration_ms) {
  TRY_VOID(remove_snapshots_above(directory, end));
  TRY(LoadedProducers loaded, load_newest_snapshot(directory, log_start, end, now, expiration_ms));
  const Offset from = std::max(loaded.as_of, segments.begin()->first);
  if (from > segments.begin()->first) {
    TRY_VOID(recall_batches(segments, from, now, loaded.producers));
  }
  if (from < end) TRY_VOID(replay(segments, from, end, loaded.producers));
  return std::move(loaded.producers);
}

Result<LoadedLog> load_log(const LoadRequest& request) {
  return Loader(request).load();
}

}  // namespace barnabas::log
