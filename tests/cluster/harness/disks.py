"""Brokers with two log directories, of which one may fail."""
import os

PROPERTIES = {
    "min.insync.replicas": 2,
    "replica.lag.time.max.ms": 1500,
    "zookeeper.session.timeout.ms": 6000,
    "log.dirs": "disk-a,disk-b",  # in the broker's own folder
}


def directory_of(broker, partition):
    """The folder of the replica in whichever log directory it is."""
    return next(
        path for disk in ("disk-a", "disk-b")
        if os.path.isdir(path := os.path.join(broker.folder, disk, partition))
    )
