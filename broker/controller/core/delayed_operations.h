// What clients wait for when that which they asked for has been done: that this broker's metadata
// shows it.
//
// Threads  pure functions.
// Source   Kafka 3.9, DelayedCreatePartitions.scala, DelayedDeleteTopics.scala,
//          DelayedElectLeader.scala
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "broker/controller/core/metadata_view.h"
#include "broker/controller/core/requests.h"

namespace barnabas::controller {

// Per topic: NONE, or REQUEST_TIMED_OUT while it is not shown.
using TopicResults = std::map<std::string, ErrorCode>;

// Shown: partitions 0 to n - 1 of the topic have a leader.
TopicResults look_for_created(const MetadataView& metadata,
                              const std::map<std::string, std::int32_t>& partition_counts);
// Shown: the topic is not known any more.
TopicResults look_for_deleted(const MetadataView& metadata, const std::set<std::string>& topics);
bool all_shown(const TopicResults& results);

// Settles the elected partitions whose new leaders are shown. Once seen is enough: the leadership
// may move on while others are waited for.
void settle_shown(const MetadataView& metadata, ElectionOutcome& elections);
// What is told now: REQUEST_TIMED_OUT of those that are not settled.
ElectLeadersAnswer answer_of(const ElectionOutcome& elections);

}  // namespace barnabas::controller
