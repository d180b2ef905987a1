// One handler per API: a request in, its answer out.
//
// A handler is called with a request whose key and version are in api_table.cc. It decodes the body
// (Request::body, views into Request::frame), does its work and puts the answer into the Responder,
// now or later; a body that cannot be decoded closes the connection, as Kafka does. While a request
// is unanswered the next one of its connection waits, unless work_done() was said.
//
// Threads  As api_table.cc says. Reactor: inline on the connection's reactor; must not block and
//          may run on several reactors at once. Coordination: on Context::coordination, one after
//          another.
// Failure  A handler never throws; errors are told in the answer.
// Source   Kafka 3.9, kafka/server/KafkaApis.scala
#pragma once

#include "broker/protocol/request.h"

namespace barnabas::api {

struct Context;

using Handler = void (*)(Context& context, protocol::Request request,
                         protocol::Responder responder);

// On the reactor.
void handle_produce(Context& context, protocol::Request request, protocol::Responder responder);
void handle_fetch(Context& context, protocol::Request request, protocol::Responder responder);
void handle_list_offsets(Context& context, protocol::Request request,
                         protocol::Responder responder);
void handle_offset_for_leader_epoch(Context& context, protocol::Request request,
                                    protocol::Responder responder);
void handle_api_versions(Context& context, protocol::Request request,
                         protocol::Responder responder);
void handle_metadata(Context& context, protocol::Request request, protocol::Responder responder);
void handle_describe_cluster(Context& context, protocol::Request request,
                             protocol::Responder responder);
void handle_init_producer_id(Context& context, protocol::Request request,
                             protocol::Responder responder);
void handle_find_coordinator(Context& context, protocol::Request request,
                             protocol::Responder responder);
void handle_join_group(Context& context, protocol::Request request, protocol::Responder responder);
void handle_sync_group(Context& context, protocol::Request request, protocol::Responder responder);
void handle_heartbeat(Context& context, protocol::Request request, protocol::Responder responder);
void handle_leave_group(Context& context, protocol::Request request, protocol::Responder responder);
void handle_offset_commit(Context& context, protocol::Request request,
                          protocol::Responder responder);
void handle_offset_fetch(Context& context, protocol::Request request,
                         protocol::Responder responder);
void handle_offset_delete(Context& context, protocol::Request request,
                          protocol::Responder responder);
void handle_delete_records(Context& context, protocol::Request request,
                           protocol::Responder responder);
void handle_describe_groups(Context& context, protocol::Request request,
                            protocol::Responder responder);
void handle_list_groups(Context& context, protocol::Request request, protocol::Responder responder);
void handle_delete_groups(Context& context, protocol::Request request,
                          protocol::Responder responder);

// On the coordination executor.
void handle_describe_configs(Context& context, protocol::Request request,
                             protocol::Responder responder);
void handle_describe_log_dirs(Context& context, protocol::Request request,
                              protocol::Responder responder);
void handle_leader_and_isr(Context& context, protocol::Request request,
                           protocol::Responder responder);
void handle_stop_replica(Context& context, protocol::Request request,
                         protocol::Responder responder);
void handle_update_metadata(Context& context, protocol::Request request,
                            protocol::Responder responder);
void handle_controlled_shutdown(Context& context, protocol::Request request,
                                protocol::Responder responder);
void handle_alter_partition(Context& context, protocol::Request request,
                            protocol::Responder responder);
void handle_create_topics(Context& context, protocol::Request request,
                          protocol::Responder responder);
void handle_delete_topics(Context& context, protocol::Request request,
                          protocol::Responder responder);
void handle_create_partitions(Context& context, protocol::Request request,
                              protocol::Responder responder);
void handle_alter_configs(Context& context, protocol::Request request,
                          protocol::Responder responder);
void handle_incremental_alter_configs(Context& context, protocol::Request request,
                                      protocol::Responder responder);
void handle_elect_leaders(Context& context, protocol::Request request,
                          protocol::Responder responder);
void handle_allocate_producer_ids(Context& context, protocol::Request request,
                                  protocol::Responder responder);

}  // namespace barnabas::api
