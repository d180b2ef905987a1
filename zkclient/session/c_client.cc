#include "zkclient/session/c_client.h"

#include <zookeeper/zookeeper.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string_view>

#include "broker/base/check.h"
#include "broker/base/logging.h"
#include "zkclient/acl.h"
#include "zkclient/session/c_error.h"

namespace barnabas::zk {
namespace {

using Kind = Request::Kind;

constexpr std::size_t kSequenceDigits = 10;
constexpr auto kDrainTimeout = std::chrono::seconds(1);

// The connection went away, or is no longer the session's, before the answer.
bool is_loss(int code) {
  return code == ZCONNECTIONLOSS || code == ZOPERATIONTIMEOUT || code == ZSESSIONMOVED;
}

zk::Stat to_stat(const struct ::Stat& stat) {
  return {stat.czxid, stat.mzxid, stat.ctime, stat.mtime, stat.version, stat.ephemeralOwner};
}

int to_mode(CreateMode mode) {
  switch (mode) {
    case CreateMode::kPersistent:
      return ZOO_PERSISTENT;
    case CreateMode::kEphemeral:
      return ZOO_EPHEMERAL;
    case CreateMode::kPersistentSequential:
      return ZOO_PERSISTENT_SEQUENTIAL;
  }
  return ZOO_PERSISTENT;
}

// While ZooKeeper is away the C client says the same few things many times a second; every tenth
// second is enough. True when `text` is to be said now.
bool is_news(std::string_view text) {
  constexpr std::size_t kRemembered = 16;
  static Mutex mu;
  static std::map<std::string, std::chrono::steady_clock::time_point, std::less<>> said;
  MutexLock lock(mu);
  const auto now = std::chrono::steady_clock::now();
  const auto last = said.find(text);
  if (last != said.end() && now - last->second < std::chrono::seconds(10)) return false;
  if (said.size() >= kRemembered) said.clear();
  said[std::string(text)] = now;
  return true;
}

// The C client's own log line: "<time>:<pid>(<thread>):ZOO_WARN@<function>@<line>: text".
void on_log(const char* message) {
  std::string_view text(message);
  const auto level = text.find(":ZOO_");
  if (level != std::string_view::npos) text.remove_prefix(level + 1);
  if (const auto colon = text.find(": "); colon != std::string_view::npos) {
    text.remove_prefix(colon + 2);
  }
  if (is_news(text)) log_warn("[ZooKeeperClient] {}", text);
}

}  // namespace

class CClient::Handle {
 public:
  explicit Handle(zhandle_t* handle) : handle_(handle) {}
  ~Handle() { zookeeper_close(handle_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  zhandle_t* get() const { return handle_; }

 private:
  zhandle_t* const handle_;
};

// What the C client points into until it has answered: the caller's callback and, for a multi, the
// operations and their results.
struct CClient::Context {
  // The C client's own locks order what is written here before what is read by a callback; said
  // again where thread sanitizers, which do not look into the C client, see it.
  std::atomic<bool> handed_over{false};
  CClient* client;
  Done done;
  std::vector<Op> ops;
  std::vector<zoo_op_t> c_ops;
  std::vector<zoo_op_result_t> c_results;
  std::vector<struct ::Stat> stats;
  std::vector<std::string> created_paths;

  void set_multi(const std::vector<Op>& all) {  // after `client`
    const std::size_t count = all.size();
    ops = all;
    c_ops.resize(count);
    c_results.resize(count);
    stats.resize(count);
    created_paths.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Op& op = ops[i];
      const int size = static_cast<int>(op.data.size());
      if (op.kind == Op::Kind::kCreate) {
        std::string& created = created_paths[i];
        created.resize(op.path.size() + kSequenceDigits + 1);
        zoo_create_op_init(&c_ops[i], op.path.c_str(), op.data.data(), size,
                           &client->acl_of(op.path), to_mode(op.mode), created.data(),
                           static_cast<int>(created.size()));
      } else if (op.kind == Op::Kind::kSetData) {
        zoo_set_op_init(&c_ops[i], op.path.c_str(), op.data.data(), size, op.version, &stats[i]);
      } else if (op.kind == Op::Kind::kRemove) {
        zoo_delete_op_init(&c_ops[i], op.path.c_str(), op.version);
      } else {
        zoo_check_op_init(&c_ops[i], op.path.c_str(), op.version);
      }
    }
  }
};

struct CClient::Callbacks {
  static Context* context_of(const void* data) {
    auto* context = static_cast<Context*>(const_cast<void*>(data));
    CHECK(context->handed_over.load(std::memory_order_acquire));
    return context;
  }
  // Ends the context and answers.
  static void answer(const void* data, Response response) {
    Context* context = context_of(data);
    {
      MutexLock lock(context->client->mu_);
      context->client->contexts_.erase(context);
      if (context->client->contexts_.empty()) context->client->all_answered_.notify_all();
    }
    const std::unique_ptr<Context> owner(context);
    context->done(std::move(response));
  }
  static Response response_of(int code) {
    Response response;
    response.lost = is_loss(code);
    response.error = to_error(code);
    return response;
  }

