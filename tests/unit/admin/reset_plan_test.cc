#include "admin/reset_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admin/tool.h"

namespace barnabas::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TopicPartition at(std::string topic, std::int32_t partition) {
  return {std::move(topic), PartitionId(partition)};
}

template <typename Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const ResetError& error) {
    return error.java_class() + ": " + error.what();
  } catch (const UsageError& error) {
    return std::string("usage: ") + error.what();
  }
  return "";
}

constexpr std::int64_t kNoonMs = 1769860800000;  // 2026-01-31T12:00:00Z

TEST(ResetPlan, DatesAreInUtcUnlessTheySayOtherwise) {
  EXPECT_EQ(parse_datetime("2026-01-31T12:00:00.000"), kNoonMs);
  EXPECT_EQ(parse_datetime("2026-01-31T12:00:00.000Z"), kNoonMs);
  EXPECT_EQ(parse_datetime("2026-01-31T12:00:00.000+02:00"), kNoonMs - 2 * 3600 * 1000);
  EXPECT_EQ(parse_datetime("2026-01-31T12:00:00.000-0130"), kNoonMs + 3600 * 1000);
  EXPECT_EQ(parse_datetime("2026-01-31T12:00:00.000-01"), kNoonMs + 3600 * 1000);
  EXPECT_EQ(parse_datetime("2026-1-31T12:0:0.5"), kNoonMs + 5) << "milliseconds, not a fraction";
  EXPECT_EQ(parse_datetime("1969-12-31T23:59:59.999"), -1);
}

TEST(ResetPlan, DatesThatAreNone) {
  EXPECT_EQ(
      error_of([] { parse_datetime("yesterday"); }),
      "java.text.ParseException: Error parsing timestamp. It does not contain a 'T' according "
      "to ISO8601 format");
  EXPECT_EQ(
      error_of([] { parse_datetime("2026-01-31T"); }),
      "java.text.ParseException: Error parsing timestamp. It does not contain a 'T' according "
      "to ISO8601 format");
  for (const char* wrong :
       {"2026-02-30T12:00:00.000Z", "2026-13-01T12:00:00.000Z", "2026-01-31T24:00:00.000Z",
        "2026-01-31T12:60:00.000Z", "2026-01-31T12:00:00.1000Z", "2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00.000+25:00"}) {
    EXPECT_EQ(error_of([&] { parse_datetime(wrong); }),
              "java.text.ParseException: Unparseable date: \"" + std::string(wrong) + "\"");
  }
}

