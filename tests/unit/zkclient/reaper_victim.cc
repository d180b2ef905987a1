// A broker as far as its reaper is concerned: holds a session with an ephemeral node, hands it to a
// reaper, and does what it is told on standard input.
//
//   reaper_victim <zookeeper.connect> <reaper program> <ephemeral path>
// Answers each command with a line that begins with "=":
//   hand       hands the session over          = <reaper's pid>
//   decoy H P  hands over session H (hex) with password P (hex) = decoy
//   session    = <the session, hex> <its password, hex>
//   fork       forks a child that keeps all files = <child's pid>
//   reaper     whether the reaper runs         = running | lost
//   quit       closes the session, stops the reaper, exits
#include <fmt/format.h>
#include <unistd.h>

#include <future>
#include <iostream>
#include <sstream>
#include <string>

#include "broker/base/thread_executor.h"
#include "tests/unit/zkclient/hex.h"
#include "zkclient/reaper/reaper_client.h"
#include "zkclient/session/zookeeper_session.h"

using namespace barnabas;

namespace {

constexpr Duration kSessionTimeout = seconds(30);

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto connect = zk::ConnectString::parse(argv[1]);
  if (!connect) return 2;
  ThreadExecutor home("home");
  zk::ZooKeeperSession session(home, {*connect, kSessionTimeout, 10});
  std::promise<bool> registered;
  home.post([&] {
    session.create(argv[3], "", zk::CreateMode::kEphemeral,
                   [&](const zk::CreateAnswer& answer) { registered.set_value(answer.ok()); });
  });
  if (!registered.get_future().get()) return 3;
  zk::ReaperClient reaper(home, argv[2]);

  const auto on_home = [&](const auto& task) {
    home.post(task);
    home.drain();
  };
  std::cout << "= ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "hand") {
      on_home([&] { reaper.hand_over(session.session(), connect->hosts, kSessionTimeout); });
      std::cout << "= " << reaper.pid() << std::endl;
    } else if (command == "decoy") {
      std::string id;
      std::string password;
      words >> id >> password;
      const zk::SessionId decoy{std::stoll(id, nullptr, 16), zk::testing::from_hex(password)};
      on_home([&] { reaper.hand_over(decoy, connect->hosts, kSessionTimeout); });
      std::cout << "= decoy" << std::endl;
    } else if (command == "session") {
      zk::SessionId own;
      on_home([&] { own = session.session(); });
      std::cout << fmt::format("= {:x} {}", own.id, zk::testing::to_hex(own.password)) << std::endl;
    } else if (command == "fork") {
      const pid_t child = ::fork();
      if (child == 0) {
        while (true) ::pause();
      }
      std::cout << "= " << child << std::endl;
    } else if (command == "reaper") {
      bool running = false;
      on_home([&] { running = reaper.is_running(); });
      std::cout << (running ? "= running" : "= lost") << std::endl;
    } else if (command == "quit") {
      on_home([&] { session.close(); });
      on_home([&] { reaper.stop(); });
      break;
    }
  }
  home.stop();
  return 0;
}
