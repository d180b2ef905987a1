// A client of the ZooKeeper model: zk::ZooKeeper for one simulated process, and the faults of its
// connection.
//
// Threads  one: the executors belong to one simulation. zk::ZooKeeper's calls come on `home`, the
//          faults from anywhere.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/zookeeper_model.h"
#include "zkclient/zookeeper.h"

namespace barnabas::sim {

class ZooKeeperClient final : public zk::ZooKeeper {
 public:
  ZooKeeperClient(ZooKeeperModel& model, Executor& home, Duration session_timeout);
  // As the end of a process that closed nothing: the session lives on until it times out.
  ~ZooKeeperClient() override;

  // zk::ZooKeeper
  void create(std::string path, std::string data, zk::CreateMode mode,
              Callback<zk::CreateAnswer> done) override;
  void set_data(std::string path, std::string data, std::int32_t version,
                Callback<zk::StatAnswer> done) override;
  void remove(std::string path, std::int32_t version, Callback<zk::Answer> done) override;
  void get_data(std::string path, bool watch, Callback<zk::DataAnswer> done) override;
  void exists(std::string path, bool watch, Callback<zk::StatAnswer> done) override;
  void get_children(std::string path, bool watch, Callback<zk::ChildrenAnswer> done) override;
  void multi(std::vector<zk::Op> ops, Callback<zk::MultiAnswer> done) override;
  zk::SessionId session() const override { return session_; }
  void restart() override;
  void add_observer(Observer* observer) override { observers_.push_back(observer); }

  // A clean stop: the session is closed, no callback comes any more.
  void close();

  // Faults. What the connection loses is sent again by the client, with `resent`.
  enum class InDoubt { kCarriedOut, kLost };
  // Resets the connection; requests under way are carried out or lost. Reconnects at once.
  void reset(InDoubt in_doubt);
  // The network between client and ensemble is cut, with everything under way lost, until healed.
  void cut();
  void heal();
  bool is_connected() const { return state_ == State::kConnected; }

 private:
  friend class ZooKeeperModel;
  enum class State { kDisconnected, kConnected, kExpired, kClosed };
  struct Pending {
    std::uint64_t number;
    ZooKeeperRequest request;
    std::function<void(const ZooKeeperResponse&, bool resent)> done;
    bool sent = false;
    bool resent = false;
  };
  using Done = decltype(Pending::done);

  void submit(ZooKeeperRequest request, Done done);
  void transmit(Pending& pending);
  void connect();
  void disconnect(bool carry_out);
  void schedule_ping();

  // Runs `task` on home, if `connection` is then still the one in force.
  void post_home(const std::shared_ptr<ZooKeeperModel::Connection>& connection,
                 std::function<void(ZooKeeperClient&)> task);

  // From the ensemble, on home, for the connection in force.
  void on_welcome(const zk::SessionId& session);
  void on_expired();
  void reconnect();
  void on_response(std::uint64_t number, const ZooKeeperResponse& response);
  void on_event(zk::WatchEvent event, const std::string& path);
  void remember_watch(const ZooKeeperRequest& request, const ZooKeeperResponse& response);

  ZooKeeperModel& model_;
  Executor& home_;
  const Duration session_timeout_;
  std::vector<Observer*> observers_;
  State state_ = State::kDisconnected;
  bool reachable_ = true;
  zk::SessionId session_;
  bool wants_new_session_ = true;
  std::shared_ptr<ZooKeeperModel::Connection> connection_;
  std::deque<Pending> unanswered_;
  std::uint64_t next_number_ = 0;
  std::int64_t last_zxid_ = 0;
  ZooKeeperWatches watches_;
  TimerId ping_timer_;
  std::shared_ptr<bool> life_ = std::make_shared<bool>(true);
};

}  // namespace barnabas::sim