TEST(ResetPlan, DurationsLieBack) {
  EXPECT_EQ(time_before(kNoonMs, "PT0S"), kNoonMs);
  EXPECT_EQ(time_before(kNoonMs, "P1DT2H3M4.5S"), kNoonMs - ((26 * 60 + 3) * 60 + 4) * 1000 - 500);
  EXPECT_EQ(time_before(kNoonMs, "pt1m"), kNoonMs - 60'000);
  EXPECT_EQ(time_before(kNoonMs, "-PT1M"), kNoonMs + 60'000);
  EXPECT_EQ(time_before(kNoonMs, "PT-1M"), kNoonMs + 60'000);
  EXPECT_EQ(time_before(kNoonMs, "PT-1.5S"), kNoonMs + 1'500);
  EXPECT_EQ(time_before(kNoonMs, "PT0.0001S"), kNoonMs - 1) << "a moment is cut down to its ms";
}

TEST(ResetPlan, DurationsThatAreNone) {
  for (const char* wrong : {"", "P", "PT", "P1DT", "1D", "P1Y", "PT1H1D", "PT1.S.", "P1D "}) {
    EXPECT_EQ(error_of([&] { time_before(0, wrong); }),
              "java.time.format.DateTimeParseException: Text cannot be parsed to a Duration")
        << wrong;
  }
  EXPECT_EQ(error_of([] { time_before(0, "P99999999999999999999D"); }),
            "java.time.format.DateTimeParseException: Text cannot be parsed to a Duration: days");
  EXPECT_EQ(error_of([] { time_before(0, "PT9223372036854775807S"); }),
            "java.lang.ArithmeticException: long overflow");
}

TEST(ResetPlan, FileOfOneGroup) {
  const std::string group = "g";
  const auto plans = parse_reset_csv("t,0,5\n\"long\"\"name\",1,6\r\nt,2\n\n", &group);
  ASSERT_EQ(plans.size(), 1U);
  EXPECT_THAT(plans.at("g"),
              ElementsAre(Pair(at("long\"name", 1), 6), Pair(at("t", 0), 5), Pair(at("t", 2), 0)));
}

TEST(ResetPlan, FileOfSeveralGroups) {
  const std::string group = "g";
  for (const std::string* asked : {&group, static_cast<const std::string*>(nullptr)}) {
    const auto plans = parse_reset_csv("g,t,0,5\nh,t,1,6\n", asked);
    ASSERT_EQ(plans.size(), 2U);
    EXPECT_THAT(plans.at("g"), ElementsAre(Pair(at("t", 0), 5)));
    EXPECT_THAT(plans.at("h"), ElementsAre(Pair(at("t", 1), 6)));
  }
}

TEST(ResetPlan, FilesThatAreNone) {
  EXPECT_THAT(parse_reset_csv("\n\n", nullptr), IsEmpty());
  EXPECT_THAT(error_of([] { parse_reset_csv("", nullptr); }),
              HasSubstr("MismatchedInputException: No content to map due to end-of-input"));
  EXPECT_EQ(
      error_of([] { parse_reset_csv("g,t,x,5", nullptr); }),
      "com.fasterxml.jackson.databind.exc.InvalidFormatException: Cannot deserialize value of "
      "type `int` from String \"x\": not a valid `int` value\n at [Source: (StringReader); "
      "line: 1, column: 5] (through reference chain: "
      "org.apache.kafka.tools.consumer.group.CsvUtils$CsvRecordWithGroup[\"partition\"])");
  EXPECT_THAT(error_of([] { parse_reset_csv("g,t,0,5,6", nullptr); }),
              HasSubstr("CsvReadException: Too many entries: expected at most 4"));
}

TEST(ResetPlan, ExportQuotesWhatJacksonWould) {
  const GroupPlans plans{{"a group", {{at("t", 0), 5}}},
                         {"say \"hi\"", {{at("exactly-24-characters-ok", 1), 6}}},
                         {"g", {{at("twenty-five-characters-it", 2), 7}}}};
  EXPECT_EQ(reset_csv(plans, true),
            "\"a group\",t,0,5\n"
            "\"say \"\"hi\"\"\",exactly-24-characters-ok,1,6\n"
            "g,\"twenty-five-characters-it\",2,7\n");
  EXPECT_EQ(reset_csv({{"g", {{at("t", 0), 5}}}}, false), "t,0,5\n");
  EXPECT_EQ(reset_csv({}, false), "");
}

TEST(ResetPlan, WhatIsExportedCanBeRead) {
  const GroupPlans plans{{"a,group", {{at("t", 0), 5}}},
                         {"g", {{at("a-topic-with-a-name-of-more-than-24", 2), 7}}}};
  const auto read = parse_reset_csv(reset_csv(plans, true), nullptr);
  EXPECT_THAT(read.at("a,group"), ElementsAre(Pair(at("t", 0), 5)));
  EXPECT_THAT(read.at("g"), ElementsAre(Pair(at("a-topic-with-a-name-of-more-than-24", 2), 7)));
}

TEST(ResetPlan, PrintedInTheOrderOfJavasMap) {
  EXPECT_THAT(
      planned({{at("first", 0), 1}, {at("first", 1), 1}, {at("first", 2), 1}}),
      ElementsAre(Pair(at("first", 2), 1), Pair(at("first", 1), 1), Pair(at("first", 0), 1)));
  EXPECT_EQ(
      error_of([] { planned({{at("t", 0), 1}, {at("t", 0), 2}}); }),
      "java.lang.IllegalStateException: Duplicate key t-0 (attempted merging values 1 and 2)");
}

TEST(ResetPlan, OffsetsStayInTheirLogs) {
  const std::map<TopicPartition, LogBounds> bounds{{at("t", 0), {10, 20}}};
  std::vector<std::string> warnings;
  const auto moved = [&](std::int64_t offset) {
    warnings.clear();
    return within_bounds({{at("t", 0), offset}}, bounds, warnings).front().second;
  };
  EXPECT_EQ(moved(10), 10);
  EXPECT_EQ(moved(20), 20);
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(moved(21), 20);
  EXPECT_THAT(warnings, ElementsAre("New offset (21) is higher than latest offset for topic "
                                    "partition t-0. Value will be set to 20"));
  EXPECT_EQ(moved(-5), 10);
  EXPECT_THAT(warnings, ElementsAre("New offset (-5) is lower than earliest offset for topic "
                                    "partition t-0. Value will be set to 10"));
}

TEST(ResetPlan, ShiftNeedsACommittedOffset) {
  const CommittedOffsets committed{{at("t", 0), 7}, {at("t", 1), std::nullopt}};
  EXPECT_THAT(shifted({at("t", 0)}, committed, -10), ElementsAre(Pair(at("t", 0), -3)));
  for (const std::int32_t partition : {1, 2}) {
    EXPECT_EQ(error_of([&] { shifted({at("t", partition)}, committed, 1); }),
              "usage: Cannot shift offset for partition t-" + std::to_string(partition) +
                  " since there is no current committed offset");
  }
}

}  // namespace
}  // namespace barnabas::admin
