#include "broker/controller/core/delayed_operations.h"

#include <algorithm>
#include <utility>

namespace barnabas::controller {

void DelayedOperations::await_created(Token token,
                                      std::map<std::string, std::int32_t> partition_counts) {
  created_.emplace(token, std::move(partition_counts));
}

void DelayedOperations::await_deleted(Token token, std::set<std::string> topics) {
  deleted_.emplace(token, std::move(topics));
}

void DelayedOperations::await_leaders(Token token, std::map<TopicPartition, BrokerId> expected,
                                      ElectLeadersAnswer settled) {
  leaders_.emplace(token, LeaderWait{std::move(expected), std::move(settled)});
}

DelayedOperations::TopicResults DelayedOperations::look(
    const MetadataView& metadata, const std::map<std::string, std::int32_t>& created) {
  TopicResults results;
  for (const auto& [topic, count] : created) {
    ErrorCode& result = results[topic];
    result = ErrorCode::kNone;
    for (std::int32_t p = 0; p < count; ++p) {
      if (metadata.leader({topic, PartitionId(p)}) == kNoBroker) {
        result = ErrorCode::kRequestTimedOut;
        break;
      }
    }
  }
  return results;
}

DelayedOperations::TopicResults DelayedOperations::look(const MetadataView& metadata,
                                                        const std::set<std::string>& deleted) {
  TopicResults results;
  for (const std::string& topic : deleted) {
    results[topic] = metadata.has_topic(topic) ? ErrorCode::kRequestTimedOut : ErrorCode::kNone;
  }
  return results;
}

ElectLeadersAnswer DelayedOperations::look(const MetadataView& metadata, const LeaderWait& wait) {
  ElectLeadersAnswer answer = wait.settled;
  for (const auto& [tp, leader] : wait.expected) {
    answer[tp].code =
        metadata.leader(tp) == leader ? ErrorCode::kNone : ErrorCode::kRequestTimedOut;
  }
  return answer;
}

void DelayedOperations::check(const MetadataView& metadata, Effects& out) {
  const auto all_done = [](const TopicResults& results) {
    return std::none_of(results.begin(), results.end(), [](const auto& entry) {
      return entry.second == ErrorCode::kRequestTimedOut;
    });
  };
  const auto answer_topics = [&](auto& waits) {
    for (auto it = waits.begin(); it != waits.end();) {
      TopicResults results = look(metadata, it->second);
      if (!all_done(results)) {
        ++it;
        continue;
      }
      out.push_back(AnswerTopicsChanged{it->first, std::move(results)});
      it = waits.erase(it);
    }
  };
  answer_topics(created_);
  answer_topics(deleted_);
  for (auto it = leaders_.begin(); it != leaders_.end();) {
    const bool shown = std::all_of(
        it->second.expected.begin(), it->second.expected.end(),
        [&](const auto& entry) { return metadata.leader(entry.first) == entry.second; });
    if (!shown) {
      ++it;
      continue;
    }
    out.push_back(AnswerElectLeaders{it->first, look(metadata, it->second)});
    it = leaders_.erase(it);
  }
}

void DelayedOperations::expire(Token token, const MetadataView& metadata, Effects& out) {
  if (auto found = created_.extract(token)) {
    out.push_back(AnswerTopicsChanged{token, look(metadata, found.mapped())});
  } else if (auto removed = deleted_.extract(token)) {
    out.push_back(AnswerTopicsChanged{token, look(metadata, removed.mapped())});
  } else if (auto elected = leaders_.extract(token)) {
    out.push_back(AnswerElectLeaders{token, look(metadata, elected.mapped())});
  }
}

}  // namespace barnabas::controller
