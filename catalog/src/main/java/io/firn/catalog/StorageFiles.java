package io.firn.catalog;

import io.firn.storage.InputFileHandle;
import io.firn.storage.OutputFileHandle;
import io.firn.storage.Storage;
import io.firn.storage.StoragePaths;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * Iceberg's view of single files in a {@link Storage}. An output is durable when its stream has
 * been closed without an exception: the file is synced, then its directory.
 */
final class StorageFiles {
  private static final int OUTPUT_BUFFER_BYTES = 32 << 10;
  private static final int INPUT_BUFFER_BYTES = 32 << 10;

  private StorageFiles() {}

  /** A file to read. */
  record Input(Storage storage, String location, long knownLength) implements InputFile {
    static final long UNKNOWN_LENGTH = -1;

    @Override
    public long getLength() {
      if (knownLength != UNKNOWN_LENGTH) {
        return knownLength;
      }
      try {
        return storage.length(location);
      } catch (NoSuchFileException e) {
        throw new NotFoundException(e, "File does not exist: %s", location);
      } catch (IOException e) {
        throw new RuntimeIOException(e, "Cannot find the length of %s", location);
      }
    }

    @Override
    public SeekableInputStream newStream() {
      try {
        return new InputStream(storage.open(location));
      } catch (NoSuchFileException e) {
        throw new NotFoundException(e, "File does not exist: %s", location);
      } catch (IOException e) {
        throw new RuntimeIOException(e, "Cannot open %s", location);
      }
    }

    @Override
    public boolean exists() {
      try {
        return storage.exists(location);
      } catch (IOException e) {
        throw new RuntimeIOException(e, "Cannot tell whether %s exists", location);
      }
    }
  }

  /** A file to write. */
  record Output(Storage storage, String location) implements OutputFile {

    @Override
    public PositionOutputStream create() {
      try {
        storage.createDirectories(StoragePaths.parent(location));
        return new OutputStream(storage, location, storage.create(location));
      } catch (FileAlreadyExistsException e) {
        throw new AlreadyExistsException(e, "File exists already: %s", location);
      } catch (IOException e) {
        throw new RuntimeIOException(e, "Cannot create %s", location);
      }
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
      try {
        if (storage.exists(location)) {
          storage.delete(location);
        }
      } catch (IOException e) {
        throw new RuntimeIOException(e, "Cannot replace %s", location);
      }
      return create();
    }

    @Override
    public InputFile toInputFile() {
      return new Input(storage, location, Input.UNKNOWN_LENGTH);
    }
  }

  /** Buffered; durable after {@link #close}. */
  private static final class OutputStream extends PositionOutputStream {
    private final Storage storage;
    private final String location;
    private final OutputFileHandle file;
    private final byte[] buffer = new byte[OUTPUT_BUFFER_BYTES];
    private int buffered;
    private boolean failed;
    private boolean closed;

    OutputStream(Storage storage, String location, OutputFileHandle file) {
      this.storage = storage;
      this.location = location;
      this.file = file;
    }

    @Override
    public long getPos() {
      return file.position() + buffered;
    }

    @Override
    public long storedLength() {
      return getPos();
    }

    @Override
    public void write(int value) throws IOException {
      if (buffered == buffer.length) {
        flush();
      }
      buffer[buffered++] = (byte) value;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length >= buffer.length - buffered) {
        flush();
        if (length >= buffer.length) {
          drain(bytes, offset, length);
          return;
        }
      }
      System.arraycopy(bytes, offset, buffer, buffered, length);
      buffered += length;
    }

    @Override
    public void flush() throws IOException {
      drain(buffer, 0, buffered);
      buffered = 0;
    }

    /** Closes the file if it fails: Avro and others do not close what they could not flush. */
    private void drain(byte[] bytes, int offset, int length) throws IOException {
      if (closed || failed) {
        throw new IOException(location + (failed ? " could not be written" : " is closed"));
      }
      try {
        file.write(bytes, offset, length);
      } catch (IOException | RuntimeException | Error e) {
        failed = true;
        closeAfter(e);
        throw e;
      }
    }

    private void closeAfter(Throwable failure) {
      try {
        file.close();
      } catch (IOException | RuntimeException e) {
        failure.addSuppressed(e);
      }
    }

    /** A file that could not be written whole is closed but never reported as durable. */
    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      try (file) {
        if (failed) {
          throw new IOException(location + " could not be written and is incomplete");
        }
        flush();
        file.sync();
      } finally {
        closed = true;
      }
      storage.syncDirectory(StoragePaths.parent(location));
    }
  }

  /** Buffered: Avro and JSON readers ask for few bytes at a time. */
  private static final class InputStream extends SeekableInputStream {
    private final InputFileHandle file;
    private final byte[] buffer;
    private long bufferStart;
    private int bufferEnd;
    private long position;

    InputStream(InputFileHandle file) {
      this.file = file;
      this.buffer = new byte[(int) Math.min(INPUT_BUFFER_BYTES, Math.max(1, file.length()))];
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void seek(long newPosition) throws IOException {
      if (newPosition < 0 || newPosition > file.length()) {
        throw new EOFException(file.path() + " has no byte " + newPosition);
      }
      position = newPosition;
    }

    @Override
    public int read() throws IOException {
      if (position >= file.length()) {
        return -1;
      }
      if (position < bufferStart || position >= bufferStart + bufferEnd) {
        fill();
      }
      return buffer[(int) (position++ - bufferStart)] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      long left = file.length() - position;
      if (left <= 0) {
        return -1;
      }
      int wanted = (int) Math.min(left, length);
      if (position < bufferStart || position >= bufferStart + bufferEnd) {
        if (wanted >= buffer.length) {
          file.readFully(position, target, offset, wanted);
          position += wanted;
          return wanted;
        }
        fill();
      }
      int at = (int) (position - bufferStart);
      int copied = Math.min(wanted, bufferEnd - at);
      System.arraycopy(buffer, at, target, offset, copied);
      position += copied;
      return copied;
    }

    private void fill() throws IOException {
      int length = (int) Math.min(buffer.length, file.length() - position);
      bufferEnd = 0;
      file.readFully(position, buffer, 0, length);
      bufferStart = position;
      bufferEnd = length;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = Math.max(0, Math.min(bytes, file.length() - position));
      position += skipped;
      return skipped;
    }

    @Override
    public int available() {
      return (int) Math.min(Integer.MAX_VALUE, file.length() - position);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** Iceberg's exception for a failed operation on a file. */
  static RuntimeException failure(IOException cause, String what, String location) {
    if (cause instanceof NoSuchFileException || cause instanceof FileNotFoundException) {
      return new NotFoundException(cause, "File does not exist: %s", location);
    }
    return new RuntimeIOException(cause, "Cannot %s %s", what, location);
  }
}
