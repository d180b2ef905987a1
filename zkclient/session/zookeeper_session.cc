#include "zkclient/session/zookeeper_session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "broker/base/check.h"
#include "broker/base/logging.h"

namespace barnabas::zk {
namespace {

using Kind = Request::Kind;

// Between tries to resolve the names of the servers.
constexpr Duration kReopenDelay = seconds(1);

bool is_valid_path(const std::string& path) {
  if (path == "/") return true;
  return path.starts_with('/') && !path.ends_with('/') && path.find("//") == std::string::npos &&
         path.find('\0') == std::string::npos;
}

bool is_sendable(const Request& request) {
  const auto sendable = [](const Op& op) {
    return is_valid_path(op.path) && op.data.size() <= ZooKeeperSession::kMaxDataBytes;
  };
  if (request.ops.empty() && !is_valid_path(request.path)) return false;
  return std::ranges::all_of(request.ops, sendable);
}

template <typename A>
A answer_of(const Response& response, bool resent) {
  A answer;
  answer.error = response.error;
  answer.resent = resent;
  return answer;
}

}  // namespace

ZooKeeperSession::ZooKeeperSession(Executor& home, SessionOptions options)
    : home_(home), options_(std::move(options)) {
  log_info("[ZooKeeperClient] Initializing a new session to {}.", options_.connect.hosts);
  create_chroot();
  home_.post([this, life = life_] {
    if (*life) open_client();
  });
}

ZooKeeperSession::~ZooKeeperSession() {
  close();
}

bool ZooKeeperSession::await_connected(Duration timeout) {
  CHECK(!home_.is_current());
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  MutexLock lock(mu_);
  if (has_connected_) return true;
  log_info("[ZooKeeperClient] Waiting until connected.");
  while (!has_connected_) {
    if (!connected_.wait_until(mu_, deadline) && !has_connected_) return false;
  }
  log_info("[ZooKeeperClient] Connected.");
  return true;
}

void ZooKeeperSession::close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  *life_ = false;
  home_.cancel(reopen_timer_);
  client_.reset();
  pending_.clear();
}

// ---- Operations ---------------------------------------------------------------------------------

void ZooKeeperSession::create(std::string path, std::string data, CreateMode mode,
                              Callback<CreateAnswer> done) {
  submit({Kind::kCreate, {Op::create(std::move(path), std::move(data), mode)}, {}, false},
         [this, done = std::move(done)](const Response& response, bool resent) {
           auto answer = answer_of<CreateAnswer>(response, resent);
           if (answer.ok()) answer.path = relative(response.results.front().created_path);
           done(std::move(answer));
         });
}

void ZooKeeperSession::set_data(std::string path, std::string data, std::int32_t version,
                                Callback<StatAnswer> done) {
  submit({Kind::kSetData, {Op::set_data(std::move(path), std::move(data), version)}, {}, false},
         [done = std::move(done)](const Response& response, bool resent) {
           auto answer = answer_of<StatAnswer>(response, resent);
           answer.stat = response.stat;
           done(answer);
         });
}

void ZooKeeperSession::remove(std::string path, std::int32_t version, Callback<Answer> done) {
  submit({Kind::kRemove, {Op::remove(std::move(path), version)}, {}, false},
         [done = std::move(done)](const Response& response, bool resent) {
           done(answer_of<Answer>(response, resent));
         });
}

void ZooKeeperSession::get_data(std::string path, bool watch, Callback<DataAnswer> done) {
  submit({Kind::kGetData, {}, std::move(path), watch},
         [done = std::move(done)](const Response& response, bool resent) {
           auto answer = answer_of<DataAnswer>(response, resent);
           answer.data = response.data;
           answer.stat = response.stat;
           done(std::move(answer));
         });
}

void ZooKeeperSession::exists(std::string path, bool watch, Callback<StatAnswer> done) {
  submit({Kind::kExists, {}, std::move(path), watch},
         [done = std::move(done)](const Response& response, bool resent) {
           auto answer = answer_of<StatAnswer>(response, resent);
           answer.stat = response.stat;
           done(answer);
         });
}

