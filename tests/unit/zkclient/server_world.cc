#include "tests/unit/zkclient/server_world.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <future>
#include <map>

#include "broker/base/thread_executor.h"
#include "zkclient/reaper/close_session.h"
#include "zkclient/session/zookeeper_session.h"

namespace barnabas::zk::testing {
namespace {

class ServerWorld final : public World {
 public:
  ServerWorld() : chroot_("/world/" + std::to_string(++worlds_)) {
    shared_server();  // started by this thread: it goes with the thread that starts it
  }
  ~ServerWorld() override {
    call([this] { clients_.clear(); });
  }

  const std::string& chroot() const { return chroot_; }

  ZooKeeper& client(int index) override {
    if (home_.is_current()) return made(index);
    ZooKeeper* result = nullptr;
    call([&] { result = &made(index); });
    return *result;
  }
  void call(std::function<void()> task) override {
    home_.post(std::move(task));
    home_.drain();
  }
  bool run_until(std::function<bool()> condition) override {
    auto holds = std::make_shared<std::promise<bool>>();
    auto future = holds->get_future();
    const auto deadline = std::chrono::steady_clock::now() + seconds(30);
    home_.post([this, holds, condition, deadline] { ask(holds, condition, deadline); });
    return future.get();
  }
  // Every connection of this process to the server.
  void lose_connection(int) override {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      sockaddr_in peer{};
      socklen_t size = sizeof(peer);
      const int fd = std::stoi(entry.path().filename());
      if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
          peer.sin_family == AF_INET) {
        ::shutdown(fd, SHUT_RDWR);
      }
    }
  }
  void expire(int index) override {
    const SessionId session = session_of(*this, index);
    SessionToClose to_close{shared_server().address(), session.id, {}, 6000};
    ASSERT_EQ(session.password.size(), to_close.password.size());
    std::ranges::copy(session.password, to_close.password.begin());
    // The client comes back at once and takes its session with it, closed or not yet.
    EXPECT_NE(close_session(to_close, seconds(10)), CloseOutcome::kUnreachable);
  }

 private:
  ZooKeeper& made(int index) {
    auto& client = clients_[index];
    if (!client) {
      client = std::make_unique<ZooKeeperSession>(
          home_, SessionOptions{{shared_server().address(), chroot_}, seconds(6), 10});
    }
    return *client;
  }
  void ask(const std::shared_ptr<std::promise<bool>>& holds, const std::function<bool()>& condition,
           std::chrono::steady_clock::time_point deadline) {
    const bool answer = condition();
    if (answer || std::chrono::steady_clock::now() > deadline) {
      holds->set_value(answer);
    } else {
      home_.run_after(milliseconds(1),
                      [this, holds, condition, deadline] { ask(holds, condition, deadline); });
    }
  }

  static inline int worlds_ = 0;
  const std::string chroot_;
  std::map<int, std::unique_ptr<ZooKeeperSession>> clients_;
  ThreadExecutor home_{"home"};  // last: stops first
};

}  // namespace

ZooKeeperServer& shared_server() {
  static ZooKeeperServer server;
  return server;
}

std::string connect_string(const World& world) {
  return shared_server().address() + dynamic_cast<const ServerWorld&>(world).chroot();
}

std::unique_ptr<World> make_world() {
  return std::make_unique<ServerWorld>();
}

}  // namespace barnabas::zk::testing
