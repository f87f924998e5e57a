package dev.spikelane.connection.operator.sparse;

import dev.spikelane.connection.operator.OperatorValues;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.connection.operator.WeightRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.ZeroInputs;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The weight gradient of a connection. Each delay adds its own synapses to its sum. */
final class SparseGradient {

    /** Sources of a part; parts add to disjoint weights. */
    private static final int SOURCES_IN_PART = 64;

    private static final int GROUP = 4;

    private final SparseStore store;
    private @Nullable FloatMatrix sum;

    SparseGradient(SparseStore store) {
        this.store = store;
    }

    private FloatMatrix sum(Arena arena) {
        FloatMatrix made = sum;
        if (made == null) {
            made = FloatMatrix.zeros(arena, 1, store.weights().columns());
            sum = made;
        }
        return made;
    }

    WeightGradients of(Arena arena, ValueDescription learned, int delay) {
        return new OfDelay(sum(arena), learned, delay);
    }

    private final class OfDelay implements WeightGradients {

        private final FloatMatrix sum;
        private final ValueDescription learned;
        private final int delay;
        private WeightRows rows;
        private boolean adding;

        OfDelay(FloatMatrix sum, ValueDescription learned, int delay) {
            this.sum = sum;
            this.learned = learned;
            this.delay = delay;
            this.rows = new WeightRows(sum);
        }

        @Override
        public boolean takesBlocks() {
            return false;
        }

        @Override
        public void open(WeightRows next) {
            rows = next;
            adding = false;
        }

        @Override
        public int parts() {
            adding = !adding && rows.gradient() != null;
            return adding ? Math.ceilDiv(store.rows().size(), SOURCES_IN_PART) : 0;
        }

        @Override
        public void run(int part, int thread) {
            int first = part * SOURCES_IN_PART;
            int end = Math.min(first + SOURCES_IN_PART, store.rows().size());
            FloatMatrix gradient = Objects.requireNonNull(rows.gradient());
            int batch = rows.batch();
            for (int input = first; input < end; input++) {
                long from = store.synapses().first(torch(input), delay);
                long to = store.synapses().end(torch(input), delay);
                for (long i = from; i < to && rows.begins(); i++) {
                    sum.set(0, (int) i, 0);
                }
                for (int row = rows.source().rows() - batch; row >= 0; row -= batch) {
                    add(input, from, to, row, gradient);
                }
                boolean scales = rows.ends() && rows.source() instanceof SpikeMatrix;
                for (long i = from; i < to && scales; i++) {
                    sum.set(0, (int) i, sum.get(0, (int) i) * store.spikeValue(input));
                }
            }
        }

        /** Adds a step: in groups of four samples for spikes, one by one for values. */
        private void add(int input, long from, long to, int firstRow, FloatMatrix gradient) {
            int batch = rows.batch();
            if (rows.source() instanceof FloatMatrix values) {
                for (int row = firstRow; row < firstRow + batch; row++) {
                    float value = values.get(row, input);
                    for (long i = from; i < to; i++) {
                        int target = store.synapses().target(i);
                        float before = sum.get(0, (int) i);
                        sum.set(0, (int) i, ZeroInputs.fma(value, gradient.get(row, target), before));
                    }
                }
                return;
            }
            SpikeMatrix spikes = (SpikeMatrix) rows.source();
            for (int group = firstRow; group < firstRow + batch; group += GROUP) {
                int fired = 0;
                int end = Math.min(group + GROUP, firstRow + batch);
                for (int row = group; row < end; row++) {
                    fired |= spikes.get(row, input) ? 1 << row - group : 0;
                }
                for (long i = from; i < to && fired != 0; i++) {
                    int target = store.synapses().target(i);
                    float part = -0.0f;
                    for (int bits = fired; bits != 0; bits &= bits - 1) {
                        part += gradient.get(group + Integer.numberOfTrailingZeros(bits), target);
                    }
                    sum.set(0, (int) i, sum.get(0, (int) i) + part);
                }
            }
        }

        private int torch(int input) {
            return SparseStore.torch(store.rows(), input);
        }

        @Override
        public List<Learned> learned() {
            OperatorValues values = new OperatorValues(learned, into -> into.copyFrom(sum), sum::copyFrom);
            return List.of(new Learned(learned.name(), store.weights(), () -> new Sum(sum, values)));
        }
    }
}
