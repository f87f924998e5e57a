package dev.spikelane;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test of programs that users start: commands, programs of README and site, pages in a browser, pictures, and new
 * JVMs. It takes long and finds few errors of arithmetic, so {@code mvn verify} skips it; {@code -Pusers}, CI and the
 * night run it.
 */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@org.junit.jupiter.api.Tag("users")
@net.jqwik.api.Tag("users")
public @interface Users {}
