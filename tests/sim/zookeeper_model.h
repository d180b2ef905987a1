// A ZooKeeper ensemble in memory, with virtual time: sessions that time out, ephemerals, watches,
// multis; and clients that implement zk::ZooKeeper on it, each with a connection that can be cut,
// reset or slow. What the brokers' code sees is what the C client over a real ensemble shows it.
//
// Invariants  Requests of one client are carried out in their order; answers and watch events come
//             back in one order too, so an event precedes any answer that shows its change.
// Random      Only the latencies, from the Random given. Same seed, same run.
// Threads     one: the executors belong to one simulation.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/random.h"
#include "tests/sim/zookeeper_tree.h"
#include "zkclient/session_closer.h"
#include "zkclient/zookeeper.h"

namespace barnabas::sim {

class ZooKeeperClient;

// One request of a client, and what the ensemble says to it.
struct ZooKeeperRequest {
  enum class Kind { kWrite, kGetData, kExists, kGetChildren };
  Kind kind = Kind::kWrite;
  std::vector<zk::Op> ops;  // kWrite
  std::string path;         // the others
  bool watch = false;
};
struct ZooKeeperResponse {
  zk::ZkError error = zk::ZkError::kOk;
  std::vector<zk::OpResult> results;
  std::string data;
  zk::Stat stat;
  std::vector<std::string> children;
  std::int64_t zxid = 0;
};
// What a client waits to be told of; it says so again on each new connection.
struct ZooKeeperWatches {
  std::set<std::string> data;
  std::set<std::string> exists;  // nodes that were not there
  std::set<std::string> children;
};

class ZooKeeperModel final : public zk::SessionCloser {
 public:
  struct Options {
    Duration min_latency = microseconds(200);  // one way
    Duration max_latency = microseconds(800);
  };

  // `executor` and `clock` are the ensemble's own.
  ZooKeeperModel(Executor& executor, const Clock& clock, Random& random, Options options);
  ZooKeeperModel(Executor& executor, const Clock& clock, Random& random)
      : ZooKeeperModel(executor, clock, random, Options()) {}
  ~ZooKeeperModel() override;

  // A client that lives on `home`, and connects at once. The model outlives it.
  std::unique_ptr<ZooKeeperClient> connect(Executor& home, Duration session_timeout);

  // What the ensemble holds, for judges and tests.
  const ZooKeeperTree& tree() const { return tree_; }
  bool is_alive(std::int64_t session) const { return sessions_.contains(session); }
  // Writes as some other client would: an operator, a tool.
  ZooKeeperTree::Outcome write(const std::vector<zk::Op>& ops);

  // ZOOKEEPER-2985: an ephemeral node that outlives its session.
  void resurrect_ephemeral(const std::string& path, const std::string& data, std::int64_t session) {
    tell_watchers(tree_
                      .apply({zk::Op::create(path, data, zk::CreateMode::kEphemeral)}, session,
                             clock_.wall_clock_ms())
                      .changes);
  }

  // Ends a session, as if nothing had been heard from its client; the client learns of it when it
  // reaches the ensemble. False: there is no such session.
  bool expire(std::int64_t session);

  // zk::SessionCloser: another process that knows id and password ends a session. `done` is called
  // on the ensemble's executor.
  void close_session(const zk::SessionId& session, std::function<void(bool closed)> done) override;

 private:
  friend class ZooKeeperClient;
  struct Way;
  struct Connection;
  struct Session {
    std::string password;
    Duration timeout{};
    Time last_heard{};
    TimerId expiry;
    std::shared_ptr<Connection> connection;  // null: not connected now
    std::set<std::string> data_watches;      // of getData and exists
    std::set<std::string> child_watches;
  };

  Duration latency();
  static std::shared_ptr<Connection> open_connection(ZooKeeperClient* client);
  // `carry_out`: what is under way to the ensemble still arrives. Nothing arrives at the client.
  void close_connection(const std::shared_ptr<Connection>& connection, bool carry_out);
  void travel(const std::shared_ptr<Connection>& connection, Way& way, Task arrive);
  static void arrive_first(Way& way);
  void tell_client(const std::shared_ptr<Connection>& connection,
                   std::function<void(ZooKeeperClient&)> tell);

  // At the ensemble
  void on_hello(const std::shared_ptr<Connection>& connection, const zk::SessionId& wanted,
                Duration timeout);
  void on_rewatch(const Connection& connection, const ZooKeeperWatches& watches,
                  std::int64_t last_zxid);
  ZooKeeperResponse on_request(const Connection& connection, const ZooKeeperRequest& request);
  void hear(std::int64_t session);
  void schedule_expiry(std::int64_t session);
  void end_session(std::int64_t session);
  void tell_watchers(const std::vector<ZooKeeperTree::Change>& changes);
  void send_event(const Session& session, const ZooKeeperTree::Change& change);

  Executor& executor_;
  const Clock& clock_;
  Random& random_;
  const Options options_;
  ZooKeeperTree tree_;
  std::map<std::int64_t, Session> sessions_;
  std::int64_t next_session_ = 0x100000000000001;
  std::shared_ptr<bool> life_ = std::make_shared<bool>(true);
};

}  // namespace barnabas::sim
