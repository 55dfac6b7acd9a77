package io.firn.catalog;

/**
 * A promise to whoever reads a snapshot for long that its files stay until a moment: an Iceberg tag
 * that ends by itself. Expiry by Firn and by others respects it.
 *
 * @param name how to name it when it is renewed or released
 * @param snapshotId the snapshot it keeps
 * @param untilMillis when it ends, in milliseconds since the epoch
 */
public record Lease(String name, long snapshotId, long untilMillis) {}
