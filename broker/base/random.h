// Randomness as an argument: whoever needs it is given one, so that the simulator can seed it.
#pragma once

#include <cstdint>
#include <random>

namespace barnabas {

// Threads  externally synchronized.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  static Random from_system() {
    return Random((std::uint64_t{std::random_device{}()} << 32) | std::random_device{}());
  }

  std::uint64_t next() { return engine_(); }
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace barnabas
