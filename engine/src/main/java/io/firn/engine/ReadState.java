package io.firn.engine;

/**
 * What one read sees: a super-version, acquired first, and the sequence number read after it. The
 * owner closes it.
 *
 * @param view retained for this state
 * @param sequence rows of memtables with a higher sequence number are not seen
 */
record ReadState(SuperVersion view, long sequence) implements AutoCloseable {

  /** The state as it is now. */
  static ReadState acquire(TableState state) {
    SuperVersion view = state.acquire();
    // A flush can bring rows into the files before their writers have published them.
    long sequence = Math.max(state.visibleSequence(), view.files().version().flushedSequence());
    return new ReadState(view, sequence);
  }

  @Override
  public void close() {
    view.release();
  }
}
