#include "broker/controller/purgatory.h"

#include <utility>
#include <vector>

namespace barnabas::controller {

Purgatory::Purgatory(Executor& executor, const MetadataView& metadata)
    : executor_(executor), metadata_(metadata) {}

void Purgatory::await_created(std::map<std::string, std::int32_t> partition_counts,
                              Duration timeout, Callback<TopicResults> done) {
  await_topics(
      [this, counts = std::move(partition_counts)] { return look_for_created(metadata_, counts); },
      timeout, std::move(done));
}

void Purgatory::await_deleted(std::set<std::string> topics, Duration timeout,
                              Callback<TopicResults> done) {
  await_topics([this, topics = std::move(topics)] { return look_for_deleted(metadata_, topics); },
               timeout, std::move(done));
}

void Purgatory::await_topics(std::function<TopicResults()> results_now, Duration timeout,
                             Callback<TopicResults> done) {
  auto look = [results_now = std::move(results_now),
               done = std::move(done)](bool expired) -> Answer {
    TopicResults results = results_now();
    if (!expired && !all_shown(results)) return {};
    return [done, results = std::move(results)] { done(results); };
  };
  await(std::move(look), timeout);
}

void Purgatory::await_elected(ElectionOutcome elections, Duration timeout,
                              Callback<ElectLeadersAnswer> done) {
  auto look = [this, elections = std::move(elections),
               done = std::move(done)](bool expired) mutable -> Answer {
    settle_shown(metadata_, elections);
    if (!expired && !elections.elected.empty()) return {};
    return [done, answer = answer_of(elections)] { done(answer); };
  };
  await(std::move(look), timeout);
}

void Purgatory::await(Look look, Duration timeout) {
  if (const Answer answer = look(timeout <= Duration::zero())) return answer();
  const std::uint64_t id = ++last_id_;
  const TimerId timer = executor_.run_after(timeout, alive_.guard([this, id] { expire(id); }));
  waiting_.emplace(id, Waiting{std::move(look), timer});
}

void Purgatory::on_metadata_updated() {
  // Answered after the walk: a callback may ask for more.
  std::vector<Answer> answers;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    Answer answer = it->second.look(false);
    if (!answer) {
      ++it;
      continue;
    }
    executor_.cancel(it->second.timer);
    answers.push_back(std::move(answer));
    it = waiting_.erase(it);
  }
  for (const Answer& answer : answers) answer();
}

void Purgatory::expire(std::uint64_t id) {
  auto waiting = waiting_.extract(id);
  if (waiting) waiting.mapped().look(true)();
}

}  // namespace barnabas::controller
