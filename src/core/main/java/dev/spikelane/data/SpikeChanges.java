package dev.spikelane.data;

import dev.spikelane.data.InputEncoding.SpikeChange;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;

/** Random changes of spikes, with one number for each spike in the order of steps and neurons. */
final class SpikeChanges {

    private SpikeChanges() {}

    static SpikeChange drop(double probability) {
        Checks.share("probability", probability);
        return (from, to, shape, key) -> keep(from, to, key, 0, 1 - probability);
    }

    /** Copies each spike with a probability; returns the index of the next draw. */
    private static int keep(SpikeMatrix from, SpikeMatrix to, long key, int firstDraw, double probability) {
        int draw = firstDraw;
        for (int step = 0; step < from.rows(); step++) {
            for (int neuron = from.next(step, 0); neuron >= 0; neuron = from.next(step, neuron + 1)) {
                if (CounterRandom.uniform(key, draw++) < probability) {
                    to.set(step, neuron, true);
                }
            }
        }
        return draw;
    }

    static SpikeChange jitter(int mostSteps, int mostPixels) {
        Checks.atLeast(0, "mostSteps", mostSteps);
        Checks.atLeast(0, "mostPixels", mostPixels);
        return (from, to, shape, key) -> {
            int draw = 0;
            for (int step = 0; step < from.rows(); step++) {
                for (int neuron = from.next(step, 0); neuron >= 0; neuron = from.next(step, neuron + 1)) {
                    int steps = distance(key, draw, mostSteps);
                    int right = distance(key, draw + 1, mostPixels);
                    int down = distance(key, draw + 2, mostPixels);
                    draw += 3;
                    set(to, step + steps, moved(shape, neuron, right, down));
                }
            }
        };
    }

    static SpikeChange shift(int mostPixels) {
        Checks.atLeast(0, "mostPixels", mostPixels);
        return (from, to, shape, key) -> {
            int right = distance(key, 0, mostPixels);
            int down = distance(key, 1, mostPixels);
            for (int step = 0; step < from.rows(); step++) {
                for (int neuron = from.next(step, 0); neuron >= 0; neuron = from.next(step, neuron + 1)) {
                    set(to, step, moved(shape, neuron, right, down));
                }
            }
        };
    }

    static SpikeChange flip(double probability) {
        Checks.share("probability", probability);
        return (from, to, shape, key) -> {
            if (!(CounterRandom.uniform(key, 0) < probability)) {
                to.copyFrom(from);
                return;
            }
            int width = shape.width();
            for (int step = 0; step < from.rows(); step++) {
                for (int neuron = from.next(step, 0); neuron >= 0; neuron = from.next(step, neuron + 1)) {
                    to.set(step, neuron + width - 1 - 2 * (neuron % width), true);
                }
            }
        };
    }

    private static int distance(long key, int draw, int most) {
        return (int) (CounterRandom.uniform(key, draw) * (2 * most + 1)) - most;
    }

    /** Returns the moved neuron; -1 if it is outside of its map. */
    private static int moved(Shape shape, int neuron, int right, int down) {
        int x = neuron % shape.width() + right;
        int y = neuron / shape.width() % shape.height() + down;
        boolean inside = x >= 0 && y >= 0 && x < shape.width() && y < shape.height();
        return inside ? neuron + right + down * shape.width() : -1;
    }

    private static void set(SpikeMatrix to, int step, int neuron) {
        if (step >= 0 && step < to.rows() && neuron >= 0) {
            to.set(step, neuron, true);
        }
    }

    /** Mixes in spikes of the {@link #partner}, which {@link RecordingInput} reads. */
    record Mix(double most) implements SpikeChange {

        Mix {
            Checks.share("most", most);
        }

        @Override
        public void apply(SpikeMatrix from, SpikeMatrix to, Shape shape, long key) {
            to.copyFrom(from);
        }

        void apply(SpikeMatrix from, SpikeMatrix other, SpikeMatrix to, long key) {
            double share = most * CounterRandom.uniform(key, 1);
            keep(other, to, key, keep(from, to, key, 2, 1 - share), share);
        }

        /** Returns another sample of the class; the sample itself if it is the only one. */
        static int partner(Dataset data, int sample, long key) {
            int first = (int) (CounterRandom.uniform(key, 0) * (double) data.size());
            for (int i = 0; i < data.size(); i++) {
                int found = (first + i) % data.size();
                if (found != sample && data.label(found) == data.label(sample)) {
                    return found;
                }
            }
            return sample;
        }
    }
}
