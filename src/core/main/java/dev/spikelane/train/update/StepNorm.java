package dev.spikelane.train.update;

import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.kernel.optimize.SquareSums;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The 2-norm of all gradients of a step, computed on request from stored gradients and from gradients on their way to
 * an optimizer. The bits do not depend on that, nor on the number of threads.
 */
public final class StepNorm {

    private final List<Part> parts = new ArrayList<>();
    private boolean asked;

    private abstract static class Part {
        @Nullable
        SquareSums sums;

        abstract long floats();
    }

    private final class Tap extends Part implements GradientSink {

        private final GradientSink optimizer;
        private final long floats;

        Tap(GradientSink optimizer, long floats) {
            this.optimizer = optimizer;
            this.floats = floats;
        }

        @Override
        long floats() {
            return floats;
        }

        @Override
        public void take(MemorySegment gradients, long from, long first, long end) {
            SquareSums seen = sums;
            if (asked && seen != null) {
                seen.take(gradients, from, first, end);
            }
            optimizer.take(gradients, from, first, end);
        }
    }

    private static final class Stored extends Part {

        private final MemorySegment gradient;

        Stored(MemorySegment gradient) {
            this.gradient = gradient;
        }

        @Override
        long floats() {
            return gradient.byteSize() / Float.BYTES;
        }
    }

    /** Returns a sink that adds a parameter's gradients to the norm and passes them to its optimizer. */
    public GradientSink tap(GradientSink optimizer, FloatMatrix values) {
        return new Tap(optimizer, values.segment().byteSize() / Float.BYTES);
    }

    /** Adds the next parameter: a sink of {@link #tap}, or its stored gradient. */
    public void add(@Nullable GradientSink sink, @Nullable FloatMatrix gradient) {
        if (sink instanceof Tap tap) {
            parts.add(tap);
        } else if (gradient != null) {
            parts.add(new Stored(gradient.segment()));
        }
    }

    public void ask(boolean wanted) {
        asked = wanted;
        for (int i = 0; wanted && i < parts.size(); i++) {
            Part part = parts.get(i);
            if (part.sums == null) {
                part.sums = new SquareSums(part.floats());
            }
        }
    }

    /** Adds stored gradients to the norm, before they are limited. */
    public void takeStored() {
        for (int i = 0; asked && i < parts.size(); i++) {
            if (parts.get(i) instanceof Stored stored && stored.sums != null) {
                stored.sums.take(stored.gradient, 0, 0, stored.floats());
            }
        }
    }

    /** Returns the norm of the last step that computed it; with several windows, of the last window. */
    public double norm() {
        double sum = 0;
        for (int i = 0; i < parts.size(); i++) {
            SquareSums sums = parts.get(i).sums;
            sum += sums == null ? 0 : sums.sum();
        }
        return Math.sqrt(sum);
    }
}
