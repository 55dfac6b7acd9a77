package io.firn.reliability;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** Loads Firn's classes anew, some of them in another version; everything else is shared. */
final class PlantedLoader extends ClassLoader {

  private final Map<String, byte[]> replaced;

  /**
   * @param replaced class files by the name of their class
   */
  PlantedLoader(Map<String, byte[]> replaced) {
    super(PlantedLoader.class.getClassLoader());
    this.replaced = replaced;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("io.firn.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = replaced.get(name);
    if (bytes == null) {
      String resource = name.replace('.', '/') + ".class";
      try (InputStream file = getParent().getResourceAsStream(resource)) {
        if (file == null) {
          throw new ClassNotFoundException(name);
        }
        bytes = file.readAllBytes();
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
    return defineClass(name, bytes, 0, bytes.length);
  }
}
