package io.firn.engine;

import io.firn.catalog.DeletionVector;
import io.firn.catalog.LiveFile;
import io.firn.catalog.PositionDeletes;
import io.firn.catalog.Unsettled;
import io.firn.catalog.Version;
import io.firn.format.ColumnBatch;
import io.firn.format.DataFileReader;
import io.firn.format.DataFileReaders;
import io.firn.format.KeyList;
import io.firn.format.Projection;
import io.firn.format.RowScan;
import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Finds a version's {@link Settlement}. Of several live rows with one key the newest stays: the one
 * with the highest {@code _last_updated_sequence_number}, which a row keeps when a file is
 * rewritten; of rows of the same commit, the one in the file whose path comes last, and there the
 * last one. Reads the keys of the files that may repeat some, and looks them up in all others.
 * Memory is bounded by a stretch of keys.
 *
 * <p>Used once, by one thread.
 */
final class SettlementSearch {

  private static final int KEYS_AT_ONCE = 1 << 17;

  private final Unsettled unsettled;
  private final TableSchema schema;
  private final Map<String, FileView> files = new HashMap<>();
  private final DataFileReaders readers;
  private final Projection keys;
  private final Projection keysAndAge;
  private final Projection age;
  private final Map<String, DeletionVector.Builder> masks = new HashMap<>();

  private SettlementSearch(Version version, List<FileView> files, DataFileReaders readers) {
    this.unsettled = version.unsettled();
    this.schema = version.schema();
    this.readers = readers;
    files.forEach(file -> this.files.put(file.live().path(), file));
    List<NestedField> fields = new ArrayList<>(schema.keyFields());
    this.keys = Projection.of(schema, new Schema(fields));
    fields.add(MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER);
    this.keysAndAge = Projection.of(schema, new Schema(fields));
    this.age = Projection.of(schema, new Schema(MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER));
  }

  /**
   * Searches.
   *
   * @param files all files of the version that have rows, with their deletion vectors
   */
  static Settlement search(Version version, List<FileView> files, DataFileReaders readers) {
    SettlementSearch search = new SettlementSearch(version, files, readers);
    search.applyDeletes();
    // Deleted rows are no longer there when keys are compared.
    search.files.replaceAll((path, file) -> file.masking(search.masked(path)));
    for (String path : version.unsettled().files()) {
      FileView file = search.files.get(path);
      if (file != null) {
        search.maskRepeated(file);
      }
    }
    Map<String, DeletionVector> found = new HashMap<>();
    search.masks.forEach((path, positions) -> found.put(path, positions.build()));
    return new Settlement(version, found);
  }

  private DeletionVector masked(String path) {
    DeletionVector.Builder builder = masks.get(path);
    return builder == null ? DeletionVector.EMPTY : builder.build();
  }

  private void mask(FileView file, long position) {
    masks.computeIfAbsent(file.live().path(), path -> DeletionVector.builder()).add(position);
  }

  private void applyDeletes() {
    Map<String, List<FileView>> concerned = new HashMap<>();
    Map<String, DeleteFile> deletes = new HashMap<>();
    for (FileView file : files.values()) {
      for (DeleteFile delete : unsettled.deletesOf(file.live())) {
        deletes.put(delete.location(), delete);
        concerned.computeIfAbsent(delete.location(), path -> new ArrayList<>()).add(file);
      }
    }
    deletes.forEach(
        (path, delete) -> {
          if (delete.content() == FileContent.EQUALITY_DELETES) {
            applyEqualityDelete(delete, concerned.getOrDefault(path, List.of()));
          } else {
            applyPositionDelete(delete, concerned.getOrDefault(path, List.of()));
          }
        });
  }

  private void applyEqualityDelete(DeleteFile delete, List<FileView> concerned) {
    try (DataFileReader reader = readers.open(delete.location(), delete.fileSizeInBytes(), schema);
        RowScan scan = reader.scanKeys(keys, null, null, null)) {
      KeyList deleted = new KeyList();
      KeyList read = new KeyList();
      boolean more = true;
      while (more) {
        more = scan.next();
        if (more) {
          read.clear();
          schema.keys().append(scan.batch(), 0, scan.batch().rowCount(), read);
          for (int i = 0; i < read.size(); i++) {
            if (deleted.isEmpty() || read.compare(i, deleted, deleted.size() - 1) != 0) {
              deleted.add(read, i);
            }
          }
        }
        if (!more || deleted.size() >= KEYS_AT_ONCE) {
          for (FileView file : concerned) {
            MaskResolver.find(deleted, file, (key, position) -> mask(file, position));
          }
          deleted.clear();
        }
      }
    }
  }

