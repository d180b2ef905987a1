// A broker's entry in /brokers/ids: made at the start and again after each session expiry.
//
//   former session known? -- closed by id and password, not waited for
//        |
//   multi [create N ephemeral, setData N] -- OK: czxid is the broker epoch
//        | NODE_EXISTS: whose is it?
//        |-- this session's: our own first try; its czxid
//        |-- of the session that expired in this process: removed, once more
//        |-- gone meanwhile: once more
//        '-- somebody else's: awaited for one session timeout, then NODE_EXISTS, as Kafka
//
// Threads   bound to the executor of the ZooKeeper session.
// Lifetime  observes the session: outlives it.
// Failure   DUPLICATE_BROKER_REGISTRATION: the id, or a host:port of ours, is another broker's.
//           UNKNOWN_SERVER_ERROR: ZooKeeper said so, or the session expired meanwhile; after an
//           expiry the owner registers again anyway.
// Source    Kafka 3.9, KafkaZkClient.scala (registerBroker, CheckedEphemeral); KafkaServer.scala
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/result.h"
#include "broker/protocol/ids.h"
#include "zkclient/documents.h"
#include "zkclient/session_closer.h"
#include "zkclient/zookeeper.h"

namespace barnabas::zk {

class BrokerRegistration final : public ZooKeeper::Observer {
 public:
  using Done = std::function<void(Result<BrokerEpoch>)>;

  // Adds itself to the observers of `zookeeper`. `session_timeout`: how long somebody else's
  // session is awaited.
  BrokerRegistration(ZooKeeper& zookeeper, Executor& executor, BrokerId broker,
                     Duration session_timeout);
  ~BrokerRegistration() override;

  // Closes the session that an earlier process of this broker left behind, before anything is
  // registered. A session that cannot be closed is then awaited like anybody's.
  void close_former_session(SessionCloser& closer, const SessionId& former,
                            std::function<void()> done);

  // Registers, one call at a time.
  //   check_endpoints  at the start: fails when another live broker has a host:port of ours
  void register_broker(BrokerZnode entry, bool check_endpoints, Done done);

  // Of the last registration; kNoBrokerEpoch before the first.
  BrokerEpoch broker_epoch() const { return epoch_; }

  void on_watch_event(WatchEvent event, const std::string& path) override;
  void on_session_established() override {}
  void on_session_expired() override;

 private:
  void check_endpoints();
  void check_endpoints_of(std::vector<std::string> others);
  void create();
  void settle();
  void remove_and_create();
  void await_release(std::int64_t owner);
  void finish(Result<BrokerEpoch> result);
  void fail(std::string_view what, ZkError error);

  ZooKeeper& zookeeper_;
  Executor& executor_;
  const BrokerId broker_;
  const Duration session_timeout_;
  const std::string path_;

  BrokerZnode entry_;
  std::string data_;
  Done done_;  // empty: not registering
  BrokerEpoch epoch_ = kNoBrokerEpoch;
  std::int64_t registered_session_ = 0;  // the last one that held our entry
  bool awaiting_release_ = false;
  bool waited_long_enough_ = false;
  TimerId wait_timer_;
  std::shared_ptr<bool> life_ = std::make_shared<bool>(true);
};

}  // namespace barnabas::zk
