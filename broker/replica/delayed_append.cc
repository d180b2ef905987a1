#include "broker/replica/delayed_append.h"

#include <utility>

namespace barnabas::replica {

DelayedAppend::DelayedAppend(std::vector<Waiting> waiting, std::vector<AppendOutcome> outcomes,
                             std::unique_ptr<AppendSink> sink)
    : waiting_(std::move(waiting)),
      left_(waiting_.size()),
      outcomes_(std::move(outcomes)),
      sink_(std::move(sink)) {}

void DelayedAppend::watch() {
  const auto self = shared_from_this();
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    waiting_[i].partition->append_watchers().watch(self, i);
  }
  // What happened before the watch was set.
  for (std::size_t i = 0; i < waiting_.size(); ++i) try_complete(i);
}

bool DelayedAppend::is_satisfied(std::size_t key) {
  check(waiting_[key]);
  return left_ == 0;
}

void DelayedAppend::check(Waiting& waiting) {
  if (waiting.done) return;
  const auto error = waiting.partition->check_replicated(waiting.required_offset, waiting.epoch);
  if (!error) return;
  waiting.done = true;
  --left_;
  if (*error != ErrorCode::kNone) fail(waiting, *error);
}

void DelayedAppend::fail(const Waiting& waiting, ErrorCode error) {
  AppendOutcome& outcome = outcomes_[waiting.outcome];
  outcome = {};
  outcome.error = error;
}

void DelayedAppend::on_complete(bool expired) {
  if (expired) {
    for (const Waiting& waiting : waiting_) {
      if (!waiting.done) fail(waiting, ErrorCode::kRequestTimedOut);
    }
  }
  std::exchange(sink_, nullptr)->done(std::move(outcomes_));
}

}  // namespace barnabas::replica
