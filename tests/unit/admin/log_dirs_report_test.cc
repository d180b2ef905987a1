#include "admin/log_dirs_report.h"

#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

LogDirReplica replica_of(const std::string& topic, std::int32_t partition, std::int64_t size) {
  return {{topic, PartitionId(partition)}, size, 0, false};
}

TEST(LogDirsReport, IsOneLineInTheOrderOfKafkasTool) {
  const std::vector<BrokerLogDirs> brokers{
      {BrokerId(1), {{"/data", ErrorCode::kNone, {replica_of("t", 0, 123)}}}}};
  EXPECT_EQ(log_dirs_json(brokers, {}),
            R"({"brokers":[{"broker":1,"logDirs":[{"partitions":[{"partition":"t-0","size":123,)"
            R"("offsetLag":0,"isFuture":false}],"error":null,"logDir":"/data"}]}],"version":1})");
}

TEST(LogDirsReport, FailedDirectoryIsToldByTheClassOfItsError) {
  const std::vector<BrokerLogDirs> brokers{
      {BrokerId(1), {{"/data", ErrorCode::kKafkaStorageError, {}}}}};
  EXPECT_EQ(log_dirs_json(brokers, {}),
            R"({"brokers":[{"broker":1,"logDirs":[{"partitions":[],"error":)"
            R"("org.apache.kafka.common.errors.KafkaStorageException","logDir":"/data"}]}],)"
            R"("version":1})");
}

TEST(LogDirsReport, OnlyTheWantedTopicsAreShown) {
  const std::vector<BrokerLogDirs> brokers{
      {BrokerId(1), {{"/data", ErrorCode::kNone, {replica_of("t", 0, 1), replica_of("u", 0, 2)}}}}};
  const std::string json = log_dirs_json(brokers, {"u"});
  EXPECT_EQ(json.find("t-0"), std::string::npos);
  EXPECT_NE(json.find("u-0"), std::string::npos);
}

TEST(LogDirsReport, BrokersAreListedAsASetOfJava) {
  EXPECT_EQ(broker_list({BrokerId(1), BrokerId(2), BrokerId(16)}), "16,1,2");
}

}  // namespace
}  // namespace barnabas::admin
