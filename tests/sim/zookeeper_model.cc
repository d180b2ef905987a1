#include "tests/sim/zookeeper_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "tests/sim/zookeeper_client.h"
#include "tests/sim/zookeeper_connection.h"

namespace barnabas::sim {

using zk::WatchEvent;
using zk::ZkError;

ZooKeeperModel::ZooKeeperModel(Executor& executor, const Clock& clock, Random& random,
                               Options options)
    : executor_(executor), clock_(clock), random_(random), options_(options) {}

ZooKeeperModel::~ZooKeeperModel() {
  *life_ = false;
}

std::unique_ptr<ZooKeeperClient> ZooKeeperModel::connect(Executor& home, Duration session_timeout) {
  return std::make_unique<ZooKeeperClient>(*this, home, session_timeout);
}

ZooKeeperTree::Outcome ZooKeeperModel::write(const std::vector<zk::Op>& ops) {
  auto outcome = tree_.apply(ops, 0, clock_.wall_clock_ms());
  tell_watchers(outcome.changes);
  return outcome;
}

bool ZooKeeperModel::expire(std::int64_t session) {
  if (!is_alive(session)) return false;
  end_session(session);
  return true;
}

void ZooKeeperModel::close_session(const zk::SessionId& session,
                                   std::function<void(bool closed)> done) {
  executor_.run_after(latency(), [this, life = life_, session, done = std::move(done)] {
    if (!*life) return;
    const auto it = sessions_.find(session.id);
    if (it != sessions_.end() && it->second.password == session.password) end_session(session.id);
    executor_.run_after(latency(), [done] { done(true); });
  });
}

Duration ZooKeeperModel::latency() {
  const auto spread = (options_.max_latency - options_.min_latency).count() + 1;
  return options_.min_latency +
         Duration(static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(spread))));
}

// ---- Connections --------------------------------------------------------------------------------

std::shared_ptr<ZooKeeperModel::Connection> ZooKeeperModel::open_connection(
    ZooKeeperClient* client) {
  auto connection = std::make_shared<Connection>();
  connection->client = client;
  return connection;
}

void ZooKeeperModel::close_connection(const std::shared_ptr<Connection>& connection,
                                      bool carry_out) {
  connection->client = nullptr;
  if (carry_out) {
    while (!connection->to_ensemble.under_way.empty()) arrive_first(connection->to_ensemble);
  }
  connection->open = false;
  // What is under way holds the connection.
  connection->to_ensemble.under_way.clear();
  connection->to_client.under_way.clear();
  if (const auto it = sessions_.find(connection->session);
      it != sessions_.end() && it->second.connection == connection) {
    it->second.connection = nullptr;
    it->second.data_watches.clear();
    it->second.child_watches.clear();
  }
}

void ZooKeeperModel::travel(const std::shared_ptr<Connection>& connection, Way& way, Task arrive) {
  way.last_arrival = std::max(way.last_arrival, clock_.now() + latency());
  way.under_way.push_back(std::move(arrive));
  executor_.run_after(way.last_arrival - clock_.now(), [life = life_, connection, &way] {
    if (*life && connection->open) arrive_first(way);
  });
}

void ZooKeeperModel::arrive_first(Way& way) {
  if (way.under_way.empty()) return;
  const Task arrive = std::move(way.under_way.front());
  way.under_way.pop_front();
  arrive();
}

void ZooKeeperModel::tell_client(const std::shared_ptr<Connection>& connection,
                                 std::function<void(ZooKeeperClient&)> tell) {
  travel(connection, connection->to_client, [connection, tell = std::move(tell)] {
    if (connection->client != nullptr) connection->client->post_home(connection, tell);
  });
}

// ---- At the ensemble ----------------------------------------------------------------------------

void ZooKeeperModel::on_hello(const std::shared_ptr<Connection>& connection,
                              const zk::SessionId& wanted, Duration timeout) {
  std::int64_t id = wanted.id;
  if (id == 0) {
    tree_.next_zxid();
    id = next_session_++;
    sessions_[id].password = fmt::format("{:016x}", id);
    sessions_[id].timeout = timeout;
    sessions_[id].last_heard = clock_.now();
    schedule_expiry(id);
  }
  const auto it = sessions_.find(id);
  if (it == sessions_.end() || (wanted.id != 0 && it->second.password != wanted.password)) {
    tell_client(connection, [](ZooKeeperClient& client) { client.on_expired(); });
    return;
  }
  // The session moves to its newest connection.
  if (it->second.connection) close_connection(it->second.connection, false);
  it->second.connection = connection;
  connection->session = id;
  hear(id);
  tell_client(connection, [session = zk::SessionId{id, it->second.password}](
                              ZooKeeperClient& client) { client.on_welcome(session); });
}

