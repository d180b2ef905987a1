#include "admin/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace barnabas::admin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::string refused_line(const config::Properties& properties, const char* line) {
  try {
    LineReader(properties).parse(line, 3);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(LineReader, WholeLineIsTheValue) {
  const LineRecord record = LineReader(config::Properties{}).parse("a\tb", 1);
  EXPECT_EQ(record.key, std::nullopt);
  EXPECT_EQ(record.value, "a\tb");
  EXPECT_THAT(record.headers, IsEmpty());
}

TEST(LineReader, KeyEndsAtTheFirstSeparator) {
  const LineRecord record =
      LineReader(config::Properties{{"parse.key", " TRUE "}}).parse("k\tv\tw", 1);
  EXPECT_EQ(record.key, "k");
  EXPECT_EQ(record.value, "v\tw");
}

TEST(LineReader, HeadersThenKeyThenValue) {
  const LineReader reader({{"parse.key", "true"}, {"parse.headers", "true"}});
  const LineRecord record = reader.parse("h1:v1,h2:a:b\tk\tv", 1);
  EXPECT_THAT(record.headers, ElementsAre(Pair("h1", "v1"), Pair("h2", "a:b")));
  EXPECT_EQ(record.key, "k");
  EXPECT_EQ(record.value, "v");
}

TEST(LineReader, SeparatorsMayBeChosen) {
  const LineReader reader({{"parse.key", "true"}, {"key.separator", "::"}});
  const LineRecord record = reader.parse("k::v", 1);
  EXPECT_EQ(record.key, "k");
  EXPECT_EQ(record.value, "v");
}

TEST(LineReader, MissingSeparatorNamesTheLine) {
  EXPECT_EQ(refused_line({{"parse.key", "true"}}, "nokey"),
            "No key separator found on line number 3: 'nokey'");
  EXPECT_EQ(refused_line({{"parse.headers", "true"}}, "x"),
            "No headers delimiter found on line number 3: 'x'");
  EXPECT_EQ(refused_line({{"parse.headers", "true"}}, "h\tv"),
            "No header key separator found in pair 'h' on line number 3");
}

TEST(LineReader, IgnoreErrorTakesTheLineAsItIs) {
  const LineReader reader({{"parse.key", "true"}, {"ignore.error", "true"}});
  const LineRecord record = reader.parse("nokey", 1);
  EXPECT_EQ(record.key, std::nullopt);
  EXPECT_EQ(record.value, "nokey");
  const LineReader headers({{"parse.headers", "true"}, {"ignore.error", "true"}});
  EXPECT_THAT(headers.parse("h\tv", 1).headers, ElementsAre(Pair("h", std::nullopt)));
}

TEST(LineReader, NullMarkerMakesNulls) {
  const LineReader reader(
      {{"parse.key", "true"}, {"parse.headers", "true"}, {"null.marker", "NULL"}});
  const LineRecord record = reader.parse("h:NULL\tNULL\tNULL", 1);
  EXPECT_THAT(record.headers, ElementsAre(Pair("h", std::nullopt)));
  EXPECT_EQ(record.key, std::nullopt);
  EXPECT_EQ(record.value, std::nullopt);
  EXPECT_THAT(reader.parse("NULL\tk\tv", 1).headers, IsEmpty());
  EXPECT_NE(refused_line({{"parse.headers", "true"}, {"null.marker", "NULL"}}, "NULL:v\tv"), "");
}

TEST(LineReader, SeparatorsMustDiffer) {
  EXPECT_EQ(refused_line({{"headers.delimiter", ","}}, ""),
            "headers.delimiter and headers.separator may not be equal");
  EXPECT_EQ(refused_line({{"null.marker", ":"}}, ""),
            "null.marker and headers.key.separator may not be equal");
}

TEST(LineReader, EmptyLineIsAnEmptyValue) {
  EXPECT_EQ(LineReader(config::Properties{}).parse("", 1).value, "");
}

}  // namespace
}  // namespace barnabas::admin
