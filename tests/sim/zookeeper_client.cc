#include "tests/sim/zookeeper_client.h"

#include <utility>

#include "broker/base/check.h"
#include "tests/sim/zookeeper_connection.h"

namespace barnabas::sim {

using zk::Op;
using zk::ZkError;
using Kind = ZooKeeperRequest::Kind;

namespace {

template <typename A>
A answer_of(const ZooKeeperResponse& response, bool resent) {
  A answer;
  answer.error = response.error;
  answer.resent = resent;
  return answer;
}

}  // namespace

ZooKeeperClient::ZooKeeperClient(ZooKeeperModel& model, Executor& home, Duration session_timeout)
    : model_(model), home_(home), session_timeout_(session_timeout) {
  connect();
}

ZooKeeperClient::~ZooKeeperClient() {
  *life_ = false;
  home_.cancel(ping_timer_);
  if (connection_) model_.close_connection(connection_, true);
}

// ---- Operations ---------------------------------------------------------------------------------

void ZooKeeperClient::create(std::string path, std::string data, zk::CreateMode mode,
                             Callback<zk::CreateAnswer> done) {
  submit({Kind::kWrite, {Op::create(std::move(path), std::move(data), mode)}, {}, false},
         [done = std::move(done)](const ZooKeeperResponse& response, bool resent) {
           auto answer = answer_of<zk::CreateAnswer>(response, resent);
           if (answer.ok()) answer.path = response.results.front().created_path;
           done(std::move(answer));
         });
}

void ZooKeeperClient::set_data(std::string path, std::string data, std::int32_t version,
                               Callback<zk::StatAnswer> done) {
  submit({Kind::kWrite, {Op::set_data(std::move(path), std::move(data), version)}, {}, false},
         [done = std::move(done)](const ZooKeeperResponse& response, bool resent) {
           auto answer = answer_of<zk::StatAnswer>(response, resent);
           if (answer.ok()) answer.stat = response.results.front().stat;
           done(answer);
         });
}

void ZooKeeperClient::remove(std::string path, std::int32_t version, Callback<zk::Answer> done) {
  submit({Kind::kWrite, {Op::remove(std::move(path), version)}, {}, false},
         [done = std::move(done)](const ZooKeeperResponse& response, bool resent) {
           done(answer_of<zk::Answer>(response, resent));
         });
}

void ZooKeeperClient::get_data(std::string path, bool watch, Callback<zk::DataAnswer> done) {
  submit({Kind::kGetData, {}, std::move(path), watch},
         [done = std::move(done)](const ZooKeeperResponse& response, bool resent) {
           auto answer = answer_of<zk::DataAnswer>(response, resent);
           answer.data = response.data;
           answer.stat = response.stat;
           done(std::move(answer));
         });
}

void ZooKeeperClient::exists(std::string path, bool watch, Callback<zk::StatAnswer> done) {
  submit({Kind::kExists, {}, std::move(path), watch},
         [done = std::move(done)](const ZooKeeperResponse& response, bool resent) {
           auto answer = answer_of<zk::StatAnswer>(response, resent);
           answer.stat = response.stat;
           done(answer);
         });
}

void ZooKeeperClient::get_children(std::string path, bool watch,
                                   Callback<zk::ChildrenAnswer> done) {
  submit({Kind::kGetChildren, {}, std::move(path), watch},
         [done = std::move(done)](const ZooKeeperResponse& response, bool resent) {
           auto answer = answer_of<zk::ChildrenAnswer>(response, resent);
           answer.children = response.children;
           done(std::move(answer));
         });
}

void ZooKeeperClient::multi(std::vector<Op> ops, Callback<zk::MultiAnswer> done) {
  submit({Kind::kWrite, std::move(ops), {}, false},
         [done = std::move(done)](const ZooKeeperResponse& response, bool resent) {
           auto answer = answer_of<zk::MultiAnswer>(response, resent);
           answer.results = response.results;
           done(std::move(answer));
         });
}

void ZooKeeperClient::submit(ZooKeeperRequest request, Done done) {
  if (state_ == State::kClosed) return;
  if (state_ == State::kExpired) {
    home_.post([life = life_, done = std::move(done)] {
      if (!*life) return;
      ZooKeeperResponse response;
      response.error = ZkError::kSessionExpired;
      done(response, false);
    });
    return;
  }
  unanswered_.push_back({next_number_++, std::move(request), std::move(done)});
  if (state_ == State::kConnected) transmit(unanswered_.back());
}

void ZooKeeperClient::transmit(Pending& pending) {
  pending.resent = std::exchange(pending.sent, true);
  model_.travel(connection_, connection_->to_ensemble,
                [&model = model_, connection = connection_, number = pending.number,
                 request = pending.request] {
                  if (connection->session == 0) return;
                  const auto response = model.on_request(*connection, request);
                  model.tell_client(connection, [number, response](ZooKeeperClient& client) {
                    client.on_response(number, response);
                  });
                });
}

// ---- Connection and session ---------------------------------------------------------------------

void ZooKeeperClient::connect() {
  if (!reachable_) return;
  connection_ = ZooKeeperModel::open_connection(this);
  model_.travel(connection_, connection_->to_ensemble,
                [&model = model_, connection = connection_, timeout = session_timeout_,
                 wanted = wants_new_session_ ? zk::SessionId{} : session_] {
                  model.on_hello(connection, wanted, timeout);
                });
}

void ZooKeeperClient::disconnect(bool carry_out) {
  if (!connection_) return;
  home_.cancel(ping_timer_);
  const auto connection = std::exchange(connection_, nullptr);
  if (state_ == State::kConnected) state_ = State::kDisconnected;
  model_.close_connection(connection, carry_out);
}

void ZooKeeperClient::reconnect() {
  disconnect(false);
  if (state_ == State::kDisconnected) connect();
}

void ZooKeeperClient::restart() {
  CHECK(state_ == State::kExpired);
  state_ = State::kDisconnected;
  wants_new_session_ = true;
  connect();
}

void ZooKeeperClient::close() {
  if (state_ == State::kConnected) {
    model_.travel(connection_, connection_->to_ensemble,
                  [&model = model_, id = session_.id] { model.end_session(id); });
  }
  disconnect(true);
  state_ = State::kClosed;
  unanswered_.clear();
}

void ZooKeeperClient::reset(InDoubt in_doubt) {
  disconnect(in_doubt == InDoubt::kCarriedOut);
  // A paused process comes back only when it runs again.
  home_.post([this, life = life_] {
    if (*life && !connection_ && state_ == State::kDisconnected) connect();
  });
}

void ZooKeeperClient::cut() {
  reachable_ = false;
  disconnect(false);
}

void ZooKeeperClient::heal() {
  if (std::exchange(reachable_, true)) return;
  home_.post([this, life = life_] {
    if (*life && !connection_ && state_ == State::kDisconnected) connect();
  });
}

void ZooKeeperClient::schedule_ping() {
  ping_timer_ = home_.run_after(session_timeout_ / 3, [this] {
    if (state_ != State::kConnected) return;
    model_.travel(connection_, connection_->to_ensemble,
                  [&model = model_, connection = connection_] { model.hear(connection->session); });
    schedule_ping();
  });
}

void ZooKeeperClient::post_home(const std::shared_ptr<ZooKeeperModel::Connection>& connection,
                                std::function<void(ZooKeeperClient&)> task) {
  home_.post([this, life = life_, connection, task = std::move(task)] {
    if (*life && connection_ == connection) task(*this);
  });
}

void ZooKeeperClient::on_welcome(const zk::SessionId& session) {
  state_ = State::kConnected;
  session_ = session;
  const bool is_new = std::exchange(wants_new_session_, false);
  if (!is_new) {
    model_.travel(connection_, connection_->to_ensemble,
                  [&model = model_, connection = connection_, watches = watches_,
                   last_zxid = last_zxid_] { model.on_rewatch(*connection, watches, last_zxid); });
  }
  for (Pending& pending : unanswered_) transmit(pending);
  schedule_ping();
  if (!is_new) return;
  const auto life = life_;
  for (std::size_t i = 0; *life && i < observers_.size(); ++i) {
    observers_[i]->on_session_established();
  }
}

void ZooKeeperClient::on_expired() {
  disconnect(false);
  state_ = State::kExpired;
  watches_ = {};
  const auto life = life_;
  ZooKeeperResponse response;
  response.error = ZkError::kSessionExpired;
  for (const Pending& pending : std::exchange(unanswered_, {})) {
    if (*life) pending.done(response, pending.resent);
  }
  for (std::size_t i = 0; *life && i < observers_.size(); ++i) {
    observers_[i]->on_session_expired();
  }
}

void ZooKeeperClient::on_response(std::uint64_t number, const ZooKeeperResponse& response) {
  CHECK(!unanswered_.empty() && unanswered_.front().number == number);
  const Pending pending = std::move(unanswered_.front());
  unanswered_.pop_front();
  last_zxid_ = response.zxid;
  remember_watch(pending.request, response);
  pending.done(response, pending.resent);
}

void ZooKeeperClient::remember_watch(const ZooKeeperRequest& request,
                                     const ZooKeeperResponse& response) {
  if (!request.watch) return;
  if (request.kind == Kind::kExists && response.error == ZkError::kNoNode) {
    watches_.exists.insert(request.path);
  } else if (response.error == ZkError::kOk) {
    (request.kind == Kind::kGetChildren ? watches_.children : watches_.data).insert(request.path);
  }
}

void ZooKeeperClient::on_event(zk::WatchEvent event, const std::string& path) {
  std::size_t waiting = 0;
  if (event != zk::WatchEvent::kChildrenChanged) {
    waiting += watches_.data.erase(path) + watches_.exists.erase(path);
  }
  if (event == zk::WatchEvent::kChildrenChanged || event == zk::WatchEvent::kDeleted) {
    waiting += watches_.children.erase(path);
  }
  if (waiting == 0) return;
  const auto life = life_;
  for (std::size_t i = 0; *life && i < observers_.size(); ++i) {
    observers_[i]->on_watch_event(event, path);
  }
}

}  // namespace barnabas::sim
