package dev.spikelane.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.invoke.MethodHandles;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class TemplateTest {

    /** Knows its number from the start. */
    static final class Number implements Supplier<String> {
        private static final String NUMBER = Template.data(MethodHandles.lookup(), String.class);

        @Override
        public String get() {
            return NUMBER;
        }
    }

    /** Fails where nobody should look for another that serves. */
    static final class Broken implements Supplier<String> {
        Broken() {
            throw new UnsupportedOperationException("broken");
        }

        @Override
        public String get() {
            return "never";
        }
    }

    @SuppressWarnings("unchecked")
    private static Supplier<String> copy(
            MethodHandles.Lookup own, Class<? extends Supplier<String>> template, String data) {
        return Template.copy(own, Supplier.class, template, data, () -> () -> "plain");
    }

    @Test
    void everyCopyHasItsOwnData() {
        Supplier<String> one = copy(MethodHandles.lookup(), Number.class, "one");
        Supplier<String> two = copy(MethodHandles.lookup(), Number.class, "two");
        assertEquals("one", one.get());
        assertEquals("two", two.get());
        assertNotEquals(one.getClass(), two.getClass());
    }

    @Test
    void plainObjectServesWhereNoClassCanBeDefined() {
        assertEquals(
                "plain", copy(MethodHandles.publicLookup(), Number.class, "one").get());
    }

    @Test
    void copyThatFailsIsNotReplaced() {
        assertThrows(UnsupportedOperationException.class, () -> copy(MethodHandles.lookup(), Broken.class, "one"));
    }

    @Test
    void templateItselfSaysThatItIsNoCopy() {
        Error failure = assertThrows(ExceptionInInitializerError.class, Number::new);
        assertEquals(
                Number.class.getName()
                        + " is a template and has no options, expected a copy of it that Template.copy makes",
                assertInstanceOf(IllegalStateException.class, failure.getCause())
                        .getMessage());
    }
}
