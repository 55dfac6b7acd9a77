/** The rules of the repository that a machine can check. */
@NullMarked
package io.firn.rules;

import org.jspecify.annotations.NullMarked;
