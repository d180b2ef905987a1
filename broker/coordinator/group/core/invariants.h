// What must hold of a GroupCoordinatorCore after every event: a second reading of the rules, for
// tests and the simulator.
//
// Threads  pure functions.
#pragma once

#include <string>

#include "broker/coordinator/group/core/group_coordinator_core.h"

namespace barnabas::group {

// Empty: all hold. Else what does not, in words.
std::string violated_invariant(const GroupCoordinatorCore& core);

}  // namespace barnabas::group