void ZooKeeperSession::get_children(std::string path, bool watch, Callback<ChildrenAnswer> done) {
  submit({Kind::kGetChildren, {}, std::move(path), watch},
         [done = std::move(done)](const Response& response, bool resent) {
           auto answer = answer_of<ChildrenAnswer>(response, resent);
           answer.children = response.children;
           done(std::move(answer));
         });
}

void ZooKeeperSession::multi(std::vector<Op> ops, Callback<MultiAnswer> done) {
  CHECK(!ops.empty());
  submit({Kind::kMulti, std::move(ops), {}, false},
         [this, done = std::move(done)](const Response& response, bool resent) {
           auto answer = answer_of<MultiAnswer>(response, resent);
           answer.results = response.results;
           for (OpResult& result : answer.results) {
             if (!result.created_path.empty()) result.created_path = relative(result.created_path);
           }
           done(std::move(answer));
         });
}

void ZooKeeperSession::create_chroot() {
  const std::string& chroot = options_.connect.chroot;
  for (std::size_t end = chroot.find('/', 1); !chroot.empty(); end = chroot.find('/', end + 1)) {
    const std::uint64_t number = next_number_++;
    Request request{Kind::kCreate, {Op::create(chroot.substr(0, end), "")}, {}, false};
    pending_.push_back({number, std::move(request),
                        [chroot](const Response& response, bool) {
                          if (response.error != ZkError::kOk &&
                              response.error != ZkError::kNodeExists &&
                              response.error != ZkError::kSessionExpired) {
                            log_error("[ZooKeeperClient] Cannot create the chroot {}: {}", chroot,
                                      to_string(response.error));
                          }
                        },
                        0, std::nullopt});
    if (end == std::string::npos) break;
  }
}

void ZooKeeperSession::submit(Request request, Done done) {
  if (state_ == State::kClosed) return;
  const std::uint64_t number = next_number_++;
  const bool sendable = is_sendable(request);
  request.path = absolute(request.path);
  for (Op& op : request.ops) op.path = absolute(op.path);
  pending_.push_back({number, std::move(request), std::move(done), 0, std::nullopt});
  if (state_ == State::kExpired) {
    refuse(pending_.back(), ZkError::kSessionExpired);
  } else if (!sendable) {
    refuse(pending_.back(), ZkError::kInvalid);
  } else {
    send_waiting();
  }
}

void ZooKeeperSession::refuse(Pending& pending, ZkError error) {
  pending.response.emplace().error = error;
  pending.response->results.resize(pending.request.ops.size());
  // A callback is never called from inside the call that asked for it.
  home_.post([this, life = life_] {
    if (*life) deliver();
  });
}

void ZooKeeperSession::send_waiting() {
  // What is in flight was sent before what is lost: all of it comes back first.
  if (lost_some_ && in_flight_ > 0) return;
  lost_some_ = false;
  while (state_ == State::kConnected && in_flight_ < options_.max_in_flight &&
         next_to_send_ < next_number_) {
    Pending& pending = pending_[next_to_send_ - pending_.front().number];
    next_to_send_++;
    if (pending.response) continue;
    const std::uint64_t number = pending.number;
    const ZkError error = client_->submit(
        pending.request, [this, client = client_number_, number](Response response) {
          post_home(client, [this, number, response = std::move(response)]() mutable {
            on_response(number, std::move(response));
          });
        });
    if (error == ZkError::kOk) {
      pending.times_sent++;
      in_flight_++;
    } else if (error == ZkError::kSessionExpired) {
      next_to_send_--;  // the handle is about to say so itself
      return;
    } else {
      refuse(pending, error);
    }
  }
}

void ZooKeeperSession::on_response(std::uint64_t number, Response response) {
  in_flight_--;
  Pending& pending = pending_[number - pending_.front().number];
  if (response.lost) {
    lost_some_ = true;
    next_to_send_ = std::min(next_to_send_, number);
  } else if (response.error == ZkError::kSessionExpired) {
    next_to_send_ = std::min(next_to_send_, number);  // on_expired will answer it
    return;
  } else {
    pending.response = std::move(response);
  }
  const auto life = life_;
  deliver();
  if (*life) send_waiting();
}

