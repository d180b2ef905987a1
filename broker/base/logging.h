// The broker's log lines: `[2026-01-31 12:00:00,123] INFO [Controller id=1] text`, on standard
// output, in the shape of Kafka's server.log.
//
// Threads  thread-safe.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace barnabas {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };  // kOff: as a least level only

bool log_enabled(LogLevel level);
void set_log_level(LogLevel least);
void write_log(LogLevel level, std::string_view line);

template <typename... Args>
void log_at(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(level)) write_log(level, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_debug(fmt::format_string<Args...> format, Args&&... args) {
  log_at(LogLevel::kDebug, format, std::forward<Args>(args)...);
}
template <typename... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_at(LogLevel::kInfo, format, std::forward<Args>(args)...);
}
template <typename... Args>
void log_warn(fmt::format_string<Args...> format, Args&&... args) {
  log_at(LogLevel::kWarn, format, std::forward<Args>(args)...);
}
template <typename... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
  log_at(LogLevel::kError, format, std::forward<Args>(args)...);
}

}  // namespace barnabas
