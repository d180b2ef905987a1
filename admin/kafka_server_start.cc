// kafka-server-start: becomes the broker, or starts it in the background with -daemon.
//
// Source  Kafka 3.9, bin/kafka-server-start.sh, bin/kafka-run-class.sh
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "admin/running_brokers.h"
#include "admin/tool.h"
#include "admin/version.h"

namespace barnabas::admin {
namespace {

namespace fs = std::filesystem;

// The folder of this program; the broker lies beside it.
fs::path program_folder() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path(".") : self.parent_path();
}

[[noreturn]] void become_broker(const fs::path& program, const Arguments& arguments) {
  std::vector<char*> argv{const_cast<char*>(kBrokerProgram)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  // What a tool ignores is not for the broker to inherit.
  signal(SIGPIPE, SIG_DFL);
  execv(program.c_str(), argv.data());
  fmt::print(stderr, "{}: {}\n", program.string(), std::strerror(errno));
  _exit(1);
}

// In the background as nohup starts it, its output in $LOG_DIR/kafkaServer.out.
int start_daemon(const fs::path& program, const Arguments& arguments) {
  const char* configured = std::getenv("LOG_DIR");
  const fs::path folder = configured != nullptr && *configured != '\0'
                              ? fs::path(configured)
                              : program.parent_path().parent_path() / "logs";
  const fs::path output = folder / "kafkaServer.out";
  std::error_code error;
  fs::create_directories(folder, error);
  const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (out < 0 || in < 0) {
    fmt::print(stderr, "{}: {}\n", output.string(), std::strerror(errno));
    return 1;
  }
  const pid_t child = fork();
  if (child < 0) {
    fmt::print(stderr, "fork: {}\n", std::strerror(errno));
    return 1;
  }
  if (child > 0) return 0;
  setsid();
  signal(SIGHUP, SIG_IGN);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  become_broker(program, arguments);
}

}  // namespace

int kafka_server_start(const Arguments& arguments) {
  if (arguments.empty()) {
    fmt::print(
        "USAGE: kafka-server-start [-daemon] server.properties [--override property=value]*\n");
    return 1;
  }
  if (std::ranges::find(arguments, "--version") != arguments.end()) {
    fmt::print("{}\n", kVersion);
    return 0;
  }
  const fs::path program = program_folder() / kBrokerProgram;
  if (access(program.c_str(), X_OK) != 0) {
    fmt::print(stderr, "{}: {}\n", program.string(), std::strerror(errno));
    return 1;
  }
  if (arguments.front() != "-daemon") become_broker(program, arguments);
  const Arguments rest(arguments.begin() + 1, arguments.end());
  if (rest.empty()) return kafka_server_start({});
  return start_daemon(program, rest);
}

}  // namespace barnabas::admin
