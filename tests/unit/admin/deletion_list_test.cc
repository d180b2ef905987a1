#include "admin/deletion_list.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace barnabas::admin {
namespace {

std::string deletion_problem(std::string_view json) {
  try {
    parse_deletion_list(json);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(DeletionList, NamesPartitionsAndOffsets) {
  const auto list = parse_deletion_list(
      R"({"partitions":[{"topic":"b","partition":3,"offset":-1},
                        {"topic":"a","partition":0,"offset":4294967296}],"version":1})");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].first, (TopicPartition{"b", PartitionId(3)}));
  EXPECT_EQ(list[0].second, -1);
  EXPECT_EQ(list[1].second, 4294967296);
}

TEST(DeletionList, VersionMayBeLeftOut) {
  EXPECT_EQ(deletion_problem(R"({"partitions":[]})"), "none");
}

TEST(DeletionList, WhatIsWrongIsToldInKafkasWords) {
  EXPECT_EQ(deletion_problem("{"), "The input string is not a valid JSON");
  EXPECT_EQ(deletion_problem(R"({"version":2,"partitions":[]})"),
            "Not supported version field value 2");
  EXPECT_EQ(deletion_problem(R"({"version":1})"), "Missing partitions field");
  EXPECT_EQ(deletion_problem(R"({"partitions":[{"topic":"t","partition":0}]})"),
            "No such field exists: `offset`");
  EXPECT_EQ(deletion_problem(R"({"partitions":[{"topic":"t","partition":0,"offset":1},
                                               {"topic":"t","partition":0,"offset":2}]})"),
            "Offset json file contains duplicate topic partitions: t-0");
}

TEST(DeletionList, ValuesOfAnotherTypeAreRefused) {
  EXPECT_NE(deletion_problem("[]"), "none");
  EXPECT_NE(deletion_problem(R"({"partitions":7})"), "none");
  EXPECT_NE(deletion_problem(R"({"partitions":[{"topic":1,"partition":0,"offset":1}]})"), "none");
  EXPECT_NE(deletion_problem(R"({"partitions":[{"topic":"t","partition":0.5,"offset":1}]})"),
            "none");
  EXPECT_NE(deletion_problem(R"({"partitions":[{"topic":"t","partition":0,"offset":"1"}]})"),
            "none");
}

}  // namespace
}  // namespace barnabas::admin