void ZooKeeperModel::on_rewatch(const Connection& connection, const ZooKeeperWatches& watches,
                                std::int64_t last_zxid) {
  const auto it = sessions_.find(connection.session);
  if (it == sessions_.end()) return;
  Session& session = it->second;
  for (const std::string& path : watches.data) {
    const auto* node = tree_.find(path);
    if (node == nullptr) {
      send_event(session, {WatchEvent::kDeleted, path});
    } else if (node->stat.mzxid > last_zxid) {
      send_event(session, {WatchEvent::kDataChanged, path});
    } else {
      session.data_watches.insert(path);
    }
  }
  for (const std::string& path : watches.exists) {
    if (tree_.find(path) != nullptr) {
      send_event(session, {WatchEvent::kCreated, path});
    } else {
      session.data_watches.insert(path);
    }
  }
  for (const std::string& path : watches.children) {
    const auto* node = tree_.find(path);
    if (node == nullptr) {
      send_event(session, {WatchEvent::kDeleted, path});
    } else if (node->pzxid > last_zxid) {
      send_event(session, {WatchEvent::kChildrenChanged, path});
    } else {
      session.child_watches.insert(path);
    }
  }
}

ZooKeeperResponse ZooKeeperModel::on_request(const Connection& connection,
                                             const ZooKeeperRequest& request) {
  ZooKeeperResponse response;
  hear(connection.session);
  if (request.kind == ZooKeeperRequest::Kind::kWrite) {
    auto outcome = tree_.apply(request.ops, connection.session, clock_.wall_clock_ms());
    response.error = outcome.error;
    response.results = std::move(outcome.results);
    response.zxid = tree_.zxid();
    tell_watchers(outcome.changes);
    return response;
  }
  Session& session = sessions_.at(connection.session);
  response.zxid = tree_.zxid();
  const auto* node = tree_.find(request.path);
  if (!ZooKeeperTree::is_valid_path(request.path)) {
    response.error = ZkError::kInvalid;
  } else if (node == nullptr) {
    response.error = ZkError::kNoNode;
    // Of the reads only exists can wait for a node that is not there.
    if (request.watch && request.kind == ZooKeeperRequest::Kind::kExists)
      session.data_watches.insert(request.path);
  } else {
    response.stat = node->stat;
    if (request.kind == ZooKeeperRequest::Kind::kGetData) response.data = node->data;
    if (request.kind == ZooKeeperRequest::Kind::kGetChildren) {
      response.children.assign(node->children.begin(), node->children.end());
    }
    if (request.watch) {
      auto& watches = request.kind == ZooKeeperRequest::Kind::kGetChildren ? session.child_watches
                                                                           : session.data_watches;
      watches.insert(request.path);
    }
  }
  return response;
}

void ZooKeeperModel::hear(std::int64_t session) {
  if (const auto it = sessions_.find(session); it != sessions_.end()) {
    it->second.last_heard = clock_.now();
  }
}

void ZooKeeperModel::schedule_expiry(std::int64_t id) {
  Session& session = sessions_.at(id);
  const Duration left = session.last_heard + session.timeout - clock_.now();
  session.expiry = executor_.run_after(left, [this, life = life_, id] {
    if (!*life) return;
    const Session& now = sessions_.at(id);
    if (now.last_heard + now.timeout <= clock_.now()) {
      end_session(id);
    } else {
      schedule_expiry(id);
    }
  });
}

void ZooKeeperModel::end_session(std::int64_t id) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end()) return;
  executor_.cancel(it->second.expiry);
  const auto connection = it->second.connection;
  sessions_.erase(it);
  if (connection) {
    connection->session = 0;
    tell_client(connection, [](ZooKeeperClient& client) { client.reconnect(); });
  }
  tell_watchers(tree_.remove_ephemerals(id));
}

void ZooKeeperModel::tell_watchers(const std::vector<ZooKeeperTree::Change>& changes) {
  for (const auto& change : changes) {
    for (auto& [id, session] : sessions_) {
      const bool children = change.event == WatchEvent::kChildrenChanged;
      const bool deleted = change.event == WatchEvent::kDeleted;
      std::size_t left = 0;
      if (!children) left += session.data_watches.erase(change.path);
      if (children || deleted) left += session.child_watches.erase(change.path);
      if (left > 0) send_event(session, change);
    }
  }
}

void ZooKeeperModel::send_event(const Session& session, const ZooKeeperTree::Change& change) {
  if (!session.connection) return;
  tell_client(session.connection,
              [change](ZooKeeperClient& client) { client.on_event(change.event, change.path); });
}

}  // namespace barnabas::sim
