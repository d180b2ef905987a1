#include "zkclient/session/sync_client.h"

#include <zookeeper/zookeeper.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>

#include "zkclient/session/c_error.h"

namespace barnabas::zk {
namespace {

constexpr int kMaxNodeBytes = 4 * 1024 * 1024;
constexpr auto kEventTimeout = std::chrono::seconds(5);

NodeStat node_stat(const struct ::Stat& stat) {
  return {stat.czxid,          stat.mzxid,      stat.pzxid,      stat.ctime,
          stat.mtime,          stat.version,    stat.cversion,   stat.aversion,
          stat.ephemeralOwner, stat.dataLength, stat.numChildren};
}

std::string_view event_name(int type) {
  if (type == ZOO_CREATED_EVENT) return "NodeCreated";
  if (type == ZOO_DELETED_EVENT) return "NodeDeleted";
  if (type == ZOO_CHANGED_EVENT) return "NodeDataChanged";
  if (type == ZOO_CHILD_EVENT) return "NodeChildrenChanged";
  return "None";
}

int create_mode(const SyncClient::Mode& mode) {
  if (mode.ttl_ms) {
    return mode.sequential ? ZOO_PERSISTENT_SEQUENTIAL_WITH_TTL : ZOO_PERSISTENT_WITH_TTL;
  }
  if (mode.container) return ZOO_CONTAINER;
  if (mode.ephemeral) return mode.sequential ? ZOO_EPHEMERAL_SEQUENTIAL : ZOO_EPHEMERAL;
  return mode.sequential ? ZOO_PERSISTENT_SEQUENTIAL : ZOO_PERSISTENT;
}

// The entries as the C client wants them; they point into `acl`.
class AclVector {
 public:
  explicit AclVector(const std::vector<AclEntry>& acl) {
    for (const AclEntry& entry : acl) {
      entries_.push_back(
          {entry.permissions,
           {const_cast<char*>(entry.scheme.c_str()), const_cast<char*>(entry.id.c_str())}});
    }
    vector_ = {static_cast<std::int32_t>(entries_.size()), entries_.data()};
  }
  const ACL_vector* get() const { return &vector_; }

 private:
  std::vector<::ACL> entries_;
  ACL_vector vector_{};
};

}  // namespace

struct SyncClient::Handle {
  zhandle_t* zookeeper = nullptr;
  OnEvent on_event;
  std::mutex mutex;
  std::condition_variable changed;
  bool connected = false;
  std::optional<int> auth_answer;
  int last_code = ZOK;

  ZkError result(int code) {
    last_code = code;
    return to_error(code);
  }

