// Producers and group consumers of KafkaJS by name, as many as standard input asks for; what it
// understands and what it prints is in the README of tests/clients.
"use strict";
const readline = require("node:readline");
const { Kafka, CompressionTypes, CompressionCodecs, logLevel } = require("kafkajs");

const CODECS = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

const kafka = new Kafka({
  clientId: "kafkajs",
  brokers: process.argv[2].split(","),
  logLevel: logLevel.NOTHING,
  retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 100 },
});
const clients = new Map();

// KafkaJS itself has gzip; the other codecs are plugged in, as its documentation says.
async function plugCodecsIn() {
  CompressionCodecs[CompressionTypes.Snappy] = require("kafkajs-snappy");
  const lz4 = require("lz4-napi");
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: (encoder) => lz4.compressFrame(encoder.buffer),
    decompress: (buffer) => lz4.decompressFrame(buffer),
  });
  const zstd = await new Promise((resolve) => require("zstd-codec").ZstdCodec.run(resolve));
  const simple = new zstd.Simple();
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async (encoder) => Buffer.from(simple.compress(encoder.buffer)),
    decompress: async (buffer) => Buffer.from(simple.decompress(buffer)),
  });
}

class Client {
  constructor(name) {
    this.name = name;
    this.ending = false;
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  say(text) {
    console.log(`${this.name} ${text}`);
  }

  async produce(topic, codec) {
    const producer = kafka.producer({ idempotent: true });
    await producer.connect();
    for (let n = 0; !this.ending; n++) {
      const value = `${this.name}-${n}`;
      const [told] = await producer.send({
        topic, acks: -1, compression: CODECS[codec], messages: [{ key: value, value }],
      });
      this.say(`acked ${told.partition} ${told.baseOffset} ${value}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await producer.disconnect();
  }

  async consume(topic, group, reset) {
    const consumer = kafka.consumer({ groupId: group, sessionTimeout: 6000, heartbeatInterval: 500 });
    this.topic = topic;
    this.consumer = consumer;
    const owns = (partitions) => {
      this.owned = partitions;
      this.say(`owns ${partitions.join(" ")}`);
    };
    consumer.on(consumer.events.GROUP_JOIN, (event) => owns(event.payload.memberAssignment[topic] || []));
    consumer.on(consumer.events.REBALANCING, () => owns([]));
    consumer.on(consumer.events.CRASH, (event) => {
      if (!event.payload.restart) this.say(`failed ${event.payload.error}`);
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: reset === "earliest" });
    await consumer.run({
      autoCommitInterval: 500,
      eachMessage: async ({ partition, message }) => {
        this.say(`read ${partition} ${message.offset} ${message.value}`);
      },
    });
    await this.ended;
    await consumer.disconnect();
  }

  async seek(kind, number) {
    const topic = this.topic;
    const admin = kafka.admin();
    await admin.connect();
    const found = kind === "timestamp"
      ? await admin.fetchTopicOffsetsByTimestamp(topic, Number(number))
      : (await admin.fetchTopicOffsets(topic)).map(({ partition, low }) => ({ partition, offset: low }));
    await admin.disconnect();
    for (const { partition, offset } of found) {
      if (this.owned.includes(partition)) {
        this.consumer.seek({ topic, partition, offset: kind === "offset" ? number : offset });
      }
    }
    this.say("sought");
  }
}

function begin(name, live) {
  const client = new Client(name);
  clients.set(name, client);
  client.finished = live(client).then(
    () => client.say("ended"),
    (error) => client.say(`failed ${error}`.replaceAll("\n", " ")),
  );
}

function end(client) {
  client.ending = true;
  client.end();
}

async function main() {
  await plugCodecsIn();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, name, ...rest] = line.split(" ");
    if (command === "produce") begin(name, (client) => client.produce(...rest));
    if (command === "consume") begin(name, (client) => client.consume(...rest));
    if (command === "seek") clients.get(name).seek(...rest);
    if (command === "end") end(clients.get(name));
  }
  clients.forEach(end);
  await Promise.all([...clients.values()].map((client) => client.finished));
}

main();
