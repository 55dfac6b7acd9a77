package io.firn.engine;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.firn.engine.internal.OpKind;
import io.firn.error.InvalidArgumentException;
import io.firn.error.SchemaMismatchException;
import io.firn.format.ByteBuilder;
import io.firn.format.TableSchema;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.Record;

/**
 * Puts and deletes that are applied together: after a crash all of them are there or none, every
 * reader sees all or none, and they lie in one Iceberg snapshot. Of several operations on one key
 * the last one counts.
 *
 * <p>Rows are validated and encoded as they are added, so that a bad row is refused before anything
 * has changed and the caller may reuse its row object. Made by {@link FirnTable#newBatch()}. Not
 * thread safe.
 */
public final class WriteBatch {

  private final TableSchema schema;
  private final EncodedBatch encoded = new EncodedBatch();

  /** Whether whoever fills the batch knows in which order the columns stand. */
  private boolean orderKnown;

  /**
   * @param orderKnown true if the columns stand as when the table was opened
   */
  WriteBatch(TableSchema schema, boolean orderKnown) {
    this.schema = schema;
    this.orderKnown = orderKnown;
  }

  /**
   * The schema that rows put into this batch have. Whoever asks for it is taken to make rows in its
   * order; see {@link #put}.
   */
  public Schema schema() {
    orderKnown = true;
    return schema.schema();
  }

  /**
   * Adds a row, replacing the one with the same key.
   *
   * @param row a value for every column of the table's schema, in its order. A {@link Record} names
   *     its columns, and is refused if they are not the table's. Any other row does not: it is
   *     taken in the order that the columns had when the table was opened, and refused once another
   *     engine has changed that order; from then on ask this batch for its {@link #schema} and make
   *     rows in its order
   * @throws InvalidArgumentException if the row does not fit the schema; names the column
   * @throws SchemaMismatchException if the row does not name its columns, and their order is not
   *     the one it can have been made with
   */
  @CanIgnoreReturnValue
  public WriteBatch put(StructLike row) {
    if (!orderKnown && !(row instanceof Record)) {
      throw new SchemaMismatchException(
          "The order of the table's columns has changed since it was opened, and this row does not"
              + " name its columns. Put a Record, or make the row in the order of the batch's"
              + " schema()");
    }
    ByteBuilder bytes = encoded.bytes();
    int start = bytes.length();
    try {
      schema.keys().appendFromRow(row, bytes);
      int rowStart = bytes.length();
      schema.rows().encode(row, bytes);
      encoded.add(OpKind.PUT, start, rowStart);
    } catch (RuntimeException e) {
      bytes.truncate(start);
      throw e;
    }
    return this;
  }

  /**
   * Deletes the row with this key; nothing happens if there is none.
   *
   * @param key the values of the key columns, in key order
   * @throws InvalidArgumentException if they do not fit the key columns
   */
  @CanIgnoreReturnValue
  public WriteBatch delete(Object... key) {
    byte[] bytes = schema.keys().encode(key);
    int start = encoded.bytes().length();
    encoded.bytes().put(bytes, 0, bytes.length);
    encoded.add(OpKind.DELETE, start, encoded.bytes().length());
    return this;
  }

  /** Forgets all operations, to be filled anew. */
  public void clear() {
    encoded.clear();
  }

  /** The number of operations. */
  public int size() {
    return encoded.size();
  }

  /** True without any operation. */
  public boolean isEmpty() {
    return encoded.size() == 0;
  }

  /** The encoded bytes of all operations. */
  public long bytes() {
    return encoded.bytes().length();
  }

  /** The bytes that the batch keeps for its next operations. */
  long bytesKept() {
    return encoded.bytes().array().length;
  }

  TableSchema tableSchema() {
    return schema;
  }

  EncodedBatch encoded() {
    return encoded;
  }
}
