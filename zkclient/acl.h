// Who may do what with a znode of a cluster that owns its znodes (zookeeper.set.acl).
//
// Threads  a free function on values.
// Source   Kafka 3.9, ZkData.scala (defaultAcls)
#pragma once

#include <cstdint>
#include <string_view>

namespace barnabas::zk {

enum class Acl : std::uint8_t {
  kOpen,         // everybody may do everything
  kOwnerWrites,  // everybody may read, only who created it may do more
  kOwnerOnly,
};

// Of the znode `path`, below the chroot, in such a cluster.
Acl secure_acl(std::string_view path);

}  // namespace barnabas::zk
