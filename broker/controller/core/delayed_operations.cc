#include "broker/controller/core/delayed_operations.h"

#include <algorithm>

namespace barnabas::controller {

TopicResults look_for_created(const MetadataView& metadata,
                              const std::map<std::string, std::int32_t>& partition_counts) {
  TopicResults results;
  for (const auto& [topic, count] : partition_counts) {
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

TopicResults look_for_deleted(const MetadataView& metadata, const std::set<std::string>& topics) {
  TopicResults results;
  for (const std::string& topic : topics) {
    results[topic] = metadata.has_topic(topic) ? ErrorCode::kRequestTimedOut : ErrorCode::kNone;
  }
  return results;
}

bool all_shown(const TopicResults& results) {
  return std::none_of(results.begin(), results.end(), [](const auto& entry) {
    return entry.second == ErrorCode::kRequestTimedOut;
  });
}

void settle_shown(const MetadataView& metadata, ElectionOutcome& elections) {
  std::erase_if(elections.elected, [&](const auto& entry) {
    if (metadata.leader(entry.first) != entry.second) return false;
    elections.settled[entry.first] = {ErrorCode::kNone, {}};
    return true;
  });
}

ElectLeadersAnswer answer_of(const ElectionOutcome& elections) {
  ElectLeadersAnswer answer = elections.settled;
  for (const auto& [tp, leader] : elections.elected) {
    answer[tp] = {ErrorCode::kRequestTimedOut, {}};
  }
  return answer;
}

}  // namespace barnabas::controller
