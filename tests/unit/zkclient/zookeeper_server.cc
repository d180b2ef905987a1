#include "tests/unit/zkclient/zookeeper_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace barnabas::zk::testing {
namespace {

constexpr auto kStartTimeout = std::chrono::seconds(60);
// Debian's libzookeeper-java and what it needs at run time.
constexpr char kClassPath[] =
    "/usr/share/java/zookeeper.jar:/usr/share/java/zookeeper-jute.jar:"
    "/usr/share/java/slf4j-api.jar:/usr/share/java/slf4j-nop.jar:"
    "/usr/share/java/metrics-core.jar:/usr/share/java/snappy-java.jar:"
    "/usr/share/java/netty-all.jar";

sockaddr_in local(int port, in_addr_t host = INADDR_LOOPBACK) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(host);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = local(0);
  socklen_t size = sizeof(address);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  ::close(fd);
  return ntohs(address.sin_port);
}

}  // namespace

ZooKeeperServer::ZooKeeperServer() : port_(free_port()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "zookeeper-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  directory_ = pattern;
  std::ofstream(directory_ + "/zoo.cfg")
      << "dataDir=" << directory_ << "/data\nclientPort=" << port_
      << "\nclientPortAddress=127.0.0.1\ntickTime=500\nadmin.enableServer=false\n"
         "maxClientCnxns=0\n4lw.commands.whitelist=*\nforceSync=no\n";
  start();
}

ZooKeeperServer::~ZooKeeperServer() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string ZooKeeperServer::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

void ZooKeeperServer::start() {
  const std::string config = directory_ + "/zoo.cfg";
  const std::string log = directory_ + "/log";
  const char* argv[] = {"java",
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        kClassPath,
                        "org.apache.zookeeper.server.ZooKeeperServerMain",
                        config.c_str(),
                        nullptr};
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves no server behind
    const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(fd, STDOUT_FILENO);
    ::dup2(fd, STDERR_FILENO);
    ::execvp("java", const_cast<char* const*>(argv));
    ::_exit(127);
  }
  const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (!serves()) {
    if (std::chrono::steady_clock::now() > deadline || ::waitpid(pid_, nullptr, WNOHANG) != 0) {
      throw std::runtime_error("ZooKeeper did not start; see " + log);
    }
    ::poll(nullptr, 0, 20);
  }
}

// Asks "srvr", as its operators do: it answers a mode once it serves clients.
bool ZooKeeperServer::serves() const {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = local(port_);
  // From another address of this host: where nobody listens yet, a connection from 127.0.0.1 may
  // meet itself.
  const sockaddr_in source = local(0, INADDR_LOOPBACK + 1);
  const timeval patience{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  std::string answer;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof(source)) == 0 &&
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::send(fd, "srvr", 4, MSG_NOSIGNAL) == 4) {
    char buffer[256];
    ssize_t size = 0;
    while ((size = ::read(fd, buffer, sizeof(buffer))) > 0) {
      answer.append(buffer, static_cast<std::size_t>(size));
    }
  }
  ::close(fd);
  return answer.find("Mode:") != std::string::npos;
}

void ZooKeeperServer::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void ZooKeeperServer::pause() {
  ::kill(pid_, SIGSTOP);
}

void ZooKeeperServer::resume() {
  ::kill(pid_, SIGCONT);
}

}  // namespace barnabas::zk::testing
