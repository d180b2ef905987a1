// The committed offsets of one group, and those on their way.
//
// Invariants  A committed offset changes only by a record that is in the log: a later one replaces
//             an earlier one, never the other way round.
// Threads     externally synchronized (GroupCoordinatorCore).
// Source      Kafka 3.9, GroupMetadata.scala (offsets, pendingOffsetCommits)
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/coordinator/group/core/group_records.h"
#include "broker/coordinator/group/core/ids.h"
#include "broker/protocol/ids.h"

namespace barnabas::group {

class GroupOffsets {
 public:
  struct Committed {
    CommittedOffset value;
    Offset record_offset{0};  // of the batch in the log that holds it
  };

  const std::map<TopicPartition, Committed>& committed() const { return committed_; }
  const CommittedOffset* find(const TopicPartition& tp) const;
  bool has_pending(const TopicPartition& tp) const;
  // Nothing committed, nothing on its way.
  bool empty() const { return committed_.empty() && pending_.empty() && transactional_.empty(); }

  // ---- on its way to the log
  void prepare(const TopicPartition& tp, AppendId append) { pending_[tp].insert(append); }
  // The append has ended well; what was forgotten since then stays so.
  void commit(const TopicPartition& tp, AppendId append, const CommittedOffset& value,
              Offset record_offset);
  void no_longer_pending(const TopicPartition& tp, AppendId append);

  // ---- what the log holds
  void apply(const TopicPartition& tp, const CommittedOffset& value, Offset record_offset);
  void remove(const TopicPartition& tp);
  // Of a transaction: counts once its marker commits it.
  void apply_transactional(ProducerId producer, const TopicPartition& tp,
                           const CommittedOffset& value, Offset record_offset);
  void remove_transactional(ProducerId producer, const TopicPartition& tp);
  void end_transaction(ProducerId producer, bool commit);

  // Forgets partitions; returns those of which the log has to be told.
  std::vector<TopicPartition> forget(const std::vector<TopicPartition>& partitions);
  std::vector<TopicPartition> forget_all();
  // What an expiry goes by: `base` is where the retention of an offset begins; none: at its commit.
  struct Expiry {
    Timestamp now = 0;
    milliseconds retention{0};
    std::optional<Timestamp> base{};
    const std::set<std::string, std::less<>>* kept_topics = nullptr;
  };
  // Forgets what has expired, and returns it; what is on its way, also in a transaction, stays.
  std::vector<TopicPartition> expire(const Expiry& expiry);

 private:
  std::map<TopicPartition, Committed> committed_;
  // Appends may end in another order than they began, an early one well and a late one badly.
  std::map<TopicPartition, std::set<AppendId>> pending_;
  std::map<ProducerId, std::map<TopicPartition, Committed>> transactional_;
};

}  // namespace barnabas::group
