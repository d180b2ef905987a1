// What a test over a real ZooKeeper needs beside World.
#pragma once

#include <string>

#include "tests/unit/zkclient/world.h"
#include "tests/unit/zkclient/zookeeper_server.h"

namespace barnabas::zk::testing {

// One server for all tests of the program; each world has a chroot of its own in it.
ZooKeeperServer& shared_server();

// zookeeper.connect of a world's clients.
std::string connect_string(const World& world);

}  // namespace barnabas::zk::testing
