package dev.spikelane;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test of arithmetic. In packages of kernels, {@code Golden...Test} and {@code OneAnswerTest} run at 256 bits, 128
 * bits and scalar beside the machine's full width; other tests do so only at night. {@code WidthsTest} finds classes
 * that reach kernels without this tag.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@org.junit.jupiter.api.Tag("every-width")
@net.jqwik.api.Tag("every-width")
public @interface EveryWidth {}
