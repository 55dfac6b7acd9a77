package io.firn.compaction;

import io.firn.catalog.TableStore;
import io.firn.catalog.Version;
import io.firn.format.DataFileReaders;
import io.firn.format.WriterOptions;
import io.firn.service.ServiceEnvironment;
import io.firn.storage.Storage;

/** What compaction needs of the engine it works for. The engine owns and closes all of it. */
public interface CompactionHost {

  TableStore store();

  Storage storage();

  DataFileReaders readers();

  /** Goes into the summary of every snapshot. */
  String engineId();

  /** How files of a level are written. */
  default WriterOptions writerOptions(int level) {
    return level == 0 ? WriterOptions.forLookups() : WriterOptions.forScans();
  }

  /**
   * A commit has made this version. Called on the job's thread, without locks, before the inputs
   * may be picked or deleted by anybody.
   */
  default void onVersion(Version version) {}

  default CompactionListener listener() {
    return CompactionListener.NONE;
  }

  /** The time, and who makes threads. */
  default ServiceEnvironment environment() {
    return ServiceEnvironment.system();
  }
}
