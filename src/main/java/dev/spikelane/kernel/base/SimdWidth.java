package dev.spikelane.kernel.base;

import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Set;
import jdk.incubator.vector.FloatVector;

/**
 * Which SIMD width the kernels use, chosen once when this class is loaded.
 *
 * <p>The system property {@value #PROPERTY} is {@code auto} (the widest that the CPU has, the default), {@code 512}, {@code 256},
 * {@code 128} (bits, no wider than the CPU has) or {@code scalar}. Results do not depend on it.
 */
public final class SimdWidth {

    /** Name of the system property that chooses the width. */
    public static final String PROPERTY = "spikelane.simd";

    /** Bits of the widest vectors that are used. */
    public static final int WIDEST = 512;

    /** Bits of the widest vectors of integers that x86 CPUs with AVX2 have; those before it have 128. */
    private static final int AVX2 = 256;

    private static final Choice CHOICE = Choice.of(System.getProperty(PROPERTY, "auto"));

    /** Whether the vector variants serve; a constant that the JIT folds. */
    public static final boolean VECTOR = CHOICE.bits > 0;

    /**
     * Whether a fused multiply-add is an instruction of this CPU; where that is not known, true. No property tells, but it came to x86
     * CPUs with AVX2. Always so where {@link #VECTOR} holds.
     */
    public static final boolean FUSED = !isX86() || !hasVectorApi() || Widest.BITS >= AVX2;

    static {
        if (CHOICE.worthWarning) {
            System.getLogger("dev.spikelane").log(System.Logger.Level.WARNING, "Spikelane: " + CHOICE.why);
        }
    }

    private SimdWidth() {}

    /** Bits of the vectors in use; 0 for scalar code. */
    public static int bits() {
        return CHOICE.bits;
    }

    /** Which kernels serve and why, in one line. */
    public static String describe() {
        return CHOICE.why;
    }

    private static boolean hasVectorApi() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    private static boolean isX86() {
        return Set.of("amd64", "x86_64").contains(System.getProperty("os.arch", ""));
    }

    /** Loaded only where the module jdk.incubator.vector is present. */
    private static final class Widest {
        static final int BITS = FloatVector.SPECIES_PREFERRED.vectorBitSize();

        private Widest() {}
    }

    private record Choice(int bits, String why, boolean worthWarning) {

        static Choice of(String asked) {
            int limit = askedBits(asked);
            if (limit == 0) {
                return new Choice(0, "scalar kernels, as " + PROPERTY + "=scalar asks", false);
            }
            if (!hasVectorApi()) {
                return new Choice(
                        0,
                        "scalar kernels, because the module jdk.incubator.vector is missing;"
                                + " start java with --add-modules jdk.incubator.vector",
                        true);
            }
            // Without C2 every vector operation is a call that allocates: far slower than scalar code.
            String mode = System.getProperty("java.vm.info", "");
            if (mode.contains("interpreted") || mode.contains("emulated-client")) {
                return new Choice(
                        0, "scalar kernels, because this JVM runs without its C2 compiler (" + mode + ")", true);
            }
            return widest(asked, limit);
        }

        private static Choice widest(String asked, int limit) {
            int cpu = Widest.BITS;
            if (cpu < 128) {
                return new Choice(0, "scalar kernels, because this CPU has no vectors of 128 bits or more", true);
            }
            // Measured with -XX:UseAVX=0 and 1 (2026-11): rotations, comparisons and masks are not inlined, or inline
            // too much.
            if (isX86() && cpu < AVX2) {
                return new Choice(
                        0, "scalar kernels, because this CPU has no AVX2, without which C2 boxes vectors", true);
            }
            if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
                return new Choice(0, "scalar kernels, because this CPU is big-endian", true);
            }
            int bits = Math.min(limit, Math.min(cpu, WIDEST));
            String why = bits < limit || asked.equals("auto")
                    ? "the widest that this CPU has"
                    : "as " + PROPERTY + "=" + asked + " asks";
            return new Choice(bits, bits + "-bit vectors (" + bits / Float.SIZE + " floats), " + why, false);
        }

        private static int askedBits(String asked) {
            return switch (asked.toLowerCase(Locale.ROOT)) {
                case "auto", "512" -> WIDEST;
                case "256" -> 256;
                case "128" -> 128;
                case "scalar" -> 0;
                default ->
                    throw new IllegalArgumentException(
                            PROPERTY + " is '" + asked + "', expected auto, 512, 256, 128 or scalar");
            };
        }
    }
}
