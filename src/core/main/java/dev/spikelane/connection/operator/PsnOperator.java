package dev.spikelane.connection.operator;

import dev.spikelane.connection.Psn;
import dev.spikelane.kernel.norm.NormRows;
import dev.spikelane.kernel.norm.SeriesBackward;
import dev.spikelane.kernel.norm.SeriesStep;
import dev.spikelane.kernel.norm.WindowBackward;
import dev.spikelane.kernel.norm.WindowStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operator over all steps of a series: {@link SeriesStep} computes it, and {@link #behind} passes its outputs on.
 */
public final class PsnOperator implements TwoStageOperator {

    private final Psn declared;
    private final int size;
    private final FloatMatrix weights;
    private final FloatMatrix bias;
    private final Operator behind = new BatchNormOperator.PassThrough(this);

    public PsnOperator(Arena arena, Psn declared, int size) {
        this.declared = declared;
        this.size = size;
        this.weights = FloatMatrix.zeros(arena, declared.steps(), declared.steps());
        this.bias = FloatMatrix.zeros(arena, 1, declared.steps());
        weights.copyFrom(declared.weights());
        bias.copyFrom(declared.bias());
    }

    @Override
    public WindowStep forward(Arena arena, int segment, int steps, int batch) {
        return new SeriesStep(arena, new NormRows(segment, batch, 1, size), weights, bias);
    }

    @Override
    public WindowStep ofRunning(Arena arena, int segment, int batch) {
        return forward(arena, segment, segment, batch);
    }

    @Override
    public int steps() {
        return declared.steps();
    }

    @Override
    public boolean joint() {
        return true;
    }

    @Override
    public WindowBackward backward(Arena arena, WindowStep forward, WeightGradients of) {
        Gradients sums = (Gradients) of;
        return new SeriesBackward(arena, (SeriesStep) forward, sums.ofWeights, sums.ofBias);
    }

    @Override
    public Operator behind() {
        return behind;
    }

    @Override
    public @Nullable RunningStatistics running() {
        return null;
    }

    @Override
    public int inputs() {
        return size;
    }

    @Override
    public int outputs() {
        return size;
    }

    @Override
    public long work() {
        return (long) size * declared.steps();
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        throw BatchNormOperator.noSpikes();
    }

    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        throw new IllegalStateException(declared + " needs all of them");
    }

    @Override
    public List<Values> values() {
        List<ValueDescription> declared = ValueDescription.dense(steps(), steps());
        return List.of(values(declared.get(0), weights), values(declared.get(1), bias));
    }

    private static OperatorValues values(ValueDescription declared, FloatMatrix rows) {
        return OperatorValues.ofRows(declared, Shape.of(rows.columns()), rows);
    }

    @Override
    public PsnOperator copy(Arena arena) {
        PsnOperator copy = new PsnOperator(arena, declared, size);
        copy.weights.copyFrom(weights);
        copy.bias.copyFrom(bias);
        return copy;
    }

    @Override
    public void setSpikeValue(float[] values) {
        throw BatchNormOperator.noSpikes();
    }

    @Override
    public InputGradient inputGradient(Arena arena) {
        return BatchNormOperator.PASS_THROUGH;
    }

    @Override
    public WeightGradients weightGradients(Arena arena, int threads) {
        FloatMatrix ofWeights = FloatMatrix.zeros(arena, steps(), steps());
        FloatMatrix ofBias = FloatMatrix.zeros(arena, 1, steps());
        List<ValueDescription> declared = ValueDescription.dense(steps(), steps());
        return new Gradients(
                List.of(learned(declared.get(0), weights, ofWeights), learned(declared.get(1), bias, ofBias)),
                ofWeights,
                ofBias);
    }

    private static WeightGradients.Learned learned(ValueDescription of, FloatMatrix values, FloatMatrix sum) {
        return new WeightGradients.Learned(of.name(), values, () -> new WeightGradients.Sum(sum, values(of, sum)));
    }

    @Override
    public String toString() {
        return declared.toString();
    }

    private record Gradients(List<Learned> learned, FloatMatrix ofWeights, FloatMatrix ofBias)
            implements WeightGradients {

        @Override
        public void open(WeightRows rows) {}

        @Override
        public void add(Tile gradient, int firstStep, int endStep, int thread) {}
    }
}
