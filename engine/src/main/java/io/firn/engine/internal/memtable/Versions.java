package io.firn.engine.internal.memtable;

/**
 * The versions of each key as a ring of linked entries. The first entry of a key, the one that its
 * index knows, is linked to the newest, that to the next older, and so on to the first again. A key
 * of one version has no link. Only the links of first entries ever change.
 */
final class Versions {

  private final Arena arena;

  Versions(Arena arena) {
    this.arena = arena;
  }

  /**
   * Adds a version. For the inserter.
   *
   * @param first the key's first entry
   * @param newest of a higher sequence number than all others of its key
   */
  void add(int first, int newest) {
    int before = arena.link(first);
    arena.link(newest, before == 0 ? first : before);
    arena.link(first, newest);
  }

  /**
   * The newest version of a key at a sequence number, or {@link Memtable#ABSENT}. Passes those that
   * are newer one by one.
   */
  int at(int first, long maxSequence) {
    int entry = arena.link(first);
    if (entry != 0) {
      while (entry != first) {
        if (arena.sequence(entry) <= maxSequence) {
          return entry;
        }
        entry = arena.link(entry);
      }
    }
    return arena.sequence(first) <= maxSequence ? first : Memtable.ABSENT;
  }
}
