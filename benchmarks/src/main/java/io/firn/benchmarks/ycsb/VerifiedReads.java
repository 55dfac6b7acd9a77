package io.firn.benchmarks.ycsb;

import io.firn.benchmarks.suite.WrongAnswerError;
import java.io.IOException;
import site.ycsb.measurements.Measurements;
import site.ycsb.measurements.exporter.MeasurementsExporter;

/** What YCSB's data integrity check has found about the rows read. */
final class VerifiedReads implements MeasurementsExporter {

  private static final String RIGHT = "Return=OK";

  private VerifiedReads() {}

  /** Throws if YCSB has found a row that is not what its key says. */
  static void check(Measurements measurements) throws IOException {
    try (VerifiedReads reads = new VerifiedReads()) {
      measurements.exportMeasurements(reads);
    }
  }

  @Override
  public void write(String metric, String measurement, int value) {
    write(metric, measurement, (long) value);
  }

  @Override
  public void write(String metric, String measurement, long value) {
    boolean verification = metric.equals("VERIFY") && measurement.startsWith("Return=");
    WrongAnswerError.check(
        !verification || measurement.equals(RIGHT) || value == 0, "values of rows that were read");
  }

  @Override
  public void write(String metric, String measurement, double value) {
    // Times are taken elsewhere.
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