  static void on_void(int code, const void* data) { answer(data, response_of(code)); }
  static void on_created(int code, const char* path, const void* data) {
    Response response = response_of(code);
    response.results.resize(1);
    if (code == ZOK && path != nullptr) response.results.front().created_path = path;
    answer(data, std::move(response));
  }
  static void on_stat(int code, const struct ::Stat* stat, const void* data) {
    Response response = response_of(code);
    if (code == ZOK && stat != nullptr) response.stat = to_stat(*stat);
    answer(data, std::move(response));
  }
  static void on_data(int code, const char* value, int size, const struct ::Stat* stat,
                      const void* data) {
    Response response = response_of(code);
    if (code == ZOK) {
      if (value != nullptr && size > 0) response.data.assign(value, static_cast<std::size_t>(size));
      response.stat = to_stat(*stat);
    }
    answer(data, std::move(response));
  }
  static void on_children(int code, const String_vector* names, const void* data) {
    Response response = response_of(code);
    if (code == ZOK && names != nullptr) {
      response.children.assign(names->data, names->data + names->count);
      std::ranges::sort(response.children);
    }
    answer(data, std::move(response));
  }
  static void on_multi(int code, const void* data) {
    const Context* context = context_of(data);
    Response response = response_of(code);
    response.results.resize(context->ops.size());
    for (std::size_t i = 0; i < context->ops.size(); ++i) {
      OpResult& result = response.results[i];
      result.error = to_error(context->c_results[i].err);
      if (code != ZOK) continue;
      if (context->ops[i].kind == Op::Kind::kCreate) {
        result.created_path = context->created_paths[i].c_str();
      } else if (context->ops[i].kind == Op::Kind::kSetData) {
        result.stat = to_stat(context->stats[i]);
      }
    }
    answer(data, std::move(response));
  }

