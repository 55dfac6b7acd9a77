package io.firn.catalog.hive;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import org.apache.hadoop.hive.conf.HiveConf;
import org.apache.hadoop.hive.metastore.HiveMetaStore;
import org.apache.hadoop.hive.metastore.txn.TxnDbUtil;
import org.apache.hadoop.hive.shims.ShimLoader;

/** Starts a metastore, prints its URI, and stops when standard input ends. */
public final class Metastore {

  private Metastore() {}

  public static void main(String[] arguments) throws Exception {
    HiveConf configuration = new HiveConf();
    configuration.set("javax.jdo.option.ConnectionURL", "jdbc:derby:memory:firn;create=true");
    configuration.set("datanucleus.schema.autoCreateAll", "true");
    configuration.set("hive.metastore.schema.verification", "false");
    configuration.set("hive.metastore.try.direct.sql", "false");
    // It compares columns by position, and Iceberg's may be dropped and reordered.
    configuration.set("hive.metastore.disallow.incompatible.col.type.changes", "false");
    configuration.set("hive.metastore.expression.proxy", NoPartitions.class.getName());
    configuration.set(
        "hive.metastore.warehouse.dir", Files.createTempDirectory("warehouse").toString());
    TxnDbUtil.prepDb(configuration);
    int port = freePort();
    Thread server =
        new Thread(
            () -> {
              try {
                HiveMetaStore.startMetaStore(
                    port, ShimLoader.getHadoopThriftAuthBridge(), configuration);
              } catch (Throwable e) {
                throw new IllegalStateException("The metastore does not start", e);
              }
            },
            "metastore");
    server.setDaemon(true);
    server.start();
    awaitPort(port, server);
    System.out.println("thrift://localhost:" + port);
    System.out.flush();
    while (System.in.read() >= 0) {
      // Nobody says anything: the end is what counts.
    }
    System.exit(0);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void awaitPort(int port, Thread server) throws InterruptedException {
    while (server.isAlive()) {
      try (Socket ignored = new Socket("localhost", port)) {
        return;
      } catch (IOException notYet) {
        server.join(100);
      }
    }
    throw new IllegalStateException("The metastore has ended");
  }
}
