package io.firn.catalog.hive;

import java.util.List;
import org.apache.hadoop.hive.metastore.FileFormatProxy;
import org.apache.hadoop.hive.metastore.PartitionExpressionProxy;
import org.apache.hadoop.hive.metastore.api.FileMetadataExprType;
import org.apache.hadoop.hive.ql.io.sarg.SearchArgument;
import org.apache.hadoop.hive.serde2.typeinfo.PrimitiveTypeInfo;

/** Stands for Hive's query engine, which the metastore asks about partitions: there are none. */
public final class NoPartitions implements PartitionExpressionProxy {

  @Override
  public String convertExprToFilter(byte[] expression) {
    throw new UnsupportedOperationException("There are no partitions");
  }

  @Override
  public boolean filterPartitionsByExpr(
      List<String> columns,
      List<PrimitiveTypeInfo> types,
      byte[] expression,
      String defaultPartition,
      List<String> partitions) {
    throw new UnsupportedOperationException("There are no partitions");
  }

  @Override
  public FileMetadataExprType getMetadataType(String inputFormat) {
    throw new UnsupportedOperationException("There are no partitions");
  }

  @Override
  public FileFormatProxy getFileFormatProxy(FileMetadataExprType type) {
    throw new UnsupportedOperationException("There are no partitions");
  }

  @Override
  public SearchArgument createSarg(byte[] expression) {
    throw new UnsupportedOperationException("There are no partitions");
  }
}
