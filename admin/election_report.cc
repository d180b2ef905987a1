#include "admin/election_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "admin/error_text.h"
#include "admin/java_hash.h"

namespace barnabas::admin {
namespace {

std::vector<ElectionResult> in_map_order(std::vector<ElectionResult> results) {
  return in_java_hash_order(std::move(results), [](const ElectionResult& result) {
    return java_partition_hash(result.partition);
  });
}

std::string joined(const std::vector<ElectionResult>& results) {
  std::vector<std::string> names;
  for (const ElectionResult& result : results) names.push_back(result.partition.to_string());
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

ElectionReport report_election(ElectionType type, const std::vector<ElectionResult>& results) {
  const std::string_view kind = type == ElectionType::kPreferred ? "PREFERRED" : "UNCLEAN";
  std::vector<ElectionResult> elected;
  std::vector<ElectionResult> not_needed;
  std::vector<ElectionResult> failed;
  for (const ElectionResult& result : in_map_order(results)) {
    if (!result.error) {
      elected.push_back(result);
    } else if (result.error->code == ErrorCode::kElectionNotNeeded) {
      not_needed.push_back(result);
    } else {
      failed.push_back(result);
    }
  }

  ElectionReport report;
  if (!elected.empty()) {
    report.text += fmt::format("Successfully completed leader election ({}) for partitions {}\n",
                               kind, joined(in_map_order(elected)));
  }
  if (!not_needed.empty()) {
    report.text += fmt::format("Valid replica already elected for partitions {}\n",
                               joined(in_map_order(not_needed)));
  }
  for (const ElectionResult& result : in_map_order(failed)) {
    report.text +=
        fmt::format("Error completing leader election ({}) for partition: {}: {}: {}\n", kind,
                    result.partition, exception_name(result.error->code), result.error->detail);
  }
  report.failed = failed.size();
  return report;
}

}  // namespace barnabas::admin
