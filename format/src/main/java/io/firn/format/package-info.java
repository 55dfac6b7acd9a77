@NullMarked
package io.firn.format;

import org.jspecify.annotations.NullMarked;
