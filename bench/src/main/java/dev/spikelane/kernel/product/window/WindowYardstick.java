package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Convolutions of square maps by the C kernel; only where {@link Yardstick#AVAILABLE} holds. */
record WindowYardstick(WindowTables tables, List<SpikeMatrix> maps, FloatMatrix current, int padding)
        implements Runnable {

    private static final MethodHandle FUNCTION = Yardstick.function(
            "spike_window",
            FunctionDescriptor.ofVoid(
                    ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                    JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
    private static final MemorySegment SCRATCH = Yardstick.scratch("spike_window_scratch");

    @Override
    public void run() {
        int vectors = tables.strip * Byte.SIZE / SimdWidth.bits();
        for (SpikeMatrix map : maps) {
            try {
                FUNCTION.invokeExact(
                        map.segment(),
                        map.stride(),
                        map.rows(),
                        tables.segment(),
                        tables.bias.segment(),
                        tables.blocks(),
                        tables.window.channels(),
                        tables.window.x().inputs(),
                        tables.window.x().kernel(),
                        padding,
                        vectors,
                        current.segment(),
                        current.stride(),
                        SCRATCH);
            } catch (Throwable failure) {
                throw new AssertionError(failure);
            }
        }
    }
}
