// zk::ZooKeeper over a real ensemble.
//
// Order     At most max_in_flight operations are at ZooKeeper at a time; the others wait here, in
//           order. What a lost connection leaves unanswered is sent again, in order, before them.
// Chroot    Every path is below it. It is created with its parents, if missing, before anything
// else
//           is sent.
// Session   Closed by close(). A lost server is looked for without end.
// Threads   bound to `home`, as zk::ZooKeeper is. await_connected: any other thread. close() and
//           the destructor: on `home`, or when `home` runs no more.
// Failure   Data of more than kMaxDataBytes is refused as kInvalid: ZooKeeper would drop the
//           connection instead of answering, each time it is sent.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/mutex.h"
#include "zkclient/connect_string.h"
#include "zkclient/session/c_client.h"
#include "zkclient/zookeeper.h"

namespace barnabas::zk {

struct SessionOptions {
  ConnectString connect;                        // zookeeper.connect
  Duration session_timeout = seconds(18);       // zookeeper.session.timeout.ms
  std::size_t max_in_flight = 10;               // zookeeper.max.in.flight.requests
  std::optional<std::string> digest_auth = {};  // user:password, ZooKeeper's scheme "digest"
  bool set_acl = false;                         // zookeeper.set.acl; needs digest_auth
};

class ZooKeeperSession final : public ZooKeeper {
 public:
  // ZooKeeper's own limit on a packet (jute.maxbuffer), less room for the rest of it.
  static constexpr std::size_t kMaxDataBytes = 1'000'000;

  // Begins to connect. `home` outlives the session.
  ZooKeeperSession(Executor& home, SessionOptions options);
  ~ZooKeeperSession() override;

  // Waits for the first connection (zookeeper.connection.timeout.ms), and says so. False: there was
  // none in time; the session goes on trying.
  bool await_connected(Duration timeout);

  // Ends the session. No callback comes any more; later operations are not answered.
  void close();

  void create(std::string path, std::string data, CreateMode mode,
              Callback<CreateAnswer> done) override;
  void set_data(std::string path, std::string data, std::int32_t version,
                Callback<StatAnswer> done) override;
  void remove(std::string path, std::int32_t version, Callback<Answer> done) override;
  void get_data(std::string path, bool watch, Callback<DataAnswer> done) override;
  void exists(std::string path, bool watch, Callback<StatAnswer> done) override;
  void get_children(std::string path, bool watch, Callback<ChildrenAnswer> done) override;
  void multi(std::vector<Op> ops, Callback<MultiAnswer> done) override;
  SessionId session() const override { return session_; }
  void restart() override;
  void add_observer(Observer* observer) override { observers_.push_back(observer); }

 private:
  enum class State { kConnecting, kConnected, kExpired, kClosed };
  using Done = std::function<void(const Response&, bool resent)>;
  struct Pending {
    std::uint64_t number;
    Request request;
    Done done;
    int times_sent = 0;
    std::optional<Response> response;
  };

  void open_client();
  void create_chroot();
  void submit(Request request, Done done);
  void refuse(Pending& pending, ZkError error);
  void send_waiting();
  void deliver();
  void on_response(std::uint64_t number, Response response);
  void on_state(CClient::State state, const SessionId& session);
  void on_connected(const SessionId& session);
  void on_expired();
  void on_watch(WatchEvent event, const std::string& path);
  // Runs `task` on home, unless this session or this handle is gone by then.
  void post_home(std::uint64_t client_number, std::function<void()> task);
  std::string absolute(const std::string& path) const;
  std::string relative(const std::string& path) const;

  Executor& home_;
  const SessionOptions options_;

  // Bound to home
  std::vector<Observer*> observers_;
  State state_ = State::kConnecting;
  SessionId session_;
  bool is_new_session_ = true;
  std::deque<Pending> pending_;     // numbers ascend without a gap
  std::uint64_t next_number_ = 0;   // of the next operation
  std::uint64_t next_to_send_ = 0;  // pending ones below this are at ZooKeeper or answered
  std::size_t in_flight_ = 0;
  bool lost_some_ = false;  // and the rest of those in flight is lost too
  TimerId reopen_timer_;
  std::uint64_t client_number_ = 0;
  std::unique_ptr<CClient> client_;

  Mutex mu_;
  CondVar connected_;
  bool has_connected_ GUARDED_BY(mu_) = false;

  std::shared_ptr<bool> life_ = std::make_shared<bool>(true);  // false once closed
};

}  // namespace barnabas::zk
