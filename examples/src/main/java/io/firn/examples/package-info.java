/** Small programs to copy. Each is run by a test as it stands. */
@NullMarked
package io.firn.examples;

import org.jspecify.annotations.NullMarked;