void ZooKeeperSession::deliver() {
  const auto life = life_;
  while (*life && !pending_.empty() && pending_.front().response) {
    const Pending pending = std::move(pending_.front());
    pending_.pop_front();
    next_to_send_ = std::max(next_to_send_, pending.number + 1);
    pending.done(*pending.response, pending.times_sent > 1);
  }
}

// ---- Connection and session ---------------------------------------------------------------------

void ZooKeeperSession::open_client() {
  const std::uint64_t number = ++client_number_;
  client_ = CClient::open(
      options_.connect.hosts, options_.session_timeout,
      {options_.digest_auth, options_.set_acl, options_.connect.chroot},
      {[this, number](CClient::State state, const SessionId& session) {
         post_home(number, [this, state, session] { on_state(state, session); });
       },
       [this, number](WatchEvent event, std::string path) {
         post_home(number, [this, event, path = std::move(path)] { on_watch(event, path); });
       }});
  if (client_) return;
  log_warn(
      "[ZooKeeperClient] Cannot use {} now, most likely since no name of it resolves; trying "
      "again.",
      options_.connect.hosts);
  reopen_timer_ = home_.run_after(kReopenDelay, [this] { open_client(); });
}

void ZooKeeperSession::post_home(std::uint64_t client_number, std::function<void()> task) {
  home_.post([this, life = life_, client_number, task = std::move(task)] {
    if (*life && client_number == client_number_) task();
  });
}

void ZooKeeperSession::on_state(CClient::State state, const SessionId& session) {
  switch (state) {
    case CClient::State::kConnecting:
      if (state_ == State::kConnected) {
        log_warn("[ZooKeeperClient] Connection lost; reconnecting.");
        state_ = State::kConnecting;
      }
      break;
    case CClient::State::kConnected:
      on_connected(session);
      break;
    case CClient::State::kExpired:
      on_expired();
      break;
  }
}

void ZooKeeperSession::on_connected(const SessionId& session) {
  state_ = State::kConnected;
  session_ = session;
  const bool is_new = std::exchange(is_new_session_, false);
  log_info("[ZooKeeperClient] {} session 0x{:x}.", is_new ? "Established" : "Reconnected",
           session.id);
  {
    MutexLock lock(mu_);
    has_connected_ = true;
    connected_.notify_all();
  }
  send_waiting();
  if (!is_new) return;
  const auto life = life_;
  for (std::size_t i = 0; *life && i < observers_.size(); ++i) {
    observers_[i]->on_session_established();
  }
}

void ZooKeeperSession::on_expired() {
  log_warn("[ZooKeeperClient] Session 0x{:x} expired.", session_.id);
  state_ = State::kExpired;
  ++client_number_;  // what the old handle still says is not heard
  in_flight_ = 0;
  lost_some_ = false;
  next_to_send_ = next_number_;
  const auto life = life_;
  for (const Pending& pending : std::exchange(pending_, {})) {
    if (!*life) return;
    Response expired;
    expired.error = ZkError::kSessionExpired;
    expired.results.resize(pending.request.ops.size());
    pending.done(pending.response.value_or(expired), pending.times_sent > 1);
  }
  if (!*life) return;
  for (std::size_t i = 0; *life && i < observers_.size(); ++i) {
    observers_[i]->on_session_expired();
  }
}

void ZooKeeperSession::restart() {
  CHECK(state_ == State::kExpired);
  log_info("[ZooKeeperClient] Initializing a new session to {}.", options_.connect.hosts);
  state_ = State::kConnecting;
  is_new_session_ = true;
  client_.reset();
  open_client();
}

void ZooKeeperSession::on_watch(WatchEvent event, const std::string& path) {
  const auto life = life_;
  const std::string name = relative(path);
  for (std::size_t i = 0; *life && i < observers_.size(); ++i) {
    observers_[i]->on_watch_event(event, name);
  }
}

std::string ZooKeeperSession::absolute(const std::string& path) const {
  const std::string& chroot = options_.connect.chroot;
  if (chroot.empty()) return path;
  return path == "/" ? chroot : chroot + path;
}

std::string ZooKeeperSession::relative(const std::string& path) const {
  const std::size_t length = options_.connect.chroot.size();
  return path.size() == length ? "/" : path.substr(length);
}

}  // namespace barnabas::zk
