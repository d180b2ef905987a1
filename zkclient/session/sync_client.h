// ZooKeeper for a command line: one operation after another, each waits for its answer.
//
// Not for brokers: nothing is sent again after a lost connection.
// Threads  externally synchronized; `on_event` is called on the C client's thread.
// Errors   of an operation as zk::ZkError; kOther: the connection was lost, or anything else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.h"
#include "zkclient/zookeeper.h"

namespace barnabas::zk {

// Everything that ZooKeeper tells of a node.
struct NodeStat {
  std::int64_t czxid = 0;
  std::int64_t mzxid = 0;
  std::int64_t pzxid = 0;
  std::int64_t ctime_ms = 0;
  std::int64_t mtime_ms = 0;
  std::int32_t version = 0;
  std::int32_t cversion = 0;
  std::int32_t aversion = 0;
  std::int64_t ephemeral_owner = 0;
  std::int32_t data_length = 0;
  std::int32_t num_children = 0;
};

// Who may do what with a node.
struct AclEntry {
  std::string scheme;
  std::string id;
  std::int32_t permissions = 0;  // the bits of ZooKeeper's ZooDefs.Perms

  bool operator==(const AclEntry&) const = default;
};

class SyncClient {
 public:
  // `type` and `path` as Java's WatchedEvent names them; no path: the connection was made.
  using OnEvent = std::function<void(std::string_view type, std::optional<std::string> path)>;
  struct Mode {
    bool sequential = false;
    bool ephemeral = false;
    bool container = false;
    std::optional<std::int64_t> ttl_ms = {};
  };

  // `connect` host:port,.../chroot. Begins to connect, and waits until that is told or has failed.
  SyncClient(const std::string& connect, Duration session_timeout, OnEvent on_event);
  // Closes the session.
  ~SyncClient();
  SyncClient(const SyncClient&) = delete;
  SyncClient& operator=(const SyncClient&) = delete;

  // Data nullopt: the node has none.
  ZkError get(const std::string& path, bool watch, std::optional<std::string>& data,
              NodeStat& stat);
  ZkError children(const std::string& path, bool watch, std::vector<std::string>& sorted,
                   NodeStat& stat);
  ZkError exists(const std::string& path, bool watch, NodeStat& stat);
  // An empty `acl`: anybody may do anything.
  ZkError create(const std::string& path, const std::optional<std::string>& data, const Mode& mode,
                 const std::vector<AclEntry>& acl, std::string& created);
  ZkError set(const std::string& path, const std::string& data, std::int32_t version,
              NodeStat& stat);
  ZkError remove(const std::string& path, std::int32_t version);

  // Who asks from now on; said again on every connection. ZooKeeper believes any digest.
  ZkError add_auth(const std::string& scheme, const std::string& auth);
  ZkError get_acl(const std::string& path, std::vector<AclEntry>& acl, NodeStat& stat);
  // `version` that of the node's access list (aversion).
  ZkError set_acl(const std::string& path, const std::vector<AclEntry>& acl, std::int32_t version);

  // What kOther was, as Java's KeeperException names it.
  std::string_view last_problem() const;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace barnabas::zk