  private void applyPositionDelete(DeleteFile delete, List<FileView> concerned) {
    Map<String, FileView> byPath = new HashMap<>();
    concerned.forEach(file -> byPath.put(file.live().path(), file));
    try (DataFileReader reader =
            readers.open(delete.location(), delete.fileSizeInBytes(), PositionDeletes.SCHEMA);
        RowScan scan =
            reader.scan(Projection.all(PositionDeletes.SCHEMA), 0, reader.rowCount(), null)) {
      while (scan.next()) {
        ColumnBatch batch = scan.batch();
        for (int i = 0; i < batch.rowCount(); i++) {
          FileView file = byPath.get(String.valueOf(batch.column(0).value(i)));
          if (file != null && batch.column(1).value(i) instanceof Long position) {
            mask(file, position);
          }
        }
      }
    }
  }

  /** Masks every row that has the key of a newer one, among one file's rows and all others'. */
  private void maskRepeated(FileView file) {
    Stretch stretch = new Stretch(file);
    try (RowScan scan = file.reader().scanKeys(keysAndAge, null, null, null)) {
      KeyList read = new KeyList();
      while (scan.next()) {
        read.clear();
        ColumnBatch batch = scan.batch();
        schema.keys().append(batch, 0, batch.rowCount(), read);
        for (int i = 0; i < read.size(); i++) {
          long position = scan.position(i);
          if (!file.deleted().contains(position)) {
            long rowAge = age(file.live(), batch.column(batch.columnCount() - 1).value(i));
            stretch.add(read, i, position, rowAge);
          }
        }
      }
    }
    stretch.compareWithOthers();
  }

  private static long age(LiveFile file, @Nullable Object stored) {
    return stored instanceof Long sequence ? sequence : file.dataSequenceNumber();
  }

  /** Ascending keys of a file, each with the row that counts for it there. */
  private final class Stretch {
    private final FileView file;
    private final KeyList keys = new KeyList();
    private long[] positions = new long[1024];
    private long[] ages = new long[1024];

    Stretch(FileView file) {
      this.file = file;
    }

    /** Takes the next row by key. All rows of one key belong to the same stretch. */
    void add(KeyList read, int i, long position, long rowAge) {
      int last = keys.size() - 1;
      if (last >= 0 && read.compare(i, keys, last) == 0) {
        boolean newer = rowAge > ages[last] || (rowAge == ages[last] && position > positions[last]);
        mask(file, newer ? positions[last] : position);
        if (newer) {
          positions[last] = position;
          ages[last] = rowAge;
        }
        return;
      }
      if (keys.size() == KEYS_AT_ONCE) {
        compareWithOthers();
      }
      if (keys.size() == positions.length) {
        positions = Arrays.copyOf(positions, 2 * positions.length);
        ages = Arrays.copyOf(ages, 2 * ages.length);
      }
      positions[keys.size()] = position;
      ages[keys.size()] = rowAge;
      keys.add(read, i);
    }

    void compareWithOthers() {
      String path = file.live().path();
      for (FileView other : files.values()) {
        String otherPath = other.live().path();
        // Of two files that may both repeat keys, one look at the pair is enough.
        boolean looksAtUs = unsettled.files().contains(otherPath);
        if (looksAtUs && otherPath.compareTo(path) <= 0) {
          continue;
        }
        MaskResolver.find(
            keys,
            other,
            (key, position) -> {
              long otherAge = age(other.live(), other.reader().read(position, age).get(0));
              boolean otherIsNewer =
                  otherAge > ages[key] || (otherAge == ages[key] && otherPath.compareTo(path) > 0);
              if (otherIsNewer) {
                mask(file, positions[key]);
              } else {
                mask(other, position);
              }
            });
      }
      keys.clear();
    }
  }
}
