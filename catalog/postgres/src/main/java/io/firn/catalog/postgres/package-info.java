/** A PostgreSQL server for the tests of the catalogs, in a process of its own. */
@NullMarked
package io.firn.catalog.postgres;

import org.jspecify.annotations.NullMarked;
