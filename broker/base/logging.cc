#include "broker/base/logging.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace barnabas {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

// Built on first use: the log must work before main() and in every test.
spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger created("barnabas", std::make_shared<spdlog::sinks::stdout_sink_mt>());
    created.set_pattern("[%Y-%m-%d %H:%M:%S,%e] %v");
    created.flush_on(spdlog::level::debug);
    return created;
  }();
  return instance;
}

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarn:
      return "WARN";
    case LogLevel::kError:
    case LogLevel::kOff:
      return "ERROR";
  }
  return "INFO";
}

}  // namespace

bool log_enabled(LogLevel level) {
  return logger().should_log(to_spdlog(level));
}
void set_log_level(LogLevel least) {
  logger().set_level(to_spdlog(least));
}
void write_log(LogLevel level, std::string_view line) {
  logger().log(to_spdlog(level), "{} {}", name_of(level), line);
}

}  // namespace barnabas
