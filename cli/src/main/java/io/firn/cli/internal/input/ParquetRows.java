package io.firn.cli.internal.input;

import io.firn.cli.internal.text.SchemaText;
import io.firn.error.InvalidArgumentException;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.iceberg.Files;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.parquet.ParquetReader;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file from anywhere. Its columns are matched to the table's by name, and converted where
 * nothing can be lost; see {@link Conversion}.
 */
final class ParquetRows implements RowSource {

  private final InputFile file;
  private final CloseableIterable<Record> source;
  private final CloseableIterator<Record> rows;
  private final Record row;
  private final NestedField[] fields;
  private final int[] positions;
  private final Conversion[] conversions;
  private long rowNumber;

  private ParquetRows(InputFile file, Schema inFile, NameMapping names, Schema schema) {
    this.file = file;
    List<NestedField> found = inFile.columns();
    int count = found.size();
    this.fields = new NestedField[count];
    this.positions = new int[count];
    this.conversions = new Conversion[count];
    for (int i = 0; i < count; i++) {
      match(i, found.get(i), schema);
    }
    for (NestedField field : schema.columns()) {
      if (field.isRequired() && inFile.asStruct().field(field.name()) == null) {
        throw new BadInputException(
            file.path() + ": column '" + field.name() + "' is required and missing", null);
      }
    }
    this.row = GenericRecord.create(schema);
    this.source =
        new ParquetReader<>(
            Files.localInput(file.path().toFile()),
            inFile,
            ParquetReadOptions.builder(new PlainParquetConfiguration()).build(),
            type -> GenericParquetReaders.buildReader(inFile, type),
            names,
            Expressions.alwaysTrue(),
            true,
            true);
    this.rows = source.iterator();
  }

  static RowSource open(InputFile file, Schema schema) {
    try (ParquetFileReader footer = ParquetFileReader.open(new LocalInputFile(file.path()))) {
      MessageType type = footer.getFileMetaData().getSchema();
      Schema inFile = ParquetSchemaUtil.convert(type);
      return new ParquetRows(file, inFile, MappingUtil.create(inFile), schema);
    } catch (IOException e) {
      throw new BadInputException("Cannot read " + file.path() + ": " + e.getMessage(), e);
    } catch (BadInputException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new BadInputException(
          file.path() + " is not a Parquet file that can be read: " + e.getMessage(), e);
    }
  }

  private void match(int i, NestedField column, Schema schema) {
    NestedField target = schema.asStruct().field(column.name());
    if (target == null) {
      throw new BadInputException(
          file.path()
              + ": the table has no column '"
              + column.name()
              + "', only "
              + schema.columns().stream().map(NestedField::name).collect(Collectors.joining(", ")),
          null);
    }
    Conversion conversion = Conversion.of(column.type(), target.type());
    if (conversion == null) {
      throw new BadInputException(
          String.format(
              "%s: column '%s' is %s in the file and %s in the table, and no conversion keeps every"
                  + " value",
              file.path(),
              column.name(),
              SchemaText.print(column.type()),
              SchemaText.print(target.type())),
          null);
    }
    fields[i] = target;
    positions[i] = schema.columns().indexOf(target);
    conversions[i] = conversion;
  }

  @Override
  public @Nullable Record next() {
    Record read;
    try {
      if (!rows.hasNext()) {
        return null;
      }
      rowNumber++;
      read = rows.next();
    } catch (RuntimeException e) {
      throw new BadInputException(place() + " cannot be read: " + e.getMessage(), e);
    }
    for (int i = 0; i < fields.length; i++) {
      Object value = read.get(i);
      if (value == null && fields[i].isRequired()) {
        throw new BadInputException(column(i) + ": is required and must not be null", null);
      }
      try {
        row.set(positions[i], value == null ? null : conversions[i].apply(value));
      } catch (InvalidArgumentException e) {
        throw BadInputException.inRow(column(i), e);
      }
    }
    return row;
  }

  private String column(int i) {
    return place() + ", column '" + fields[i].name() + "'";
  }

  @Override
  public String place() {
    return file.path() + ", row " + rowNumber;
  }

  @Override
  public void close() {
    try (source) {
      rows.close();
    } catch (IOException e) {
      throw new BadInputException("Cannot close " + file.path() + ": " + e.getMessage(), e);
    }
  }
}
