package io.firn.reliability;

import io.firn.testkit.StorageOperation;
import java.util.ArrayList;
import java.util.List;

/**
 * A storage call of the {@link Workload}: the n-th of its kind, counted from 1. Campaigns that
 * strike at every call go through them.
 */
record WorkloadCall(StorageOperation operation, int nth) {

  /** A little more than the calls of a whole run that change anything. */
  static final int CHANGES = 840;

  /** A little more than the calls of a kind in a whole run; 0 for the kinds nobody strikes at. */
  static int calls(StorageOperation operation) {
    return switch (operation) {
      case WRITE -> 362;
      case EXISTS -> 190;
      case SYNC -> 156;
      case READ -> 110;
      case CREATE, SYNC_DIRECTORY, CLOSE_OUTPUT -> 98;
      case OPEN -> 76;
      case CREATE_DIRECTORIES -> 70;
      case LENGTH -> 38;
      case DELETE -> 30;
      case REPLACE -> 22;
      case PUBLISH -> 14;
      case LIST -> 10;
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
