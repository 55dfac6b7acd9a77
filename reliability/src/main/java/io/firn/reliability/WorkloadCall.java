package io.firn.reliability;

import io.firn.testkit.StorageOperation;
import java.util.ArrayList;
import java.util.List;

/**
 * A storage call of the {@link Workload}: the n-th of its kind, counted from 1. Campaigns that
 * strike at every call go through them.
 */
record WorkloadCall(StorageOperation operation, int nth) {

  /**
   * A little more than the calls that change anything in the longest run of many: how many
   * compactions a run has depends on how far the worker was at each flush.
   */
  static final int CHANGES = 1_060;

  /** A little more than the calls of a kind in a run; 0 for the kinds nobody strikes at. */
  static int calls(StorageOperation operation) {
    return switch (operation) {
      case WRITE -> 460;
      case EXISTS -> 240;
      case SYNC -> 185;
      case READ -> 158;
      case CREATE, SYNC_DIRECTORY, CLOSE_OUTPUT -> 120;
      case OPEN -> 110;
      case CREATE_DIRECTORIES -> 90;
      case LENGTH -> 50;
      case DELETE -> 46;
      case REPLACE -> 26;
      case PUBLISH -> 16;
      case LIST -> 12;
      case LIST_DIRECTORIES, LOCK, CLOSE_INPUT -> 0;
    };
  }

  /** All calls of these kinds. */
  static List<WorkloadCall> of(List<StorageOperation> operations) {
    List<WorkloadCall> all = new ArrayList<>();
    for (StorageOperation operation : operations) {
      for (int nth = 1; nth <= calls(operation); nth++) {
        all.add(new WorkloadCall(operation, nth));
      }
    }
    return all;
  }

  @Override
  public String toString() {
    return "call " + nth + " of " + operation;
  }
}
