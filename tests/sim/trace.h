// The trace of a simulation: one line per thing worth knowing, with its virtual time. The same seed
// gives the same trace, byte for byte.
//
// Threads  one thread; the simulation's.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "tests/sim/scheduler.h"

namespace barnabas::sim {

class Trace {
 public:
  // `print`: every line goes to standard output at once, for the replay of a failed seed.
  Trace(const Scheduler& scheduler, bool print) : scheduler_(scheduler), print_(print) {}

  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    const double seconds = static_cast<double>(scheduler_.now().time_since_epoch().count()) / 1e6;
    text_ += fmt::format("{:11.6f} ", seconds);
    text_ += fmt::format(format, std::forward<Args>(args)...);
    text_ += '\n';
    if (print_) {
      std::fwrite(text_.data() + printed_, 1, text_.size() - printed_, stdout);
      printed_ = text_.size();
    }
  }

  const std::string& text() const { return text_; }

 private:
  const Scheduler& scheduler_;
  const bool print_;
  std::string text_;
  std::size_t printed_ = 0;
};

}  // namespace barnabas::sim
