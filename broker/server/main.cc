// barnabas server.properties [--override key=value]... : one broker, in the foreground.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/logging.h"
#include "broker/server/broker.h"
#include "config/broker_config.h"
#include "config/java_options.h"
#include "config/properties.h"
#include "config/reference.h"

namespace {

using namespace barnabas;

constexpr std::string_view kUsage =
    "USAGE: barnabas server.properties [--override property=value]* [--version] [--help]\n";
constexpr std::string_view kHelp =
    "\n"
    "Runs one broker in the foreground, with the configuration of a file in Java's properties "
    "format.\n"
    "  --override property=value  wins over the file; may be given more than once\n"
    "  --version                  prints the version\n"
    "  --help                     prints this\n"
    "  --config-reference         prints the reference page of the configuration\n"
    "\n"
    "The keys of the configuration, by subject:\n";

int stop_pipe[2];  // written by the signal handler
std::atomic<bool> is_running{false};

// The first signal stops a running broker in order; before that, or the second time, the process
// ends as it is.
extern "C" void on_stop_signal(int signal) {
  if (!is_running.exchange(false)) ::_exit(128 + signal);
  const char byte = 0;
  [[maybe_unused]] const ssize_t n = ::write(stop_pipe[1], &byte, 1);
}

void handle_signals() {
  if (::pipe(stop_pipe) != 0) std::abort();
  struct sigaction action{};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // A file above RLIMIT_FSIZE is a disk error like any other, not the end of the process.
  std::signal(SIGXFSZ, SIG_IGN);
}

void await_stop_signal() {
  char byte;
  while (::read(stop_pipe[0], &byte, 1) < 0 && errno == EINTR) {
  }
}

// A broker has a descriptor for each connection and several for each segment. Kafka's documents
// ask for 100000 as a starting point; below a tenth of that even a small cluster runs dry.
constexpr rlim_t kFewDescriptors = 10000;

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_cur < limit.rlim_max) {
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  }
  if (limit.rlim_cur < kFewDescriptors) {
    log_warn(
        "Only {} file descriptors may be open (RLIMIT_NOFILE), for all connections and segments "
        "together: raise the hard limit (ulimit -Hn, LimitNOFILE=)",
        limit.rlim_cur);
  }
}

// Few arenas for few threads; and large buffers, which come and go, do not stay with us: by default
// the thresholds rise to 32 MB as soon as one such buffer is freed.
void keep_memory_small() {
  ::mallopt(M_ARENA_MAX, 2);
  ::mallopt(M_MMAP_THRESHOLD, 2 * 1024 * 1024);
  ::mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024);
}

// True: a question was answered, and no broker is wanted.
bool has_answered(std::string_view argument) {
  if (argument == "--version") {
    std::puts("Barnabas " BARNABAS_VERSION " (Kafka 3.9)");
  } else if (argument == "--help") {
    std::fputs(fmt::format("{}{}{}", kUsage, kHelp, config::help_text()).c_str(), stdout);
  } else if (argument == "--config-reference") {
    std::fputs(config::reference_page().c_str(), stdout);
  } else {
    return false;
  }
  return true;
}

// Where the arguments are wrong, says so and returns nullopt.
std::optional<config::Properties> read_arguments(int argc, char** argv) {
  std::optional<config::Properties> properties;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--override" && properties && i + 1 < argc) {
      config::add_property(*properties, argv[++i]);
    } else if (!argument.starts_with("--") && !properties) {
      properties = config::read_properties_file(argv[i]);
    } else {
      std::fprintf(stderr, "unexpected argument: %s\n", argv[i]);
      return std::nullopt;
    }
  }
  return properties;
}

// Kafka's scripts hand this variable to the JVM.
void refuse_java_options() {
  const char* const options = std::getenv("KAFKA_OPTS");
  if (options == nullptr) return;
  const auto problem = config::zookeeper_options_problem(
      options, [](const std::string& path) -> std::optional<std::string> {
        std::ifstream file(path, std::ios::binary);
        if (!file) return std::nullopt;
        return std::string(std::istreambuf_iterator<char>(file), {});
      });
  if (problem) throw config::ConfigError(*problem);
}

int run(const config::BrokerConfig& config) {
  server::Broker broker(config);
  if (const Result<void> started = broker.start(); !started) {
    log_error(
        "[KafkaServer id={}] Fatal error during KafkaServer startup. Prepare to shutdown: {}",
        broker.id(),
        started.error().detail.empty() ? error_name(started.error().code) : started.error().detail);
    return 1;
  }
  is_running = true;
  await_stop_signal();
  broker.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (has_answered(argv[i])) return 0;
  }
  keep_memory_small();
  try {
    const std::optional<config::Properties> properties = read_arguments(argc, argv);
    if (!properties) {
      std::fwrite(kUsage.data(), 1, kUsage.size(), stderr);
      return 1;
    }
    const config::BrokerConfig config = config::BrokerConfig::load(*properties);
    refuse_java_options();
    for (const std::string& warning : config.warnings()) log_warn("{}", warning);
    raise_descriptor_limit();
    handle_signals();
    return run(config);
  } catch (const std::exception& failure) {
    // Configuration errors, and no descriptors for the event loops.
    log_error("Exiting Kafka due to fatal exception: {}", failure.what());
    return 1;
  }
}
