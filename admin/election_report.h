// What kafka-leader-election says of an election's results. Pure.
//
// Threads  free functions.
// Source   Kafka 3.9, LeaderElectionCommand.java
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "admin/cluster_model.h"

namespace barnabas::admin {

struct ElectionReport {
  std::string text;  // whole lines
  std::size_t failed = 0;
};

ElectionReport report_election(ElectionType type, const std::vector<ElectionResult>& results);

}  // namespace barnabas::admin
