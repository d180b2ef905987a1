#include "admin/rdkafka_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>

#include "admin/admin_config.h"
#include "admin/client_properties.h"
#include "admin/host_lookup.h"
#include "admin/tool_log.h"
#include "broker/protocol/error_code.h"

namespace barnabas::admin {
namespace {

constexpr int kMetadataTimeoutMs = 1000;
constexpr int kFirstRetryMs = 100;
constexpr int kLastRetryMs = 1000;

struct DestroyConf {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, DestroyConf>;

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value,
         std::string_view logger) {
  std::array<char, 512> text{};
  switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size())) {
    case RD_KAFKA_CONF_OK:
      return;
    case RD_KAFKA_CONF_UNKNOWN:
      log_tool_warning(
          fmt::format("These configurations '[{}]' were supplied but are not used yet.", name),
          logger);
      return;
    case RD_KAFKA_CONF_INVALID:
      throw std::runtime_error(
          fmt::format("Invalid value {} for configuration {}: {}", value, name, text.data()));
  }
}

struct DestroyMetadata {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, DestroyMetadata>;

// A broker's code has Kafka's number; librdkafka's own are negative.
std::string_view name_of(rd_kafka_resp_err_t error) {
  if (error < 0) return rd_kafka_err2name(error);
  return error_name(error_from_wire(static_cast<std::int16_t>(error)));
}

}  // namespace

RdKafkaClient::RdKafkaClient(rd_kafka_type_t type, std::string role,
                             const config::Properties& properties, const config::Properties& native,
                             RdKafkaCallbacks callbacks)
    : role_(std::move(role)),
      client_id_(properties.at("client.id")),
      callbacks_(std::move(callbacks)) {
  require_plaintext(properties);
  Conf conf(rd_kafka_conf_new());
  const std::string logger =
      fmt::format("org.apache.kafka.clients.{}.{}Config",
                  type == RD_KAFKA_PRODUCER ? "producer" : "consumer", role_);
  for (const auto& [name, value] : properties) {
    if (const auto setting = to_librdkafka(name, value)) {
      set(conf.get(), setting->first, setting->second, logger);
    }
  }
  for (const auto& [name, value] : native) set(conf.get(), name, value, logger);
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  // What matters comes by the error callback; the rest of its log would only confuse.
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  if (callbacks_.on_delivery) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_message);
  if (callbacks_.on_rebalance) rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);

  std::array<char, 512> text{};
  client_.reset(rd_kafka_new(type, conf.get(), text.data(), text.size()));
  if (!client_) throw std::runtime_error(text.data());
  // The client owns its configuration now.
  static_cast<void>(conf.release());
}

RdKafkaClient::~RdKafkaClient() = default;

rd_kafka_topic_t* RdKafkaClient::topic(const std::string& name) {
  auto& topic = topics_[name];
  if (!topic) topic.reset(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
  return topic.get();
}

std::optional<std::vector<std::int32_t>> RdKafkaClient::await_partitions(
    const std::string& name, SteadyClock::time_point deadline, const std::function<bool()>& stop) {
  rd_kafka_topic_t* const wanted = topic(name);
  int correlation_id = 1;
  int retry_ms = kFirstRetryMs;
  while (!stop() && SteadyClock::now() < deadline) {
    const rd_kafka_metadata_t* found = nullptr;
    const auto error = rd_kafka_metadata(client_.get(), 0, wanted, &found, kMetadataTimeoutMs);
    const Metadata metadata(found);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && found->topic_cnt == 1) {
      const rd_kafka_metadata_topic_t& answer = found->topics[0];
      if (answer.err == RD_KAFKA_RESP_ERR_NO_ERROR && answer.partition_cnt > 0) {
        std::vector<std::int32_t> partitions;
        for (int i = 0; i < answer.partition_cnt; ++i) {
          partitions.push_back(answer.partitions[i].id);
        }
        return partitions;
      }
      warn(fmt::format("Error while fetching metadata with correlation id {} : {{{}={}}}",
                       correlation_id, name, name_of(answer.err)));
    }
    ++correlation_id;
    rd_kafka_poll(client_.get(), retry_ms);
    retry_ms = std::min(retry_ms * 2, kLastRetryMs);
  }
  return std::nullopt;
}

std::vector<std::string> RdKafkaClient::topics() {
  const rd_kafka_metadata_t* found = nullptr;
  const auto error = rd_kafka_metadata(client_.get(), 1, nullptr, &found, kMetadataTimeoutMs);
  const Metadata metadata(found);
  rd_kafka_poll(client_.get(), 0);
  std::vector<std::string> names;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return names;
  for (int i = 0; i < found->topic_cnt; ++i) names.emplace_back(found->topics[i].topic);
  return names;
}

