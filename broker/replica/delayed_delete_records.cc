#include "broker/replica/delayed_delete_records.h"

#include <utility>

namespace barnabas::replica {

DelayedDeleteRecords::DelayedDeleteRecords(std::vector<Waiting> waiting,
                                           std::vector<DeleteRecordsOutcome> outcomes,
                                           std::unique_ptr<DeleteRecordsSink> sink)
    : waiting_(std::move(waiting)),
      left_(waiting_.size()),
      outcomes_(std::move(outcomes)),
      sink_(std::move(sink)) {}

void DelayedDeleteRecords::watch() {
  const auto self = shared_from_this();
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    waiting_[i].partition->delete_watchers().watch(self, i);
  }
  // What happened before the watch was set.
  for (std::size_t i = 0; i < waiting_.size(); ++i) try_complete(i);
}

bool DelayedDeleteRecords::is_satisfied(std::size_t key) {
  Waiting& waiting = waiting_[key];
  if (!waiting.done) {
    const auto low_watermark = waiting.partition->check_deleted(waiting.required_offset);
    DeleteRecordsOutcome& outcome = outcomes_[waiting.outcome];
    if (!low_watermark) {
      outcome = {low_watermark.error().code, kUnknownOffset};
      waiting.done = true;
    } else if (*low_watermark) {
      outcome.low_watermark = **low_watermark;
      waiting.done = true;
    }
    if (waiting.done) --left_;
  }
  return left_ == 0;
}

void DelayedDeleteRecords::on_complete(bool expired) {
  if (expired) {
    for (const Waiting& waiting : waiting_) {
      if (!waiting.done) outcomes_[waiting.outcome].error = ErrorCode::kRequestTimedOut;
    }
  }
  waiting_.clear();
  std::exchange(sink_, nullptr)->done(std::move(outcomes_));
}

}  // namespace barnabas::replica
