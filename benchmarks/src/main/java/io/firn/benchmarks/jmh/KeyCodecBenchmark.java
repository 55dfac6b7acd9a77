package io.firn.benchmarks.jmh;

import io.firn.format.ByteBuilder;
import io.firn.format.KeyCodec;
import io.firn.format.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Encoding of primary keys. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets a benchmark up before it runs it.
public class KeyCodecBenchmark {

  /** What the key consists of. */
  public enum Key {
    /** One long. */
    LONG,
    /** One string of sixteen characters. */
    STRING,
    /** A long and an int, as of an order's line. */
    LONG_INT;

    private List<Type> types() {
      return switch (this) {
        case LONG -> List.of(Types.LongType.get());
        case STRING -> List.of(Types.StringType.get());
        case LONG_INT -> List.of(Types.LongType.get(), Types.IntegerType.get());
      };
    }
  }

  private static final int KEYS = 1024;

  @Param Key key = Key.LONG;

  private final ByteBuilder target = new ByteBuilder();
  private final Object[][] keys = new Object[KEYS][];
  private final GenericRecord[] rows = new GenericRecord[KEYS];
  private KeyCodec codec;
  private int next;

  /** Makes the keys, and proves that they come back. */
  @Setup
  public void prepare() {
    NestedField[] fields = new NestedField[key.types().size()];
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < fields.length; i++) {
      fields[i] = NestedField.required(i + 1, "k" + i, key.types().get(i));
      ids.add(i + 1);
    }
    Schema schema = new Schema(fields);
    codec = TableSchema.of(schema, ids).keys();
    int[] order = BenchmarkRows.shuffled(KEYS, 1);
    for (int i = 0; i < KEYS; i++) {
      keys[i] = values(order[i]);
      rows[i] = GenericRecord.create(schema);
      for (int c = 0; c < fields.length; c++) {
        rows[i].set(c, keys[i][c]);
      }
      if (!codec.decode(codec.encode(keys[i])).equals(rows[i])) {
        throw new AssertionError("A key does not come back");
      }
    }
  }

  private Object[] values(int number) {
    return switch (key) {
      case LONG -> new Object[] {(long) number};
      case STRING -> new Object[] {"user%012d".formatted(number)};
      case LONG_INT -> new Object[] {(long) number, number % 7};
    };
  }

  /** A key by itself, as of a lookup. */
  @Benchmark
  public byte[] encode() {
    return codec.encode(keys[next++ & KEYS - 1]);
  }

  /** The key of a row into a buffer, as of a write. */
  @Benchmark
  public int encodeFromRow() {
    target.clear();
    codec.appendFromRow(rows[next++ & KEYS - 1], target);
    return target.length();
  }
}
