package io.firn.engine;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The test fails if the engine ignores these options. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface ProvesOption {
  OptionKey[] value();
}
