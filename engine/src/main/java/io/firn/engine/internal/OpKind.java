package io.firn.engine.internal;

/** What an operation does to its key. */
public enum OpKind {
  /** The key has this row from now on. */
  PUT(1),
  /** The key has no row from now on. */
  DELETE(2);

  private final byte code;

  OpKind(int code) {
    this.code = (byte) code;
  }

  /** The code in the log and in memtables. */
  public byte code() {
    return code;
  }

  /** True for a code that one of the kinds has. */
  public static boolean isCode(int code) {
    return code == 1 || code == 2;
  }

  /** The kind with this code. */
  public static OpKind of(int code) {
    return switch (code) {
      case 1 -> PUT;
      case 2 -> DELETE;
      default -> throw new IllegalArgumentException("No kind of operation has code " + code);
    };
  }
}
