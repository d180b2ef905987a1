#include "broker/controller/elector.h"

#include <string>
#include <utility>
#include <vector>

#include "broker/base/logging.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::controller {
namespace {

const std::string kControllerPath(zk::paths::kController);
const std::string kEpochPath(zk::paths::kControllerEpoch);

}  // namespace

void Elector::start() {
  started_ = true;
  check();
}

void Elector::stop() {
  alive_.renew();
  started_ = busy_ = again_ = vacant_ = false;
  active_ = kNoBroker;
}

void Elector::on_controller_event(zk::WatchEvent event) {
  if (!started_) return;
  vacant_ = event == zk::WatchEvent::kDeleted;
  if (vacant_) become(kNoBroker);
  check();
}

void Elector::check() {
  if (!started_) return;
  if (busy_) {
    again_ = true;
    return;
  }
  busy_ = true;
  if (std::exchange(vacant_, false) && epoch_) {
    zookeeper_.exists(kControllerPath, true, [](const zk::StatAnswer&) {});
    stand();
    return;
  }
  zookeeper_.get_data(kEpochPath, false, alive_.guard([this](const zk::DataAnswer& answer) {
    epoch_.reset();
    if (!answer.ok()) return;
    if (auto epoch = zk::decode_controller_epoch(answer.data)) {
      epoch_ = Epoch{*epoch, answer.stat.version};
    } else {
      log_error("[Controller id={}] /controller_epoch: {}", broker_, epoch.error().detail);
    }
  }));
  zookeeper_.exists(kControllerPath, true, [](const zk::StatAnswer&) {});
  zookeeper_.get_data(kControllerPath, false,
                      alive_.guard([this](const zk::DataAnswer& answer) { on_checked(answer); }));
}

void Elector::on_checked(const zk::DataAnswer& controller) {
  if (controller.error == zk::ZkError::kNoNode) {
    become(kNoBroker);
    if (epoch_) {
      stand();
    } else {
      create_epoch();
    }
    return;
  }
  if (controller.error == zk::ZkError::kSessionExpired) return;  // a new one starts anew
  if (!controller.ok()) return finish();
  auto document = zk::ControllerZnode::decode(controller.data);
  if (!document) {
    log_error("[Controller id={}] /controller: {}", broker_, document.error().detail);
    return finish();
  }
  const bool ours =
      document->broker == broker_ && controller.stat.ephemeral_owner == zookeeper_.session().id;
  if (ours && !epoch_) return create_epoch();  // somebody has removed it
  if (ours) {
    active_ = broker_;
    const Epoch epoch = *epoch_;
    finish();
    events_.elected(epoch.epoch, epoch.version);
    return;
  }
  become(document->broker);
  finish();
}

// The first controller of a cluster has epoch 1.
void Elector::create_epoch() {
  zookeeper_.create(kEpochPath, zk::encode_controller_epoch(ControllerEpoch{0}),
                    zk::CreateMode::kPersistent,
                    alive_.guard([this](const zk::CreateAnswer& answer) {
                      if (answer.error == zk::ZkError::kSessionExpired) return;
                      again_ = true;
                      finish();
                    }));
}

void Elector::stand() {
  const Epoch next{epoch_->epoch + 1, epoch_->version + 1};
  const zk::ControllerZnode document{broker_, clock_.wall_clock_ms(), -1};
  std::vector<zk::Op> ops;
  ops.push_back(zk::Op::create(kControllerPath, document.encode(), zk::CreateMode::kEphemeral));
  ops.push_back(
      zk::Op::set_data(kEpochPath, zk::encode_controller_epoch(next.epoch), epoch_->version));
  zookeeper_.multi(std::move(ops), alive_.guard([this, next](const zk::MultiAnswer& answer) {
    if (answer.error == zk::ZkError::kSessionExpired) return;
    if (!answer.ok()) {
      // Another was faster, or our own first try was: who it was stands in /controller.
      again_ = true;
      return finish();
    }
    epoch_ = next;
    active_ = broker_;
    finish();
    events_.elected(next.epoch, next.version);
  }));
}

void Elector::finish() {
  busy_ = false;
  if (std::exchange(again_, false)) check();
}

void Elector::become(BrokerId active) {
  const BrokerId before = std::exchange(active_, active);
  if (before == broker_) events_.lost();
  if (active != before && active != kNoBroker) {
    log_debug("[Controller id={}] Broker {} is the controller", broker_, active);
  }
}

}  // namespace barnabas::controller
