package io.firn.spark;

import io.firn.spark.runner.SparkProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests one {@link SparkProcess} for the whole run: a session takes six seconds to start, and
 * one that has stayed open through other tests is the harder case.
 */
final class SharedSpark implements ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(SharedSpark.class);

  private record Session(SparkProcess spark) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      spark.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == SparkProcess.class;
  }

  @Override
  public SparkProcess resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(Session.class, type -> start(), Session.class)
        .spark();
  }

  private static Session start() {
    try {
      return new Session(SparkProcess.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
