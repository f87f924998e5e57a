package dev.spikelane.kernel.step.cell;

import static dev.spikelane.kernel.base.Lanes.BYTES;
import static dev.spikelane.kernel.base.Lanes.COUNT;
import static dev.spikelane.kernel.base.Lanes.FLOAT;
import static dev.spikelane.kernel.base.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.ExponentialVector;
import dev.spikelane.kernel.base.Sigmoid;
import dev.spikelane.kernel.base.SpikeLanesVector;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The vector variant of {@link LstmStep}. Each gate has a loop of its own. */
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
                cells(parameters, run.state, batch, row % batch, gates);
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
     * One gate of all neurons, position by position. Lanes behind a position's channels hold another gate; as zeros,
     * those of the last position leave the padding zero.
     */
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
                FloatVector sum = FloatVector.fromMemorySegment(FLOAT, inputs, inputRow + at, ORDER)
                        .add(FloatVector.fromMemorySegment(FLOAT, fed, fedRow + at, ORDER));
                ZERO.blend(sigmoid(sum), FLOAT.indexInRange(channel, channels))
                        .intoMemorySegment(to, toRow + (long) (first + channel) * Float.BYTES, ORDER);
            }
        }
    }

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
                FloatVector sum = FloatVector.fromMemorySegment(FLOAT, inputs, inputRow + at, ORDER)
                        .add(FloatVector.fromMemorySegment(FLOAT, fed, fedRow + at, ORDER));
                ZERO.blend(tanh(sum), FLOAT.indexInRange(channel, channels))
                        .intoMemorySegment(to, toRow + (long) (first + channel) * Float.BYTES, ORDER);
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

    private static void cells(LeakyParameters parameters, FloatMatrix state, int batch, int sample, FloatMatrix gates) {
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
            FloatVector input = FloatVector.fromMemorySegment(FLOAT, gate, gates.rowOffset(LstmStep.INPUT) + at, ORDER);
            FloatVector forget =
                    FloatVector.fromMemorySegment(FLOAT, gate, gates.rowOffset(LstmStep.FORGET) + at, ORDER);
            FloatVector candidate =
                    FloatVector.fromMemorySegment(FLOAT, gate, gates.rowOffset(LstmStep.CANDIDATE) + at, ORDER);
            FloatVector output =
                    FloatVector.fromMemorySegment(FLOAT, gate, gates.rowOffset(LstmStep.OUTPUT) + at, ORDER);
            FloatVector cell = forget.mul(FloatVector.fromMemorySegment(FLOAT, states, cellRow + at, ORDER))
                    .add(input.mul(candidate));
            FloatVector h = output.mul(tanh(cell));
            if (later) {
                FloatVector threshold = FloatVector.fromMemorySegment(FLOAT, thresholds, at, ORDER);
                VectorMask<Float> over = FloatVector.fromMemorySegment(FLOAT, states, stateRow + at, ORDER)
                        .compare(strict ? GT : GE, threshold);
                h = h.sub(ZERO.blend(ONE, over).mul(subtracts ? threshold : h));
            }
            cell.intoMemorySegment(states, cellRow + at, ORDER);
            h.intoMemorySegment(states, stateRow + at, ORDER);
        }
    }

    private static FloatVector sigmoid(FloatVector x) {
        FloatVector e = ExponentialVector.of(x.abs().neg());
        return e.blend(ONE, x.compare(GE, 0)).div(e.add(ONE));
    }

    private static FloatVector tanh(FloatVector x) {
        FloatVector magnitude = x.abs();
        FloatVector e = ExponentialVector.of(magnitude.mul(-2));
        FloatVector far = ONE.sub(e).div(ONE.add(e));
        FloatVector square = x.mul(x);
        FloatVector p = square.mul(Sigmoid.TANH_11).add(Sigmoid.TANH_9);
        p = p.mul(square).add(Sigmoid.TANH_7);
        p = p.mul(square).add(Sigmoid.TANH_5);
        p = p.mul(square).add(Sigmoid.TANH_3);
        FloatVector near = p.mul(square).mul(x).add(x);
        return far.blend(far.neg(), x.compare(LT, 0)).blend(near, magnitude.compare(LT, Sigmoid.TANH_NEAR));
    }
}
