// The load of `./dev bench`: one librdkafka producer.
//
//   barnabas_load throughput BOOTSTRAP TOPIC PARTITIONS RECORDS SIZE [key=value]...
//     Produces as fast as it may; prints `<seconds> <records acknowledged> <records failed>`.
//   barnabas_load steady BOOTSTRAP TOPIC PARTITIONS PER_SECOND [key=value]...
//     Produces to every partition at a steady rate until its standard input is closed; prints
//     `<partition> <ms>` for each acknowledgement, milliseconds of the monotonic clock.
//
// key=value are librdkafka's own settings; without them its defaults are in force.
//
// Threads  main produces and polls; delivery reports arrive in poll, on the same thread.
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

double now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "barnabas_load: %s\n", what.c_str());
  std::exit(1);
}

struct Counts {
  std::int64_t acknowledged = 0;
  std::int64_t failed = 0;
  bool tell = false;  // a line for each acknowledgement
};

void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  Counts& counts = *static_cast<Counts*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++counts.failed;
    return;
  }
  ++counts.acknowledged;
  if (counts.tell) std::printf("%d %.3f\n", static_cast<int>(message->partition), now_ms());
}

class Producer {
 public:
  Producer(const std::string& bootstrap, const std::string& topic, int partitions,
           const std::vector<std::string>& settings, Counts& counts)
      : partitions_(partitions) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", bootstrap);
    for (const std::string& setting : settings) {
      const auto equals = setting.find('=');
      if (equals == std::string::npos) fail("not key=value: " + setting);
      set(conf, setting.substr(0, equals), setting.substr(equals + 1));
    }
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    rd_kafka_conf_set_opaque(conf, &counts);
    char error[512];
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    if (handle_ == nullptr) fail(error);
    topic_ = rd_kafka_topic_new(handle_, topic.c_str(), nullptr);
    if (topic_ == nullptr) fail(rd_kafka_err2str(rd_kafka_last_error()));
  }
  ~Producer() {
    rd_kafka_topic_destroy(topic_);
    rd_kafka_destroy(handle_);
  }
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // Queues one record for the next partition in turn; waits while librdkafka's queue is full.
  void send(std::string& value) {
    const int partition = static_cast<int>(next_++ % partitions_);
    for (;;) {
      if (rd_kafka_produce(topic_, partition, RD_KAFKA_MSG_F_COPY, value.data(), value.size(),
                           nullptr, 0, nullptr) == 0) {
        return;
      }
      const auto error = rd_kafka_last_error();
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail(rd_kafka_err2str(error));
      rd_kafka_poll(handle_, 10);
    }
  }
  void poll(int ms) { rd_kafka_poll(handle_, ms); }
  void flush() { rd_kafka_flush(handle_, 120000); }

 private:
  static void set(rd_kafka_conf_t* conf, const std::string& key, const std::string& value) {
    char error[512];
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), error, sizeof error) !=
        RD_KAFKA_CONF_OK) {
      fail(error);
    }
  }

  int partitions_;
  std::int64_t next_ = 0;
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
};

int throughput(Producer& producer, Counts& counts, std::int64_t records, std::size_t size) {
  std::string value(size, 'x');
  for (std::size_t i = 0; i < size; ++i) value[i] = static_cast<char>('a' + i * 7 % 26);
  const double began = now_ms();
  for (std::int64_t i = 0; i < records; ++i) {
    producer.send(value);
    if (i % 256 == 0) producer.poll(0);
  }
  producer.flush();
  std::printf("%.3f %lld %lld\n", (now_ms() - began) / 1000,
              static_cast<long long>(counts.acknowledged), static_cast<long long>(counts.failed));
  return counts.failed == 0 && counts.acknowledged == records ? 0 : 1;
}

int steady(Producer& producer, Counts& counts, double per_second) {
  counts.tell = true;
  std::string value(100, 'x');
  double due = now_ms();
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (::poll(&input, 1, 0) == 0) {
    while (due <= now_ms()) {
      producer.send(value);
      due += 1000 / per_second;
    }
    producer.poll(1);
  }
  producer.flush();
  return counts.failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool fast = !arguments.empty() && arguments[0] == "throughput";
  const std::size_t fixed = fast ? 6 : 5;
  if (arguments.size() < fixed || (!fast && arguments[0] != "steady")) {
    fail(
        "usage: throughput BOOTSTRAP TOPIC PARTITIONS RECORDS SIZE | steady BOOTSTRAP TOPIC "
        "PARTITIONS PER_SECOND, then key=value...");
  }
  const std::vector<std::string> settings(arguments.begin() + static_cast<std::ptrdiff_t>(fixed),
                                          arguments.end());
  Counts counts;
  Producer producer(arguments[1], arguments[2], std::stoi(arguments[3]), settings, counts);
  if (fast) return throughput(producer, counts, std::stoll(arguments[4]), std::stoul(arguments[5]));
  return steady(producer, counts, std::stod(arguments[4]));
}
