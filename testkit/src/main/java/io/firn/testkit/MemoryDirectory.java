package io.firn.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The names in a directory: the ones a process sees, the ones that are durable, and the changes
 * between the two. Guarded by the lock of the storage it belongs to.
 */
final class MemoryDirectory {

  /** One change of names; a rename is one, so that a crash cannot halve it. */
  private record Change(@Nullable String removed, @Nullable String put, @Nullable MemoryFile file) {
    void applyTo(Map<String, MemoryFile> names) {
      if (removed != null) {
        names.remove(removed);
      }
      if (put != null && file != null) {
        names.put(put, file);
      }
    }
  }

  private final NavigableMap<String, MemoryFile> names = new TreeMap<>();
  private final NavigableMap<String, MemoryFile> durable = new TreeMap<>();
  private final List<Change> pending = new ArrayList<>();

  NavigableMap<String, MemoryFile> names() {
    return Collections.unmodifiableNavigableMap(names);
  }

  @Nullable MemoryFile file(String name) {
    return names.get(name);
  }

  void put(String name, MemoryFile file) {
    change(new Change(null, name, file));
  }

  void remove(String name) {
    change(new Change(name, null, null));
  }

  void rename(String from, String to, MemoryFile file) {
    change(new Change(from, to, file));
  }

  private void change(Change change) {
    change.applyTo(names);
    pending.add(change);
  }

  void sync() {
    durable.clear();
    durable.putAll(names);
    pending.clear();
  }

  /** What a restarted machine finds; files are replaced by their own survivors. */
  MemoryDirectory survivor(SurvivalMode mode, Random random, UnaryOperator<MemoryFile> files) {
    MemoryDirectory survivor = new MemoryDirectory();
    durable.forEach((name, file) -> survivor.durable.put(name, files.apply(file)));
    survivor.names.putAll(survivor.durable);
    List<Change> changes = new ArrayList<>(pending);
    if (mode == SurvivalMode.REORDERED) {
      Collections.shuffle(changes, random);
    }
    for (Change change : changes) {
      boolean kept =
          switch (mode) {
            case NONE -> false;
            case ALL -> true;
            case RANDOM, TORN, REORDERED -> random.nextBoolean();
          };
      if (kept) {
        MemoryFile file = change.file == null ? null : files.apply(change.file);
        survivor.change(new Change(change.removed, change.put, file));
      }
    }
    if (mode != SurvivalMode.ALL) {
      survivor.sync();
    }
    return survivor;
  }
}