rd_kafka_resp_err_t RdKafkaClient::produce(const RdKafkaRecord& record) {
  constexpr int kFullQueuePollMs = 100;
  while (true) {
    const auto error = try_produce(record);
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return error;
    rd_kafka_poll(handle(), kFullQueuePollMs);
  }
}

rd_kafka_resp_err_t RdKafkaClient::try_produce(const RdKafkaRecord& record) {
  rd_kafka_headers_t* const headers = rd_kafka_headers_new(record.headers.size());
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                        value ? value->data() : nullptr,
                        value ? static_cast<ssize_t>(value->size()) : 0);
  }
  const auto argument = [](rd_kafka_vtype_t type) {
    rd_kafka_vu_t made{};
    made.vtype = type;
    return made;
  };
  const auto bytes = [&](rd_kafka_vtype_t type, std::optional<std::string_view> field) {
    rd_kafka_vu_t with = argument(type);
    // With RD_KAFKA_MSG_F_COPY librdkafka only reads what it is pointed to.
    with.u.mem.ptr = field ? const_cast<char*>(field->data()) : nullptr;
    with.u.mem.size = field ? field->size() : 0;
    return with;
  };
  std::array arguments{
      argument(RD_KAFKA_VTYPE_TOPIC),        bytes(RD_KAFKA_VTYPE_VALUE, record.value),
      bytes(RD_KAFKA_VTYPE_KEY, record.key), argument(RD_KAFKA_VTYPE_HEADERS),
      argument(RD_KAFKA_VTYPE_TIMESTAMP),    argument(RD_KAFKA_VTYPE_MSGFLAGS)};
  arguments[0].u.cstr = record.topic.c_str();
  arguments[3].u.headers = headers;
  arguments[4].u.i64 = record.timestamp;
  arguments[5].u.i = RD_KAFKA_MSG_F_COPY;
  rd_kafka_error_t* const failure =
      rd_kafka_produceva(handle(), arguments.data(), arguments.size());
  // On success the headers belong to the message.
  if (failure == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const auto error = rd_kafka_error_code(failure);
  rd_kafka_error_destroy(failure);
  rd_kafka_headers_destroy(headers);
  return error;
}

void RdKafkaClient::warn(const std::string& text) const {
  log_tool_warning(fmt::format("[{} clientId={}] {}", role_, client_id_, text),
                   "org.apache.kafka.clients.NetworkClient");
}

void RdKafkaClient::on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
  const auto* self = static_cast<const RdKafkaClient*>(opaque);
  const std::string_view text(reason);
  // "host:port/id: why": what Kafka's clients say of a broker that does not answer.
  const std::size_t slash = text.find('/');
  const std::size_t colon = text.substr(0, slash).rfind(':');
  if (error != RD_KAFKA_RESP_ERR__TRANSPORT || slash == std::string_view::npos ||
      colon == std::string_view::npos) {
    if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) self->warn(std::string(text));
    return;
  }
  HostPort server;
  server.host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1, slash - colon - 1);
  std::from_chars(port.data(), port.data() + port.size(), server.port);
  int node = -1;
  const std::string_view id = text.substr(slash + 1);
  std::from_chars(id.data(), id.data() + id.size(), node);
  self->warn(
      fmt::format("Connection to node {} ({}) could not be established. Node may not be available.",
                  node, printed_address(server)));
}

void RdKafkaClient::on_message(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  static_cast<const RdKafkaClient*>(opaque)->callbacks_.on_delivery(*message);
}

void RdKafkaClient::on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what,
                                 rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  const auto* self = static_cast<const RdKafkaClient*>(opaque);
  const bool is_cooperative =
      std::string_view(rd_kafka_rebalance_protocol(client)) == "COOPERATIVE";
  const bool assigned = what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  if (assigned || what == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
    self->callbacks_.on_rebalance(assigned, *partitions);
  }
  if (is_cooperative) {
    rd_kafka_error_t* const error = assigned ? rd_kafka_incremental_assign(client, partitions)
                                             : rd_kafka_incremental_unassign(client, partitions);
    if (error != nullptr) {
      self->warn(rd_kafka_error_string(error));
      rd_kafka_error_destroy(error);
    }
  } else {
    rd_kafka_assign(client, assigned ? partitions : nullptr);
  }
}

}  // namespace barnabas::admin
