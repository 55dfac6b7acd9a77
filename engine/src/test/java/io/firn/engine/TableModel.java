package io.firn.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.iceberg.data.Record;

/**
 * What a table should contain: the newest row of each key, and every operation ever made, so that
 * any past state can be had.
 */
final class TableModel<K extends Comparable<K>> {

  /** One operation; a null row is a delete. */
  private record Operation<K>(K key, Record row) {}

  private final NavigableMap<K, Record> rows = new TreeMap<>();
  private final List<Operation<K>> operations = new ArrayList<>();

  void put(K key, Record row) {
    rows.put(key, row);
    operations.add(new Operation<>(key, row));
  }

  void delete(K key) {
    rows.remove(key);
    operations.add(new Operation<>(key, null));
  }

  NavigableMap<K, Record> rows() {
    return rows;
  }

  /** The number of operations, which is the sequence number of the last one. */
  long sequence() {
    return operations.size();
  }

  NavigableMap<K, Record> copy() {
    return new TreeMap<>(rows);
  }

  /** Goes through past states in ascending order of their sequence numbers. */
  final class History {
    private final NavigableMap<K, Record> state = new TreeMap<>();
    private int applied;

    NavigableMap<K, Record> at(long sequence) {
      while (applied < sequence) {
        Operation<K> operation = operations.get(applied++);
        if (operation.row() == null) {
          state.remove(operation.key());
        } else {
          state.put(operation.key(), operation.row());
        }
      }
      return state;
    }
  }

  History history() {
    return new History();
  }
}