  static void on_event(zhandle_t* handle, int type, int state, const char* path, void* data) {
    CClient& client = *static_cast<CClient*>(data);
    if (type == ZOO_SESSION_EVENT) {
      if (state == ZOO_CONNECTED_STATE) {
        const clientid_t* id = zoo_client_id(handle);
        client.events_.on_state(State::kConnected,
                                {id->client_id, std::string(id->passwd, sizeof(id->passwd))});
      } else if (state == ZOO_EXPIRED_SESSION_STATE || state == ZOO_AUTH_FAILED_STATE) {
        client.events_.on_state(State::kExpired, {});
      } else {
        client.events_.on_state(State::kConnecting, {});
      }
    } else if (type == ZOO_CREATED_EVENT) {
      client.events_.on_watch(WatchEvent::kCreated, path);
    } else if (type == ZOO_DELETED_EVENT) {
      client.events_.on_watch(WatchEvent::kDeleted, path);
    } else if (type == ZOO_CHANGED_EVENT) {
      client.events_.on_watch(WatchEvent::kDataChanged, path);
    } else if (type == ZOO_CHILD_EVENT) {
      client.events_.on_watch(WatchEvent::kChildrenChanged, path);
    }
  }
};

CClient::CClient(Security security, Events events)
    : security_(std::move(security)), events_(std::move(events)) {}

const struct ::ACL_vector& CClient::acl_of(const std::string& path) const {
  // The scheme "auth" stands for who the session has made itself known as.
  static struct ::ACL owner_writes[] = {
      {ZOO_PERM_ALL, {const_cast<char*>("auth"), const_cast<char*>("")}},
      {ZOO_PERM_READ, {const_cast<char*>("world"), const_cast<char*>("anyone")}}};
  static const struct ::ACL_vector kOwnerWrites{2, owner_writes};
  if (!security_.set_acl) return ZOO_OPEN_ACL_UNSAFE;
  const std::string_view below_chroot =
      std::string_view(path).substr(std::min(path.size(), security_.chroot.size()));
  switch (secure_acl(below_chroot)) {
    case Acl::kOpen:
      return ZOO_OPEN_ACL_UNSAFE;
    case Acl::kOwnerWrites:
      return kOwnerWrites;
    case Acl::kOwnerOnly:
      return ZOO_CREATOR_ALL_ACL;
  }
  return ZOO_CREATOR_ALL_ACL;
}

std::unique_ptr<CClient> CClient::open(const std::string& hosts, Duration session_timeout,
                                       Security security, Events events) {
  zoo_set_debug_level(ZOO_LOG_LEVEL_WARN);
  std::unique_ptr<CClient> client(new CClient(std::move(security), std::move(events)));
  const auto timeout = std::chrono::duration_cast<milliseconds>(session_timeout).count();
  zhandle_t* handle = zookeeper_init2(hosts.c_str(), Callbacks::on_event, static_cast<int>(timeout),
                                      nullptr, client.get(), ZOO_NO_LOG_CLIENTENV, on_log);
  if (handle == nullptr) return nullptr;
  client->handle_ = std::make_unique<Handle>(handle);
  if (const auto& auth = client->security_.digest_auth) {
    // Remembered by the C client, which says it first on every connection. ZooKeeper takes any.
    zoo_add_auth(handle, "digest", auth->data(), static_cast<int>(auth->size()), nullptr, nullptr);
  }
  return client;
}

CClient::~CClient() {
  {
    // Closing a socket with an answer unread resets it, and the server may then lose the request to
    // close the session.
    const auto deadline = std::chrono::steady_clock::now() + kDrainTimeout;
    MutexLock lock(mu_);
    while (handle_ && !contexts_.empty() && all_answered_.wait_until(mu_, deadline)) continue;
  }
  handle_.reset();  // joins the C client's threads
  MutexLock lock(mu_);
  for (Context* context : contexts_) delete context;
}

ZkError CClient::submit(const Request& request, Done done) {
  auto owner = std::make_unique<Context>();
  Context* context = owner.get();
  context->client = this;
  context->done = std::move(done);
  if (request.kind == Kind::kMulti) context->set_multi(request.ops);
  {
    MutexLock lock(mu_);
    contexts_.insert(context);
  }
  // Read now: once it is handed over an answer may end the context at any time.
  const auto op_count = static_cast<int>(context->c_ops.size());
  const zoo_op_t* const c_ops = context->c_ops.data();
  zoo_op_result_t* const c_results = context->c_results.data();
  context->handed_over.store(true, std::memory_order_release);
  zhandle_t* const zh = handle_->get();
  const watcher_fn watcher = request.watch ? Callbacks::on_event : nullptr;
  void* const watcher_data = request.watch ? this : nullptr;
  const std::string& path = request.path;
  int code = ZOK;
  switch (request.kind) {
    case Kind::kCreate: {
      const Op& op = request.ops.front();
      code = zoo_acreate(zh, op.path.c_str(), op.data.data(), static_cast<int>(op.data.size()),
                         &acl_of(op.path), to_mode(op.mode), Callbacks::on_created, context);
      break;
    }
    case Kind::kSetData: {
      const Op& op = request.ops.front();
      code = zoo_aset(zh, op.path.c_str(), op.data.data(), static_cast<int>(op.data.size()),
                      op.version, Callbacks::on_stat, context);
      break;
    }
    case Kind::kRemove: {
      const Op& op = request.ops.front();
      code = zoo_adelete(zh, op.path.c_str(), op.version, Callbacks::on_void, context);
      break;
    }
    case Kind::kGetData:
      code = zoo_awget(zh, path.c_str(), watcher, watcher_data, Callbacks::on_data, context);
      break;
    case Kind::kExists:
      code = zoo_awexists(zh, path.c_str(), watcher, watcher_data, Callbacks::on_stat, context);
      break;
    case Kind::kGetChildren:
      code = zoo_awget_children(zh, path.c_str(), watcher, watcher_data, Callbacks::on_children,
                                context);
      break;
    case Kind::kMulti:
      // zoo_amulti must not meet an expired handle: after the first operation that it refuses it
      // frees the paths of the others' uninitialized requests, that is ours.
      code = is_unrecoverable(zh) != ZOK
                 ? ZINVALIDSTATE
                 : zoo_amulti(zh, op_count, c_ops, c_results, Callbacks::on_multi, context);
      break;
  }
  if (code == ZOK) {
    (void)owner.release();  // answer() or the destructor ends it
    return ZkError::kOk;
  }
  MutexLock lock(mu_);
  contexts_.erase(context);
  return to_error(code);
}

}  // namespace barnabas::zk
