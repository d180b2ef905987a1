#include "zkclient/broker_registration.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "broker/base/check.h"
#include "broker/base/logging.h"
#include "broker/protocol/error_code.h"
#include "zkclient/paths.h"

namespace barnabas::zk {
namespace {

// ZooKeeper ends a session at the tick (2 s by default) after its timeout.
constexpr Duration kExpiryTick = seconds(2);

std::vector<std::string> host_ports(const std::vector<Endpoint>& endpoints) {
  std::vector<std::string> result;
  for (const Endpoint& endpoint : endpoints) {
    result.push_back(fmt::format("{}:{}", endpoint.host, endpoint.port));
  }
  return result;
}

}  // namespace

BrokerRegistration::BrokerRegistration(ZooKeeper& zookeeper, Executor& executor, BrokerId broker,
                                       Duration session_timeout)
    : zookeeper_(zookeeper),
      executor_(executor),
      broker_(broker),
      session_timeout_(session_timeout),
      path_(paths::broker_id(broker)) {
  zookeeper_.add_observer(this);
}

BrokerRegistration::~BrokerRegistration() {
  *life_ = false;
  executor_.cancel(wait_timer_);
}

void BrokerRegistration::close_former_session(SessionCloser& closer, const SessionId& former,
                                              std::function<void()> done) {
  closer.close_session(former, [this, life = life_, former, done = std::move(done)](bool closed) {
    executor_.post([life, former, closed, done] {
      if (!*life) return;
      if (closed) {
        log_info("Closed session 0x{:x} that this broker left behind", former.id);
      } else {
        log_warn("Cannot close session 0x{:x} that this broker left behind", former.id);
      }
      done();
    });
  });
}

void BrokerRegistration::register_broker(BrokerZnode entry, bool check, Done done) {
  CHECK(!done_, "a registration is under way");
  entry_ = std::move(entry);
  data_ = entry_.encode();
  done_ = std::move(done);
  waited_long_enough_ = false;
  check ? check_endpoints() : create();
}

void BrokerRegistration::check_endpoints() {
  zookeeper_.get_children(std::string(paths::kBrokerIds), false, [this](ChildrenAnswer answer) {
    if (!done_) return;
    if (!answer.ok()) return fail("read the live brokers", answer.error);
    std::erase(answer.children, fmt::format("{}", broker_));
    check_endpoints_of(std::move(answer.children));
  });
}

void BrokerRegistration::check_endpoints_of(std::vector<std::string> others) {
  if (others.empty()) return create();
  const std::string other = std::move(others.back());
  others.pop_back();
  zookeeper_.get_data(
      paths::join(paths::kBrokerIds, other), false,
      [this, other, others = std::move(others)](const DataAnswer& answer) {
        if (!done_) return;
        if (!answer.ok() && answer.error != ZkError::kNoNode) {
          return fail("read the live brokers", answer.error);
        }
        if (const auto live = BrokerZnode::decode(answer.data); answer.ok() && live) {
          const auto theirs = host_ports(live->endpoints);
          auto common = host_ports(entry_.endpoints);
          std::erase_if(common, [&](const std::string& ours) {
            return std::ranges::find(theirs, ours) == theirs.end();
          });
          if (!common.empty()) {
            return finish(Error{ErrorCode::kDuplicateBrokerRegistration,
                                fmt::format("Configured end points {} in advertised listeners are "
                                            "already registered by broker {}",
                                            fmt::join(common, ","), other)});
          }
        }
        check_endpoints_of(others);
      });
}

void BrokerRegistration::create() {
  awaiting_release_ = false;
  zookeeper_.multi({Op::create(path_, "", CreateMode::kEphemeral), Op::set_data(path_, data_, 0)},
                   [this](const MultiAnswer& answer) {
                     if (!done_) return;
                     if (answer.ok()) return finish(BrokerEpoch(answer.results[1].stat.czxid));
                     if (answer.error != ZkError::kNodeExists)
                       return fail("create " + path_, answer.error);
                     settle();
                   });
}

void BrokerRegistration::settle() {
  zookeeper_.get_data(path_, false, [this](const DataAnswer& answer) {
    if (!done_) return;
    const std::int64_t owner = answer.stat.ephemeral_owner;
    if (answer.error == ZkError::kNoNode) {
      create();
    } else if (!answer.ok()) {
      fail("read " + path_, answer.error);
    } else if (owner == zookeeper_.session().id) {
      finish(BrokerEpoch(answer.stat.czxid));
    } else if (owner == registered_session_) {
      remove_and_create();
    } else {
      await_release(owner);
    }
  });
}

// ZOOKEEPER-2985: the entry may outlive the session that expired.
void BrokerRegistration::remove_and_create() {
  log_info("{} is still held by our expired session 0x{:x}; removing it", path_,
           registered_session_);
  zookeeper_.remove(path_, kAnyVersion, [this](const Answer& answer) {
    if (!done_) return;
    if (!answer.ok() && answer.error != ZkError::kNoNode) {
      return fail("remove " + path_, answer.error);
    }
    create();
  });
}

void BrokerRegistration::await_release(std::int64_t owner) {
  if (waited_long_enough_) {
    return finish(
        Error{ErrorCode::kDuplicateBrokerRegistration,
              fmt::format("Error while creating ephemeral at {}, node already exists and owner "
                          "'0x{:x}' does not match current session '0x{:x}'",
                          path_, owner, zookeeper_.session().id)});
  }
  if (wait_timer_ == TimerId{}) {
    const Duration wait = session_timeout_ + kExpiryTick;
    log_warn(
        "Broker id {} is registered by session 0x{:x}, which is not ours; waiting up to {} ms for "
        "it to end",
        broker_, owner, std::chrono::duration_cast<milliseconds>(wait).count());
    wait_timer_ = executor_.run_after(wait, [this] {
      wait_timer_ = {};
      waited_long_enough_ = true;
      if (awaiting_release_) create();
    });
  }
  awaiting_release_ = true;
  zookeeper_.exists(path_, true, [this](const StatAnswer& answer) {
    if (!done_ || !awaiting_release_) return;
    if (answer.error == ZkError::kNoNode) {
      create();
    } else if (!answer.ok()) {
      fail("read " + path_, answer.error);
    }
  });
}

void BrokerRegistration::on_watch_event(WatchEvent event, const std::string& path) {
  if (awaiting_release_ && event == WatchEvent::kDeleted && path == path_) create();
}

void BrokerRegistration::on_session_expired() {
  if (done_) fail("register", ZkError::kSessionExpired);
}

void BrokerRegistration::fail(std::string_view what, ZkError error) {
  finish(Error{ErrorCode::kUnknownServerError,
               fmt::format("Cannot {} in ZooKeeper: {}", what, to_string(error))});
}

void BrokerRegistration::finish(Result<BrokerEpoch> result) {
  awaiting_release_ = false;
  executor_.cancel(std::exchange(wait_timer_, {}));
  if (result) {
    epoch_ = *result;
    registered_session_ = zookeeper_.session().id;
    std::vector<std::string> addresses;
    for (const Endpoint& endpoint : entry_.endpoints) {
      addresses.push_back(to_connection_string(endpoint));
    }
    log_info("Registered broker {} at path {} with addresses: {}, czxid (broker epoch): {}",
             broker_, path_, fmt::join(addresses, ","), epoch_);
  }
  std::exchange(done_, nullptr)(std::move(result));
}

}  // namespace barnabas::zk
