package dev.spikelane.connection.operator;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.kernel.base.FusedMultiplyAdd;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.update.BatchNormStep;
import dev.spikelane.kernel.update.BatchStatistics;
import dev.spikelane.kernel.update.RowAffine;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Normalizes by the running values: {@code x * factor + (bias - mean * factor)}, both fused, with
 * {@code factor = weight / sqrt(variance + epsilon)}. In training, a {@link BatchNormStep} normalizes a batch by its own
 * statistics, and {@link #ofNormalized} stands for what it has made.
 */
public final class BatchNormOperator implements TileOperator {

    private final BatchNorm said;
    private final Shape shape;
    private final List<ValueDescription> described;
    /** Of each channel. */
    private final FloatMatrix weight;

    private final FloatMatrix bias;
    private final FloatMatrix mean;
    private final FloatMatrix variance;
    private final FloatMatrix batches;
    /** Of each column. */
    private final FloatMatrix factors;

    private final FloatMatrix terms;
    private final NormalizedOperator ofNormalized;

    BatchNormOperator(Arena arena, BatchNorm said, Shape shape, List<ValueDescription> described) {
        this.said = said;
        this.shape = shape;
        this.described = described;
        this.weight = FloatMatrix.zeros(arena, 1, said.channels());
        this.bias = FloatMatrix.zeros(arena, 1, said.channels());
        this.mean = FloatMatrix.zeros(arena, 1, said.channels());
        this.variance = FloatMatrix.zeros(arena, 1, said.channels());
        this.batches = FloatMatrix.zeros(arena, 1, 1);
        this.factors = FloatMatrix.zeros(arena, 1, shape.size());
        this.terms = FloatMatrix.zeros(arena, 1, shape.size());
        weight.fill(1);
        variance.fill(1);
        this.ofNormalized = new NormalizedOperator(this);
        update();
    }

    /** Returns what was said. */
    public BatchNorm said() {
        return said;
    }

    /** Returns how many positions a channel has. */
    public int positions() {
        return shape.size() / said.channels();
    }

    /** Returns what normalizes batches of so many samples, with the weights that this operator has. */
    public BatchNormStep step(int batch, BatchStatistics statistics) {
        return new BatchNormStep(batch, positions(), said.epsilon(), statistics, weight, bias);
    }

    /** Returns what stands for this operator behind batches that were normalized. */
    public Operator ofNormalized() {
        return ofNormalized;
    }

    /** Returns the weights, one for each channel, which are 1 if it has none. */
    FloatMatrix weight() {
        return weight;
    }

    FloatMatrix bias() {
        return bias;
    }

    /** The weights and biases, unless it has none. */
    List<ValueDescription> learned() {
        return said.affine() ? described.subList(0, 2) : List.of();
    }

    /** Returns the running means {@code [1 x channels]}. */
    public FloatMatrix mean() {
        return mean;
    }

    /** Returns the running variances {@code [1 x channels]}. */
    public FloatMatrix variance() {
        return variance;
    }

    /** Returns how many steps have moved the running values, {@code [1 x 1]}. */
    public FloatMatrix batches() {
        return batches;
    }

    @Override
    public void update() {
        for (int column = 0; column < shape.size(); column++) {
            int channel = column % said.channels();
            float inverse = (float) (1 / Math.sqrt((double) variance.get(0, channel) + said.epsilon()));
            float factor = weight.get(0, channel) * inverse;
            factors.set(0, column, factor);
            terms.set(0, column, FusedMultiplyAdd.of(-mean.get(0, channel), factor, bias.get(0, channel)));
        }
    }

    @Override
    public int inputs() {
        return shape.size();
    }

    @Override
    public int outputs() {
        return shape.size();
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        throw noSpikes();
    }

    static IllegalStateException noSpikes() {
        return new IllegalStateException("spikes are no values, expected another connection before batch norm");
    }

    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        RowAffine.apply(input, factors, terms, current, rows);
    }

    @Override
    public void apply(Tile current, int rows) {
        RowAffine.apply(factors, terms, current, rows);
    }

    @Override
    public List<Values> values() {
        List<FloatMatrix> all = new ArrayList<>(said.affine() ? List.of(weight, bias) : List.of());
        all.addAll(List.of(mean, variance, batches));
        List<Values> values = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            values.add(new OfChannels(described.get(i), all.get(i)));
        }
        return values;
    }

    @Override
    public BatchNormOperator copy(Arena arena) {
        BatchNormOperator copy = new BatchNormOperator(arena, said, shape, described);
        copy.weight.copyFrom(weight);
        copy.bias.copyFrom(bias);
        copy.mean.copyFrom(mean);
        copy.variance.copyFrom(variance);
        copy.batches.copyFrom(batches);
        copy.update();
        return copy;
    }

    @Override
    public void setSpikeValue(float[] values) {
        throw noSpikes();
    }

    @Override
    public InputGradient inputGradient(Arena arena) {
        return ofNormalized.inputGradient(arena);
    }

    @Override
    public WeightGradients weightGradients(Arena arena, int threads) {
        return ofNormalized.weightGradients(arena, threads);
    }

    @Override
    public String toString() {
        return said.toString();
    }

    /** A row of numbers, one for each channel, or a single one. */
    private final class OfChannels implements Values {

        private final ValueDescription description;
        private final FloatMatrix row;

        OfChannels(ValueDescription description, FloatMatrix row) {
            this.description = description;
            this.row = row;
        }

        @Override
        public ValueDescription description() {
            return description;
        }

        @Override
        public void read(FloatMatrix into) {
            into.requireShape("into", 1, columns());
            into.copyFrom(row);
        }

        @Override
        public void write(FloatMatrix from) {
            from.requireShape("from", 1, columns());
            from.requireFinite("from");
            boolean counts = row == variance || row == batches;
            for (int i = 0; counts && i < from.columns(); i++) {
                if (from.get(0, i) < 0) {
                    throw new IllegalArgumentException(
                            "'" + name() + "' has " + from.get(0, i) + " at " + i + ", expected at least 0");
                }
            }
            row.copyFrom(from);
            update();
        }
    }
}
