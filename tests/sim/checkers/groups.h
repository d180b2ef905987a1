// What holds of groups: no coordinator in office and no log is older than an acknowledged commit,
// what was committed was committed by the generation of its time, and once faults have stopped
// every group is stable.
//
// Threads  one thread; the simulation's.
#pragma once

#include <string>

#include "tests/sim/checkers/cluster_snapshot.h"
#include "tests/sim/group_clients.h"
#include "tests/sim/group_history.h"
#include "tests/sim/judge.h"

namespace barnabas::sim {

// What the coordinators in office would answer an OffsetFetch from.
void check_coordinators(const ClusterSnapshot& cluster, const GroupHistory& history, Judge& judge);

// What every replica of __consumer_offsets that may be elected holds: the last record of a group's
// partition is not older than the last acknowledged commit, and the records of a partition were
// committed by members of generations that only rise. To be asked when the cluster is at rest.
void check_offsets_topic(const ClusterSnapshot& cluster, const GroupHistory& history, Judge& judge);

// Every group is stable, as its coordinator has it and as its members do: all of them, in one
// generation that is none of the past, own every partition once, and know their positions. Returns
// what is still missing; empty: nothing.
std::string not_yet_stable(const ClusterSnapshot& cluster, const GroupClients& clients,
                           const GroupHistory& history);

}  // namespace barnabas::sim
