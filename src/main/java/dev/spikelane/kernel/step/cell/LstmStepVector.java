package dev.spikelane.kernel.step.cell;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.ExponentialVector;
import dev.spikelane.simd.Sigmoid;
import dev.spikelane.simd.SpikeLanesVector;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The vector variant of {@link LstmStep}. Each gate has loops of its own, and exponentials have theirs, from which
 * others take them through memory: a loop that goes on with one passes the nodes that C2 inlines, and is boxed where it
 * is the first that a JVM runs (two of three, JDK 25).
 */
@SuppressWarnings("NarrowCalculation") // offsets within a block are int on purpose
final class LstmStepVector {

    private static final FloatVector ZERO = FloatVector.zero(FLOAT);
    private static final FloatVector ONE = FloatVector.broadcast(FLOAT, 1);

    /**
     * The loops of a step. Their classes meet in one call, which C2 therefore never inlines: what inlines all
     * loops passes the nodes that C2 inlines, and vectors of the loop at the limit are boxed, as it happened once in
     * six runs.
     */
    private enum Part {
        EXPONENTIALS {
            @Override
            void run(LeakyParameters parameters, int channels, StepRun run, FloatMatrix gates, int row) {
                for (int gate = 0; gate < LstmStep.GATES; gate++) {
                    exponentials(run, row, gates, gate, channels);
                }
            }
        },
        SIGMOIDS {
            @Override
            void run(LeakyParameters parameters, int channels, StepRun run, FloatMatrix gates, int row) {
                for (int gate = 0; gate < LstmStep.GATES; gate++) {
                    if (gate != LstmStep.CANDIDATE) {
                        sigmoid(run, row, gates, gate, channels);
                    }
                }
            }
        },
        CANDIDATE {
            @Override
            void run(LeakyParameters parameters, int channels, StepRun run, FloatMatrix gates, int row) {
                tanh(run, row, gates, LstmStep.CANDIDATE, channels);
            }
        },
        TAILS {
            @Override
            void run(LeakyParameters parameters, int channels, StepRun run, FloatMatrix gates, int row) {
                tails(run, row, gates, channels);
            }
        },
        RESETS {
            @Override
            void run(LeakyParameters parameters, int channels, StepRun run, FloatMatrix gates, int row) {
                resets(parameters, run.state, row % (run.state.rows() / 2), run.spikes, row);
            }
        },
        CELLS {
            @Override
            void run(LeakyParameters parameters, int channels, StepRun run, FloatMatrix gates, int row) {
                int batch = run.state.rows() / 2;
                cells(run.state, batch + row % batch, gates);
            }
        },
        EXPONENTIALS_OF_CELLS {
            @Override
            void run(LeakyParameters parameters, int channels, StepRun run, FloatMatrix gates, int row) {
                int batch = run.state.rows() / 2;
                exponentials(run.state, batch + row % batch, gates);
            }
        },
        HIDDEN {
            @Override
            void run(LeakyParameters parameters, int channels, StepRun run, FloatMatrix gates, int row) {
                int batch = run.state.rows() / 2;
                hidden(parameters, run.state, batch, row % batch, gates);
            }
        };

        abstract void run(LeakyParameters parameters, int channels, StepRun run, FloatMatrix gates, int row);
    }

    private static final Part[] PARTS = Part.values();

    private LstmStepVector() {}

    static void charge(LeakyParameters parameters, int channels, StepRun run, FloatMatrix gates, int row) {
        for (Part part : PARTS) {
            part.run(parameters, channels, run, gates, row);
        }
    }

    /**
     * What one gate takes of the sums of all neurons, position by position. Lanes behind a position's channels hold
     * another gate; as zeros, those of the last position leave the padding zero.
     */
    private static void exponentials(StepRun run, int row, FloatMatrix gates, int gate, int channels) {
        MemorySegment inputs = run.current.segment();
        MemorySegment fed = run.feedback.segment();
        MemorySegment to = gates.segment();
        Checks.isNative(inputs);
        Checks.isNative(fed);
        Checks.isNative(to);
        long inputRow = run.current.rowOffset(row);
        long fedRow = run.feedback.rowOffset(row - run.firstFed);
        long toRow = gates.rowOffset(gate);
        int neurons = run.spikes.columns();
        int last = lastVector(run);
        float factor = gate == LstmStep.CANDIDATE ? -2 : -1;
        for (int first = 0; first < neurons; first += channels) {
            int column = LstmStep.GATES * first + gate * channels;
            int end = Math.min(channels, last - column + 1);
            for (int channel = 0; channel < end; channel += COUNT) {
                long at = (long) (column + channel) * Float.BYTES;
                long into = toRow + (long) (first + channel) * Float.BYTES;
                FloatVector sum = FloatVector.fromMemorySegment(FLOAT, inputs, inputRow + at, ORDER)
                        .add(FloatVector.fromMemorySegment(FLOAT, fed, fedRow + at, ORDER));
                ZERO.blend(ExponentialVector.of(sum.abs().mul(factor)), FLOAT.indexInRange(channel, channels))
                        .intoMemorySegment(to, into, ORDER);
            }
        }
    }

