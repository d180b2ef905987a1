// ZooKeeper's data tree: znodes with versions, ephemerals, sequence nodes and atomic multis. Pure.
//
// Threads  externally synchronized.
// Source   Apache ZooKeeper 3.8, server/DataTree.java and PrepRequestProcessor.java
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/clock.h"
#include "zkclient/zookeeper.h"

namespace barnabas::sim {

class ZooKeeperTree {
 public:
  struct Node {
    std::string data;
    zk::Stat stat;
    std::int64_t pzxid = 0;          // of the last change of the children
    std::int32_t next_sequence = 0;  // for a sequence node below this one
    std::set<std::string> children;
  };
  struct Change {
    zk::WatchEvent event;
    std::string path;
  };
  struct Outcome {
    zk::ZkError error = zk::ZkError::kOk;
    std::vector<zk::OpResult> results;  // one per op
    std::vector<Change> changes;        // in the order of the ops; none when it failed
  };

  ZooKeeperTree() { nodes_["/"]; }

  // All of `ops`, or none: one transaction of `session`, with one zxid, failed or not.
  Outcome apply(const std::vector<zk::Op>& ops, std::int64_t session, Timestamp now);
  // The end of a session, as one transaction.
  std::vector<Change> remove_ephemerals(std::int64_t session);
  // Any other transaction, such as the start of a session.
  std::int64_t next_zxid() { return ++zxid_; }

  // nullptr: there is none.
  const Node* find(const std::string& path) const;
  std::int64_t zxid() const { return zxid_; }

  static bool is_valid_path(const std::string& path);

 private:
  // The nodes of one transaction as they were before it.
  using Undo = std::vector<std::pair<std::string, std::optional<Node>>>;

  zk::OpResult apply_one(const zk::Op& op, std::int64_t session, Timestamp now, Undo& undo,
                         std::vector<Change>& changes);
  zk::OpResult create(const zk::Op& op, std::int64_t session, Timestamp now, Undo& undo,
                      std::vector<Change>& changes);
  void erase(const std::string& path, Undo& undo, std::vector<Change>& changes);
  Node& edit(const std::string& path, Undo& undo);

  std::map<std::string, Node> nodes_;
  std::int64_t zxid_ = 0;
};

}  // namespace barnabas::sim
