package io.firn.cli.internal.command;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of the program, as the build wrote it down. */
final class FirnVersion implements IVersionProvider {

  private static final String RESOURCE = "/io/firn/cli/version.properties";

  @Override
  public String[] getVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream resource = FirnVersion.class.getResourceAsStream(RESOURCE)) {
      if (resource != null) {
        properties.load(resource);
      }
    }
    return new String[] {"firn " + properties.getProperty("version", "of an unknown build")};
  }
}
