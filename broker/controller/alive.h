// Callbacks that do nothing once their owner has gone: ZooKeeper, channels and timers hold them
// longer than the objects that they speak of live.
//
// Threads  one executor.
#pragma once

#include <memory>
#include <utility>

namespace barnabas::controller {

class Alive {
 public:
  Alive() = default;
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;

  // Calls `call` while this lives and end() was not said since.
  template <typename Call>
  auto guard(Call call) const {
    return [watch = std::weak_ptr<bool>(token_), call = std::move(call)](auto&&... args) mutable {
      if (!watch.expired()) call(std::forward<decltype(args)>(args)...);
    };
  }
  // Silences all callbacks made so far; those made later live.
  void renew() { token_ = std::make_shared<bool>(true); }

 private:
  std::shared_ptr<bool> token_ = std::make_shared<bool>(true);
};

}  // namespace barnabas::controller
