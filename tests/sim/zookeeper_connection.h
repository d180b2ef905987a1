// One connection of a client to the ZooKeeper model: two ordered ways. Private to the model.
#pragma once

#include <deque>

#include "tests/sim/zookeeper_model.h"

namespace barnabas::sim {

struct ZooKeeperModel::Way {
  std::deque<Task> under_way;
  Time last_arrival{};
};

struct ZooKeeperModel::Connection {
  ZooKeeperClient* client = nullptr;  // null once the client has given the connection up
  std::int64_t session = 0;           // 0: not yet, or ended
  bool open = true;
  Way to_ensemble;
  Way to_client;
};

}  // namespace barnabas::sim
