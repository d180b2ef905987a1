#include "broker/replica/core/fetch_session.h"

#include <limits>
#include <utility>

#include "broker/base/check.h"

namespace barnabas::replica {

std::int32_t next_fetch_epoch(std::int32_t epoch) {
  if (epoch < 0) return kFinalFetchEpoch;
  return epoch == std::numeric_limits<std::int32_t>::max() ? 1 : epoch + 1;
}

std::size_t FetchSession::KeyHash::operator()(const Key& key) const {
  const std::size_t topic = key.topic.empty() ? std::hash<Uuid>{}(key.topic_id)
                                              : std::hash<std::string_view>{}(key.topic);
  return topic * 31 + static_cast<std::size_t>(key.partition.value());
}

FetchSession::FetchSession(std::int32_t id, const FetchSessionRequest& request,
                           const std::vector<FetchEntry>& entries,
                           const std::vector<FetchedState>& states, Time now)
    : id_(id),
      privileged_(request.from_follower),
      uses_topic_ids_(request.uses_topic_ids),
      created_(now),
      epoch_(next_fetch_epoch(kInitialFetchEpoch)) {
  CHECK(entries.size() == states.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CachedPartition& partition = put(entries[i]);
    partition.high_watermark = states[i].high_watermark;
    partition.log_start_offset = states[i].log_start_offset;
  }
}

FetchSession::Key FetchSession::key_of(const Uuid& topic_id, std::string_view topic,
                                       PartitionId partition) const {
  return uses_topic_ids_ ? Key{topic_id, {}, partition} : Key{{}, topic, partition};
}

// Partitions of one topic come one after another and share its name.
std::shared_ptr<const std::string> FetchSession::name(std::string_view topic) const {
  if (topic.empty()) return nullptr;
  if (!partitions_.empty()) {
    const auto& last = partitions_.back().topic;
    if (last && *last == topic) return last;
  }
  return std::make_shared<const std::string>(topic);
}

FetchSession::CachedPartition& FetchSession::put(const FetchEntry& wanted) {
  const auto found = index_.find(key_of(wanted.topic_id, wanted.topic, wanted.partition));
  if (found != index_.end()) {
    CachedPartition& partition = *found->second;
    const std::string_view topic = partition.wanted.topic;
    partition.wanted = wanted;
    partition.wanted.topic = topic;
    partition.wanted.error = ErrorCode::kNone;
    return partition;
  }
  auto topic = name(wanted.topic);
  CachedPartition& partition = partitions_.emplace_back();
  partition.wanted = wanted;
  partition.wanted.topic = topic ? std::string_view(*topic) : std::string_view();
  partition.wanted.error = ErrorCode::kNone;
  partition.topic = std::move(topic);
  index_.emplace(key_of(wanted.topic_id, partition.wanted.topic, wanted.partition),
                 std::prev(partitions_.end()));
  return partition;
}

void FetchSession::update(const std::vector<FetchEntry>& wanted,
                          const std::vector<ForgottenPartition>& forgotten) {
  for (const FetchEntry& entry : wanted) put(entry);
  for (const ForgottenPartition& gone : forgotten) {
    const auto found = index_.find(key_of(gone.topic_id, gone.topic, gone.partition));
    if (found == index_.end()) continue;
    const auto partition = found->second;
    index_.erase(found);  // its key is a view of the partition's
    partitions_.erase(partition);
  }
  epoch_ = next_fetch_epoch(epoch_);
}

SessionFetch FetchSession::all(const NameOf& name_of) {
  SessionFetch fetch;
  fetch.entries.reserve(partitions_.size());
  for (CachedPartition& partition : partitions_) {
    if (!partition.topic) {
      if (const std::string_view topic = name_of(partition.wanted.topic_id); !topic.empty()) {
        partition.topic = std::make_shared<const std::string>(topic);
        partition.wanted.topic = *partition.topic;
      }
    }
    fetch.entries.push_back(partition.wanted);
    if (partition.topic && (fetch.names.empty() || fetch.names.back() != partition.topic)) {
      fetch.names.push_back(partition.topic);
    }
  }
  return fetch;
}

bool FetchSession::must_tell(CachedPartition& partition, const FetchedState& state) {
  bool tells = state.has_records || state.must_tell;
  tells |= std::exchange(partition.high_watermark, state.high_watermark) != state.high_watermark;
  tells |=
      std::exchange(partition.log_start_offset, state.log_start_offset) != state.log_start_offset;
  if (state.error != ErrorCode::kNone) {
    // Told again when the error is over.
    partition.high_watermark = kUnknownOffset;
    tells = true;
  }
  return tells;
}

std::vector<bool> FetchSession::choose(const std::vector<FetchedState>& states) {
  CHECK(states.size() == partitions_.size(), "{} of {} partitions", states.size(),
        partitions_.size());
  std::vector<bool> told(states.size());
  auto next = partitions_.begin();
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto partition = next++;
    told[i] = must_tell(*partition, states[i]);
    if (states[i].has_records) partitions_.splice(partitions_.end(), partitions_, partition);
  }
  return told;
}

}  // namespace barnabas::replica
