// What zk::ZooKeeper promises, said once for every implementation: the model of the simulator and
// our session over a real ZooKeeper both pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/zkclient/world.h"

namespace barnabas::zk::testing {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;

class ZooKeeperContract : public ::testing::Test {
 protected:
  void TearDown() override { world_.reset(); }

  // Observers outlive the sessions: declared before the world.
  Recorder recorder_;
  std::unique_ptr<World> world_ = make_world();
  World& w_ = *world_;
};

TEST_F(ZooKeeperContract, CreatesReadsWritesAndRemoves) {
  EXPECT_EQ(create(w_, "/a", "one").path, "/a");
  EXPECT_EQ(create(w_, "/a").error, ZkError::kNodeExists);
  EXPECT_EQ(create(w_, "/x/y").error, ZkError::kNoNode);

  const auto read = get_data(w_, "/a");
  EXPECT_EQ(read.data, "one");
  EXPECT_EQ(read.stat.version, 0);
  EXPECT_EQ(read.stat.czxid, read.stat.mzxid);
  EXPECT_EQ(read.stat.ephemeral_owner, 0);
  EXPECT_GT(read.stat.ctime_ms, 0);

  const auto written = set_data(w_, "/a", "two", 0);
  EXPECT_EQ(written.stat.version, 1);
  EXPECT_EQ(written.stat.czxid, read.stat.czxid);
  EXPECT_GT(written.stat.mzxid, read.stat.mzxid);
  EXPECT_EQ(set_data(w_, "/a", "three", 0).error, ZkError::kBadVersion);
  EXPECT_EQ(get_data(w_, "/a").data, "two");
  EXPECT_EQ(exists(w_, "/a").stat.version, 1);

  EXPECT_EQ(create(w_, "/a/b").error, ZkError::kOk);
  EXPECT_EQ(remove(w_, "/a").error, ZkError::kNotEmpty);
  EXPECT_EQ(remove(w_, "/a/b").error, ZkError::kOk);
  EXPECT_EQ(remove(w_, "/a", 0).error, ZkError::kBadVersion);
  EXPECT_EQ(remove(w_, "/a").error, ZkError::kOk);
  EXPECT_EQ(remove(w_, "/a").error, ZkError::kNoNode);
  EXPECT_EQ(exists(w_, "/a").error, ZkError::kNoNode);
}

TEST_F(ZooKeeperContract, DataMayHoldAnyByte) {
  const std::string bytes("\0a\xff\0", 4);
  create(w_, "/a", bytes);
  EXPECT_EQ(get_data(w_, "/a").data, bytes);
  create(w_, "/empty", "");
  const auto empty = get_data(w_, "/empty");
  EXPECT_TRUE(empty.ok());
  EXPECT_EQ(empty.data, "");
  // More than one packet, less than ZooKeeper's limit.
  const std::string large(600'000, 'x');
  create(w_, "/large", large);
  EXPECT_EQ(get_data(w_, "/large").data, large);
}

TEST_F(ZooKeeperContract, MalformedPathsAreOurMistake) {
  EXPECT_EQ(create(w_, "a").error, ZkError::kInvalid);
  EXPECT_EQ(create(w_, "/a/").error, ZkError::kInvalid);
}

TEST_F(ZooKeeperContract, ChildrenAreSorted) {
  for (const char* path : {"/p", "/p/10", "/p/2", "/p/a", "/p/1"}) create(w_, path);
  EXPECT_THAT(get_children(w_, "/p").children, ElementsAre("1", "10", "2", "a"));
  EXPECT_THAT(get_children(w_, "/p/1").children, ElementsAre());
  EXPECT_EQ(get_children(w_, "/none").error, ZkError::kNoNode);
}

TEST_F(ZooKeeperContract, SequenceNodesCountUp) {
  create(w_, "/p");
  EXPECT_EQ(create(w_, "/p/n_", "x", CreateMode::kPersistentSequential).path, "/p/n_0000000000");
  EXPECT_EQ(create(w_, "/p/n_", "x", CreateMode::kPersistentSequential).path, "/p/n_0000000001");
}

TEST_F(ZooKeeperContract, EphemeralsNameTheirSessionAndHaveNoChildren) {
  create(w_, "/e", "x", CreateMode::kEphemeral);
  const auto read = get_data(w_, "/e");
  EXPECT_NE(read.stat.ephemeral_owner, 0);
  EXPECT_EQ(read.stat.ephemeral_owner, session_of(w_, 0).id);
  EXPECT_EQ(create(w_, "/e/child").error, ZkError::kNoChildrenForEphemerals);
}

// A broker's registration: both writes in one transaction, so that czxid is mzxid and the version
// is 1.
TEST_F(ZooKeeperContract, MultiIsOneTransaction) {
  const auto answer =
      multi(w_, {Op::create("/e", "", CreateMode::kEphemeral), Op::set_data("/e", "data", 0)});
  ASSERT_TRUE(answer.ok());
  ASSERT_EQ(answer.results.size(), 2u);
  EXPECT_EQ(answer.results[0].created_path, "/e");
  EXPECT_EQ(answer.results[1].stat.czxid, answer.results[1].stat.mzxid);
  EXPECT_EQ(answer.results[1].stat.version, 1);
  EXPECT_EQ(answer.results[1].stat.ephemeral_owner, session_of(w_, 0).id);
}

TEST_F(ZooKeeperContract, MultiThatFailsChangesNothingAndSaysWhichOp) {
  create(w_, "/epoch", "7");
  const auto answer = multi(w_, {Op::create("/a", "x"), Op::check("/epoch", 3),
                                 Op::set_data("/epoch", "8", kAnyVersion)});
  EXPECT_EQ(answer.error, ZkError::kBadVersion);
  ASSERT_EQ(answer.results.size(), 3u);
  EXPECT_EQ(answer.results[0].error, ZkError::kOk);
  EXPECT_EQ(answer.results[1].error, ZkError::kBadVersion);
  EXPECT_EQ(answer.results[2].error, ZkError::kOther);
  EXPECT_EQ(exists(w_, "/a").error, ZkError::kNoNode);
  EXPECT_EQ(get_data(w_, "/epoch").data, "7");

  EXPECT_EQ(multi(w_, {Op::check("/epoch", 0), Op::remove("/none")}).error, ZkError::kNoNode);
  EXPECT_EQ(multi(w_, {Op::check("/epoch", 0), Op::create("/epoch", "")}).error,
            ZkError::kNodeExists);
  EXPECT_TRUE(multi(w_, {Op::check("/epoch", 0), Op::remove("/epoch", 0)}).ok());
}

TEST_F(ZooKeeperContract, PipelinedOperationsAreAnsweredInOrder) {
  create(w_, "/p");
  auto order = std::make_shared<std::vector<int>>();
  w_.call([&] {
    for (int i = 0; i < 1000; ++i) {
      w_.client(0).create("/p/" + std::to_string(i), "x", CreateMode::kPersistent,
                          [order, i](const CreateAnswer& answer) {
                            EXPECT_TRUE(answer.ok());
                            order->push_back(i);
                          });
    }
  });
  ASSERT_TRUE(w_.run_until([order] { return order->size() == 1000; }));
  EXPECT_TRUE(std::ranges::is_sorted(*order));
  EXPECT_EQ(get_children(w_, "/p").children.size(), 1000u);
}

TEST_F(ZooKeeperContract, CallbacksAreNeverCalledInsideTheCall) {
  bool inside = false;
  bool called_inside = false;
  bool called = false;
  w_.call([&] {
    inside = true;
    w_.client(0).exists("/a", false, [&](const StatAnswer&) {
      called_inside = inside;
      called = true;
    });
    inside = false;
  });
  EXPECT_TRUE(w_.run_until([&] { return called; }));
  EXPECT_FALSE(called_inside);
}

TEST_F(ZooKeeperContract, WatchesTellOnce) {
  w_.call([&] { w_.client(0).add_observer(&recorder_); });
  create(w_, "/p");
  create(w_, "/p/a", "1");
  exists(w_, "/p/b", true);
  get_data(w_, "/p/a", true);
  get_children(w_, "/p", true);
  w_.call([&] { recorder_.told.clear(); });

  create(w_, "/p/b", "", CreateMode::kPersistent, 1);
  set_data(w_, "/p/a", "2", kAnyVersion, 1);
  create(w_, "/p/c", "", CreateMode::kPersistent, 1);
  set_data(w_, "/p/a", "3", kAnyVersion, 1);
  set_data(w_, "/p/b", "3", kAnyVersion, 1);
  ASSERT_TRUE(w_.run_until([&] { return recorder_.told.size() >= 3; }));
  get_data(w_, "/p/a");  // whatever else there might be would come before this answer
  EXPECT_THAT(recorder_.told, ElementsAre("created /p/b", "children /p", "data /p/a"));
}

TEST_F(ZooKeeperContract, RemovalIsToldOnceToAllItsWatches) {
  w_.call([&] { w_.client(0).add_observer(&recorder_); });
  create(w_, "/a", "1");
  get_data(w_, "/a", true);
  exists(w_, "/a", true);
  get_children(w_, "/a", true);
  w_.call([&] { recorder_.told.clear(); });
  remove(w_, "/a");
  EXPECT_THAT(recorder_.told, ElementsAre("deleted /a"));
}

TEST_F(ZooKeeperContract, AnEventComesBeforeAnAnswerThatShowsTheChange) {
  w_.call([&] { w_.client(0).add_observer(&recorder_); });
  create(w_, "/a", "0");
  for (int i = 1; i <= 50; ++i) {
    get_data(w_, "/a", true);
    std::vector<std::string> told_when_read;
    bool read = false;
    w_.call([&] {
      recorder_.told.clear();
      w_.client(1).set_data("/a", std::to_string(i), kAnyVersion, [&](const StatAnswer&) {
        w_.client(0).get_data("/a", false, [&](const DataAnswer& answer) {
          EXPECT_EQ(answer.data, std::to_string(i));
          told_when_read = recorder_.told;
          read = true;
        });
      });
    });
    ASSERT_TRUE(w_.run_until([&] { return read; }));
    EXPECT_THAT(told_when_read, ElementsAre("data /a"));
  }
}

TEST_F(ZooKeeperContract, WatchOfAMissingNodeIsLeftByExistsOnly) {
  w_.call([&] { w_.client(0).add_observer(&recorder_); });
  EXPECT_EQ(get_data(w_, "/a", true).error, ZkError::kNoNode);
  EXPECT_EQ(get_children(w_, "/a", true).error, ZkError::kNoNode);
  w_.call([&] { recorder_.told.clear(); });
  create(w_, "/a");
  get_data(w_, "/a");
  EXPECT_THAT(recorder_.told, ElementsAre());
}

TEST_F(ZooKeeperContract, WatchesSurviveALostConnection) {
  w_.call([&] { w_.client(0).add_observer(&recorder_); });
  create(w_, "/a", "0");
  create(w_, "/b", "0");
  get_data(w_, "/a", true);
  exists(w_, "/c", true);
  get_data(w_, "/b", true);
  w_.call([&] { recorder_.told.clear(); });
  w_.lose_connection(0);
  set_data(w_, "/a", "1", kAnyVersion, 1);
  create(w_, "/c", "", CreateMode::kPersistent, 1);
  ASSERT_TRUE(w_.run_until([&] { return recorder_.told.size() == 2; }));
  EXPECT_THAT(recorder_.told, ::testing::UnorderedElementsAre("data /a", "created /c"));
  set_data(w_, "/b", "1", kAnyVersion, 1);
  ASSERT_TRUE(w_.run_until([&] { return recorder_.told.size() == 3; }));
  EXPECT_EQ(recorder_.told.back(), "data /b");
}

TEST_F(ZooKeeperContract, OperationsOutliveALostConnection) {
  create(w_, "/p");
  int answered = 0;
  w_.call([&] {
    for (int i = 0; i < 200; ++i) {
      w_.client(0).create(
          "/p/" + std::to_string(i), "x", CreateMode::kPersistent, [&](const CreateAnswer& answer) {
            // The echo of our own first try may answer the second.
            EXPECT_TRUE(answer.ok() || (answer.error == ZkError::kNodeExists && answer.resent))
                << to_string(answer.error);
            ++answered;
          });
    }
  });
  w_.lose_connection(0);
  ASSERT_TRUE(w_.run_until([&] { return answered == 200; }));
  EXPECT_EQ(get_children(w_, "/p").children.size(), 200u);
}

TEST_F(ZooKeeperContract, ALostConnectionKeepsTheSession) {
  w_.call([&] { w_.client(0).add_observer(&recorder_); });
  create(w_, "/e", "x", CreateMode::kEphemeral);
  const auto before = session_of(w_, 0).id;
  w_.lose_connection(0);
  EXPECT_TRUE(exists(w_, "/e").ok());
  EXPECT_EQ(session_of(w_, 0).id, before);
  EXPECT_THAT(recorder_.told, ElementsAre("established"));
}

TEST_F(ZooKeeperContract, ExpiryFailsEverythingThenTellsOnce) {
  w_.call([&] { w_.client(0).add_observer(&recorder_); });
  create(w_, "/e", "x", CreateMode::kEphemeral);
  w_.expire(0);
  ASSERT_TRUE(w_.run_until([&] { return recorder_.told.back() == "expired"; }));
  EXPECT_EQ(exists(w_, "/e").error, ZkError::kSessionExpired);
  EXPECT_EQ(create(w_, "/a").error, ZkError::kSessionExpired);
  EXPECT_EQ(exists(w_, "/e", false, 1).error, ZkError::kNoNode);
  EXPECT_THAT(recorder_.told, ElementsAre("established", "expired"));
}

TEST_F(ZooKeeperContract, UnansweredOperationsFailBeforeExpiryIsTold) {
  w_.call([&] { w_.client(0).add_observer(&recorder_); });
  create(w_, "/a");
  w_.expire(0);
  bool unanswered = false;  // a real client may have learned of the expiry before it is asked
  w_.call([&] {
    unanswered = recorder_.told.back() != "expired";
    w_.client(0).get_data("/a", false, [&](const DataAnswer& answer) {
      recorder_.told.emplace_back(to_string(answer.error));
    });
  });
  ASSERT_TRUE(w_.run_until([&] { return recorder_.told.size() >= 3; }));
  EXPECT_THAT(recorder_.told, unanswered ? ElementsAre("established", "SessionExpired", "expired")
                                         : ElementsAre("established", "expired", "SessionExpired"));
}

TEST_F(ZooKeeperContract, RestartMakesANewSession) {
  w_.call([&] { w_.client(0).add_observer(&recorder_); });
  create(w_, "/e", "x", CreateMode::kEphemeral);
  get_data(w_, "/e", true);
  const auto before = session_of(w_, 0).id;
  w_.expire(0);
  ASSERT_TRUE(w_.run_until([&] { return recorder_.told.back() == "expired"; }));
  EXPECT_EQ(session_of(w_, 0).id, before);
  // A client that reconnects in time sees the end of its own session's ephemerals.
  EXPECT_THAT(recorder_.told, AnyOf(ElementsAre("established", "expired"),
                                    ElementsAre("established", "deleted /e", "expired")));
  w_.call([&] { recorder_.told.clear(); });
  w_.call([&] { w_.client(0).restart(); });
  ASSERT_TRUE(w_.run_until([&] { return !recorder_.told.empty(); }));
  EXPECT_NE(session_of(w_, 0).id, before);
  EXPECT_TRUE(create(w_, "/e", "x", CreateMode::kEphemeral).ok());
  // The old session's watches are gone with it.
  set_data(w_, "/e", "y");
  EXPECT_THAT(recorder_.told, ElementsAre("established"));
}

TEST_F(ZooKeeperContract, OtherClientsSeeTheEphemeralsOfAnEndedSessionGo) {
  w_.call([&] { w_.client(1).add_observer(&recorder_); });
  create(w_, "/ids");
  create(w_, "/ids/1", "x", CreateMode::kEphemeral);
  get_children(w_, "/ids", true, 1);
  exists(w_, "/ids/1", true, 1);
  w_.call([&] { recorder_.told.clear(); });
  w_.expire(0);
  ASSERT_TRUE(w_.run_until([&] { return recorder_.told.size() == 2; }));
  EXPECT_THAT(recorder_.told, Contains("deleted /ids/1"));
  EXPECT_THAT(recorder_.told, Contains("children /ids"));
}

}  // namespace
}  // namespace barnabas::zk::testing
