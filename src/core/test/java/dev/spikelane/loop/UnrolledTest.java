package dev.spikelane.loop;

import static dev.spikelane.loop.Unrolled.next;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.simd.SimdWidth;
import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Unrolled copies compute the results of their loops. */
@EveryWidth
final class UnrolledTest {

    private static final MethodHandles.Lookup OF_SUMS = Sums.own();

    /** Parallel sums in all forms of loops, branches and arithmetic in kernels. */
    static class Sums {

        private static final int SHIFT = Integer.parseInt("3"); // not a compile-time constant
        private final int count;
        private final boolean down;

        Sums(int count, boolean down) {
            this.count = count;
            this.down = down;
        }

        static MethodHandles.Lookup own() {
            return MethodHandles.lookup();
        }

        /** Adds {@code count} numbers at a time to as many sums, doubled if {@code twice}. */
        void add(long[] from, int groups, long[] into, boolean twice) {
            long[] sums = new long[count];
            Object[] seen = new Object[count];
            for (int i = 0; i < count; i = next(i)) {
                sums[i] = twice ? into[i] * 2 : into[i];
                seen[i] = into;
            }
            long steps = 0;
            int at = 0;
            for (int group = 0; group < groups; group++) {
                for (int i = 0; i < count; i = next(i)) {
                    long value = from[at++];
                    if (value > 0) {
                        sums[i] += value + (long) i / 2 * SHIFT + (1 << i % 2);
                    } else if (!down && i > 0) {
                        sums[i] = sums[i - 1] - value;
                    }
                    for (int j = 0; j < i; j = next(j)) {
                        steps += j;
                    }
                }
                if (at > 1000) {
                    break;
                }
            }
            Unrolled.requireClass(seen, long[].class);
            Unrolled.requireClass(seen, 0, count, long[].class);
            for (int i = 1; i <= count; i = next(i)) {
                into[count - i] = sums[count - i];
            }
            into[count] = steps + sums.length;
        }

        /** No array and no known counter. */
        int plain() {
            return count;
        }

        void requireStrings(Object each) {
            Object[] all = new Object[count];
            for (int i = 0; i < count; i = next(i)) {
                all[i] = each;
            }
            Unrolled.requireClass(all, String.class);
        }
    }

    /** A loop with an unknown counter. */
    static class Endless {
        int add(int from) {
            int sum = 0;
            for (int i = from; i < 10; i = next(i)) {
                sum += i;
            }
            return sum;
        }

        static MethodHandles.Lookup own() {
            return MethodHandles.lookup();
        }
    }

    @Test
    void copiesComputeWhatLoopsSay() {
        for (int count = 1; count <= 6; count++) {
            for (boolean down : new boolean[] {false, true}) {
                Sums plain = new Sums(count, down);
                Sums unrolled = Unrolled.of(OF_SUMS, plain);
                assertNotSame(plain.getClass(), unrolled.getClass());
                assertTrue(unrolled.getClass().isHidden());
                assertEquals(count, unrolled.plain());
                for (boolean twice : new boolean[] {false, true}) {
                    long[] from = new long[count * 5];
                    for (int i = 0; i < from.length; i++) {
                        from[i] = i * 37L % 11 - 5;
                    }
                    long[] expected = {7, 6, 5, 4, 3, 2, 1};
                    long[] found = expected.clone();
                    plain.add(from, 5, expected, twice);
                    unrolled.add(from, 5, found, twice);
                    assertArrayEquals(expected, found);
                }
            }
        }
    }

    @Test
    void anotherClassIsRefused() {
        Sums unrolled = Unrolled.of(OF_SUMS, new Sums(3, true));
        unrolled.requireStrings("one");
        assertThrows(AssertionError.class, () -> unrolled.requireStrings(1));
        assertThrows(AssertionError.class, () -> new Sums(3, true).requireStrings(1));
    }

    /** Slices in a method allocate if C2 inlines it without counts of its calls. */
    @Test
    void copiesAreTooLongToBeInlined() throws IOException {
        byte[] copy = Unrolled.write(Unrolled.bytes(Sums.class), OF_SUMS, new Sums(1, true));
        List<String> names = new ArrayList<>();
        for (MethodModel method : ClassFile.of().parse(copy).methods()) {
            CodeAttribute code = method.findAttribute(Attributes.code()).orElseThrow();
            if (code.codeLength() > 325) { // FreqInlineSize
                names.add(method.methodName().stringValue());
            }
        }
        assertEquals(List.of("add", "requireStrings"), names);
    }

    /** A lookup that may not define classes, and a loop that cannot be unrolled. */
    @Test
    void theObjectItselfServesWhereNoClassCanBeDefined() {
        Sums plain = new Sums(2, true);
        assertSame(plain, Unrolled.of(OF_SUMS.dropLookupMode(MethodHandles.Lookup.PRIVATE), plain));
        Endless endless = new Endless();
        assertSame(endless, Unrolled.of(Endless.own(), endless));
        assertEquals(45, endless.add(0));
    }

    /** A kernel that could not be unrolled would box, and only a warning would report it. */
    @Test
    void kernelsAreUnrolled() throws ReflectiveOperationException {
        Assumptions.assumeTrue(SimdWidth.VECTOR);
        List<String> kernels = List.of(
                "norm.BatchNormStepVector",
                "product.gradient.PairListsVector",
                "product.gradient.WeightGradientVector",
                "product.gradient.WeightTablesVector",
                "product.integer.IntegerMatmulVector",
                "product.integer.IntegerPairsVector",
                "product.integer.IntegerPlanesVector",
                "product.integer.IntegerSumsVector",
                "product.integer.IntegerTablesVector",
                "product.spike.RecurrentMatmulVector",
                "product.spike.SpikeActiveVector",
                "product.spike.SpikeDenseVector",
                "product.spike.SpikeListsVector",
                "product.spike.SpikePanelsVector",
                "product.window.WindowGradientMapVector",
                "step.QuantizeVector");
        for (String kernel : kernels) {
            Class<?> type = Class.forName("dev.spikelane.kernel." + kernel);
            for (Field field : type.getDeclaredFields()) {
                if (field.getType() == type) {
                    field.setAccessible(true);
                    assertTrue(field.get(null).getClass().isHidden(), field.toString());
                }
            }
        }
    }
}
