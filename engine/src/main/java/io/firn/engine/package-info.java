@NullMarked
package io.firn.engine;

import org.jspecify.annotations.NullMarked;
