package dev.spikelane.kernel.optimize;

import dev.spikelane.simd.GradientSink;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.MemorySegment;

/** A rule bound to the memory of a parameter: checks, and which loop runs. */
public abstract sealed class ParameterStep implements GradientSink permits AdamStep, SgdStep {

    final MemorySegment parameter;
    private final long floats;

    ParameterStep(MemorySegment parameter) {
        this.parameter = parameter;
        this.floats = Ranges.floats("parameter", parameter);
    }

    /** Throws unless a segment that the rule keeps is as long as the parameter. */
    final MemorySegment kept(String name, MemorySegment segment) {
        Ranges.sameLength(name, segment, floats);
        return segment;
    }

    /**
     * Updates a range of values.
     *
     * @param gradient g, as long as the parameter
     * @param first the first value
     * @param end the value behind the last
     * @throws IllegalArgumentException if the gradient has another length or shares memory with the parameter
     * @throws IndexOutOfBoundsException if the values are not all there
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public final void update(MemorySegment gradient, long first, long end) {
        Ranges.sameLength("gradient", gradient, floats);
        Ranges.apart("gradient", gradient, "parameter", parameter);
        Ranges.part(first, end, floats);
        run(gradient, 0, first, end);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IndexOutOfBoundsException if the values or their gradients are not all there
     */
    @Override
    public final void take(MemorySegment gradients, long from, long first, long end) {
        Ranges.part(first, end, floats);
        Ranges.part(from / Float.BYTES, from / Float.BYTES + end - first, gradients.byteSize() / Float.BYTES);
        run(gradients, from - first * Float.BYTES, first, end);
    }

    private void run(MemorySegment gradient, long shift, long first, long end) {
        long vectorEnd = SimdWidth.VECTOR ? vector(gradient, shift, first, end) : first;
        scalar(gradient, shift, vectorEnd, end);
    }

    /** Updates whole vectors from the first value on, and returns the value behind the last of them. */
    abstract long vector(MemorySegment gradient, long shift, long first, long end);

    /**
     * The specification.
     *
     * @param shift bytes from where a value stands in the parameter to where its gradient stands
     */
    abstract void scalar(MemorySegment gradient, long shift, long first, long end);
}
