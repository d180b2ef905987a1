// The simulator's command line: `simulator [--first N] [--seeds COUNT]` tries seeds one after
// another, `simulator --seed N [--until SECONDS]` replays one with its trace and the brokers' logs,
// `simulator --trace N` with its trace alone.

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "broker/base/logging.h"
#include "tests/sim/simulation.h"

namespace barnabas::sim {
namespace {

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t seeds = 100;
  std::optional<std::uint64_t> replay;
  std::optional<Duration> until;
};

[[noreturn]] void usage() {
  fmt::print(stderr,
             "usage: simulator [--first N] [--seeds COUNT]\n"
             "       simulator --seed N [--until SECONDS]\n"
             "       simulator --trace N\n");
  std::exit(2);
}

template <typename T>
T number(std::string_view text) {
  if (text.ends_with('s')) text.remove_suffix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    fmt::print(stderr, "simulator: {} is not a number\n", text);
    usage();
  }
  return value;
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) usage();
    const std::string_view option = argv[i];
    const std::string_view value = argv[i + 1];
    if (option == "--first") {
      arguments.first = number<std::uint64_t>(value);
    } else if (option == "--seeds") {
      arguments.seeds = number<std::uint64_t>(value);
    } else if (option == "--seed") {
      arguments.replay = number<std::uint64_t>(value);
    } else if (option == "--trace") {
      arguments.replay = number<std::uint64_t>(value);
      set_log_level(LogLevel::kOff);
    } else if (option == "--until") {
      arguments.until = Duration(static_cast<std::int64_t>(number<double>(value) * 1e6));
    } else {
      usage();
    }
  }
  return arguments;
}

// Of the running simulation, for the line that replays a seed in which a CHECK failed.
volatile std::sig_atomic_t g_aborting = 0;
std::uint64_t g_seed = 0;

void on_abort(int) {
  if (g_aborting) return;
  g_aborting = 1;
  char line[64];
  const int length = std::snprintf(line, sizeof line, "replay with: ./dev sim --seed %llu\n",
                                   static_cast<unsigned long long>(g_seed));
  if (write(STDERR_FILENO, line, static_cast<std::size_t>(length)) < 0) return;
}

int replay(const Arguments& arguments) {
  g_seed = *arguments.replay;
  const auto result =
      simulate({.seed = *arguments.replay, .print = true, .until = arguments.until});
  return result.violation ? 1 : 0;
}

int try_seeds(const Arguments& arguments) {
  set_log_level(LogLevel::kOff);
  std::uint64_t faults = 0;
  std::size_t fewest_faults = std::numeric_limits<std::size_t>::max();
  std::uint64_t acknowledged = 0;
  std::uint64_t commits = 0;
  std::uint64_t generations = 0;
  Duration worst_recovery{};
  for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
    g_seed = arguments.first + i;
    const auto result = simulate({.seed = g_seed, .print = false, .until = std::nullopt});
    if (result.violation) {
      fmt::print("seed {} (number {} of this run): {}\nreplay with: ./dev sim --seed {}\n", g_seed,
                 i + 1, *result.violation, g_seed);
      return 1;
    }
    faults += result.faults;
    fewest_faults = std::min(fewest_faults, result.faults);
    acknowledged += result.acknowledged;
    commits += result.commits;
    generations += result.generations;
    worst_recovery = std::max(worst_recovery, result.recovery);
  }
  fmt::print(
      "{} seeds, {} faults ({} or more each), {} records acknowledged, {} offsets committed in {} "
      "generations, no "
      "violation; slowest recovery {:.1f} s\n",
      arguments.seeds, faults, fewest_faults, acknowledged, commits, generations,
      static_cast<double>(worst_recovery.count()) / 1e6);
  return 0;
}

}  // namespace
}  // namespace barnabas::sim

int main(int argc, char** argv) {
  using namespace barnabas::sim;
  const Arguments arguments = parse(argc, argv);
  std::signal(SIGABRT, on_abort);
  return arguments.replay ? replay(arguments) : try_seeds(arguments);
}
