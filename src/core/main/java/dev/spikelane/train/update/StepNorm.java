package dev.spikelane.train.update;

import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.kernel.optimize.SquareSums;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The 2-norm of all gradients of a step, if it is wanted: of gradients that are stored, and of gradients that go to
 * an optimizer as they come to be. It has the same bits either way, and with any number of threads.
 */
public final class StepNorm {

    private final List<Part> parts = new ArrayList<>();
    private boolean asked;

    /** The gradients of one parameter. */
    private abstract static class Part {
        @Nullable
        SquareSums sums;

        abstract long floats();
    }

    /** Sees the gradients that an optimizer takes. */
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

    /** Makes a sink that sees the gradients of a parameter and gives them to its optimizer. */
    public GradientSink tap(GradientSink optimizer, FloatMatrix values) {
        return new Tap(optimizer, values.segment().byteSize() / Float.BYTES);
    }

    /** Adds the next parameter: its sink of {@link #tap}, or the gradient that is stored. */
    public void add(@Nullable GradientSink sink, @Nullable FloatMatrix gradient) {
        if (sink instanceof Tap tap) {
            parts.add(tap);
        } else if (gradient != null) {
            parts.add(new Stored(gradient.segment()));
        }
    }

    /** Says whether the norm of the steps to come is wanted. */
    public void ask(boolean wanted) {
        asked = wanted;
        for (int i = 0; wanted && i < parts.size(); i++) {
            Part part = parts.get(i);
            if (part.sums == null) {
                part.sums = new SquareSums(part.floats());
            }
        }
    }

    /** Sees the gradients that are stored, before they are limited. */
    public void takeStored() {
        for (int i = 0; asked && i < parts.size(); i++) {
            if (parts.get(i) instanceof Stored stored && stored.sums != null) {
                stored.sums.take(stored.gradient, 0, 0, stored.floats());
            }
        }
    }

    /** The norm of the last step for which it was wanted; with several windows that of the last. */
    public double norm() {
        double sum = 0;
        for (int i = 0; i < parts.size(); i++) {
            SquareSums sums = parts.get(i).sums;
            sum += sums == null ? 0 : sums.sum();
        }
        return Math.sqrt(sum);
    }
}
