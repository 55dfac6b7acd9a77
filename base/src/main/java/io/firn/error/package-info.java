/**
 * The errors Firn throws: one small sealed family under {@link io.firn.error.FirnException}.
 * Messages name what and where and what to do about it; they never contain row values.
 */
@NullMarked
package io.firn.error;

import org.jspecify.annotations.NullMarked;
