package dev.spikelane.kernel.product.spike;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.integer.PackedIntegers;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;

/** Products of spikes by the C kernels; only if {@link Yardstick#AVAILABLE}. They do not check their arguments. */
public final class ProductYardstick {

    private static final MethodHandle ACTIVE = spikeMatmul("spike_matmul_active");
    private static final MethodHandle DENSE = spikeMatmul("spike_matmul_dense", ADDRESS);

    private ProductYardstick() {}

    /** Multiplies with the variant that the library chooses. */
    public static void multiply(
            SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, ProductScratch workspace) {
        switch (SpikeMatmul.choose(rows, weights.inputs(), weights.outputs(), spikes.count(0, rows))) {
            case SCALAR, ACTIVE -> active(spikes, rows, weights, current);
            case DENSE -> dense(spikes, rows, weights, current, workspace.prepared.panels);
            case WIDE -> panels(Panels.WIDE, spikes, rows, weights, current);
            case NARROW -> panels(Panels.NARROW, spikes, rows, weights, current);
            case LISTS -> panels(Panels.LISTS, spikes, rows, weights, current);
            case PERMUTE -> {
                SegmentAllocator scratch = SegmentAllocator.slicingAllocator(workspace.tables);
                new Permute(scratch, spikes, rows, weights, current).run();
            }
        }
    }

    /** Visits the active inputs of the first rows. */
    static void active(SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current) {
        try {
            ACTIVE.invokeExact(
                    spikes.segment(),
                    spikes.stride(),
                    rows,
                    weights.segment(),
                    weights.paddedInputs(),
                    weights.biasSegment(),
                    weights.outputs(),
                    current.segment(),
                    current.stride());
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Multiplies spikes as numbers, which need memory for {@code rows} rounded up to 4. */
    static void dense(SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current, MemorySegment factors) {
        invoke(DENSE, spikes, rows, weights, current, factors);
    }

    /** Adds partial sums of four inputs of the first rows; one thread at a time. */
    static void panels(Panels shape, SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current) {
        invoke(shape.function, spikes, rows, weights, current, Panels.SCRATCH);
    }

    private static void invoke(
            MethodHandle function,
            SpikeMatrix spikes,
            int rows,
            PackedWeights weights,
            FloatMatrix current,
            MemorySegment scratch) {
        try {
            function.invokeExact(
                    spikes.segment(),
                    spikes.stride(),
                    rows,
                    weights.segment(),
                    weights.paddedInputs(),
                    weights.biasSegment(),
                    weights.outputs(),
                    current.segment(),
                    current.stride(),
                    scratch);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** The shapes of panels, as in the library. */
    enum Panels {
        WIDE("spike_matmul_wide"),
        NARROW("spike_matmul_narrow"),
        LISTS("spike_matmul_lists");

        private static final MemorySegment SCRATCH = Yardstick.scratch("spike_panels_scratch");

        private final MethodHandle function;

        Panels(String name) {
            function = spikeMatmul(name, ADDRESS);
        }
    }

    /** Tables in registers, with scratch memory for these spikes; only for 512-bit vectors. */
    record Permute(
            SpikeMatrix spikes,
            int rows,
            PackedWeights weights,
            FloatMatrix current,
            MemorySegment tables,
            MemorySegment rowSpikes,
            MemorySegment sums,
            int sumsStride)
            implements Runnable {

        private static final MethodHandle FUNCTION =
                spikeMatmul("spike_matmul_permute", ADDRESS, ADDRESS, ADDRESS, JAVA_INT);
        private static final int LANES = 16;
        private static final int OUTPUTS = 16;

        Permute(SegmentAllocator scratch, SpikeMatrix spikes, int rows, PackedWeights weights, FloatMatrix current) {
            int padded = Math.ceilDiv(rows, LANES) * LANES;
            // One line more than needed, so that the sums of two outputs are in different sets of the L1 cache.
            int sumsStride = padded + LANES;
            this(
                    spikes,
                    rows,
                    weights,
                    current,
                    scratch.allocate((long) weights.paddedInputs() / 4 * OUTPUTS * 64, 64),
                    scratch.allocate((long) padded * Math.ceilDiv(weights.paddedInputs(), 32) * Integer.BYTES, 64),
                    scratch.allocate((long) OUTPUTS * sumsStride * Float.BYTES, 64),
                    sumsStride);
        }

        @Override
        public void run() {
            try {
                FUNCTION.invokeExact(
                        spikes.segment(),
                        spikes.stride(),
                        rows,
                        weights.segment(),
                        weights.paddedInputs(),
                        weights.biasSegment(),
                        weights.outputs(),
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

    /** Adds items of integer weights; one thread at a time. */
    public static void integers(
            Integers variant, SpikeMatrix spikes, int rows, PackedIntegers weights, FloatMatrix current) {
        try {
            variant.function.invokeExact(
                    spikes.segment(),
                    spikes.stride(),
                    rows,
                    weights.segment(),
                    weights.inputs(),
                    weights.type().bytes(),
                    weights.scales().segment(),
                    weights.bias().segment(),
                    weights.outputs(),
                    current.segment(),
                    current.stride(),
                    Integers.SCRATCH);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** The variants of products with integer weights, as in the library. */
    public enum Integers {
        ACTIVE("integer_matmul_active"),
        TABLES("integer_matmul_tables");

        private static final MemorySegment SCRATCH = Yardstick.scratch("integer_matmul_scratch");

        private final MethodHandle function;

        Integers(String name) {
            function = Yardstick.function(
                    name,
                    FunctionDescriptor.ofVoid(
                            ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT,
                            ADDRESS, JAVA_INT, ADDRESS));
        }
    }

    /** Returns the handle of a product with float weights: the common arguments, then scratch memory. */
    private static MethodHandle spikeMatmul(String name, MemoryLayout... scratch) {
        FunctionDescriptor descriptor = FunctionDescriptor.ofVoid(
                ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
        return Yardstick.function(name, descriptor.appendArgumentLayouts(scratch));
    }
}
