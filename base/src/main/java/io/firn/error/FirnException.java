package io.firn.error;

import org.jspecify.annotations.Nullable;

/**
 * The base of every error Firn throws on purpose. Unchecked, so that an embedding service decides
 * where to handle it. The subclass says what kind of failure it is; the message names the place and
 * what to do.
 *
 * <p>Firn keeps the first fatal error of a table and repeats it: later calls throw an error of the
 * same kind with the first one as its cause.
 */
public abstract sealed class FirnException extends RuntimeException
    permits ClosedException,
        CommitConflictException,
        CommitUnknownException,
        CorruptionException,
        EngineFailedException,
        FencedException,
        InvalidArgumentException,
        LockedException,
        NotATableException,
        SchemaMismatchException,
        SnapshotUnavailableException,
        StorageException,
        UnsupportedFeatureException,
        WriteStalledException {

  private static final long serialVersionUID = 1L;

  FirnException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
