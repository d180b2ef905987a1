// What --version prints. The first word is the Kafka whose behaviour this is: scripts read it.
#pragma once

#include <string_view>

namespace barnabas::admin {

inline constexpr std::string_view kVersion = "3.9.0 (Barnabas 0.1.0)";
inline constexpr std::string_view kSoftwareName = "barnabas";
inline constexpr std::string_view kSoftwareVersion = "0.1.0";

}  // namespace barnabas::admin
