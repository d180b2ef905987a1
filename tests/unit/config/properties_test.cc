#include "config/properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace barnabas::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST(Properties, EqualsColonAndBlanksSeparateKeyFromValue) {
  EXPECT_THAT(parse_properties("a=1\nb:2\nc 3\nd\t4\ne = 5\nf : 6\ng   =7\n"),
              ElementsAre(Pair("a", "1"), Pair("b", "2"), Pair("c", "3"), Pair("d", "4"),
                          Pair("e", "5"), Pair("f", "6"), Pair("g", "7")));
}

TEST(Properties, OnlyTheFirstSeparatorCounts) {
  EXPECT_THAT(parse_properties("a==1\nb=x=y\nc = :z\nd  e = f\n"),
              ElementsAre(Pair("a", "=1"), Pair("b", "x=y"), Pair("c", ":z"), Pair("d", "e = f")));
}

TEST(Properties, CommentsAndBlankLinesAreSkipped) {
  EXPECT_THAT(parse_properties("# one\n! two\n\n   \t\n  # three\na=1"),
              ElementsAre(Pair("a", "1")));
}

// Boost's own file parser cuts values at '#'; listeners and JAAS texts may hold one.
TEST(Properties, HashInsideAValueIsNoComment) {
  EXPECT_THAT(parse_properties("a=1 # not a comment\nb=#x\n"),
              ElementsAre(Pair("a", "1 # not a comment"), Pair("b", "#x")));
}

TEST(Properties, BackslashAtTheEndContinuesTheLineWithoutLeadingBlanks) {
  EXPECT_THAT(parse_properties("a=one,\\\n    two,\\\n\tthree\nb=4"),
              ElementsAre(Pair("a", "one,two,three"), Pair("b", "4")));
}

TEST(Properties, EvenNumberOfBackslashesDoesNotContinue) {
  EXPECT_THAT(parse_properties("a=x\\\\\nb=y\\\\\\\nz"),
              ElementsAre(Pair("a", "x\\"), Pair("b", "y\\z")));
}

TEST(Properties, CommentSignsAtTheStartOfAContinuationBelongToTheValue) {
  EXPECT_THAT(parse_properties("a=1,\\\n# 2\nb=3"),
              ElementsAre(Pair("a", "1,# 2"), Pair("b", "3")));
}

TEST(Properties, ContinuationAtTheEndOfTheTextEndsTheValue) {
  EXPECT_THAT(parse_properties("a=1\\"), ElementsAre(Pair("a", "1")));
}

TEST(Properties, EscapesInKeysAndValues) {
  EXPECT_THAT(parse_properties("a\\=b=\\t|\\n|\\r|\\f|\\q|\\\\\nc\\ d\\:=1\n"),
              ElementsAre(Pair("a=b", "\t|\n|\r|\f|q|\\"), Pair("c d:", "1")));
}

TEST(Properties, UnicodeEscapesBecomeUtf8) {
  EXPECT_THAT(parse_properties("a=\\u0041\\u00e9\\u20AC\nb=\\ud83d\\ude00"),
              ElementsAre(Pair("a", "A\u00e9\u20ac"), Pair("b", "\U0001F600")));
}

TEST(Properties, MalformedUnicodeEscapeIsRefused) {
  for (const char* text : {"a=\\u12", "a=\\u12g4", "a=\\u"}) {
    EXPECT_THROW(parse_properties(text), ConfigError) << text;
  }
}

TEST(Properties, AllThreeLineEnds) {
  EXPECT_THAT(parse_properties("a=1\r\nb=2\rc=3\nd=x\\\r\n  y"),
              ElementsAre(Pair("a", "1"), Pair("b", "2"), Pair("c", "3"), Pair("d", "xy")));
}

TEST(Properties, KeyWithoutValueIsEmptyAndTheLastOfTwoWins) {
  EXPECT_THAT(parse_properties("a\nb=\nc=1\nc=2\n"),
              ElementsAre(Pair("a", ""), Pair("b", ""), Pair("c", "2")));
}

TEST(Properties, TrailingBlanksOfAValueStay) {
  EXPECT_THAT(parse_properties("a=1  \n"), ElementsAre(Pair("a", "1  ")));
}

TEST(Properties, NothingIsNothing) {
  EXPECT_THAT(parse_properties(""), IsEmpty());
}

TEST(Properties, OverrideReplacesAndMayHoldEqualsSigns) {
  Properties properties{{"a", "1"}};
  add_property(properties, "a=2");
  add_property(properties, "b=x=y");
  add_property(properties, "c");
  EXPECT_THAT(properties, ElementsAre(Pair("a", "2"), Pair("b", "x=y"), Pair("c", "")));
  EXPECT_THROW(add_property(properties, "=1"), ConfigError);
}

TEST(Properties, MissingFileIsNamed) {
  try {
    read_properties_file("no/such/server.properties");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no/such/server.properties: No such file"));
  }
}

}  // namespace
}  // namespace barnabas::config
