#include "admin/election_report.h"

#include <gtest/gtest.h>

#include "broker/protocol/error_code.h"

namespace barnabas::admin {
namespace {

ElectionResult result(const char* topic, std::int32_t partition,
                      std::optional<Error> error = std::nullopt) {
  return {{topic, PartitionId(partition)}, std::move(error)};
}

TEST(ElectionReport, ElectedPartitions) {
  const auto report = report_election(ElectionType::kPreferred, {result("t", 0)});
  EXPECT_EQ(report.text, "Successfully completed leader election (PREFERRED) for partitions t-0\n");
  EXPECT_EQ(report.failed, 0U);
}

// That no election was needed is no failure: the tool ends with 0.
TEST(ElectionReport, ElectionNotNeededIsNoFailure) {
  const auto report =
      report_election(ElectionType::kPreferred,
                      {result("t", 0, Error{ErrorCode::kElectionNotNeeded, "not needed"})});
  EXPECT_EQ(report.text, "Valid replica already elected for partitions t-0\n");
  EXPECT_EQ(report.failed, 0U);
}

TEST(ElectionReport, FailuresNameTheException) {
  const auto report = report_election(
      ElectionType::kUnclean,
      {result("t", 9, Error{ErrorCode::kUnknownTopicOrPartition, "The partition does not exist."}),
       result("t", 0)});
  EXPECT_EQ(report.text,
            "Successfully completed leader election (UNCLEAN) for partitions t-0\n"
            "Error completing leader election (UNCLEAN) for partition: t-9: "
            "org.apache.kafka.common.errors.UnknownTopicOrPartitionException: The partition does "
            "not exist.\n");
  EXPECT_EQ(report.failed, 1U);
}

// Printed by java.util.HashSet (OpenJDK 17).
TEST(ElectionReport, PartitionsComeInTheOrderOfJavasSets) {
  std::vector<ElectionResult> results;
  for (std::int32_t partition = 0; partition < 5; ++partition) {
    results.push_back(result("first", partition));
    results.push_back(result("x", partition));
  }
  EXPECT_EQ(report_election(ElectionType::kPreferred, results).text,
            "Successfully completed leader election (PREFERRED) for partitions first-3, first-2, "
            "first-4, x-4, x-3, x-2, x-1, x-0, first-1, first-0\n");
}

TEST(ElectionReport, NothingToSay) {
  EXPECT_EQ(report_election(ElectionType::kPreferred, {}).text, "");
}

}  // namespace
}  // namespace barnabas::admin
