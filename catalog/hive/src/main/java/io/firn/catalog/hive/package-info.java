/** A Hive metastore for the tests of the catalogs, in a process of its own. */
@NullMarked
package io.firn.catalog.hive;

import org.jspecify.annotations.NullMarked;
