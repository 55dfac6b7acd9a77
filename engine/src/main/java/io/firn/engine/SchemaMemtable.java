package io.firn.engine;

import io.firn.engine.internal.memtable.Memtable;
import io.firn.format.TableSchema;

/**
 * A memtable, and the schema its rows were encoded with.
 *
 * @param memtable all its rows are of one schema
 * @param schema the table's when the memtable was begun
 */
record SchemaMemtable(Memtable memtable, TableSchema schema) {}
