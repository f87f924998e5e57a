package dev.spikelane.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The C kernels in {@code native/}, for the instruction set that is as wide as the vectors of the Java kernels. They do
 * not check their arguments, and neither do these methods. The system property {@value #PROPERTY} names the library.
 */
public final class Yardstick {

    /** Name of the system property with the library's path. */
    public static final String PROPERTY = "spikelane.yardstick";

    private static final Path LIBRARY =
            Path.of(System.getProperty(PROPERTY, "native/target/libspikelane_yardstick.so"));
    private static final String VARIANT = switch (Simd.bits()) {
        case 512 -> "avx512";
        case 256 -> "avx2";
        default -> "portable";
    };

    /** True if the C kernels can be called. */
    public static final boolean AVAILABLE =
            Files.isReadable(LIBRARY) && Yardstick.class.getModule().isNativeAccessEnabled();

    private Yardstick() {}

    /** Describes in a few words which C kernels there are, or why there are none. */
    public static String describe() {
        if (AVAILABLE) {
            return "C kernels: " + VARIANT;
        }
        return Files.isReadable(LIBRARY)
                ? "no C kernels, because native access is not enabled; start java with --enable-native-access=ALL-UNNAMED"
                : "no C kernels, because " + LIBRARY + " is missing; make -C native builds it";
    }

    /** Returns the variant of a function that is as wide as Java's vectors; only if {@link #AVAILABLE}. */
    public static MethodHandle function(String name, FunctionDescriptor descriptor) {
        return Functions.function(name, descriptor);
    }

    /** Returns scratch memory, of the size that a function without arguments returns; it lasts as long as the JVM. */
    public static MemorySegment scratch(String name) {
        try {
            return Arena.global()
                    .allocate(
                            (int) function(name, FunctionDescriptor.of(JAVA_INT))
                                    .invokeExact(),
                            64);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Draws all rows of spikes from data that do not change between steps. */
    public static void bernoulli(long seed, FloatMatrix data, float gain, float offset, SpikeMatrix spikes) {
        try {
            Functions.BERNOULLI.invokeExact(
                    seed,
                    data.rows(),
                    data.segment(),
                    gain,
                    offset,
                    spikes.segment(),
                    spikes.stride(),
                    spikes.columns(),
                    spikes.rows());
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Sums a buffer of floats, a multiple of 128 of them, {@code passes} times. */
    public static float loadAdd(MemorySegment buffer, int floats, long passes) {
        try {
            return (float) Functions.LOAD_ADD.invokeExact(buffer, floats, passes);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Computes the rounds of four vectors of Threefry blocks {@code passes} times. */
    public static int threefry(int rounds, long passes) {
        try {
            return (int) Functions.THREEFRY.invokeExact(rounds, passes);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Takes a number of cycles, a multiple of 16. */
    public static long cycles(long cycles) {
        try {
            return (long) Functions.CYCLES.invokeExact(cycles, 1L);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Copies floats, a multiple of 16 of them. */
    public static void copy(MemorySegment from, MemorySegment to, long floats) {
        try {
            Functions.COPY.invokeExact(from, to, floats);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Loaded only if {@link #AVAILABLE}. */
    @SuppressWarnings("restricted") // this class exists to call C
    private static final class Functions {

        private static final Linker LINKER = Linker.nativeLinker();
        private static final SymbolLookup SYMBOLS = SymbolLookup.libraryLookup(LIBRARY, Arena.global());

        static final MethodHandle BERNOULLI = function(
                "bernoulli",
                FunctionDescriptor.ofVoid(
                        JAVA_LONG, JAVA_INT, ADDRESS, JAVA_FLOAT, JAVA_FLOAT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));
        static final MethodHandle LOAD_ADD =
                function("roofline_load_add", FunctionDescriptor.of(JAVA_FLOAT, ADDRESS, JAVA_INT, JAVA_LONG));
        static final MethodHandle THREEFRY =
                function("roofline_threefry", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
        static final MethodHandle CYCLES =
                function("roofline_cycles", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        static final MethodHandle COPY =
                function("roofline_copy", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG));

        private Functions() {}

        static MethodHandle function(String name, FunctionDescriptor descriptor) {
            return LINKER.downcallHandle(SYMBOLS.findOrThrow(name + "_" + VARIANT), descriptor);
        }
    }
}
