package io.firn.format;

import io.firn.format.PageHeader.Kind;

/**
 * Reads a {@link PageHeader} from Thrift's compact protocol. Nothing is allocated by a length found
 * in the bytes, and what is not needed (statistics) is skipped. Throws {@link
 * MalformedPageException} for anything that is no page header.
 */
final class PageHeaderParser {

  private static final int STOP = 0;
  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int BYTE = 3;
  private static final int I16 = 4;
  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int DOUBLE = 7;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int SET = 10;
  private static final int MAP = 11;
  private static final int STRUCT = 12;
  private static final int MAX_DEPTH = 8;

  private final byte[] bytes;
  private final int end;
  private int at;
  private int fieldId;

  private int type = -1;
  private int uncompressed = -1;
  private int compressed = -1;
  private long crc = -1;
  private int values = -1;
  private int encoding = -1;
  private int definitionEncoding = -1;
  private int repetitionEncoding = -1;
  private int definitionBytes;
  private int repetitionBytes;
  private int rows = -1;
  private boolean valuesCompressed = true;

  private PageHeaderParser(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /** Reads the header at {@code from}; it must end before {@code end}. */
  static PageHeader parse(byte[] bytes, int from, int end) {
    PageHeaderParser parser = new PageHeaderParser(bytes, from, end);
    parser.readHeader();
    return parser.checked(parser.at - from);
  }

  private PageHeader checked(int headerBytes) {
    Kind kind =
        switch (type) {
          case 0 -> Kind.DATA_V1;
          case 2 -> Kind.DICTIONARY;
          case 3 -> Kind.DATA_V2;
          default -> Kind.OTHER;
        };
    if (type < 0
        || compressed < 0
        || compressed > PageHeader.MAX_PAGE_BYTES
        || uncompressed < 0
        || uncompressed > PageHeader.MAX_PAGE_BYTES) {
      throw new MalformedPageException("impossible page of " + compressed + " bytes");
    }
    if (kind != Kind.OTHER && (values < 0 || values > PageHeader.MAX_VALUES || encoding < 0)) {
      throw new MalformedPageException("impossible page of " + values + " values");
    }
    if (kind == Kind.DATA_V2
        && (definitionBytes < 0
            || repetitionBytes < 0
            || definitionBytes > compressed - repetitionBytes
            || definitionBytes > uncompressed - repetitionBytes
            || rows < 0
            || rows > values)) {
      throw new MalformedPageException("impossible levels in a page of " + values + " values");
    }
    return new PageHeader(
        kind,
        headerBytes,
        uncompressed,
        compressed,
        crc,
        values,
        encoding,
        definitionEncoding,
        repetitionEncoding,
        definitionBytes,
        repetitionBytes,
        rows,
        valuesCompressed,
        EncodedPage.WHOLE);
  }

  private void readHeader() {
    int last = 0;
    for (int wire = nextField(last); wire != STOP; wire = nextField(last)) {
      last = fieldId;
      switch (fieldId) {
        case 1 -> type = i32(wire);
        case 2 -> uncompressed = i32(wire);
        case 3 -> compressed = i32(wire);
        case 4 -> crc = i32(wire) & 0xFFFFFFFFL;
        case 5 -> readDataPage(wire);
        case 7 -> readDictionaryPage(wire);
        case 8 -> readDataPageV2(wire);
        default -> skip(wire, 0);
      }
    }
  }

  private void readDataPage(int wire) {
    expectStruct(wire);
    int last = 0;
    for (int inner = nextField(last); inner != STOP; inner = nextField(last)) {
      last = fieldId;
      switch (fieldId) {
        case 1 -> values = i32(inner);
        case 2 -> encoding = i32(inner);
        case 3 -> definitionEncoding = i32(inner);
        case 4 -> repetitionEncoding = i32(inner);
        default -> skip(inner, 0);
      }
    }
  }

  private void readDictionaryPage(int wire) {
    expectStruct(wire);
    int last = 0;
    for (int inner = nextField(last); inner != STOP; inner = nextField(last)) {
      last = fieldId;
      switch (fieldId) {
        case 1 -> values = i32(inner);
        case 2 -> encoding = i32(inner);
        default -> skip(inner, 0);
      }
    }
  }

  private void readDataPageV2(int wire) {
    expectStruct(wire);
    int last = 0;
    for (int inner = nextField(last); inner != STOP; inner = nextField(last)) {
      last = fieldId;
      switch (fieldId) {
        case 1 -> values = i32(inner);
        case 3 -> rows = i32(inner);
        case 4 -> encoding = i32(inner);
        case 5 -> definitionBytes = i32(inner);
        case 6 -> repetitionBytes = i32(inner);
        case 7 -> valuesCompressed = bool(inner);
        default -> skip(inner, 0);
      }
    }
  }

  /** Moves to the next field of a struct: sets {@code fieldId} and returns the wire type. */
  private int nextField(int lastId) {
    int head = octet();
    int wire = head & 0x0F;
    if (wire == STOP) {
      return STOP;
    }
    int delta = head >>> 4;
    fieldId = delta != 0 ? lastId + delta : (int) zigzag();
    return wire;
  }

  private void skip(int wire, int depth) {
    if (depth > MAX_DEPTH) {
      throw new MalformedPageException("page header is nested too deep");
    }
    switch (wire) {
      case TRUE, FALSE -> {}
      case BYTE -> advance(1);
      case I16, I32, I64 -> varint();
      case DOUBLE -> advance(8);
      case BINARY -> advance(varint());
      case LIST, SET -> skipList(depth);
      case MAP -> throw new MalformedPageException("page header holds a map");
      case STRUCT -> {
        int last = 0;
        for (int inner = nextField(last); inner != STOP; inner = nextField(last)) {
          last = fieldId;
          skip(inner, depth + 1);
        }
      }
      default -> throw new MalformedPageException("page header holds an unknown type " + wire);
    }
  }

  private void skipList(int depth) {
    int head = octet();
    int small = head >>> 4;
    long size = small;
    if (small == 15) {
      size = varint();
    }
    for (long i = 0; i < size; i++) {
      int wire = head & 0x0F;
      if (wire == TRUE || wire == FALSE) {
        advance(1);
      } else {
        skip(wire, depth + 1);
      }
    }
  }

  private void expectStruct(int wire) {
    if (wire != STRUCT) {
      throw new MalformedPageException("page header lacks its struct");
    }
  }

  private boolean bool(int wire) {
    if (wire != TRUE && wire != FALSE) {
      throw new MalformedPageException("page header holds no boolean where one belongs");
    }
    return wire == TRUE;
  }

  private int i32(int wire) {
    if (wire != I32) {
      throw new MalformedPageException("page header holds no number where one belongs");
    }
    long value = zigzag();
    if (value != (int) value) {
      throw new MalformedPageException("page header holds a number out of range");
    }
    return (int) value;
  }

  private long zigzag() {
    long raw = varint();
    return (raw >>> 1) ^ -(raw & 1);
  }

  private long varint() {
    long result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = octet();
      result |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        return result;
      }
    }
    throw new MalformedPageException("page header holds an endless number");
  }

  private int octet() {
    if (at >= end) {
      throw new MalformedPageException("page header is cut off");
    }
    return bytes[at++] & 0xFF;
  }

  private void advance(long count) {
    if (count < 0 || count > end - at) {
      throw new MalformedPageException("page header is cut off");
    }
    at += (int) count;
  }
}
