// What only a real server can show: its restarts and pauses, the chroot, and the wait at the start.
#include "zkclient/session/zookeeper_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "broker/base/thread_executor.h"
#include "tests/unit/zkclient/server_world.h"

namespace barnabas::zk::testing {
namespace {

using ::testing::ElementsAre;

TEST(ZooKeeperSession, OutlivesARestartOfTheServer) {
  Recorder recorder;
  const auto world = make_world();
  create(*world, "/p");
  create(*world, "/e", "", CreateMode::kEphemeral);
  world->call([&] { world->client(0).add_observer(&recorder); });
  get_data(*world, "/p", true);
  const auto session = session_of(*world, 0).id;
  shared_server().kill();
  int answered = 0;
  world->call([&] {
    for (int i = 0; i < 100; ++i) {
      world->client(0).create("/p/" + std::to_string(i), "x", CreateMode::kPersistent,
                              [&](const CreateAnswer& answer) {
                                EXPECT_TRUE(answer.ok() || answer.resent);
                                ++answered;
                              });
    }
  });
  shared_server().start();
  ASSERT_TRUE(world->run_until([&] { return answered == 100; }));
  EXPECT_EQ(get_children(*world, "/p").children.size(), 100u);
  EXPECT_TRUE(exists(*world, "/e").ok());
  EXPECT_EQ(session_of(*world, 0).id, session);
  // The watch was set again on the new connection.
  set_data(*world, "/p", "y");
  EXPECT_THAT(recorder.told, ElementsAre("data /p"));
}

// The connection stays, the server says nothing: the client gives the server up after two thirds
// of the session timeout, and finds it again.
TEST(ZooKeeperSession, OperationsSurviveAPauseOfTheServer) {
  const auto world = make_world();
  create(*world, "/p");
  shared_server().pause();
  bool answered = false;
  world->call([&] {
    world->client(0).create("/p/a", "x", CreateMode::kPersistent, [&](const CreateAnswer& answer) {
      EXPECT_TRUE(answer.ok() || answer.resent);
      answered = true;
    });
  });
  EXPECT_FALSE(answered);
  shared_server().resume();
  EXPECT_TRUE(world->run_until([&] { return answered; }));
}

TEST(ZooKeeperSession, MakesItsChrootAndHidesIt) {
  Recorder recorder;
  ThreadExecutor home("home");
  const auto world = make_world();
  create(*world, "/x", "outside");
  const auto connect = ConnectString::parse(connect_string(*world) + "/a/b");
  ASSERT_TRUE(connect);
  {
    ZooKeeperSession session(home, {*connect, seconds(6), 10});
    ASSERT_TRUE(session.await_connected(seconds(10)));
    std::promise<void> done;
    home.post([&] {
      session.add_observer(&recorder);
      session.exists("/x", true,
                     [](const StatAnswer& answer) { EXPECT_EQ(answer.error, ZkError::kNoNode); });
      session.get_children("/", true, [](const ChildrenAnswer& answer) {
        EXPECT_THAT(answer.children, ElementsAre());
      });
      session.multi({Op::create("/x", "inside")}, [](const MultiAnswer& answer) {
        EXPECT_EQ(answer.results[0].created_path, "/x");
      });
      session.create("/n_", "", CreateMode::kPersistentSequential,
                     [](const CreateAnswer& answer) { EXPECT_EQ(answer.path, "/n_0000000001"); });
      session.exists("/", false, [&](const StatAnswer&) { done.set_value(); });
    });
    done.get_future().wait();
    home.post([&] { session.close(); });
    home.drain();
  }
  EXPECT_THAT(recorder.told, ElementsAre("created /x", "children /"));
  EXPECT_EQ(get_data(*world, "/a/b/x").data, "inside");
  EXPECT_EQ(get_data(*world, "/x").data, "outside");
}

// The digest scheme: who knows the password owns the znodes, also on the next connection.
TEST(ZooKeeperSession, OwnsWhatItCreatesWithAclsAndDigestAuth) {
  ThreadExecutor home("home");
  const auto stranger = make_world();
  SessionOptions options;
  options.connect = *ConnectString::parse(connect_string(*stranger));
  options.session_timeout = seconds(6);
  options.digest_auth = "kafka:secret";
  options.set_acl = true;
  ZooKeeperSession session(home, options);
  ASSERT_TRUE(session.await_connected(seconds(10)));
  const auto write_as_owner = [&](std::vector<Op> ops) {
    std::promise<ZkError> error;
    home.post([&] {
      session.multi(std::move(ops),
                    [&](const MultiAnswer& answer) { error.set_value(answer.error); });
    });
    return error.get_future().get();
  };
  ASSERT_EQ(write_as_owner({Op::create("/config", ""), Op::create("/config/users", "secrets"),
                            Op::create("/open", "x"), Op::create("/consumers", "")}),
            ZkError::kOk);

  EXPECT_EQ(get_data(*stranger, "/open").data, "x");
  EXPECT_EQ(set_data(*stranger, "/open", "y").error, ZkError::kNoAuth);
  EXPECT_EQ(create(*stranger, "/open/child").error, ZkError::kNoAuth);
  EXPECT_EQ(get_data(*stranger, "/config/users").error, ZkError::kNoAuth);
  EXPECT_TRUE(create(*stranger, "/consumers/old").ok());

  stranger->lose_connection(0);
  EXPECT_EQ(write_as_owner({Op::set_data("/open", "z", kAnyVersion)}), ZkError::kOk);
  EXPECT_EQ(get_data(*stranger, "/open").data, "z");
  home.post([&] { session.close(); });
  home.drain();
}

TEST(ZooKeeperSession, ARefusedWriteDoesNotHoldUpTheOthers) {
  const auto world = make_world();
  create(*world, "/a");
  std::vector<ZkError> errors;
  world->call([&] {
    const auto done = [&](const auto& answer) { errors.push_back(answer.error); };
    ZooKeeper& client = world->client(0);
    client.set_data("/a", "1", kAnyVersion, done);
    client.set_data("/a", std::string(ZooKeeperSession::kMaxDataBytes + 1, 'x'), kAnyVersion, done);
    client.exists("not a path", false, done);
    client.set_data("/a", "2", kAnyVersion, done);
  });
  ASSERT_TRUE(world->run_until([&] { return errors.size() == 4; }));
  EXPECT_THAT(errors,
              ElementsAre(ZkError::kOk, ZkError::kInvalid, ZkError::kInvalid, ZkError::kOk));
}

TEST(ZooKeeperSession, CloseEndsTheSessionAndAllCallbacks) {
  const auto world = make_world();
  create(*world, "/here");
  const auto connect = ConnectString::parse(connect_string(*world));
  Recorder recorder;
  ThreadExecutor home("home");
  {
    ZooKeeperSession session(home, {*connect, seconds(30), 10});
    home.post([&] { session.add_observer(&recorder); });
    ASSERT_TRUE(session.await_connected(seconds(10)));
    std::promise<void> done;
    home.post([&] {
      session.create("/e", "", CreateMode::kEphemeral, [&](const auto&) { done.set_value(); });
    });
    done.get_future().wait();
    home.post([&] {
      for (int i = 0; i < 100; ++i) {
        session.exists("/e", true, [](const auto&) { ADD_FAILURE() << "called after close"; });
      }
      session.close();
      session.exists("/e", true, [](const auto&) { ADD_FAILURE() << "called after close"; });
    });
    home.drain();
  }
  // Long before the session could time out.
  const auto deadline = std::chrono::steady_clock::now() + seconds(10);
  while (exists(*world, "/e").ok() && std::chrono::steady_clock::now() < deadline) continue;
  EXPECT_EQ(exists(*world, "/e").error, ZkError::kNoNode);
  EXPECT_THAT(recorder.told, ElementsAre("established"));
}

TEST(ZooKeeperSession, AServerThatIsNotThereIsAwaitedAndGivenUp) {
  ThreadExecutor home("home");
  ZooKeeperSession session(home, {{"127.0.0.1:1", ""}, seconds(6), 10});
  EXPECT_FALSE(session.await_connected(milliseconds(300)));
  home.post([&] { session.close(); });
  home.drain();
}

TEST(ZooKeeperSession, AnUnknownHostIsAskedForAgain) {
  ThreadExecutor home("home");
  ZooKeeperSession session(home, {{"no-such-host.invalid:2181", ""}, seconds(6), 10});
  EXPECT_FALSE(session.await_connected(milliseconds(300)));
  home.post([&] { session.close(); });
  home.drain();
}

}  // namespace
}  // namespace barnabas::zk::testing
