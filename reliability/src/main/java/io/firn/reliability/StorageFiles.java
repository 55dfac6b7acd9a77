package io.firn.reliability;

import io.firn.storage.InputFileHandle;
import io.firn.storage.Storage;
import java.io.IOException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;

/** A storage as Iceberg's reader sees it, in memory or on disk: whole files, read-only. */
final class StorageFiles implements FileIO {

  private static final long serialVersionUID = 1L;

  private final transient Storage storage;

  StorageFiles(Storage storage) {
    this.storage = storage;
  }

  @Override
  public InputFile newInputFile(String path) {
    return new Input(storage, path);
  }

  @Override
  public OutputFile newOutputFile(String path) {
    throw new UnsupportedOperationException("The outside reader writes nothing: " + path);
  }

  @Override
  public void deleteFile(String path) {
    throw new UnsupportedOperationException("The outside reader deletes nothing: " + path);
  }

  /** The bytes of a file. */
  static byte[] read(Storage storage, String path) throws IOException {
    try (InputFileHandle file = storage.open(path)) {
      byte[] bytes = new byte[Math.toIntExact(file.length())];
      file.readFully(0, bytes, 0, bytes.length);
      return bytes;
    }
  }

  private record Input(Storage storage, String location) implements InputFile {

    @Override
    public long getLength() {
      try {
        return storage.length(location);
      } catch (IOException e) {
        throw new RuntimeIOException(e);
      }
    }

    @Override
    public SeekableInputStream newStream() {
      try {
        return new Stream(read(storage, location));
      } catch (IOException e) {
        throw new RuntimeIOException(e);
      }
    }

    @Override
    public boolean exists() {
      try {
        return storage.exists(location);
      } catch (IOException e) {
        throw new RuntimeIOException(e);
      }
    }
  }

  private static final class Stream extends SeekableInputStream {
    private final byte[] bytes;
    private int position;

    Stream(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void seek(long target) {
      position = Math.toIntExact(target);
    }

    @Override
    public int read() {
      return position < bytes.length ? bytes[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = Math.min(length, bytes.length - position);
      if (count <= 0) {
        return length == 0 ? 0 : -1;
      }
      System.arraycopy(bytes, position, target, offset, count);
      position += count;
      return count;
    }
  }
}
