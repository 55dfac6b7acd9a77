package io.firn.catalog;

import io.firn.error.CorruptionException;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;

/** Reads files whose checksums are known as a whole, and checks them before a byte is given out. */
final class CheckedFiles implements FileIO {

  private static final long serialVersionUID = 1L;

  private final FileIO io;
  private final Map<String, Integer> checksums;

  /**
   * @param checksums by path; looked into at each read
   */
  CheckedFiles(FileIO io, Map<String, Integer> checksums) {
    this.io = io;
    this.checksums = checksums;
  }

  @Override
  public InputFile newInputFile(String path) {
    return checked(path, io.newInputFile(path));
  }

  @Override
  public InputFile newInputFile(String path, long length) {
    return checked(path, io.newInputFile(path, length));
  }

  private InputFile checked(String path, InputFile file) {
    Integer checksum = checksums.get(path);
    return checksum == null ? file : new Checked(file, checksum);
  }

  @Override
  public OutputFile newOutputFile(String path) {
    return io.newOutputFile(path);
  }

  @Override
  public void deleteFile(String path) {
    io.deleteFile(path);
  }

  @Override
  public Map<String, String> properties() {
    return io.properties();
  }

  /** A whole file, which is longer or shorter than it should be if it is damaged. */
  static byte[] read(InputFile file) throws IOException {
    try (SeekableInputStream stream = file.newStream()) {
      return stream.readAllBytes();
    }
  }

  private record Checked(InputFile file, int checksum) implements InputFile {

    @Override
    public long getLength() {
      return file.getLength();
    }

    @Override
    public SeekableInputStream newStream() {
      byte[] bytes;
      try {
        bytes = read(file);
      } catch (EOFException e) {
        throw new CorruptionException(location(), -1, "the file is too short", e);
      } catch (IOException e) {
        throw new RuntimeIOException(e, "Cannot read %s", location());
      }
      if (FileChecksums.of(bytes) != checksum) {
        throw new CorruptionException(location(), -1, "the checksum of the file differs");
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
