package io.firn.catalog;

import io.firn.error.CorruptionException;
import io.firn.storage.StoragePaths;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * Metadata files that a catalog writes and reads through a {@link DurableFileIO}: sealed as they
 * are written, and checked as they are read. Only files that are written under the name they keep.
 */
final class SealedMetadata {

  private static final Pattern FINAL_NAME =
      Pattern.compile("[0-9]+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.metadata\\.json");

  private SealedMetadata() {}

  /** True for a file that has its last name from the beginning, and is no compressed one. */
  static boolean is(String path) {
    return FINAL_NAME.matcher(StoragePaths.name(path)).matches();
  }

  /**
   * The metadata is damaged. Iceberg's catalogs try other failures of reading again for minutes;
   * this one they pass on.
   */
  static final class DamagedException extends NotFoundException {
    private static final long serialVersionUID = 1L;

    private final CorruptionException damage;

    DamagedException(CorruptionException damage) {
      super(damage, "%s", damage.getMessage());
      this.damage = damage;
    }

    CorruptionException damage() {
      return damage;
    }
  }

  /** A file whose content is sealed when it is complete. */
  record Output(OutputFile file) implements OutputFile {

    @Override
    public PositionOutputStream create() {
      return new Stream(file.create(), StoragePaths.name(file.location()));
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
      return new Stream(file.createOrOverwrite(), StoragePaths.name(file.location()));
    }

    @Override
    public String location() {
      return file.location();
    }

    @Override
    public InputFile toInputFile() {
      return new Input(file.toInputFile());
    }
  }

  private static final class Stream extends PositionOutputStream {
    private final PositionOutputStream file;
    private final String name;
    private final ByteArrayOutputStream json = new ByteArrayOutputStream();
    private boolean closed;

    Stream(PositionOutputStream file, String name) {
      this.file = file;
      this.name = name;
    }

    @Override
    public long getPos() {
      return json.size();
    }

    @Override
    public void write(int value) {
      json.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      json.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      String written = json.toString(StandardCharsets.UTF_8);
      try (file) {
        file.write(written.endsWith("}") ? MetadataSeal.seal(written, name) : json.toByteArray());
      }
    }
  }

  /** A file that is checked as a whole before a byte is given out. */
  record Input(InputFile file) implements InputFile {

    @Override
    public long getLength() {
      return file.getLength();
    }

    @Override
    public SeekableInputStream newStream() {
      byte[] bytes;
      try {
        bytes = CheckedFiles.read(file);
        MetadataSeal.check(bytes, location());
      } catch (IOException e) {
        throw new RuntimeIOException(e, "Cannot read %s", location());
      } catch (CorruptionException e) {
        throw new DamagedException(e);
      }
      return new InMemoryInputFile(location(), bytes).newStream();
    }

    @Override
    public String location() {
      return file.location();
    }

    @Override
    public boolean exists() {
      return file.exists();
    }
  }
}
