// What a member that has joined is told of its group.
//
// Threads  a pure function.
#pragma once

#include "broker/coordinator/group/core/group.h"
#include "broker/coordinator/group/core/requests.h"

namespace barnabas::group {

// `with_members`: a leader is told all members and their metadata, to assign among them.
JoinAnswer current_generation(const Group& group, const Member& member, bool with_members);

}  // namespace barnabas::group