    /** One gate of all neurons from its exponentials. Lanes behind a position's channels stay as they are. */
    private static void sigmoid(StepRun run, int row, FloatMatrix gates, int gate, int channels) {
        MemorySegment inputs = run.current.segment();
        MemorySegment fed = run.feedback.segment();
        MemorySegment to = gates.segment();
        Checks.isNative(inputs);
        Checks.isNative(fed);
        Checks.isNative(to);
        long inputRow = run.current.rowOffset(row);
        long fedRow = run.feedback.rowOffset(row - run.firstFed);
        long toRow = gates.rowOffset(gate);
        int neurons = run.spikes.columns();
        int last = lastVector(run);
        for (int first = 0; first < neurons; first += channels) {
            int column = LstmStep.GATES * first + gate * channels;
            int end = Math.min(channels, last - column + 1);
            for (int channel = 0; channel < end; channel += COUNT) {
                long at = (long) (column + channel) * Float.BYTES;
                long into = toRow + (long) (first + channel) * Float.BYTES;
                FloatVector sum = FloatVector.fromMemorySegment(FLOAT, inputs, inputRow + at, ORDER)
                        .add(FloatVector.fromMemorySegment(FLOAT, fed, fedRow + at, ORDER));
                FloatVector e = FloatVector.fromMemorySegment(FLOAT, to, into, ORDER);
                FloatVector value = e.blend(ONE, sum.compare(GE, 0)).div(e.add(ONE));
                e.blend(value, FLOAT.indexInRange(channel, channels)).intoMemorySegment(to, into, ORDER);
            }
        }
    }

    /** The same with tanh: a loop of its own, as what both inline is near the nodes that C2 inlines. */
    private static void tanh(StepRun run, int row, FloatMatrix gates, int gate, int channels) {
        MemorySegment inputs = run.current.segment();
        MemorySegment fed = run.feedback.segment();
        MemorySegment to = gates.segment();
        Checks.isNative(inputs);
        Checks.isNative(fed);
        Checks.isNative(to);
        long inputRow = run.current.rowOffset(row);
        long fedRow = run.feedback.rowOffset(row - run.firstFed);
        long toRow = gates.rowOffset(gate);
        int neurons = run.spikes.columns();
        int last = lastVector(run);
        for (int first = 0; first < neurons; first += channels) {
            int column = LstmStep.GATES * first + gate * channels;
            int end = Math.min(channels, last - column + 1);
            for (int channel = 0; channel < end; channel += COUNT) {
                long at = (long) (column + channel) * Float.BYTES;
                long into = toRow + (long) (first + channel) * Float.BYTES;
                FloatVector sum = FloatVector.fromMemorySegment(FLOAT, inputs, inputRow + at, ORDER)
                        .add(FloatVector.fromMemorySegment(FLOAT, fed, fedRow + at, ORDER));
                FloatVector e = FloatVector.fromMemorySegment(FLOAT, to, into, ORDER);
                e.blend(tanh(sum, e), FLOAT.indexInRange(channel, channels)).intoMemorySegment(to, into, ORDER);
            }
        }
    }

    /** Where the last vector of a row of currents may begin. */
    private static int lastVector(StepRun run) {
        return Math.min(run.current.stride(), run.feedback.stride()) - COUNT;
    }

    /** The gates of the last positions of maps whose vectors would pass the end of the row. */
    private static void tails(StepRun run, int row, FloatMatrix gates, int channels) {
        int last = lastVector(run);
        int neurons = run.spikes.columns();
        for (int first = last / (LstmStep.GATES * channels) * channels; first < neurons; first += channels) {
            for (int gate = 0; gate < LstmStep.GATES; gate++) {
                int column = LstmStep.GATES * first + gate * channels;
                int done = Math.max(0, last - column + COUNT) / COUNT * COUNT;
                for (int channel = done; channel < channels; channel++) {
                    float sum = LstmStep.gate(run, row, column + channel);
                    float value = gate == LstmStep.CANDIDATE ? Sigmoid.tanh(sum) : Sigmoid.of(sum);
                    Elements.set(gates, gate, first + channel, value);
                }
            }
        }
    }

    /**
     * R of all neurons, to the row of spikes; by itself, for with it the loop of the cells passes the nodes that C2
     * inlines.
     */
    private static void resets(LeakyParameters parameters, FloatMatrix state, int sample, SpikeMatrix spikes, int row) {
        MemorySegment thresholds = parameters.threshold.segment();
        MemorySegment states = state.segment();
        MemorySegment out = spikes.segment();
        Checks.isNative(thresholds);
        Checks.isNative(states);
        Checks.isNative(out);
        boolean strict = parameters.options.compare() == Compare.STRICT;
        long stateRow = state.rowOffset(sample);
        long outRow = spikes.rowOffset(row);
        int vectors = spikes.stride() * (Long.SIZE / COUNT);
        for (int i = 0; i < vectors; i++) {
            long at = (long) i * BYTES;
            VectorMask<Float> over = FloatVector.fromMemorySegment(FLOAT, states, stateRow + at, ORDER)
                    .compare(strict ? GT : GE, FloatVector.fromMemorySegment(FLOAT, thresholds, at, ORDER));
            SpikeLanesVector.store(out, outRow, i, over.toLong());
        }
    }

