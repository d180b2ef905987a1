// Package commands is what the drivers of Go clients share: what standard input asks for, and how it is
// answered. The README of tests/clients has the words.
package commands

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

var output sync.Mutex

// Client is a producer or a consumer, in a goroutine of its own.
type Client struct {
	Name  string
	Ctx   context.Context // done when the client is to end
	Seeks chan []string
	end   context.CancelFunc
}

// Say prints a line.
func (c *Client) Say(format string, arguments ...any) {
	output.Lock()
	defer output.Unlock()
	fmt.Println(c.Name, fmt.Sprintf(format, arguments...))
}

// EachValue has a value sent every 5 ms, until the client is to end.
func (c *Client) EachValue(send func(value string)) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for n := 0; c.Ctx.Err() == nil; n++ {
		send(fmt.Sprintf("%s-%d", c.Name, n))
		select {
		case <-tick.C:
		case <-c.Ctx.Done():
		}
	}
}

// SayOwned tells all partitions that are owned now.
func (c *Client) SayOwned(owned map[int32]bool) {
	numbers := []int{}
	for number := range owned {
		numbers = append(numbers, int(number))
	}
	sort.Ints(numbers)
	c.Say("owns %s", strings.Trim(fmt.Sprint(numbers), "[]"))
}

// Obey reads standard input to its end, then ends all clients.
func Obey(
	produce func(c *Client, bootstrap []string, topic, codec string) error,
	consume func(c *Client, bootstrap []string, topic, group, reset, assignor string) error,
) {
	bootstrap := strings.Split(os.Args[1], ",")
	clients := map[string]*Client{}
	var running sync.WaitGroup
	begin := func(name string, live func(*Client) error) {
		ctx, end := context.WithCancel(context.Background())
		c := &Client{Name: name, Ctx: ctx, Seeks: make(chan []string, 1), end: end}
		clients[name] = c
		running.Add(1)
		go func() {
			defer running.Done()
			if err := live(c); err != nil {
				c.Say("failed %v", err)
			} else {
				c.Say("ended")
			}
		}()
	}
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		words := strings.Fields(input.Text())
		switch words[0] {
		case "produce":
			begin(words[1], func(c *Client) error { return produce(c, bootstrap, words[2], words[3]) })
		case "consume":
			begin(words[1], func(c *Client) error {
				return consume(c, bootstrap, words[2], words[3], words[4], words[5])
			})
		case "seek":
			clients[words[1]].Seeks <- words
		case "end":
			clients[words[1]].end()
		}
	}
	for _, c := range clients {
		c.end()
	}
	running.Wait()
}
