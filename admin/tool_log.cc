#include "admin/tool_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <ctime>

namespace barnabas::admin {
namespace {

void write_line(std::string_view level, std::string_view text, std::string_view logger) {
  const auto now = std::chrono::system_clock::now();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  localtime_r(&seconds, &local);
  const std::string line =
      fmt::format("[{:%Y-%m-%d %H:%M:%S},{:03}] {} {} ({})\n", local, ms, level, text, logger);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void log_tool_warning(std::string_view text, std::string_view logger) {
  write_line("WARN", text, logger);
}

void log_tool_error(std::string_view text, std::string_view logger) {
  write_line("ERROR", text, logger);
}

}  // namespace barnabas::admin
