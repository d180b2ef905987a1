// Where violations are told. The first one ends the run of a seed.
//
// Threads  one thread; the simulation's.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace barnabas::sim {

class Judge {
 public:
  template <typename... Args>
  void violation(fmt::format_string<Args...> format, Args&&... args) {
    if (!verdict_) verdict_ = fmt::format(format, std::forward<Args>(args)...);
  }
  // The first violation; nullopt: none so far.
  const std::optional<std::string>& verdict() const { return verdict_; }

 private:
  std::optional<std::string> verdict_;
};

}  // namespace barnabas::sim
