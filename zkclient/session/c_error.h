// What the codes of the ZooKeeper C client say of an operation.
//
// Threads  any.
#pragma once

#include "zkclient/zookeeper.h"

namespace barnabas::zk {

// kOther: also where the connection was lost and nobody can say.
ZkError to_error(int code);

}  // namespace barnabas::zk
