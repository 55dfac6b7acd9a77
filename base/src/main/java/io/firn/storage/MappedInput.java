package io.firn.storage;

import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A local file mapped into memory: a read is a copy and no system call.
 *
 * <p>The mapping goes when the file has been closed and nobody reads any more, not when a collector
 * gets to it: until then a deleted file would keep its place on the disk. Whoever reads therefore
 * counts as a user, and so does whoever has the file open.
 */
final class MappedInput implements InputFileHandle {

  /** {@code sun.misc.Unsafe.invokeCleaner}, bound to the one Unsafe; null where there is none. */
  private static final @Nullable MethodHandle UNMAP = findUnmap();

  /** Fewer bytes are not copied as one, so that one could fail and the next one not. */
  static final int LENGTH_MIN = 16;

  private static final byte[] MARKS = {0x5D, (byte) 0xA2};

  private final String name;
  private final MappedByteBuffer bytes;
  private final AtomicInteger users = new AtomicInteger(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  private MappedInput(String name, MappedByteBuffer bytes) {
    this.name = name;
    this.bytes = bytes;
  }

  /** Whether files can be unmapped here; if not they had better not be mapped. */
  static boolean isPossible() {
    return UNMAP != null;
  }

  /**
   * Maps a file that is complete and has {@link #LENGTH_MIN} bytes at least.
   *
   * @throws IOException if it cannot be mapped, for instance because it has 2 GiB or more
   */
  static MappedInput open(String name, Path path) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          long length = channel.size();
          if (length > Integer.MAX_VALUE) {
            throw new IOException(name + " is too large to be mapped: " + length + " bytes");
          }
          return new MappedInput(name, channel.map(FileChannel.MapMode.READ_ONLY, 0, length));
        } catch (ClosedByInterruptException e) {
          // Once more; whoever waits for the interrupt finds it below.
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static @Nullable MethodHandle findUnmap() {
    try {
      Class<?> unsafe = MethodHandles.lookup().findClass("sun.misc.Unsafe");
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(unsafe, MethodHandles.lookup());
      Object only = lookup.findStaticGetter(unsafe, "theUnsafe", unsafe).invoke();
      MethodType type = MethodType.methodType(void.class, ByteBuffer.class);
      return lookup.findVirtual(unsafe, "invokeCleaner", type).bindTo(only);
    } catch (Throwable e) {
      return null;
    }
  }

  @Override
  public String path() {
    return name;
  }

  @Override
  public long length() {
    return bytes.capacity();
  }

  @Override
  public void readFully(long position, byte[] target, int offset, int length) throws IOException {
    if (position + length > bytes.capacity()) {
      throw new EOFException(
          name + " ends before byte " + (position + length) + ", at " + bytes.capacity());
    }
    retain();
    try {
      if (!copyAny((int) position, target, offset, length)) {
        awaitError();
        throw new IOException(name + " cannot be read at byte " + position);
      }
    } catch (InternalError e) {
      throw new IOException(name + " cannot be read at byte " + position, e);
    } finally {
      release();
    }
  }

  /** Copies bytes; a few of them, which would not be copied as one, with others around them. */
  private boolean copyAny(int position, byte[] target, int offset, int length) {
    if (length >= LENGTH_MIN) {
      return copy(position, target, offset, length);
    }
    byte[] around = new byte[LENGTH_MIN];
    int start = Math.min(position, bytes.capacity() - LENGTH_MIN);
    boolean copied = copy(start, around, 0, LENGTH_MIN);
    System.arraycopy(around, position - start, target, offset, length);
    return copied;
  }

  /**
   * Copies bytes from first to last. A page that cannot be read, or is no longer in the file, ends
   * the copy silently; the virtual machine throws an {@link InternalError} for it, but later. So
   * the last byte of the target tells whether the copy has come that far: it had one value before,
   * and if it still has that, another.
   */
  private boolean copy(int position, byte[] target, int offset, int length) {
    int last = offset + length - 1;
    for (byte mark : MARKS) {
      target[last] = mark;
      bytes.get(position, target, offset, length);
      if (target[last] != mark) {
        return true;
      }
    }
    return false;
  }

  /**
   * Has the virtual machine throw the error that it owes this thread. It does so when all threads
   * are stopped for a moment, which is what looking at their stacks takes.
   */
  private static void awaitError() {
    Thread.getAllStackTraces();
  }

  private void retain() throws IOException {
    int now = users.get();
    while (now > 0 && !users.compareAndSet(now, now + 1)) {
      now = users.get();
    }
    if (now == 0 || closed.get()) {
      if (now > 0) {
        release();
      }
      throw new IOException(name + " is closed");
    }
  }

  private void release() {
    if (users.decrementAndGet() == 0) {
      unmap();
    }
  }

  private void unmap() {
    try {
      if (UNMAP != null) {
        UNMAP.invoke((ByteBuffer) bytes);
      }
    } catch (Throwable e) {
      throw new IllegalStateException(name + " cannot be unmapped", e);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release();
    }
  }
}
