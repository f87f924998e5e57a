package dev.spikelane.simd;

import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Set;
import jdk.incubator.vector.FloatVector;

/**
 * The SIMD width of all kernels, chosen once when this class is loaded by the system property that
 * {@code dev.spikelane.kernel.Simd} documents.
 */
public final class SimdWidth {

    public static final String PROPERTY = "spikelane.simd";

    /** Bits of the widest vectors in use on any CPU. */
    public static final int WIDEST = 512;

    /** Bits of the widest integer vectors of x86 CPUs with AVX2; older CPUs have 128. */
    private static final int AVX2 = 256;

    private static final Choice CHOICE = Choice.of(System.getProperty(PROPERTY, "auto"));

    /** True if the vector variants serve; a constant that the JIT folds. */
    public static final boolean VECTOR = CHOICE.bits > 0;

    /**
     * True if this CPU has an instruction for a fused multiply-add, or if that is unknown. x86 CPUs have it from AVX2
     * on, which the width of vectors shows. Always true if {@link #VECTOR} is.
     */
    public static final boolean FUSED = !isX86() || !hasVectorApi() || Widest.BITS >= AVX2;

    static {
        if (CHOICE.isWarning) {
            warn(CHOICE.why);
        }
        String jdk = JdkFloor.warning(Runtime.version());
        if (jdk != null) {
            warn(jdk);
        }
    }

    private SimdWidth() {}

    private static void warn(String message) {
        System.getLogger("dev.spikelane").log(System.Logger.Level.WARNING, "Spikelane: " + message);
    }

    public static int bits() {
        return CHOICE.bits;
    }

    public static String describe() {
        return CHOICE.why;
    }

    private static boolean hasVectorApi() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    private static boolean isX86() {
        return Set.of("amd64", "x86_64").contains(System.getProperty("os.arch", ""));
    }

    /** Loaded only if the module jdk.incubator.vector is present. */
    private static final class Widest {
        static final int BITS = FloatVector.SPECIES_PREFERRED.vectorBitSize();

        private Widest() {}
    }

    private record Choice(int bits, String why, boolean isWarning) {

        /** Tutorial 3, batch 1, densities 0.1 to 0.9: 82 to 150 times (Zen 4), 106 to 237 (Zen 5, 2026-11). */
        private static final String COST = "; networks run up to 240 times slower";

        static Choice of(String asked) {
            Limit limit = Limit.of(asked);
            if (limit.bits == 0) {
                return new Choice(0, "scalar kernels, as " + PROPERTY + "=scalar asks", false);
            }
            if (!hasVectorApi()) {
                return scalar(
                        limit,
                        "the module jdk.incubator.vector is missing" + COST
                                + "; start java with --add-modules jdk.incubator.vector");
            }
            String compiler = OptimizingCompiler.missing();
            if (compiler != null) {
                return scalar(limit, "this JVM runs without its C2 compiler (" + compiler + ")" + COST);
            }
            return widest(limit);
        }

        private static Choice widest(Limit limit) {
            int cpu = Widest.BITS;
            if (cpu < 128) {
                return scalar(limit, "this CPU has no vectors of 128 bits or more");
            }
            // With -XX:UseAVX=0 and 1 (2026-11), rotations, comparisons and masks are not inlined, or inline too much.
            if (isX86() && cpu < AVX2) {
                return scalar(limit, "this CPU has no AVX2, without which C2 boxes vectors");
            }
            if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
                return scalar(limit, "this CPU is big-endian");
            }
            if (limit.exact && cpu < limit.bits) {
                throw refused(limit, "expected at most " + cpu + ", the widest that this CPU has");
            }
            int bits = Math.min(limit.bits, cpu);
            boolean asked = !limit.asked.equalsIgnoreCase("auto") && bits == limit.bits;
            String why = asked ? "as " + PROPERTY + "=" + limit.asked + " asks" : "the widest that this CPU has";
            return new Choice(bits, bits + "-bit vectors (" + bits / Float.SIZE + " floats), " + why, false);
        }

        private static Choice scalar(Limit limit, String why) {
            if (limit.exact) {
                throw refused(limit, "which cannot be had, because " + why);
            }
            return new Choice(0, "scalar kernels, because " + why, true);
        }

        private static IllegalArgumentException refused(Limit limit, String why) {
            return new IllegalArgumentException(PROPERTY + " is '" + limit.asked + "', " + why);
        }
    }

    /**
     * The width that the property selects.
     *
     * @param exact true if only this width is allowed
     */
    private record Limit(String asked, int bits, boolean exact) {

        static Limit of(String asked) {
            return switch (asked.toLowerCase(Locale.ROOT)) {
                case "auto" -> new Limit(asked, WIDEST, false);
                case "512" -> new Limit(asked, 512, true);
                case "256" -> new Limit(asked, 256, true);
                case "128" -> new Limit(asked, 128, true);
                case "max-256" -> new Limit(asked, 256, false);
                case "max-128" -> new Limit(asked, 128, false);
                case "scalar" -> new Limit(asked, 0, true);
                default ->
                    throw new IllegalArgumentException(
                            PROPERTY + " is '" + asked + "', expected auto, 512, 256, 128, max-256, max-128 or scalar");
            };
        }
    }
}
