// A ZooKeeper with clients and the faults that happen to them, for tests that say what every
// implementation of zk::ZooKeeper must do. model_world.cc gives the simulator's model,
// server_world.cc our session over a real ZooKeeper.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "zkclient/zookeeper.h"

namespace barnabas::zk::testing {

class World {
 public:
  virtual ~World() = default;

  // Client 0, 1, 2...; connects at its first use. Its calls are made inside call().
  virtual ZooKeeper& client(int index) = 0;
  // Runs `task` on the client's executor and returns when it has run.
  virtual void call(std::function<void()> task) = 0;
  // Goes on until `condition`, evaluated on the client's executor, holds. False: it never does.
  virtual bool run_until(std::function<bool()> condition) = 0;

  // Loses the client's connection; it may reconnect.
  virtual void lose_connection(int index) = 0;
  // Ends the client's session at the server.
  virtual void expire(int index) = 0;
};

std::unique_ptr<World> make_world();

// Calls `start` with a callback and returns what the callback is given.
template <typename A>
A await(World& world, std::function<void(ZooKeeper::Callback<A>)> start) {
  auto answer = std::make_shared<std::optional<A>>();
  world.call([&] { start([answer](A a) { *answer = std::move(a); }); });
  EXPECT_TRUE(world.run_until([answer] { return answer->has_value(); })) << "no answer";
  return answer->value_or(A{});
}

inline SessionId session_of(World& world, int client) {
  SessionId session;
  world.call([&] { session = world.client(client).session(); });
  return session;
}

inline CreateAnswer create(World& world, const std::string& path, const std::string& data = {},
                           CreateMode mode = CreateMode::kPersistent, int client = 0) {
  return await<CreateAnswer>(
      world, [&](auto done) { world.client(client).create(path, data, mode, std::move(done)); });
}
inline StatAnswer set_data(World& world, const std::string& path, const std::string& data,
                           std::int32_t version = kAnyVersion, int client = 0) {
  return await<StatAnswer>(world, [&](auto done) {
    world.client(client).set_data(path, data, version, std::move(done));
  });
}
inline Answer remove(World& world, const std::string& path, std::int32_t version = kAnyVersion,
                     int client = 0) {
  return await<Answer>(
      world, [&](auto done) { world.client(client).remove(path, version, std::move(done)); });
}
inline DataAnswer get_data(World& world, const std::string& path, bool watch = false,
                           int client = 0) {
  return await<DataAnswer>(
      world, [&](auto done) { world.client(client).get_data(path, watch, std::move(done)); });
}
inline StatAnswer exists(World& world, const std::string& path, bool watch = false,
                         int client = 0) {
  return await<StatAnswer>(
      world, [&](auto done) { world.client(client).exists(path, watch, std::move(done)); });
}
inline ChildrenAnswer get_children(World& world, const std::string& path, bool watch = false,
                                   int client = 0) {
  return await<ChildrenAnswer>(
      world, [&](auto done) { world.client(client).get_children(path, watch, std::move(done)); });
}
inline MultiAnswer multi(World& world, const std::vector<Op>& ops, int client = 0) {
  return await<MultiAnswer>(world,
                            [&](auto done) { world.client(client).multi(ops, std::move(done)); });
}

// Writes down what an observer is told, as text.
class Recorder final : public ZooKeeper::Observer {
 public:
  void on_watch_event(WatchEvent event, const std::string& path) override {
    static constexpr const char* kNames[] = {"created", "deleted", "data", "children"};
    told.push_back(std::string(kNames[static_cast<int>(event)]) + " " + path);
  }
  void on_session_established() override { told.emplace_back("established"); }
  void on_session_expired() override { told.emplace_back("expired"); }

  std::vector<std::string> told;
};

}  // namespace barnabas::zk::testing
