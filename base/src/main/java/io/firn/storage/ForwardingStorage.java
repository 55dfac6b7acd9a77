package io.firn.storage;

import java.io.IOException;
import java.util.List;

/**
 * A storage that hands every call on to another, for those that change a few of them. As safe for
 * several threads as the other.
 */
public abstract class ForwardingStorage implements Storage {

  private final Storage below;

  /** A storage on top of another. */
  protected ForwardingStorage(Storage below) {
    this.below = below;
  }

  /** What calls are handed on to. */
  protected final Storage below() {
    return below;
  }

  @Override
  public OutputFileHandle create(String path) throws IOException {
    return below.create(path);
  }

  @Override
  public InputFileHandle open(String path) throws IOException {
    return below.open(path);
  }

  @Override
  public InputFileHandle openForShortReads(String path) throws IOException {
    return below.openForShortReads(path);
  }

  @Override
  public long length(String path) throws IOException {
    return below.length(path);
  }

  @Override
  public boolean exists(String path) throws IOException {
    return below.exists(path);
  }

  @Override
  public List<FileStatus> list(String directory) throws IOException {
    return below.list(directory);
  }

  @Override
  public List<String> listDirectories(String directory) throws IOException {
    return below.listDirectories(directory);
  }

  @Override
  public long freeBytes(String directory) throws IOException {
    return below.freeBytes(directory);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    below.createDirectories(directory);
  }

  @Override
  public void publish(String temporary, String path) throws IOException {
    below.publish(temporary, path);
  }

  @Override
  public void replace(String temporary, String path) throws IOException {
    below.replace(temporary, path);
  }

  @Override
  public void delete(String path) throws IOException {
    below.delete(path);
  }

  @Override
  public void syncFile(String path) throws IOException {
    below.syncFile(path);
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    below.syncDirectory(directory);
  }

  @Override
  public FileLease lock(String path) throws IOException {
    return below.lock(path);
  }
}
