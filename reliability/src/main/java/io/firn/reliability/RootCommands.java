package io.firn.reliability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Commands that make, mount and shut down file systems. They need root, loop devices and the tools
 * of the file systems; where one cannot run, the error says so.
 *
 * @param purpose who needs them, for the error
 * @param directory where their output is caught
 */
record RootCommands(String purpose, Path directory) {

  private static final long BUSY_NANOS_MAX = TimeUnit.SECONDS.toNanos(20);

  /** Runs a command and returns what it printed. */
  String run(String... command) throws IOException, InterruptedException {
    Path said = directory.resolve("command.txt");
    int code;
    try {
      code =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start()
              .waitFor();
    } catch (IOException e) {
      throw new IOException(
          purpose + " needs " + command[0] + ", root and a loop device: " + e.getMessage(), e);
    }
    String output = Files.readString(said, StandardCharsets.UTF_8).strip();
    if (code != 0) {
      throw new IOException(
          purpose
              + " needs root and a loop device: "
              + String.join(" ", command)
              + " says "
              + output);
    }
    return output;
  }

  /** Mounts an image. */
  void mount(Path image, Path disk) throws IOException, InterruptedException {
    String ignored = run("mount", "-o", "loop", image.toString(), disk.toString());
  }

  /**
   * Unmounts a disk. It may be busy for a moment: a command that another round is just starting has
   * this process's files open until it is on its own. A file left open keeps it busy for ever.
   */
  void unmount(Path disk) throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (true) {
      try {
        String ignored = run("umount", disk.toString());
        return;
      } catch (IOException e) {
        if (!String.valueOf(e.getMessage()).contains("busy")
            || System.nanoTime() - start > BUSY_NANOS_MAX) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }
}
