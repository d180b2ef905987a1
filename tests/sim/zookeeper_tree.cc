#include "tests/sim/zookeeper_tree.h"

#include <fmt/format.h>

#include <ranges>

#include "zkclient/paths.h"

namespace barnabas::sim {

using zk::Op;
using zk::OpResult;
using zk::WatchEvent;
using zk::ZkError;

bool ZooKeeperTree::is_valid_path(const std::string& path) {
  if (path == "/") return true;
  return path.starts_with('/') && !path.ends_with('/') && path.find("//") == std::string::npos;
}

const ZooKeeperTree::Node* ZooKeeperTree::find(const std::string& path) const {
  const auto it = nodes_.find(path);
  return it == nodes_.end() ? nullptr : &it->second;
}

ZooKeeperTree::Node& ZooKeeperTree::edit(const std::string& path, Undo& undo) {
  const auto it = nodes_.find(path);
  undo.emplace_back(path, it == nodes_.end() ? std::nullopt : std::optional(it->second));
  return it == nodes_.end() ? nodes_[path] : it->second;
}

ZooKeeperTree::Outcome ZooKeeperTree::apply(const std::vector<Op>& ops, std::int64_t session,
                                            Timestamp now) {
  ++zxid_;
  Outcome outcome;
  Undo undo;
  for (const Op& op : ops) {
    outcome.results.push_back(apply_one(op, session, now, undo, outcome.changes));
    outcome.error = outcome.results.back().error;
    if (outcome.error != ZkError::kOk) break;
  }
  if (outcome.error == ZkError::kOk) return outcome;

  for (auto& [path, node] : std::views::reverse(undo)) {
    if (node) {
      nodes_[path] = *std::move(node);
    } else {
      nodes_.erase(path);
    }
  }
  outcome.changes.clear();
  // The ops after the one that failed were not tried.
  OpResult not_tried;
  not_tried.error = ZkError::kOther;
  outcome.results.resize(ops.size(), not_tried);
  return outcome;
}

OpResult ZooKeeperTree::apply_one(const Op& op, std::int64_t session, Timestamp now, Undo& undo,
                                  std::vector<Change>& changes) {
  OpResult result;
  const auto fail = [&](ZkError error) {
    result.error = error;
    return result;
  };
  if (!is_valid_path(op.path)) return fail(ZkError::kInvalid);
  if (op.kind == Op::Kind::kCreate) return create(op, session, now, undo, changes);

  const Node* node = find(op.path);
  if (node == nullptr) return fail(ZkError::kNoNode);
  if (op.version != zk::kAnyVersion && op.version != node->stat.version) {
    return fail(ZkError::kBadVersion);
  }
  if (op.kind == Op::Kind::kRemove) {
    if (op.path == "/") return fail(ZkError::kInvalid);
    if (!node->children.empty()) return fail(ZkError::kNotEmpty);
    erase(op.path, undo, changes);
  } else if (op.kind == Op::Kind::kSetData) {
    Node& changed = edit(op.path, undo);
    changed.data = op.data;
    changed.stat.version++;
    changed.stat.mzxid = zxid_;
    changed.stat.mtime_ms = now;
    result.stat = changed.stat;
    changes.push_back({WatchEvent::kDataChanged, op.path});
  }
  return result;
}

OpResult ZooKeeperTree::create(const Op& op, std::int64_t session, Timestamp now, Undo& undo,
                               std::vector<Change>& changes) {
  OpResult result;
  const auto fail = [&](ZkError error) {
    result.error = error;
    return result;
  };
  const std::string parent_path(zk::paths::parent(op.path));
  const Node* parent = find(parent_path);
  if (parent == nullptr) return fail(ZkError::kNoNode);
  if (parent->stat.ephemeral_owner != 0) return fail(ZkError::kNoChildrenForEphemerals);
  std::string path = op.path;
  if (op.mode == zk::CreateMode::kPersistentSequential) {
    path += fmt::format("{:010}", parent->next_sequence);
  }
  if (find(path) != nullptr) return fail(ZkError::kNodeExists);

  Node& changed_parent = edit(parent_path, undo);
  changed_parent.next_sequence++;
  changed_parent.pzxid = zxid_;
  changed_parent.children.emplace(zk::paths::last_component(path));
  Node& node = edit(path, undo);
  node.data = op.data;
  node.stat.czxid = node.stat.mzxid = node.pzxid = zxid_;
  node.stat.ctime_ms = node.stat.mtime_ms = now;
  node.stat.ephemeral_owner = op.mode == zk::CreateMode::kEphemeral ? session : 0;
  changes.push_back({WatchEvent::kCreated, path});
  changes.push_back({WatchEvent::kChildrenChanged, parent_path});
  result.created_path = std::move(path);
  return result;
}

void ZooKeeperTree::erase(const std::string& path, Undo& undo, std::vector<Change>& changes) {
  const std::string parent_path(zk::paths::parent(path));
  Node& parent = edit(parent_path, undo);
  parent.children.erase(std::string(zk::paths::last_component(path)));
  parent.pzxid = zxid_;
  edit(path, undo);
  nodes_.erase(path);
  changes.push_back({WatchEvent::kDeleted, path});
  changes.push_back({WatchEvent::kChildrenChanged, parent_path});
}

std::vector<ZooKeeperTree::Change> ZooKeeperTree::remove_ephemerals(std::int64_t session) {
  ++zxid_;
  std::vector<std::string> paths;
  for (const auto& [path, node] : nodes_) {
    if (node.stat.ephemeral_owner == session) paths.push_back(path);
  }
  std::vector<Change> changes;
  Undo undo;
  for (const std::string& path : paths) erase(path, undo, changes);
  return changes;
}

}  // namespace barnabas::sim
