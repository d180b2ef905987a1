#include <set>

#include "broker/api/producer_id_manager.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/messages/init_producer_id.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {
namespace {

using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;

class FakeClock final : public Clock {
 public:
  Time now() const override { return now_; }
  Timestamp wall_clock_ms() const override { return 0; }
  void advance(Duration by) { now_ += by; }

 private:
  Time now_{};
};

class ProducerIdManagerTest : public ::testing::Test {
 protected:
  void answer(Result<ProducerIdBlock> block) {
    ASSERT_TRUE(asked_);
    const auto done = std::exchange(asked_, nullptr);
    done(std::move(block));
  }

  FakeClock clock_;
  ProducerIdManager::BlockCallback asked_;  // empty: nobody has asked the controller
  int times_asked_ = 0;
  ProducerIdManager manager_{clock_, [this](ProducerIdManager::BlockCallback done) {
                               ++times_asked_;
                               asked_ = std::move(done);
                             }};
};

TEST_F(ProducerIdManagerTest, FirstProducerIsToldToComeAgainAndABlockIsAskedFor) {
  EXPECT_EQ(manager_.next().error().code, ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_EQ(manager_.next().error().code, ErrorCode::kCoordinatorLoadInProgress);
  EXPECT_EQ(times_asked_, 1);
  answer(ProducerIdBlock{ProducerId{5000}, 1000});
  EXPECT_EQ(*manager_.next(), ProducerId{5000});
  EXPECT_EQ(*manager_.next(), ProducerId{5001});
}

TEST_F(ProducerIdManagerTest, NextBlockIsAskedForWhenNineTenthsAreUsed) {
  (void)manager_.next();
  answer(ProducerIdBlock{ProducerId{0}, 1000});
  for (int i = 0; i < 900; ++i) EXPECT_EQ(*manager_.next(), ProducerId{i});
  EXPECT_EQ(times_asked_, 1);
  EXPECT_EQ(*manager_.next(), ProducerId{900});
  EXPECT_EQ(times_asked_, 2);
  answer(ProducerIdBlock{ProducerId{7000}, 1000});
  for (int i = 901; i < 1000; ++i) EXPECT_EQ(*manager_.next(), ProducerId{i});
  EXPECT_EQ(*manager_.next(), ProducerId{7000});
  EXPECT_EQ(times_asked_, 2);
}

TEST_F(ProducerIdManagerTest, RefusedBlockIsAskedForAgainAfterABackoff) {
  (void)manager_.next();
  answer(Error{ErrorCode::kNotController, {}});
  (void)manager_.next();
  EXPECT_EQ(times_asked_, 1);
  clock_.advance(milliseconds(50));
  (void)manager_.next();
  EXPECT_EQ(times_asked_, 2);
}

// Ids that could have been given out before must not be given out again, whatever comes.
TEST_F(ProducerIdManagerTest, BlockThatIsNotNewIsRefused) {
  (void)manager_.next();
  answer(ProducerIdBlock{ProducerId{1000}, 10});
  std::set<ProducerId> given;
  for (int i = 0; i < 10; ++i) given.insert(*manager_.next());
  EXPECT_EQ(given.size(), 10u);
  for (const ProducerIdBlock bad :
       {ProducerIdBlock{ProducerId{1000}, 10}, ProducerIdBlock{ProducerId{1005}, 10},
        ProducerIdBlock{ProducerId{-5}, 10}, ProducerIdBlock{ProducerId{2000}, 0},
        ProducerIdBlock{ProducerId{2000}, -1},
        ProducerIdBlock{ProducerId{std::numeric_limits<std::int64_t>::max()}, 10}}) {
    answer(bad);
    clock_.advance(seconds(1));
    EXPECT_FALSE(manager_.next());
  }
  answer(ProducerIdBlock{ProducerId{1010}, 10});
  EXPECT_EQ(*manager_.next(), ProducerId{1010});
}

// ---- InitProducerId

TEST(InitProducerId, ProducerGetsAnIdFromTheControllersBlock) {
  OneBroker broker;
  broker.start();
  InitProducerIdRequest request;
  request.transactional_id = std::nullopt;
  std::set<ProducerId> given;
  broker.run_until([&] {
    const auto response = broker.ask<InitProducerIdResponse>(request, 4);
    if (response.error_code == ErrorCode::kNone) {
      EXPECT_EQ(response.producer_epoch, 0);
      given.insert(response.producer_id);
    } else {
      EXPECT_EQ(response.error_code, ErrorCode::kCoordinatorLoadInProgress);
    }
    return given.size() == 3;
  });
}

TEST(InitProducerId, TransactionalProducerFindsNoCoordinatorYet) {
  OneBroker broker;
  InitProducerIdRequest request;
  request.transactional_id = "t";
  EXPECT_EQ(broker.ask<InitProducerIdResponse>(request, 4).error_code,
            ErrorCode::kCoordinatorNotAvailable);
  request.transactional_id = "";
  EXPECT_EQ(broker.ask<InitProducerIdResponse>(request, 4).error_code, ErrorCode::kInvalidRequest);
}

TEST(InitProducerId, IdWithoutEpochIsInvalid) {
  OneBroker broker;
  InitProducerIdRequest request;
  request.transactional_id = std::nullopt;
  request.producer_id = ProducerId{5};
  EXPECT_EQ(broker.ask<InitProducerIdResponse>(request, 4).error_code, ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace barnabas::api
