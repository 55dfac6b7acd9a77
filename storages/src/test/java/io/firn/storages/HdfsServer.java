package io.firn.storages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/** A name node and a data node in this process, for as long as the JVM lives. */
final class HdfsServer {

  private final MiniDFSCluster cluster;

  private HdfsServer() throws IOException {
    Path directory = Files.createTempDirectory("firn-hdfs");
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.toString());
    configuration.setInt("dfs.replication", 1);
    configuration.setInt("dfs.namenode.handler.count", 4);
    this.cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    cluster.waitActive();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> cluster.shutdown(true)));
  }

  private static final class Holder {
    private static final HdfsServer SERVER = start();

    private static HdfsServer start() {
      try {
        return new HdfsServer();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static HdfsServer running() {
    return Holder.SERVER;
  }

  /** The root of the file system, without a slash at its end. */
  String uri() {
    return "hdfs://127.0.0.1:" + cluster.getNameNodePort();
  }
}
