package io.firn.storages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.engine.FirnTable;
import io.firn.error.InvalidArgumentException;
import io.firn.error.UnsupportedFeatureException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Places where Firn does not write, each with an error that says why and what to do. */
class RefusedPlaceTest {

  private static final Schema SCHEMA =
      new Schema(NestedField.required(1, "id", Types.LongType.get()));

  @TempDir Path directory;

  private FirnTable.Builder at(Map<String, String> catalog) {
    return FirnTable.builder().catalog("lake", catalog, Place.TABLE).schema(SCHEMA).key("id");
  }

  @Test
  void aRemoteTableNeedsALocalDirectoryForItsLog() {
    assertThatThrownBy(() -> at(Place.S3_JDBC.properties(directory)).open())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("localDirectory");
  }

  @Test
  void aPathThatIsNotLocalIsRefused() {
    assertThatThrownBy(() -> FirnTable.builder().path("s3://lake/table").open())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("catalog");
  }

  @Test
  void aHadoopCatalogOnAnObjectStoreIsRefused() {
    Map<String, String> hadoop =
        Map.of("type", "hadoop", "warehouse", OverwritingFileSystem.SCHEME + "://" + directory);
    assertThatThrownBy(
            () -> at(hadoop).localDirectory(directory.resolve("local").toString()).open())
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("commits overwrite each other");
  }

  @Test
  void filesThatCannotBeListedAreReadAndNotWritten() {
    Map<String, String> listed = Place.S3_JDBC.properties(directory);
    String local = directory.resolve("local").toString();
    try (FirnTable table = at(listed).localDirectory(local).open()) {
      table.put(row(table));
    }
    Map<String, String> unlisted = new HashMap<>(listed);
    unlisted.put("io-impl", UnlistedFileIO.class.getName());
    assertThatThrownBy(() -> at(unlisted).localDirectory(local).open())
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("cannot list files");
    try (FirnTable table = at(unlisted).openReadOnly()) {
      assertThat(table.get(7L)).isPresent();
    }
  }

  private static Record row(FirnTable table) {
    var row = GenericRecord.create(table.schema());
    row.setField("id", 7L);
    return row;
  }

  /** S3's files, without the part of the interface that lists them. */
  public static final class UnlistedFileIO implements FileIO {
    private static final long serialVersionUID = 1L;
    private final S3FileIO files = new S3FileIO();

    @Override
    public void initialize(Map<String, String> properties) {
      files.initialize(properties);
    }

    @Override
    public InputFile newInputFile(String path) {
      return files.newInputFile(path);
    }

    @Override
    public OutputFile newOutputFile(String path) {
      return files.newOutputFile(path);
    }

    @Override
    public void deleteFile(String path) {
      files.deleteFile(path);
    }

    @Override
    public void close() {
      files.close();
    }
  }
}
