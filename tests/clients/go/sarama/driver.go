// Producers and group consumers of sarama; driven by package commands. It seeks by no command: sarama's
// groups have their offsets reset at the beginning of a session only.
package main

import (
	"sync"
	"time"

	"barnabas/tests/clients/go/commands"
	"github.com/IBM/sarama"
)

var codecs = map[string]sarama.CompressionCodec{
	"none":   sarama.CompressionNone,
	"gzip":   sarama.CompressionGZIP,
	"snappy": sarama.CompressionSnappy,
	"lz4":    sarama.CompressionLZ4,
	"zstd":   sarama.CompressionZSTD,
}

var strategies = map[string]sarama.BalanceStrategy{
	"range":      sarama.NewBalanceStrategyRange(),
	"roundrobin": sarama.NewBalanceStrategyRoundRobin(),
	"sticky":     sarama.NewBalanceStrategySticky(),
}

// sarama's idempotent producer is a choice, and it needs a choice of what is in flight.
func produce(c *commands.Client, bootstrap []string, topic, codec string) error {
	config := sarama.NewConfig()
	config.Producer.Compression = codecs[codec]
	config.Producer.Idempotent = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Return.Successes = true
	config.Producer.Retry.Max = 100
	config.Net.MaxOpenRequests = 1
	producer, err := sarama.NewAsyncProducer(bootstrap, config)
	if err != nil {
		return err
	}
	var told sync.WaitGroup
	told.Add(2)
	go func() {
		defer told.Done()
		for message := range producer.Successes() {
			value, _ := message.Value.Encode()
			c.Say("acked %d %d %s", message.Partition, message.Offset, value)
		}
	}()
	go func() {
		defer told.Done()
		for failure := range producer.Errors() {
			c.Say("failed %v", failure)
		}
	}()
	c.EachValue(func(value string) {
		text := sarama.StringEncoder(value)
		producer.Input() <- &sarama.ProducerMessage{Topic: topic, Key: text, Value: text}
	})
	producer.AsyncClose()
	told.Wait()
	return nil
}

type session struct{ client *commands.Client }

func (s session) Setup(joined sarama.ConsumerGroupSession) error {
	owned := map[int32]bool{}
	for _, partitions := range joined.Claims() {
		for _, partition := range partitions {
			owned[partition] = true
		}
	}
	s.client.SayOwned(owned)
	return nil
}

func (s session) Cleanup(sarama.ConsumerGroupSession) error {
	s.client.SayOwned(nil)
	return nil
}

func (s session) ConsumeClaim(joined sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, more := <-claim.Messages():
			if !more {
				return nil
			}
			s.client.Say("read %d %d %s", message.Partition, message.Offset, message.Value)
			joined.MarkMessage(message, "")
		case <-joined.Context().Done():
			return nil
		}
	}
}

func consume(
	c *commands.Client, bootstrap []string, topic, group, reset, assignor string,
) error {
	config := sarama.NewConfig()
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	if reset == "latest" {
		config.Consumer.Offsets.Initial = sarama.OffsetNewest
	}
	config.Consumer.Offsets.AutoCommit.Interval = 500 * time.Millisecond
	config.Consumer.Group.Session.Timeout = 6 * time.Second
	config.Consumer.Group.Heartbeat.Interval = 500 * time.Millisecond
	config.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{strategies[assignor]}
	consumer, err := sarama.NewConsumerGroup(bootstrap, group, config)
	if err != nil {
		return err
	}
	defer consumer.Close()
	for c.Ctx.Err() == nil {
		// Each session ends by a rebalance or a lost coordinator: it is for the caller to begin the next.
		if err := consumer.Consume(c.Ctx, []string{topic}, session{c}); err != nil {
			c.Say("again %v", err)
		}
	}
	return nil
}

func main() { commands.Obey(produce, consume) }
