/** Reading a table with Spark. Depends on nothing of Firn. */
@NullMarked
package io.firn.examples.spark;

import org.jspecify.annotations.NullMarked;
