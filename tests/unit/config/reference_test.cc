#include "config/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "config/config_key.h"

namespace barnabas::config {
namespace {

using testing::HasSubstr;

TEST(Reference, PageOfTheDocsIsWhatTheTablesSay) {
  std::ifstream file(REFERENCE_PAGE, std::ios::binary);
  const std::string kept{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(kept == reference_page())
      << "docs/configuration.md is stale: build/release/bin/barnabas --config-reference > "
         "docs/configuration.md";
}

TEST(Reference, PageAndHelpNameEveryKey) {
  const std::string page = reference_page();
  const std::string help = help_text();
  for (const ConfigKey& key : broker_keys()) {
    EXPECT_THAT(page, HasSubstr("| `" + std::string(key.name) + "` |"));
    if (key.visibility == Visibility::kDynamicOnly) continue;
    EXPECT_THAT(help, HasSubstr("\n  " + std::string(key.name) + "=<"));
  }
  for (const ConfigKey& key : topic_keys()) {
    EXPECT_THAT(page, HasSubstr("| `" + std::string(key.name) + "` |"));
  }
}

TEST(Reference, HelpTellsTypeDefaultAndWhatIsValid) {
  EXPECT_THAT(help_text(),
              HasSubstr("\n  log.segment.bytes=<int>  default: 1073741824; valid: at least 14\n"
                        "      The size at which"));
  EXPECT_THAT(help_text(), HasSubstr("\n  broker.rack=<string>  default: none\n"));
}

TEST(Reference, WhatHasNoEffectIsMarked) {
  EXPECT_THAT(help_text(), HasSubstr("\n      Not supported yet. A Java class that may refuse"));
  EXPECT_THAT(help_text(), HasSubstr("\n      No counterpart. Threads that handle requests"));
}

}  // namespace
}  // namespace barnabas::config
