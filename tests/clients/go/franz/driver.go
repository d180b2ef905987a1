// Producers and group consumers of franz-go; driven by package commands.
package main

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"barnabas/tests/clients/go/commands"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

var codecs = map[string]kgo.CompressionCodec{
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

var balancers = map[string]kgo.GroupBalancer{
	"range":              kgo.RangeBalancer(),
	"roundrobin":         kgo.RoundRobinBalancer(),
	"sticky":             kgo.StickyBalancer(),
	"cooperative-sticky": kgo.CooperativeStickyBalancer(),
}

// As auto.offset.reset.
var starts = map[string]kgo.Offset{
	"earliest": kgo.NewOffset().AtStart(),
	"latest":   kgo.NewOffset().AtEnd(),
	"none":     kgo.NewOffset().AtCommitted(),
}

func produce(c *commands.Client, bootstrap []string, topic, codec string) error {
	producer, err := kgo.NewClient(
		kgo.SeedBrokers(bootstrap...),
		kgo.DefaultProduceTopic(topic),
		kgo.ProducerBatchCompression(codecs[codec]),
	)
	if err != nil {
		return err
	}
	defer producer.Close()
	told := func(record *kgo.Record, err error) {
		if err != nil {
			c.Say("failed %v", err)
		} else {
			c.Say("acked %d %d %s", record.Partition, record.Offset, record.Value)
		}
	}
	c.EachValue(func(text string) {
		value := []byte(text)
		producer.Produce(context.Background(), &kgo.Record{Key: value, Value: value}, told)
	})
	return producer.Flush(context.Background())
}

func consume(
	c *commands.Client, bootstrap []string, topic, group, reset, balancer string,
) error {
	var mutex sync.Mutex
	owned := map[int32]bool{}
	change := func(partitions map[string][]int32, now bool) {
		mutex.Lock()
		defer mutex.Unlock()
		for _, partition := range partitions[topic] {
			if now {
				owned[partition] = true
			} else {
				delete(owned, partition)
			}
		}
		c.SayOwned(owned)
	}
	gone := func(_ context.Context, _ *kgo.Client, p map[string][]int32) { change(p, false) }
	consumer, err := kgo.NewClient(
		kgo.SeedBrokers(bootstrap...),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeStartOffset(starts[reset]),
		kgo.Balancers(balancers[balancer]),
		kgo.AutoCommitInterval(500*time.Millisecond),
		kgo.SessionTimeout(6*time.Second),
		kgo.HeartbeatInterval(500*time.Millisecond),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, p map[string][]int32) {
			change(p, true)
		}),
		kgo.OnPartitionsRevoked(func(ctx context.Context, cl *kgo.Client, p map[string][]int32) {
			// The option replaces the commit that leaving partitions otherwise begins with.
			if err := cl.CommitUncommittedOffsets(ctx); err != nil {
				c.Say("not committed %v", err)
			}
			gone(ctx, cl, p)
		}),
		kgo.OnPartitionsLost(gone),
	)
	if err != nil {
		return err
	}
	defer consumer.Close()
	for c.Ctx.Err() == nil {
		wait, cancel := context.WithTimeout(c.Ctx, 100*time.Millisecond)
		fetches := consumer.PollFetches(wait)
		cancel()
		for _, failure := range fetches.Errors() {
			var session *kgo.ErrGroupSession // one that broke is told; the client begins another
			waited := errors.Is(failure.Err, context.DeadlineExceeded) || c.Ctx.Err() != nil
			if !waited && !errors.As(failure.Err, &session) {
				return failure.Err
			}
		}
		fetches.EachRecord(func(record *kgo.Record) {
			c.Say("read %d %d %s", record.Partition, record.Offset, record.Value)
		})
		select {
		case words := <-c.Seeks:
			if err := seek(consumer, topic, words); err != nil {
				return err
			}
			c.Say("sought")
		default:
		}
	}
	return nil
}

func seek(consumer *kgo.Client, topic string, words []string) error {
	admin, ctx := kadm.NewClient(consumer), context.Background()
	var number int64
	if len(words) > 3 {
		number, _ = strconv.ParseInt(words[3], 10, 64)
	}
	found, err := kadm.ListedOffsets{}, error(nil)
	if words[2] == "timestamp" {
		found, err = admin.ListOffsetsAfterMilli(ctx, number, topic)
	} else {
		found, err = admin.ListStartOffsets(ctx, topic)
	}
	if err != nil {
		return err
	}
	to := map[int32]kgo.EpochOffset{}
	found.Each(func(listed kadm.ListedOffset) {
		offset := listed.Offset
		if words[2] == "offset" {
			offset = number
		}
		to[listed.Partition] = kgo.EpochOffset{Epoch: -1, Offset: offset}
	})
	consumer.SetOffsets(map[string]map[int32]kgo.EpochOffset{topic: to})
	return nil
}

func main() { commands.Obey(produce, consume) }
