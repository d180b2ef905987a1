// Producers and group consumers of franz-go by name, as many as standard input asks for; what it
// understands and what it prints is in the README of tests/clients. One goroutine each.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

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

var output sync.Mutex

type client struct {
	name  string
	ctx   context.Context // done when the client is to end
	end   context.CancelFunc
	seeks chan []string
}

func (c *client) say(format string, arguments ...any) {
	output.Lock()
	defer output.Unlock()
	fmt.Println(c.name, fmt.Sprintf(format, arguments...))
}

func (c *client) produce(bootstrap, topic, codec string) error {
	producer, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(bootstrap, ",")...),
		kgo.DefaultProduceTopic(topic),
		kgo.ProducerBatchCompression(codecs[codec]),
	)
	if err != nil {
		return err
	}
	defer producer.Close()
	told := func(record *kgo.Record, err error) {
		if err != nil {
			c.say("failed %v", err)
		} else {
			c.say("acked %d %d %s", record.Partition, record.Offset, record.Value)
		}
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for n := 0; c.ctx.Err() == nil; n++ {
		value := []byte(fmt.Sprintf("%s-%d", c.name, n))
		producer.Produce(context.Background(), &kgo.Record{Key: value, Value: value}, told)
		select {
		case <-tick.C:
		case <-c.ctx.Done():
		}
	}
	return producer.Flush(context.Background())
}

func (c *client) consume(bootstrap, topic, group, reset, balancer string) error {
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
		c.say("owns %s", sorted(owned))
	}
	gone := func(_ context.Context, _ *kgo.Client, p map[string][]int32) { change(p, false) }
	consumer, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(bootstrap, ",")...),
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
				c.say("not committed %v", err)
			}
			gone(ctx, cl, p)
		}),
		kgo.OnPartitionsLost(gone),
	)
	if err != nil {
		return err
	}
	defer consumer.Close()
	for c.ctx.Err() == nil {
		wait, cancel := context.WithTimeout(c.ctx, 100*time.Millisecond)
		fetches := consumer.PollFetches(wait)
		cancel()
		for _, failure := range fetches.Errors() {
			var session *kgo.ErrGroupSession // one that broke is told; the client begins another
			waited := errors.Is(failure.Err, context.DeadlineExceeded) || c.ctx.Err() != nil
			if !waited && !errors.As(failure.Err, &session) {
				return failure.Err
			}
		}
		fetches.EachRecord(func(record *kgo.Record) {
			c.say("read %d %d %s", record.Partition, record.Offset, record.Value)
		})
		select {
		case words := <-c.seeks:
			if err := seek(consumer, topic, words); err != nil {
				return err
			}
			c.say("sought")
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

func sorted(set map[int32]bool) string {
	numbers := []int{}
	for number := range set {
		numbers = append(numbers, int(number))
	}
	sort.Ints(numbers)
	return strings.Trim(fmt.Sprint(numbers), "[]")
}

func main() {
	bootstrap := os.Args[1]
	clients := map[string]*client{}
	var running sync.WaitGroup
	begin := func(name string, live func(*client) error) {
		ctx, end := context.WithCancel(context.Background())
		c := &client{name: name, ctx: ctx, end: end, seeks: make(chan []string, 1)}
		clients[name] = c
		running.Add(1)
		go func() {
			defer running.Done()
			if err := live(c); err != nil {
				c.say("failed %v", err)
			} else {
				c.say("ended")
			}
		}()
	}
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		words := strings.Fields(input.Text())
		switch words[0] {
		case "produce":
			begin(words[1], func(c *client) error { return c.produce(bootstrap, words[2], words[3]) })
		case "consume":
			begin(words[1], func(c *client) error {
				return c.consume(bootstrap, words[2], words[3], words[4], words[5])
			})
		case "seek":
			clients[words[1]].seeks <- words
		case "end":
			clients[words[1]].end()
		}
	}
	for _, c := range clients {
		c.end()
	}
	running.Wait()
}
