// What the logs must hold: the same bytes below the high watermark everywhere, and every
// acknowledged record once, where its producer was told, in the producer's order.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/sim/checkers/cluster_snapshot.h"
#include "tests/sim/history.h"
#include "tests/sim/judge.h"

namespace barnabas::sim {

// The batches of a log in [from, to); as many as can be had.
std::vector<std::uint8_t> read_all(const log::Log& log, Offset from, Offset to);

// Compares the logs of the replicas that living brokers host, up to the lower of two high
// watermarks.
void check_replicas_agree(const ClusterSnapshot& cluster, Judge& judge);

// What the leader in office has committed, every member of the ISR in ZooKeeper holds, dead ones on
// their disks: any of them may be elected.
void check_isr_holds_committed(const ClusterSnapshot& cluster, Judge& judge);

// Every member of the ISR in ZooKeeper reaches what was acknowledged, whatever the leader of the
// moment knows to be committed.
void check_isr_reaches_acknowledged(const ClusterSnapshot& cluster, const History& history,
                                    Judge& judge);

// Every acknowledged record is held below the leader's high watermark exactly once, at its offset;
// what a consumer has seen is there too. To be asked when the cluster has come to rest.
void check_acknowledged(const ClusterSnapshot& cluster, const History& history, Judge& judge);

}  // namespace barnabas::sim
