// Once faults have stopped, every partition has a live leader that is in office, a full ISR, and
// everything committed.
//
// Threads  one thread; the simulation's.
#pragma once

#include <string>

#include "tests/sim/checkers/cluster_snapshot.h"

namespace barnabas::sim {

// What is still missing; empty: nothing.
std::string not_yet_converged(const ClusterSnapshot& cluster);

}  // namespace barnabas::sim
