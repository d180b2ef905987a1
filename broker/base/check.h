// CHECK(condition, format, args...): an invariant of ours, tested in release builds too.
//
// A failed CHECK prints the place, the condition and the values, and aborts: a dead broker fails
// over in well under a second, a wrong one spreads. Never CHECK what a stranger can send; that is a
// Result.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace barnabas {

[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               std::string_view message);

#define CHECK(condition, ...)                                                                  \
  do {                                                                                         \
    if (!(condition)) [[unlikely]]                                                             \
      ::barnabas::check_failed(__FILE__, __LINE__, #condition, ::fmt::format("" __VA_ARGS__)); \
  } while (false)

}  // namespace barnabas
