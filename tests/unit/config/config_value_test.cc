#include "config/config_value.h"

#include <gtest/gtest.h>

#include "config/properties.h"
#include "config/valid_values.h"

namespace barnabas::config {
namespace {

ConfigKey key(ConfigType type, ValidValues valid = any()) {
  return {"k",
          type,
          std::nullopt,
          valid,
          Importance::kLow,
          UpdateMode::kReadOnly,
          "",
          Support::kHonoured,
          Visibility::kPublic,
          ""};
}

std::string refusal(const ConfigKey& of, std::string_view text) {
  try {
    parse_value(of, text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

std::string printed(const ConfigKey& of, std::string_view text) {
  return value_to_string(parse_value(of, text)).value_or("null");
}

TEST(ConfigValue, IntegersOfEachWidthAtTheirLimits) {
  EXPECT_EQ(printed(key(ConfigType::kShort), "-32768"), "-32768");
  EXPECT_EQ(printed(key(ConfigType::kInt), " +2147483647\t"), "2147483647");
  EXPECT_EQ(printed(key(ConfigType::kLong), "9223372036854775807"), "9223372036854775807");
}

TEST(ConfigValue, NumbersThatAreNoneAreRefusedNamingKeyValueAndType) {
  for (const char* text : {"", "x", "1x", "1.5", "0x10", "+-1", "- 1", "2147483648", "1_000"}) {
    EXPECT_EQ(
        refusal(key(ConfigType::kInt), text),
        std::string("Invalid value ") + text + " for configuration k: Not a number of type INT");
  }
  EXPECT_EQ(refusal(key(ConfigType::kShort), "32768"),
            "Invalid value 32768 for configuration k: Not a number of type SHORT");
  EXPECT_EQ(refusal(key(ConfigType::kLong), "9223372036854775808"),
            "Invalid value 9223372036854775808 for configuration k: Not a number of type LONG");
  EXPECT_EQ(refusal(key(ConfigType::kDouble), "half"),
            "Invalid value half for configuration k: Not a number of type DOUBLE");
}

TEST(ConfigValue, DoublesPrintAsInJava) {
  EXPECT_EQ(printed(key(ConfigType::kDouble), "0.5"), "0.5");
  EXPECT_EQ(printed(key(ConfigType::kDouble), "1"), "1.0");
  EXPECT_EQ(printed(key(ConfigType::kDouble), "1.7976931348623157E308"), "1.7976931348623157E308");
  EXPECT_EQ(printed(key(ConfigType::kDouble), "1e-4"), "1.0E-4");
}

TEST(ConfigValue, BooleansInAnyCaseAndNothingElse) {
  EXPECT_EQ(printed(key(ConfigType::kBoolean), " TRUE "), "true");
  EXPECT_EQ(printed(key(ConfigType::kBoolean), "False"), "false");
  for (const char* text : {"", "1", "yes", "truee"}) {
    EXPECT_EQ(refusal(key(ConfigType::kBoolean), text),
              std::string("Invalid value ") + text +
                  " for configuration k: Expected value to be either true or false");
  }
}

TEST(ConfigValue, ListsAreSplitAtCommasAndTrimmed) {
  EXPECT_EQ(std::get<std::vector<std::string>>(parse_value(key(ConfigType::kList), " a , b,,c ")),
            (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_TRUE(
      std::get<std::vector<std::string>>(parse_value(key(ConfigType::kList), "  ")).empty());
  EXPECT_EQ(printed(key(ConfigType::kList), "a , b"), "a,b");
}

TEST(ConfigValue, StringsClassesAndPasswordsAreTrimmed) {
  for (const ConfigType type : {ConfigType::kString, ConfigType::kClass, ConfigType::kPassword}) {
    EXPECT_EQ(printed(key(type), "  x y "), "x y");
  }
}

TEST(ConfigValue, RangesRefuseWithTheLimit) {
  const ConfigKey from_one = key(ConfigType::kInt, at_least(1));
  EXPECT_EQ(refusal(from_one, "1"), "accepted");
  EXPECT_EQ(refusal(from_one, "0"),
            "Invalid value 0 for configuration k: Value must be at least 1");
  const ConfigKey ratio = key(ConfigType::kDouble, between(0, 0.5));
  EXPECT_EQ(refusal(ratio, "0.6"),
            "Invalid value 0.6 for configuration k: Value must be no more than 0.5");
}

TEST(ConfigValue, LevelsMayBeTheDefault) {
  const ConfigKey level = key(ConfigType::kInt, level_or_default(1, 9));
  EXPECT_EQ(refusal(level, "-1"), "accepted");
  EXPECT_EQ(refusal(level, "9"), "accepted");
  EXPECT_EQ(refusal(level, "0"),
            "Invalid value 0 for configuration k: Value must be between 1 and 9 or equal to -1");
}

TEST(ConfigValue, WordsOutsideTheSetAreRefusedWithTheSet) {
  EXPECT_EQ(refusal(key(ConfigType::kString, one_of("CreateTime, LogAppendTime")), "createtime"),
            "Invalid value createtime for configuration k: String must be one of: CreateTime, "
            "LogAppendTime");
  EXPECT_EQ(refusal(key(ConfigType::kList, list_of("compact, delete")), "delete,shred"),
            "Invalid value shred for configuration k: String must be one of: compact, delete");
}

TEST(ConfigValue, ThrottledReplicasAreAStarOrPairs) {
  const ConfigKey throttled = key(ConfigType::kList, throttled_replicas());
  for (const char* text : {"*", "", "0:1", "0:1,1:102"}) {
    EXPECT_EQ(refusal(throttled, text), "accepted") << text;
  }
  for (const char* text : {"0", "0:a", "*,0:1"}) {
    EXPECT_NE(refusal(throttled, text), "accepted") << text;
  }
}

TEST(ConfigValue, VersionsAreReleasesOrProtocolVersions) {
  const ConfigKey ibp = key(ConfigType::kString, version());
  for (const char* text : {"3.9", "3.9.1", "3.9-IV0", "0.10.2", "0.10.2-IV0", "2.0.1"}) {
    EXPECT_EQ(refusal(ibp, text), "accepted") << text;
  }
  EXPECT_EQ(refusal(ibp, "abc"),
            "Invalid value abc for configuration k: Version abc is not a valid version");
}

}  // namespace
}  // namespace barnabas::config