  static void on_watch(zhandle_t*, int type, int state, const char* path, void* context) {
    auto& self = *static_cast<Handle*>(context);
    if (type != ZOO_SESSION_EVENT) {
      self.on_event(event_name(type), std::string(path));
    } else if (state == ZOO_CONNECTED_STATE) {
      self.on_event("None", std::nullopt);
      const std::lock_guard lock(self.mutex);
      self.connected = true;
      self.changed.notify_all();
    }
  }
  static void on_auth_answer(int code, const void* context) {
    auto& self = *static_cast<Handle*>(const_cast<void*>(context));
    const std::lock_guard lock(self.mutex);
    self.auth_answer = code;
    self.changed.notify_all();
  }
  watcher_fn watcher(bool watch) const { return watch ? &Handle::on_watch : nullptr; }
};

SyncClient::SyncClient(const std::string& connect, Duration session_timeout, OnEvent on_event)
    : handle_(std::make_unique<Handle>()) {
  zoo_set_debug_level(static_cast<ZooLogLevel>(0));
  handle_->on_event = std::move(on_event);
  const auto timeout_ms = std::chrono::duration_cast<milliseconds>(session_timeout).count();
  handle_->zookeeper = zookeeper_init(connect.c_str(), &Handle::on_watch,
                                      static_cast<int>(timeout_ms), nullptr, handle_.get(), 0);
  if (handle_->zookeeper == nullptr) {
    throw std::runtime_error("Unable to connect to " + connect);
  }
  struct ::Stat ignored{};
  if (zoo_exists(handle_->zookeeper, "/", 0, &ignored) == ZCONNECTIONLOSS) return;
  std::unique_lock lock(handle_->mutex);
  handle_->changed.wait_for(lock, kEventTimeout, [this] { return handle_->connected; });
}

SyncClient::~SyncClient() {
  zookeeper_close(handle_->zookeeper);
}

ZkError SyncClient::get(const std::string& path, bool watch, std::optional<std::string>& data,
                        NodeStat& stat) {
  std::string buffer(kMaxNodeBytes, '\0');
  int size = kMaxNodeBytes;
  struct ::Stat told{};
  const int code = zoo_wget(handle_->zookeeper, path.c_str(), handle_->watcher(watch),
                            handle_.get(), buffer.data(), &size, &told);
  if (code == ZOK) {
    data.reset();
    if (size >= 0) data = buffer.substr(0, static_cast<std::size_t>(size));
    stat = node_stat(told);
  }
  return handle_->result(code);
}

ZkError SyncClient::children(const std::string& path, bool watch, std::vector<std::string>& sorted,
                             NodeStat& stat) {
  String_vector names{};
  struct ::Stat told{};
  const int code = zoo_wget_children2(handle_->zookeeper, path.c_str(), handle_->watcher(watch),
                                      handle_.get(), &names, &told);
  if (code == ZOK) {
    sorted.assign(names.data, names.data + names.count);
    std::ranges::sort(sorted);
    stat = node_stat(told);
    deallocate_String_vector(&names);
  }
  return handle_->result(code);
}

ZkError SyncClient::exists(const std::string& path, bool watch, NodeStat& stat) {
  struct ::Stat told{};
  const int code =
      zoo_wexists(handle_->zookeeper, path.c_str(), handle_->watcher(watch), handle_.get(), &told);
  if (code == ZOK) stat = node_stat(told);
  return handle_->result(code);
}

ZkError SyncClient::create(const std::string& path, const std::optional<std::string>& data,
                           const Mode& mode, const std::vector<AclEntry>& acl,
                           std::string& created) {
  constexpr std::size_t kSequenceRoom = 16;
  std::string buffer(path.size() + kSequenceRoom, '\0');
  const AclVector given(acl);
  const int code = zoo_create_ttl(
      handle_->zookeeper, path.c_str(), data ? data->data() : nullptr,
      data ? static_cast<int>(data->size()) : -1, acl.empty() ? &ZOO_OPEN_ACL_UNSAFE : given.get(),
      create_mode(mode), mode.ttl_ms.value_or(-1), buffer.data(), static_cast<int>(buffer.size()));
  if (code == ZOK) created = buffer.c_str();
  return handle_->result(code);
}

ZkError SyncClient::set(const std::string& path, const std::string& data, std::int32_t version,
                        NodeStat& stat) {
  struct ::Stat told{};
  const int code = zoo_set2(handle_->zookeeper, path.c_str(), data.data(),
                            static_cast<int>(data.size()), version, &told);
  if (code == ZOK) stat = node_stat(told);
  return handle_->result(code);
}

std::string_view SyncClient::last_problem() const {
  switch (handle_->last_code) {
    case ZUNIMPLEMENTED:
      return "Unimplemented";
    case ZCONNECTIONLOSS:
      return "ConnectionLoss";
    case ZOPERATIONTIMEOUT:
      return "OperationTimeout";
    case ZINVALIDACL:
      return "InvalidACL";
    case ZSESSIONEXPIRED:
    case ZINVALIDSTATE:
      return "Session expired";
    default:
      return "SystemError";
  }
}

ZkError SyncClient::remove(const std::string& path, std::int32_t version) {
  return handle_->result(zoo_delete(handle_->zookeeper, path.c_str(), version));
}

ZkError SyncClient::add_auth(const std::string& scheme, const std::string& auth) {
  {
    const std::lock_guard lock(handle_->mutex);
    handle_->auth_answer.reset();
  }
  const int code =
      zoo_add_auth(handle_->zookeeper, scheme.c_str(), auth.data(), static_cast<int>(auth.size()),
                   &Handle::on_auth_answer, handle_.get());
  if (code != ZOK) return handle_->result(code);
  std::unique_lock lock(handle_->mutex);
  handle_->changed.wait(lock, [this] { return handle_->auth_answer.has_value(); });
  return handle_->result(*handle_->auth_answer);
}

ZkError SyncClient::get_acl(const std::string& path, std::vector<AclEntry>& acl, NodeStat& stat) {
  ACL_vector told{};
  struct ::Stat node{};
  const int code = zoo_get_acl(handle_->zookeeper, path.c_str(), &told, &node);
  if (code == ZOK) {
    acl.clear();
    for (const ::ACL& entry : std::span(told.data, static_cast<std::size_t>(told.count))) {
      acl.push_back({entry.id.scheme, entry.id.id, entry.perms});
    }
    stat = node_stat(node);
    deallocate_ACL_vector(&told);
  }
  return handle_->result(code);
}

ZkError SyncClient::set_acl(const std::string& path, const std::vector<AclEntry>& acl,
                            std::int32_t version) {
  const AclVector given(acl);
  return handle_->result(zoo_set_acl(handle_->zookeeper, path.c_str(), version, given.get()));
}

}  // namespace barnabas::zk
