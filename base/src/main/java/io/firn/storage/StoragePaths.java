package io.firn.storage;

/** Names of files and directories as the {@link Storage} seam sees them. */
public final class StoragePaths {

  private StoragePaths() {}

  /** The path without a leading {@code file:} scheme; any other path unchanged. */
  public static String withoutFileScheme(String path) {
    if (!path.startsWith("file:")) {
      return path;
    }
    String rest = path.substring("file:".length());
    return rest.startsWith("///") ? rest.substring(2) : rest;
  }

  /** The directory a path stands in. */
  public static String parent(String path) {
    int slash = path.lastIndexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("Not an absolute path: " + path);
    }
    return slash == 0 ? "/" : path.substring(0, slash);
  }

  /** The last name of a path. */
  public static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** A name within a directory. */
  public static String join(String directory, String name) {
    return directory.endsWith("/") ? directory + name : directory + "/" + name;
  }
}
