#include <map>

#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"
#include "tests/sim/zookeeper_client.h"
#include "tests/sim/zookeeper_model.h"
#include "tests/unit/zkclient/world.h"

namespace barnabas::zk::testing {
namespace {

class ModelWorld final : public World {
 public:
  ZooKeeper& client(int index) override {
    auto& client = clients_[index];
    if (!client) client = model_.connect(home_, seconds(6));
    return *client;
  }
  void call(std::function<void()> task) override {
    home_.post(std::move(task));
    scheduler_.run_until(scheduler_.now());
  }
  bool run_until(std::function<bool()> condition) override {
    const Time end = scheduler_.now() + seconds(60);
    while (!condition() && scheduler_.now() < end) {
      scheduler_.run_until(scheduler_.now() + milliseconds(1));
    }
    return condition();
  }
  void lose_connection(int index) override {
    clients_.at(index)->reset(sim::ZooKeeperClient::InDoubt::kLost);
  }
  void expire(int index) override { model_.expire(clients_.at(index)->session().id); }

 private:
  sim::Scheduler scheduler_;
  Random random_{17};
  sim::Process ensemble_{scheduler_, 0};
  sim::ZooKeeperModel model_{ensemble_, ensemble_, random_};
  sim::Process home_{scheduler_, 0};
  std::map<int, std::unique_ptr<sim::ZooKeeperClient>> clients_;
};

}  // namespace

std::unique_ptr<World> make_world() {
  return std::make_unique<ModelWorld>();
}

}  // namespace barnabas::zk::testing
