package io.firn.reliability;

import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * A storage as other engines see it, in memory or on disk: whole files, as in an object store. A
 * file that was closed is durable.
 */
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
    return new Output(storage, path);
  }

  @Override
  public void deleteFile(String path) {
    try {
      storage.delete(path);
    } catch (IOException e) {
      throw new RuntimeIOException(e);
    }
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

  /** Writes a file and makes it durable, its name included. */
  static void write(Storage storage, String path, byte[] bytes) throws IOException {
    storage.createDirectories(StoragePaths.parent(path));
    try (OutputFileHandle file = storage.create(path)) {
      file.write(bytes, 0, bytes.length);
      file.sync();
    }
    storage.syncDirectory(StoragePaths.parent(path));
  }

  private record Output(Storage storage, String location) implements OutputFile {

    @Override
    public PositionOutputStream create() {
      return new Buffer(storage, location);
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
      return create();
    }

    @Override
    public InputFile toInputFile() {
      return new Input(storage, location);
    }
  }

  private static final class Buffer extends PositionOutputStream {
    private final Storage storage;
    private final String path;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean closed;

    Buffer(Storage storage, String path) {
      this.storage = storage;
      this.path = path;
    }

    @Override
    public long getPos() {
      return bytes.size();
    }

    @Override
    public void write(int value) {
      bytes.write(value);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      bytes.write(source, offset, length);
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        StorageFiles.write(storage, path, bytes.toByteArray());
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