    /** The new cells, from gates and those before. */
    private static void cells(FloatMatrix state, int row, FloatMatrix gates) {
        MemorySegment states = state.segment();
        MemorySegment gate = gates.segment();
        Checks.isNative(states);
        Checks.isNative(gate);
        long cellRow = state.rowOffset(row);
        int vectors = state.stride() / COUNT;
        for (int i = 0; i < vectors; i++) {
            long at = (long) i * BYTES;
            FloatVector input = FloatVector.fromMemorySegment(FLOAT, gate, gates.rowOffset(LstmStep.INPUT) + at, ORDER);
            FloatVector forget =
                    FloatVector.fromMemorySegment(FLOAT, gate, gates.rowOffset(LstmStep.FORGET) + at, ORDER);
            FloatVector candidate =
                    FloatVector.fromMemorySegment(FLOAT, gate, gates.rowOffset(LstmStep.CANDIDATE) + at, ORDER);
            forget.mul(FloatVector.fromMemorySegment(FLOAT, states, cellRow + at, ORDER))
                    .add(input.mul(candidate))
                    .intoMemorySegment(states, cellRow + at, ORDER);
        }
    }

    /** What the cells' tanh takes, in place of the candidates, which nobody needs any more. */
    private static void exponentials(FloatMatrix state, int row, FloatMatrix gates) {
        MemorySegment states = state.segment();
        MemorySegment to = gates.segment();
        Checks.isNative(states);
        Checks.isNative(to);
        long cellRow = state.rowOffset(row);
        long toRow = gates.rowOffset(LstmStep.CANDIDATE);
        int vectors = state.stride() / COUNT;
        for (int i = 0; i < vectors; i++) {
            long at = (long) i * BYTES;
            FloatVector cell = FloatVector.fromMemorySegment(FLOAT, states, cellRow + at, ORDER);
            ExponentialVector.of(cell.abs().mul(-2)).intoMemorySegment(to, toRow + at, ORDER);
        }
    }

    /** H, from the output gates and what {@link #exponentials(FloatMatrix, int, FloatMatrix)} left of the cells. */
    private static void hidden(
            LeakyParameters parameters, FloatMatrix state, int batch, int sample, FloatMatrix gates) {
        MemorySegment thresholds = parameters.threshold.segment();
        MemorySegment states = state.segment();
        MemorySegment gate = gates.segment();
        Checks.isNative(thresholds);
        Checks.isNative(states);
        Checks.isNative(gate);
        boolean strict = parameters.options.compare() == Compare.STRICT;
        boolean later = parameters.options.resetsLater();
        boolean subtracts = parameters.options.subtracts();
        long stateRow = state.rowOffset(sample);
        long cellRow = state.rowOffset(batch + sample);
        int vectors = state.stride() / COUNT;
        for (int i = 0; i < vectors; i++) {
            long at = (long) i * BYTES;
            FloatVector cell = FloatVector.fromMemorySegment(FLOAT, states, cellRow + at, ORDER);
            FloatVector e = FloatVector.fromMemorySegment(FLOAT, gate, gates.rowOffset(LstmStep.CANDIDATE) + at, ORDER);
            FloatVector h = FloatVector.fromMemorySegment(FLOAT, gate, gates.rowOffset(LstmStep.OUTPUT) + at, ORDER)
                    .mul(tanh(cell, e));
            if (later) {
                FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, thresholds, at, ORDER);
                VectorMask<Float> over = FloatVector.fromMemorySegment(FLOAT, states, stateRow + at, ORDER)
                        .compare(strict ? GT : GE, threshold);
                h = h.sub(ZERO.blend(ONE, over).mul(subtracts ? threshold : h));
            }
            h.intoMemorySegment(states, stateRow + at, ORDER);
        }
    }

    /** Where e is the exponential of -2 |x|. */
    private static FloatVector tanh(FloatVector x, FloatVector e) {
        FloatVector far = ONE.sub(e).div(ONE.add(e));
        FloatVector square = x.mul(x);
        FloatVector p = square.mul(Sigmoid.TANH_11).add(Sigmoid.TANH_9);
        p = p.mul(square).add(Sigmoid.TANH_7);
        p = p.mul(square).add(Sigmoid.TANH_5);
        p = p.mul(square).add(Sigmoid.TANH_3);
        FloatVector near = p.mul(square).mul(x).add(x);
        return far.blend(far.neg(), x.compare(LT, 0)).blend(near, x.abs().compare(LT, Sigmoid.TANH_NEAR));
    }
}
