#!/usr/bin/env bash
# Runs the ZooKeeper of a container: one server, with what the environment says.
set -euo pipefail

cat > /tmp/zoo.cfg <<END
dataDir=/var/lib/zookeeper/data
clientPort=${ZOOKEEPER_CLIENT_PORT:-2181}
tickTime=${ZOOKEEPER_TICK_TIME:-2000}
maxClientCnxns=0
admin.enableServer=false
4lw.commands.whitelist=srvr,ruok
END
mkdir -p /var/lib/zookeeper/data
exec java -Xmx"${ZOOKEEPER_HEAP:-256m}" -XX:+UseSerialGC \
  -cp /usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar \
  org.apache.zookeeper.server.ZooKeeperServerMain /tmp/zoo.cfg
