#include "broker/replica/delayed_fetch.h"

#include <algorithm>
#include <utility>

namespace barnabas::replica {

DelayedFetch::DelayedFetch(FetchParams params, std::vector<Wanted> wanted,
                           std::unique_ptr<FetchSink> sink)
    : params_(params), wanted_(std::move(wanted)), sink_(std::move(sink)) {}

std::vector<FetchOutcome> DelayedFetch::read(bool update_state) {
  std::vector<FetchOutcome> outcomes;
  outcomes.reserve(wanted_.size());
  std::int64_t left_bytes = params_.max_bytes;
  // The first batch of the first partition that has one is returned whole, or a client whose limits
  // are below the batch's size would never get on.
  bool at_least_one = !params_.hard_max_bytes;
  for (const Wanted& wanted : wanted_) {
    if (!wanted.partition) {
      FetchOutcome& outcome = outcomes.emplace_back();
      outcome.error = wanted.entry.error;
      outcome.records = protocol::Records::empty();
      continue;
    }
    if (wanted.preferred_read_replica) {
      // Only where things stand.
      outcomes.push_back(wanted.partition->fetch(params_, wanted.entry, 0, false, false));
      if (outcomes.back().error == ErrorCode::kNone) {
        outcomes.back().preferred_read_replica = wanted.preferred_read_replica;
      }
      continue;
    }
    const std::int64_t limit = std::min<std::int64_t>(left_bytes, wanted.entry.max_bytes);
    outcomes.push_back(wanted.partition->fetch(
        params_, wanted.entry, std::max<std::int64_t>(0, limit), at_least_one, update_state));
    if (outcomes.back().size_bytes > 0) at_least_one = false;
    left_bytes = std::max<std::int64_t>(0, left_bytes - outcomes.back().size_bytes);
  }
  return outcomes;
}

bool DelayedFetch::is_enough(const std::vector<FetchOutcome>& outcomes) const {
  if (params_.max_wait <= Duration{0} || wanted_.empty()) return true;
  std::int64_t bytes = 0;
  for (const FetchOutcome& outcome : outcomes) {
    if (outcome.error != ErrorCode::kNone || outcome.diverging_epoch ||
        outcome.preferred_read_replica) {
      return true;
    }
    bytes += outcome.size_bytes;
  }
  return bytes >= params_.min_bytes;
}

void DelayedFetch::watch() {
  const auto self = shared_from_this();
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    wanted_[i].partition->fetch_watchers().watch(self, i);
  }
  // What happened before the watch was set.
  if (!wanted_.empty()) try_complete(0);
}

void DelayedFetch::carry_out_effects() {
  if (!params_.is_from_follower()) return;
  for (const Wanted& wanted : wanted_) {
    if (wanted.partition) wanted.partition->carry_out_effects();
  }
}

bool DelayedFetch::is_satisfied(std::size_t key) {
  std::int64_t bytes = 0;
  // The one that something happened to often suffices.
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const Wanted& wanted = wanted_[(key + i) % wanted_.size()];
    const Partition::Readable readable = wanted.partition->readable(params_, wanted.entry);
    if (readable.answer_now) return true;
    bytes += std::min<std::int64_t>(readable.bytes, wanted.entry.max_bytes);
    if (bytes >= params_.min_bytes) return true;
  }
  return false;
}

void DelayedFetch::on_complete(bool) {
  std::exchange(sink_, nullptr)->done(read(false));
}

}  // namespace barnabas::replica
