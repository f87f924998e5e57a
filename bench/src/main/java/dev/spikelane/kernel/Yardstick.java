package dev.spikelane.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.ProductInside;
import dev.spikelane.kernel.step.LeakyParameters;
import dev.spikelane.kernel.step.StepInside;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The C kernels in {@code native/}, of the instruction set that is as wide as the vectors of the Java kernels. They trust their
 * arguments, and so do these methods. The system property {@value #PROPERTY} names the library.
 */
public final class Yardstick {

    /** Name of the system property that says where the library is. */
    public static final String PROPERTY = "spikelane.yardstick";

    private static final Path LIBRARY =
            Path.of(System.getProperty(PROPERTY, "native/target/libspikelane_yardstick.so"));
    private static final String VARIANT = switch (Simd.bits()) {
        case 512 -> "avx512";
        case 256 -> "avx2";
        default -> "portable";
    };

    /** Whether the C kernels can be called. */
    public static final boolean AVAILABLE =
            Files.isReadable(LIBRARY) && Yardstick.class.getModule().isNativeAccessEnabled();

    private Yardstick() {}

    /** Says in a few words which C kernels there are, or why there are none. */
    public static String describe() {
        if (AVAILABLE) {
            return "C kernels: " + VARIANT;
        }
        return Files.isReadable(LIBRARY)
                ? "no C kernels, because native access is not enabled; start java with --enable-native-access=ALL-UNNAMED"
                : "no C kernels, because " + LIBRARY + " is missing; make -C native builds it";
    }

    /** Visits the active inputs of the first rows. */
    public static void active(SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current) {
        try {
            Functions.ACTIVE.invokeExact(
                    spikes.segment(),
                    spikes.stride(),
                    rows,
                    ProductInside.segment(weights),
                    ProductInside.paddedPre(weights),
                    ProductInside.bias(weights),
                    weights.post(),
                    current.segment(),
                    current.stride());
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Adds partial sums of four inputs of the first rows; one thread at a time. */
    public static void panels(Panels shape, SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current) {
        try {
            shape.function.invokeExact(
                    spikes.segment(),
                    spikes.stride(),
                    rows,
                    ProductInside.segment(weights),
                    ProductInside.paddedPre(weights),
                    ProductInside.bias(weights),
                    weights.post(),
                    current.segment(),
                    current.stride(),
                    Functions.SCRATCH);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** The shapes of panels, as the library has them. */
    public enum Panels {
        WIDE("spike_matmul_wide"),
        NARROW("spike_matmul_narrow"),
        LISTS("spike_matmul_lists");

        private final MethodHandle function;

        Panels(String name) {
            function = Functions.spikeMatmul(name, ADDRESS);
        }
    }

    /** Tables in registers, with scratch memory for these spikes; for 512-bit vectors only. */
    public record Permute(
            SpikeMatrix spikes,
            int rows,
            PackedWeights weights,
            FloatMatrix current,
            MemorySegment tables,
            MemorySegment rowSpikes,
            MemorySegment sums,
            int sumsStride)
            implements Runnable {

        private static final int LANES = 16;
        private static final int OUTPUTS = 16;

        public Permute(
                SegmentAllocator scratch, SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current) {
            int padded = Math.ceilDiv(rows, LANES) * LANES;
            // A line more than needed, so that the sums of two outputs do not fall into one set of the L1 cache.
            int sumsStride = padded + LANES;
            this(
                    spikes,
                    rows,
                    weights,
                    current,
                    scratch.allocate((long) ProductInside.paddedPre(weights) / 4 * OUTPUTS * 64, 64),
                    scratch.allocate(
                            (long) padded * Math.ceilDiv(ProductInside.paddedPre(weights), 32) * Integer.BYTES, 64),
                    scratch.allocate((long) OUTPUTS * sumsStride * Float.BYTES, 64),
                    sumsStride);
        }

        @Override
        public void run() {
            try {
                Functions.Permute.FUNCTION.invokeExact(
                        spikes.segment(),
                        spikes.stride(),
                        rows,
                        ProductInside.segment(weights),
                        ProductInside.paddedPre(weights),
                        ProductInside.bias(weights),
                        weights.post(),
                        current.segment(),
                        current.stride(),
                        tables,
                        rowSpikes,
                        sums,
                        sumsStride);
            } catch (Throwable failure) {
                throw new AssertionError(failure);
            }
        }
    }

    /** Updates leaky neurons that reset by subtraction, delayed; other parameters than beta and threshold do not count. */
    public static void leakyStep(
            LeakyParameters parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
        try {
            Functions.LEAKY_STEP.invokeExact(
                    StepInside.beta(parameters),
                    StepInside.threshold(parameters),
                    current.segment(),
                    rows,
                    membrane.segment(),
                    membrane.rows(),
                    spikes.segment(),
                    spikes.stride());
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Draws all rows of spikes from data that are the same at all steps. */
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

    /** Adds up a buffer of floats, a multiple of 128 of them, {@code passes} times. */
    public static float loadAdd(MemorySegment buffer, int floats, long passes) {
        try {
            return (float) Functions.LOAD_ADD.invokeExact(buffer, floats, passes);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Does {@code passes} times the rounds of four vectors of Threefry blocks. */
    public static int threefry(int rounds, long passes) {
        try {
            return (int) Functions.THREEFRY.invokeExact(rounds, passes);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Takes some number of cycles, a multiple of 16. */
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

    /** Loaded only where {@link #AVAILABLE} holds. */
    @SuppressWarnings("restricted") // calling C is what this class is for
    private static final class Functions {

        private static final Linker LINKER = Linker.nativeLinker();
        private static final SymbolLookup SYMBOLS = SymbolLookup.libraryLookup(LIBRARY, Arena.global());

        static final MethodHandle ACTIVE = spikeMatmul("spike_matmul_active");
        static final MemorySegment SCRATCH = scratch();
        static final MethodHandle LEAKY_STEP = function(
                "leaky_step",
                FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));
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

        /** Loaded only where vectors have 512 bits. */
        static final class Permute {
            static final MethodHandle FUNCTION =
                    spikeMatmul("spike_matmul_permute", ADDRESS, ADDRESS, ADDRESS, JAVA_INT);

            private Permute() {}
        }

        /** What all spike matmuls take, and scratch memory. */
        private static MemorySegment scratch() {
            try {
                MethodHandle bytes = function("spike_panels_scratch", FunctionDescriptor.of(JAVA_INT));
                return Arena.global().allocate((int) bytes.invokeExact(), 64);
            } catch (Throwable failure) {
                throw new AssertionError(failure);
            }
        }

        private static MethodHandle spikeMatmul(String name, MemoryLayout... scratch) {
            FunctionDescriptor descriptor = FunctionDescriptor.ofVoid(
                    ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
            return function(name, descriptor.appendArgumentLayouts(scratch));
        }

        private static MethodHandle function(String name, FunctionDescriptor descriptor) {
            return LINKER.downcallHandle(SYMBOLS.findOrThrow(name + "_" + VARIANT), descriptor);
        }
    }
}
