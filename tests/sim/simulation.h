// One simulation: a cluster under load and faults from a seed, held against every judge.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "broker/base/clock.h"

namespace barnabas::sim {

struct SimulationOptions {
  std::uint64_t seed = 0;
  bool print = false;             // the trace, while it is made
  std::optional<Duration> until;  // stops there, without a verdict about the end
};

struct SimulationResult {
  std::optional<std::string> violation;
  std::string trace;
  std::size_t faults = 0;
  std::size_t acknowledged = 0;
  std::size_t commits = 0;      // acknowledged, of offsets
  std::size_t generations = 0;  // of the groups
  Duration recovery{};          // from the last fault's end to full ISRs and stable groups
  std::uint64_t events = 0;
};

SimulationResult simulate(const SimulationOptions& options);

}  // namespace barnabas::sim
