package io.firn.catalog;

import java.io.IOException;
import java.util.function.IntConsumer;
import java.util.zip.CRC32C;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/**
 * A file whose CRC-32C is told when it has been closed without an exception.
 *
 * @param file the file written
 * @param checksum told its checksum
 */
record ChecksummedOutput(OutputFile file, IntConsumer checksum) implements OutputFile {

  @Override
  public PositionOutputStream create() {
    return new Stream(file.create(), checksum);
  }

  @Override
  public PositionOutputStream createOrOverwrite() {
    return new Stream(file.createOrOverwrite(), checksum);
  }

  @Override
  public String location() {
    return file.location();
  }

  @Override
  public InputFile toInputFile() {
    return file.toInputFile();
  }

  private static final class Stream extends PositionOutputStream {
    private final PositionOutputStream stream;
    private final IntConsumer checksum;
    private final CRC32C crc = new CRC32C();

    Stream(PositionOutputStream stream, IntConsumer checksum) {
      this.stream = stream;
      this.checksum = checksum;
    }

    @Override
    public long getPos() throws IOException {
      return stream.getPos();
    }

    @Override
    public long storedLength() throws IOException {
      return stream.storedLength();
    }

    @Override
    public void write(int value) throws IOException {
      stream.write(value);
      crc.update(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      stream.write(bytes, offset, length);
      crc.update(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      stream.flush();
    }

    @Override
    public void close() throws IOException {
      stream.close();
      checksum.accept((int) crc.getValue());
    }
  }
}
