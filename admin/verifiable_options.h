// The command lines of kafka-verifiable-producer and kafka-verifiable-consumer, and the settings
// that they become.
//
// Threads  free functions.
// Failure  ArgumentError.
// Source   Kafka 3.9, VerifiableProducer.java, VerifiableConsumer.java
#pragma once

#include "admin/argument_parser.h"
#include "config/properties.h"

namespace barnabas::admin {

ArgumentParser verifiable_producer_parser();
ArgumentParser verifiable_consumer_parser();

// In Java's names. A producer's file ranks above the command line, a consumer's below.
config::Properties verifiable_producer_properties(const ArgumentValues& arguments);
config::Properties verifiable_consumer_properties(const ArgumentValues& arguments);

}  // namespace barnabas::admin
