package io.firn.engine;

import io.firn.catalog.TableStore;
import io.firn.format.DataFileReaders;
import io.firn.service.ServiceEnvironment;
import io.firn.storage.Storage;

/**
 * What every open table has, for writing or only for reading.
 *
 * @param engineId names this engine in the snapshots it commits; new with every open
 */
record EngineParts(
    String engineId,
    TableStore store,
    Storage storage,
    ServiceEnvironment environment,
    DataFileReaders readers,
    TableState state,
    FilePins pins,
    FirnOptions options,
    EventDispatcher events,
    FailureLatch failures,
    SnapshotRegistry snapshots,
    ScanWorkers scans) {}
