#include "admin/api_versions_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace barnabas::admin {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string report_of(const std::vector<ApiRange>& served) {
  return api_versions_report(served);
}

TEST(ApiVersionsReport, RangesSingleVersionsAndTheNewestThatBothKnow) {
  const std::string text = report_of({{47, 0, 0}, {0, 0, 13}, {1, 4, 9}});
  EXPECT_THAT(text, StartsWith("(\n\tProduce(0): 0 to 13 [usable: 11],\n"
                               "\tFetch(1): 4 to 9 [usable: 9],\n"
                               "\tListOffsets(2): UNSUPPORTED,\n"));
  EXPECT_THAT(text, HasSubstr("\tOffsetDelete(47): 0 [usable: 0],\n"));
  EXPECT_TRUE(text.ends_with("\tReadShareGroupStateSummary(87): UNSUPPORTED\n)"));
}

TEST(ApiVersionsReport, ANewerBrokerMayServeWhatThisProgramDoesNotKnow) {
  const std::string text = report_of({{3, 13, 14}, {200, 0, 2}, {201, 5, 5}});
  EXPECT_THAT(text, HasSubstr("\tMetadata(3): 13 to 14 [unusable: node too new],\n"));
  EXPECT_TRUE(text.ends_with(",\n\tUNKNOWN(200): 0 to 2,\n\tUNKNOWN(201): 5\n)"));
}

TEST(ApiVersionsReport, ApisOfKraftControllersAreNotMissedAtABroker) {
  EXPECT_THAT(report_of({}), Not(HasSubstr("Vote(52)")));
  EXPECT_THAT(report_of({{52, 0, 1}}), HasSubstr("\tVote(52): 0 to 1 [usable: 1],\n"));
}

}  // namespace
}  // namespace barnabas::admin
