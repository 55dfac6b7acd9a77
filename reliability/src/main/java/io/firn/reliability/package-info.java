/**
 * Campaigns against the engine: crashes, killed processes, damaged files, failing storage, contests
 * of writers, random histories. Each compares what the engine and Iceberg's own reader return with
 * a {@link io.firn.reliability.Ledger} kept outside the store. Nothing of this is shipped.
 */
@NullMarked
package io.firn.reliability;

import org.jspecify.annotations.NullMarked;
