package dev.spikelane;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test of arithmetic. Where it stands in a package of kernels, is a {@code Golden...Test} or {@code OneAnswerTest}, it
 * runs at 256 bits, 128 bits and scalar too, beside the machine's full width; elsewhere at full width, and at night at
 * the others. {@code WidthsTest} finds a class that reaches kernels and has no such tag.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@org.junit.jupiter.api.Tag("every-width")
@net.jqwik.api.Tag("every-width")
public @interface EveryWidth {}
