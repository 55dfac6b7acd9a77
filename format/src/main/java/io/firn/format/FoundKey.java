package io.firn.format;

/** Receives the keys that {@link DataFileReader#find(KeyList, int, int, FoundKey)} finds. */
@FunctionalInterface
public interface FoundKey {

  /**
   * A key has a row in the file. Called with ascending key indexes; more than once with the same
   * index only for a foreign file that holds the key more than once, then with ascending positions.
   *
   * @param keyIndex the index of the key in the list that was searched for
   * @param position the position of its row in the file
   */
  void found(int keyIndex, long position);
}
