package io.firn.engine.internal.wal;

import io.firn.engine.internal.OpKind;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Batches for tests, and what a replay returns of them, as text. */
final class Ops implements LogBatch {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<int[]> parts = new ArrayList<>();
  private final List<OpKind> kinds = new ArrayList<>();

  static Ops put(String key, String row) {
    return new Ops().andPut(key, row);
  }

  Ops andPut(String key, String row) {
    return add(OpKind.PUT, key, row);
  }

  Ops andDelete(String key) {
    return add(OpKind.DELETE, key, "");
  }

  private Ops add(OpKind kind, String key, String row) {
    byte[] keyBytes = key.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    byte[] rowBytes = row.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    parts.add(new int[] {bytes.size(), keyBytes.length, rowBytes.length});
    bytes.writeBytes(keyBytes);
    bytes.writeBytes(rowBytes);
    kinds.add(kind);
    return this;
  }

  static Ops random(Random random) {
    Ops ops = new Ops();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      String key = "k" + random.nextInt(100);
      if (random.nextInt(4) == 0) {
        ops.andDelete(key);
      } else {
        ops.andPut(key, "r".repeat(random.nextInt(10)));
      }
    }
    return ops;
  }

  /** What a replay must return if the batch's last operation has this sequence number. */
  List<String> printed(long lastSequence) {
    List<String> printed = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      int[] part = parts.get(i);
      printed.add(
          print(lastSequence - size() + 1 + i, kinds.get(i), array(), part[0], part[1], part[2]));
    }
    return printed;
  }

  private static String print(
      long sequence, OpKind kind, byte[] array, int keyOffset, int keyLength, int rowLength) {
    var latin = java.nio.charset.StandardCharsets.ISO_8859_1;
    return sequence
        + " "
        + kind
        + " "
        + new String(array, keyOffset, keyLength, latin)
        + "="
        + new String(array, keyOffset + keyLength, rowLength, latin);
  }

  /** Collects a replay. */
  static final class Replay implements LogVisitor {
    final List<String> operations = new ArrayList<>();
    final List<Long> segments = new ArrayList<>();
    final List<Integer> schemas = new ArrayList<>();

    @Override
    public void segment(long number, int schemaId) {
      segments.add(number);
      schemas.add(schemaId);
    }

    @Override
    public void operation(
        long sequence, OpKind kind, byte[] array, int keyOffset, int keyLength, int rowLength) {
      operations.add(print(sequence, kind, array, keyOffset, keyLength, rowLength));
    }
  }

  @Override
  public int size() {
    return kinds.size();
  }

  @Override
  public byte[] array() {
    return bytes.toByteArray();
  }

  @Override
  public OpKind kind(int i) {
    return kinds.get(i);
  }

  @Override
  public int keyOffset(int i) {
    return parts.get(i)[0];
  }

  @Override
  public int keyLength(int i) {
    return parts.get(i)[1];
  }

  @Override
  public int rowLength(int i) {
    return parts.get(i)[2];
  }
}
