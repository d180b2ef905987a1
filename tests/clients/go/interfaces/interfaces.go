// The calls that Redpanda Console and kminion make with franz-go, and Burrow and kafka_exporter with sarama,
// once each; a line for each: its name, and "ok" with what matters of the answer, or the error.
//
//	interfaces BOOTSTRAP TOPIC GROUP     TOPIC has 3 partitions and no records
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func call(name string, call func() (any, error)) {
	answer, err := call()
	if err != nil {
		fmt.Printf("%s %s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Printf("%s ok %v\n", name, answer)
}

func consoleAndKminion(ctx context.Context, admin *kadm.Client, topic string, groups []string) {
	call("ApiVersions", func() (any, error) {
		versions, err := admin.ApiVersions(ctx)
		for _, version := range versions {
			err = errors.Join(err, version.Err)
		}
		return len(versions), err
	})
	call("VersionGuess", func() (any, error) {
		versions, err := admin.ApiVersions(ctx)
		for _, version := range versions {
			return version.VersionGuess(), err
		}
		return nil, err
	})
	call("Metadata", func() (any, error) {
		metadata, err := admin.Metadata(ctx, topic)
		return len(metadata.Topics[topic].Partitions), err
	})
	for _, group := range groups {
		call("OffsetCommit", func() (any, error) {
			offsets := kadm.Offsets{}
			offsets.AddOffset(topic, 0, 7, -1)
			offsets.AddOffset(topic, 2, 9, -1)
			return nil, admin.CommitAllOffsets(ctx, group, offsets)
		})
	}
	call("OffsetFetch-many", func() (any, error) {
		fetched := admin.FetchManyOffsets(ctx, groups...)
		partitions := 0
		for _, group := range fetched {
			for _, offsets := range group.Fetched {
				partitions += len(offsets)
			}
		}
		return partitions, fetched.Error()
	})
	call("ListGroups", func() (any, error) {
		listed, err := admin.ListGroups(ctx)
		return listed[groups[0]].State + listed[groups[1]].State, err
	})
	call("DescribeGroups", func() (any, error) {
		described, err := admin.DescribeGroups(ctx, groups...)
		return len(described), errors.Join(err, described.Error())
	})
	call("ListOffsets", func() (any, error) {
		offsets, err := admin.ListEndOffsets(ctx, topic)
		return len(offsets[topic]), errors.Join(err, offsets.Error())
	})
	call("ListOffsets-by-time", func() (any, error) {
		offsets, err := admin.ListOffsetsAfterMilli(ctx, time.Now().UnixMilli(), topic)
		return len(offsets[topic]), errors.Join(err, offsets.Error())
	})
	call("DescribeLogDirs", func() (any, error) {
		dirs, err := admin.DescribeAllLogDirs(ctx, nil)
		return len(dirs), err
	})
	call("DescribeConfigs", func() (any, error) {
		configs, err := admin.DescribeBrokerConfigs(ctx, 1)
		if err != nil {
			return nil, err
		}
		return len(configs[0].Configs) > 200, configs[0].Err
	})
	call("DescribeAcls", func() (any, error) {
		found, err := admin.DescribeACLs(ctx, kadm.NewACLs().AnyResource().Allow().Deny().Operations().ResourcePatternType(kadm.ACLPatternAny))
		for _, one := range found {
			err = errors.Join(err, one.Err)
		}
		return len(found), err
	})
	call("DescribeClientQuotas", func() (any, error) {
		found, err := admin.DescribeClientQuotas(ctx, false, nil)
		return len(found), err
	})
	call("DescribeUserScramCredentials", func() (any, error) {
		found, err := admin.DescribeUserSCRAMs(ctx)
		return len(found), err
	})
	call("ListPartitionReassignments", func() (any, error) {
		found, err := admin.ListPartitionReassignments(ctx, nil)
		return len(found), err
	})
}

func burrowAndExporter(bootstrap []string, group string) error {
	config := sarama.NewConfig()
	config.Version = sarama.V3_6_0_0
	admin, err := sarama.NewClusterAdmin(bootstrap, config)
	if err != nil {
		return err
	}
	defer admin.Close()
	call("sarama-ListGroups", func() (any, error) {
		groups, err := admin.ListConsumerGroups()
		_, listed := groups[group]
		return listed, err
	})
	call("sarama-OffsetFetch-all", func() (any, error) {
		fetched, err := admin.ListConsumerGroupOffsets(group, nil)
		if err != nil {
			return nil, err
		}
		partitions := 0
		for _, offsets := range fetched.Blocks {
			partitions += len(offsets)
		}
		return partitions, nil
	})
	return nil
}

func main() {
	bootstrap, topic, group := strings.Split(os.Args[1], ","), os.Args[2], os.Args[3]
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap...))
	if err == nil {
		defer client.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		consoleAndKminion(ctx, kadm.NewClient(client), topic, []string{group, group + "-too"})
		err = burrowAndExporter(bootstrap, group)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
