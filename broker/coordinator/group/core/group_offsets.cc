#include "broker/coordinator/group/core/group_offsets.h"

#include <algorithm>

namespace barnabas::group {

const CommittedOffset* GroupOffsets::find(const TopicPartition& tp) const {
  const auto found = committed_.find(tp);
  return found == committed_.end() ? nullptr : &found->second.value;
}

bool GroupOffsets::has_pending(const TopicPartition& tp) const {
  return pending_.contains(tp) ||
         std::any_of(transactional_.begin(), transactional_.end(),
                     [&](const auto& producer) { return producer.second.contains(tp); });
}

void GroupOffsets::commit(const TopicPartition& tp, AppendId append, const CommittedOffset& value,
                          Offset record_offset) {
  const auto found = pending_.find(tp);
  if (found == pending_.end() || !found->second.contains(append)) return;
  apply(tp, value, record_offset);
  no_longer_pending(tp, append);
}

void GroupOffsets::no_longer_pending(const TopicPartition& tp, AppendId append) {
  const auto found = pending_.find(tp);
  if (found == pending_.end()) return;
  found->second.erase(append);
  if (found->second.empty()) pending_.erase(found);
}

void GroupOffsets::apply(const TopicPartition& tp, const CommittedOffset& value,
                         Offset record_offset) {
  const auto [at, added] = committed_.try_emplace(tp, Committed{value, record_offset});
  // Of two records of one batch the later one counts, as it does once the log is compacted.
  if (!added && at->second.record_offset <= record_offset) at->second = {value, record_offset};
}

void GroupOffsets::remove(const TopicPartition& tp) {
  committed_.erase(tp);
}

void GroupOffsets::apply_transactional(ProducerId producer, const TopicPartition& tp,
                                       const CommittedOffset& value, Offset record_offset) {
  transactional_[producer][tp] = {value, record_offset};
}

void GroupOffsets::remove_transactional(ProducerId producer, const TopicPartition& tp) {
  const auto found = transactional_.find(producer);
  if (found == transactional_.end()) return;
  found->second.erase(tp);
  if (found->second.empty()) transactional_.erase(found);
}

void GroupOffsets::end_transaction(ProducerId producer, bool commit) {
  const auto found = transactional_.find(producer);
  if (found == transactional_.end()) return;
  if (commit) {
    for (const auto& [tp, offset] : found->second) apply(tp, offset.value, offset.record_offset);
  }
  transactional_.erase(found);
}

std::vector<TopicPartition> GroupOffsets::forget(const std::vector<TopicPartition>& partitions) {
  std::vector<TopicPartition> in_log;
  for (const TopicPartition& tp : partitions) {
    // One that is on its way stands in the log before the tombstone.
    const bool known = committed_.erase(tp) + pending_.erase(tp) > 0;
    for (auto& [producer, offsets] : transactional_) offsets.erase(tp);
    if (known) in_log.push_back(tp);
  }
  std::erase_if(transactional_, [](const auto& producer) { return producer.second.empty(); });
  return in_log;
}

std::vector<TopicPartition> GroupOffsets::forget_all() {
  std::set<TopicPartition> all;
  for (const auto& [tp, offset] : committed_) all.insert(tp);
  for (const auto& [tp, appends] : pending_) all.insert(tp);
  transactional_.clear();
  return forget({all.begin(), all.end()});
}

std::vector<TopicPartition> GroupOffsets::expire(const Expiry& expiry) {
  std::vector<TopicPartition> expired;
  for (const auto& [tp, offset] : committed_) {
    if (pending_.contains(tp)) continue;
    if (expiry.kept_topics != nullptr && expiry.kept_topics->contains(tp.topic)) continue;
    const Timestamp base = expiry.base.value_or(offset.value.commit_timestamp);
    const bool over = offset.value.expire_timestamp
                          ? expiry.now >= *offset.value.expire_timestamp
                          : minus_as_java(expiry.now, base) >= expiry.retention.count();
    if (over) expired.push_back(tp);
  }
  for (const TopicPartition& tp : expired) committed_.erase(tp);
  return expired;
}

}  // namespace barnabas::group
