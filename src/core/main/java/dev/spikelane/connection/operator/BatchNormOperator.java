package dev.spikelane.connection.operator;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.kernel.norm.BatchNormBackward;
import dev.spikelane.kernel.norm.BatchNormStep;
import dev.spikelane.kernel.norm.BatchNormSums;
import dev.spikelane.kernel.norm.BatchStatistics;
import dev.spikelane.kernel.norm.NormFactors;
import dev.spikelane.kernel.norm.NormRows;
import dev.spikelane.kernel.norm.RowAffine;
import dev.spikelane.kernel.norm.WindowStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Normalizes by the running values: {@code x * factor + (bias - mean * factor)}, both fused, with
 * {@code factor = weight / sqrt(variance + epsilon)}. In training, a {@link BatchNormStep} normalizes a batch by its
 * own statistics, and {@link #behind} passes its outputs on.
 */
public final class BatchNormOperator implements Operator.OnTile, TwoStageOperator {

    public static final String RUNNING_MEAN = "running_mean";

    public static final String RUNNING_VARIANCE = "running_var";

    public static final String BATCHES = "num_batches_tracked";

    static final InputGradient PASS_THROUGH = (gradient, rows, into) -> into.copyFrom(gradient, 0, 0, rows);

    private final BatchNorm declared;
    private final Shape shape;
    private final List<ValueDescription> described;
    /** Weights of the channels; a row for each step, if steps have their own. */
    private final FloatMatrix weight;

    private final FloatMatrix bias;
    private final BatchStatistics running;
    private final long[] batches;
    /** Factors of each column, if all steps share the values. */
    private final NormFactors factors;

    private final Operator behind = new PassThrough(this);

    public BatchNormOperator(Arena arena, BatchNorm declared, Shape shape, List<ValueDescription> described) {
        this.declared = declared;
        this.shape = shape;
        this.described = described;
        int sets = Math.max(1, declared.steps());
        this.weight = FloatMatrix.zeros(arena, sets, declared.channels());
        this.bias = FloatMatrix.zeros(arena, sets, declared.channels());
        this.running = BatchStatistics.zeros(arena, sets, declared.channels());
        this.batches = new long[sets];
        this.factors = NormFactors.zeros(arena, 1, positions(), running, weight, bias);
        weight.fill(declared.gain() > 0 ? (float) declared.gain() : 1);
        running.variance().fill(1);
        update();
    }

    BatchNorm declared() {
        return declared;
    }

    @Override
    public @Nullable NormFactors channelFactors() {
        return declared.steps() > 0 ? null : factors;
    }

    int positions() {
        return shape.size() / declared.channels();
    }

    @Override
    public BatchNormStep forward(Arena arena, int segment, int steps, int batch) {
        return step(arena, segment, batch, BatchStatistics.zeros(arena, steps, declared.channels()));
    }

    private BatchNormStep step(Arena arena, int segment, int batch, BatchStatistics statistics) {
        NormRows rows = new NormRows(segment, batch, positions(), declared.channels());
        return new BatchNormStep(arena, rows, declared.epsilon(), statistics, weight, bias);
    }

    @Override
    public BatchNormStep ofRunning(Arena arena, int segment, int batch) {
        return step(arena, segment, batch, running);
    }

    @Override
    public int steps() {
        return declared.steps();
    }

    @Override
    public boolean joint() {
        return declared.gain() > 0;
    }

    @Override
    public BatchNormBackward backward(Arena arena, WindowStep forward, WeightGradients of) {
        return new BatchNormBackward(arena, (BatchNormStep) forward, ((Gradients) of).sums);
    }

    @Override
    public Operator behind() {
        return behind;
    }

    @Override
    public RunningStatistics running() {
        return new RunningStatistics(this);
    }

    BatchStatistics statistics() {
        return running;
    }

    long[] batches() {
        return batches;
    }

    @Override
    public void update() {
        for (int set = 0; set < batches.length; set++) {
            running.invert(set, declared.epsilon());
        }
        factors.fold(0, 0, 0);
    }

    @Override
    public int inputs() {
        return shape.size();
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        throw noSpikes();
    }

    static IllegalStateException noSpikes() {
        return new IllegalStateException("spikes are no values, expected another connection before batch norm");
    }

    /** Throws if steps have separate values; paths are then cut before this operator. */
    private void requireOneSet() {
        if (declared.steps() > 0) {
            throw new IllegalStateException(declared + " needs to know the step of its rows");
        }
    }

    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        requireOneSet();
        RowAffine.apply(input, factors.factors(), factors.terms(), current, rows);
    }

    @Override
    public void apply(Tile current, int rows) {
        requireOneSet();
        RowAffine.apply(factors.factors(), factors.terms(), current, rows);
    }

    @Override
    public List<Values> values() {
        List<Values> values = new ArrayList<>();
        Iterator<ValueDescription> of = described.iterator();
        for (int set = 0; set < batches.length; set++) {
            List<FloatMatrix> all = new ArrayList<>();
            if (declared.affine()) {
                all.add(weight.rows(set, 1));
            }
            if (declared.affine() && declared.steps() == 0) {
                all.add(bias);
            }
            all.addAll(List.of(running.mean().rows(set, 1), running.variance().rows(set, 1)));
            for (FloatMatrix row : all) {
                values.add(row(of.next(), set, row));
            }
            values.add(new CountedValue(of.next(), batches, set));
        }
        return values;
    }

    private Values row(ValueDescription of, int set, FloatMatrix row) {
        return OperatorValues.ofRows(of, Shape.of(row.columns()), row).takenBy(from -> take(of, set, row, from));
    }

    /** Sets values of one step, and updates only the factors that depend on them: there may be thousands of steps. */
    private void take(ValueDescription of, int set, FloatMatrix row, FloatMatrix from) {
        from.requireFinite("values");
        for (int i = 0; of.name().endsWith(RUNNING_VARIANCE) && i < from.columns(); i++) {
            if (from.get(0, i) < 0) {
                throw new IllegalArgumentException(
                        "'" + of.name() + "' has " + from.get(0, i) + " at " + i + ", expected at least 0");
            }
        }
        row.copyFrom(from);
        running.invert(set, declared.epsilon());
        factors.fold(0, 0, 0);
    }

    @Override
    public BatchNormOperator copy(Arena arena) {
        BatchNormOperator copy = new BatchNormOperator(arena, declared, shape, described);
        copy.weight.copyFrom(weight);
        copy.bias.copyFrom(bias);
        copy.running.mean().copyFrom(running.mean());
        copy.running.variance().copyFrom(running.variance());
        System.arraycopy(batches, 0, copy.batches, 0, batches.length);
        copy.update();
        return copy;
    }

    @Override
    public void setSpikeValue(float[] values) {
        throw noSpikes();
    }

    @Override
    public InputGradient inputGradient(Arena arena) {
        return PASS_THROUGH;
    }

    @Override
    public @Nullable WeightGradients weightGradients(Arena arena, int threads) {
        return new Gradients(this, arena);
    }

    @Override
    public String toString() {
        return declared.toString();
    }

    /** Passes normalized rows and their gradients on unchanged. */
    static final class PassThrough implements Operator.OnTile {

        private final TwoStageOperator of;

        PassThrough(TwoStageOperator of) {
            this.of = of;
        }

        @Override
        public int inputs() {
            return of.inputs();
        }

        @Override
        public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
            throw noSpikes();
        }

        @Override
        public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
            current.copyFrom(input, 0, 0, rows);
        }

        @Override
        public void apply(Tile current, int rows) {}

        @Override
        public Operator copy(Arena arena) {
            return ((TwoStageOperator) of.copy(arena)).behind();
        }

        @Override
        public void setSpikeValue(float[] values) {
            throw noSpikes();
        }

        @Override
        public InputGradient inputGradient(Arena arena) {
            return PASS_THROUGH;
        }

        @Override
        public @Nullable WeightGradients weightGradients(Arena arena, int threads) {
            return of.weightGradients(arena, threads);
        }

        @Override
        public String toString() {
            return of.toString();
        }
    }

    /**
     * The gradients of weights and biases. The backward pass of the normalization computes them with sums that it needs
     * itself, steps descending.
     */
    private static final class Gradients implements WeightGradients {

        private final List<Learned> learned = new ArrayList<>();
        private final BatchNormSums sums;

        private Gradients(BatchNormOperator operator, Arena arena) {
            this.sums = BatchNormSums.zeros(arena, operator.weight);
            int set = 0;
            for (ValueDescription each : operator.described) {
                if (each.role() != ValueDescription.Role.WEIGHT) {
                    continue;
                }
                if (each.name().equals(ValueDescription.BIAS)) {
                    learned.add(learned(each, operator.bias, sums.ofBias(), Learned.ALL_STEPS));
                } else {
                    int step = operator.steps() == 0 ? Learned.ALL_STEPS : set;
                    FloatMatrix weight = operator.weight.rows(set, 1);
                    learned.add(learned(each, weight, sums.ofWeights().rows(set, 1), step));
                    set++;
                }
            }
        }

        @Override
        public List<Learned> learned() {
            return learned;
        }

        private static Learned learned(ValueDescription of, FloatMatrix values, FloatMatrix sum, int step) {
            Shape shape = Shape.of(sum.columns());
            return new Learned(of.name(), values, () -> new Sum(sum, OperatorValues.ofRows(of, shape, sum)), step);
        }

        @Override
        public void open(WeightRows rows) {}

        @Override
        public void add(Tile gradient, int firstStep, int endStep, int thread) {}
    }
}
