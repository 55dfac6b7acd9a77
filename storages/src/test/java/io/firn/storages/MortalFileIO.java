package io.firn.storages;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/**
 * A {@code FileIO} in front of another one through which the n-th change and everything after it
 * fails, as if the process had died. A change is the beginning of a file, its completion, or the
 * deletion of one.
 */
public final class MortalFileIO implements DelegateFileIO {

  private static final long serialVersionUID = 1L;
  private static final String LIFE = "mortal.life";
  private static final String BEHIND = "mortal.io";
  private static final Map<String, AtomicLong> LIVES = new ConcurrentHashMap<>();

  private Map<String, String> properties = Map.of();
  private transient DelegateFileIO io;
  private transient AtomicLong left;

  /** A catalog's properties, with this in front of its files. */
  static Map<String, String> inFrontOf(Map<String, String> catalog, String life, long changes) {
    LIVES.put(life, new AtomicLong(changes));
    Map<String, String> mortal = new HashMap<>(catalog);
    mortal.put(BEHIND, catalog.getOrDefault("io-impl", "org.apache.iceberg.hadoop.HadoopFileIO"));
    mortal.put("io-impl", MortalFileIO.class.getName());
    mortal.put(LIFE, life);
    return mortal;
  }

  /** How many changes are left to a life; none if it has ended. */
  static long left(String life) {
    return LIVES.get(life).get();
  }

  @Override
  public void initialize(Map<String, String> given) {
    properties = Map.copyOf(given);
    left = LIVES.get(given.get(LIFE));
    FileIO behind = CatalogUtil.loadFileIO(given.get(BEHIND), given, new Configuration());
    io = (DelegateFileIO) behind;
  }

  private void alive() {
    if (left.get() <= 0) {
      throw new IllegalStateException("this process is dead");
    }
  }

  private void change() {
    if (left.getAndDecrement() <= 0) {
      left.set(0);
    }
    alive();
  }

  @Override
  public Map<String, String> properties() {
    return properties;
  }

  /** Iceberg reads metadata that it cannot read again and again, unless it is not there at all. */
  @Override
  public InputFile newInputFile(String path) {
    if (left.get() <= 0 && path.endsWith(".metadata.json")) {
      throw new NotFoundException("this process is dead");
    }
    alive();
    return io.newInputFile(path);
  }

  @Override
  public OutputFile newOutputFile(String path) {
    OutputFile behind = io.newOutputFile(path);
    return new OutputFile() {
      @Override
      public PositionOutputStream create() {
        change();
        return new Output(behind.create());
      }

      @Override
      public PositionOutputStream createOrOverwrite() {
        change();
        return new Output(behind.createOrOverwrite());
      }

      @Override
      public String location() {
        return behind.location();
      }

      @Override
      public InputFile toInputFile() {
        return newInputFile(path);
      }
    };
  }

  /** Completes nothing once the process has died; what was begun is cut off by the server. */
  private final class Output extends PositionOutputStream {
    private final PositionOutputStream behind;

    Output(PositionOutputStream behind) {
      this.behind = behind;
    }

    @Override
    public long getPos() throws IOException {
      return behind.getPos();
    }

    @Override
    public void write(int value) throws IOException {
      alive();
      behind.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      alive();
      behind.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      change();
      behind.close();
    }
  }

  @Override
  public void deleteFile(String path) {
    change();
    io.deleteFile(path);
  }

  @Override
  public void deleteFiles(Iterable<String> paths) {
    change();
    io.deleteFiles(paths);
  }

  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    alive();
    return io.listPrefix(prefix);
  }

  @Override
  public void deletePrefix(String prefix) {
    change();
    io.deletePrefix(prefix);
  }

  @Override
  public void close() {
    io.close();
  }
}
