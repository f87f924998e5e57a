package dev.spikelane.connection.operator;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.product.gradient.NarrowMatmul;
import dev.spikelane.kernel.product.gradient.PreparedFrame;
import dev.spikelane.kernel.product.spike.PreparedSpikes;
import dev.spikelane.kernel.product.spike.RecurrentMatmul;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.TorchLayout;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A dense or a recurrent connection whose weights are packed for the kernels. */
public final class DenseOperator extends BitsOperator implements PackedOperator {

    private static final int ANY = 0;

    private static final int FEW = 1;

    private final Shape rows;
    private final Shape made;
    /** True if spikes are summed in the order of {@link RecurrentMatmul}. */
    private final boolean recurrent;

    private final boolean biased;

    private final PackedWeights weights;
    private final float[] spikeValue;
    /** Weights times the spike values; null for values of 1. */
    private @Nullable PackedWeights scaled;

    private PackedWeights ofSpikes;

    public DenseOperator(Arena arena, Dense declared, Shape rows, Parameter spikeValue) {
        this.rows = rows;
        this.made = Shape.of(declared.outputs());
        this.recurrent = false;
        this.biased = declared.biased();
        this.weights = PackedWeights.pack(arena, arranged(declared.weights()), declared.bias());
        this.ofSpikes = weights;
        this.spikeValue = new float[weights.inputs()];
        setSpikeValue(spikeValue.values());
    }

    public DenseOperator(Arena arena, Recurrent declared, Shape rows, Shape made, Parameter spikeValue) {
        this.rows = rows;
        this.made = made;
        this.recurrent = true;
        this.biased = declared.biased();
        this.weights = PackedWeights.pack(arena, arranged(declared.weights()), arrangedBias(declared.bias()));
        this.ofSpikes = weights;
        this.spikeValue = new float[weights.inputs()];
        setSpikeValue(spikeValue.values());
    }

    private DenseOperator(DenseOperator other, PackedWeights weights) {
        this.rows = other.rows;
        this.made = other.made;
        this.recurrent = other.recurrent;
        this.biased = other.biased;
        this.weights = weights;
        this.ofSpikes = weights;
        this.spikeValue = new float[weights.inputs()];
        setSpikeValue(other.spikeValue);
    }

    @Override
    protected Operator withoutBias() {
        return new DenseOperator(this, weights.withoutBias());
    }

    private FloatMatrix arranged(FloatMatrix torch) {
        return TorchLayout.weightsInside(rows, made, torch);
    }

    private FloatMatrix arrangedBias(FloatMatrix torch) {
        FloatMatrix arranged = FloatMatrix.zeros(1, torch.columns());
        TorchLayout.copyInside(made, torch, 0, arranged, 0, 1);
        return arranged;
    }

    @Override
    public int inputs() {
        return weights.inputs();
    }

    @Override
    public int outputs() {
        return weights.outputs();
    }

    @Override
    public void reserve(Scratch scratch) {
        if (isNarrow()) {
            scratch.narrow();
        }
        if (!recurrent && !(isNarrow() && scratch.manyRows())) {
            scratch.spikes();
            scratch.prepared();
        }
    }

    private boolean isNarrow() {
        return !recurrent && NarrowMatmul.fits(outputs());
    }

    /** Returns false for few outputs: threads share their rows, so nothing is prepared. */
    @Override
    public boolean prepares() {
        return !recurrent && !isNarrow();
    }

    @Override
    public void prepare(SpikeMatrix spikes, int count, long active, long version, Scratch scratch) {
        SpikeMatmul.prepare(spikes, count, active, version, ofSpikes, scratch.prepared());
    }

    @Override
    public void multiplyPrepared(SpikeMatrix spikes, int count, long version, Tile current, Scratch scratch) {
        if (prepares() && scratch.prepared().isOf(spikes, count, version, ofSpikes)) {
            SpikeMatmul.multiply(scratch.prepared(), spikes, count, ofSpikes, current, scratch.spikes());
        } else {
            multiply(spikes, count, current, scratch);
        }
    }

    @Override
    public void multiply(SpikeMatrix spikes, int count, Tile current, Scratch scratch) {
        if (recurrent) {
            RecurrentMatmul.multiply(spikes, count, ofSpikes, current);
        } else if (!isNarrow()) {
            SpikeMatmul.multiply(spikes, count, ofSpikes, current, scratch.spikes());
        } else if (scratch.manyRows()) {
            scratch.narrow().multiply(spikes, count, ofSpikes, current);
        } else {
            multiplyFew(spikes, count, current, scratch);
        }
    }

    /**
     * Multiplies for few outputs, by a kernel that is the fastest over many rows unless few inputs fire, or by the
     * common one.
     */
    private void multiplyFew(SpikeMatrix spikes, int count, Tile current, Scratch scratch) {
        StageChoice choice = scratch.few();
        long active = spikes.count(0, count);
        describe(choice, count, active);
        choice.open(1);
        if (choice.rehearses()) {
            long since = System.nanoTime();
            int few = choice.rehearsedRows();
            multiplyFew(choice.rehearsedWay, spikes, few, spikes.count(0, few), current, scratch);
            choice.rehearsed(since);
        }
        long start = choice.now();
        multiplyFew(choice.way, spikes, count, active, current, scratch);
        choice.done(start, 1);
    }

    private void multiplyFew(int way, SpikeMatrix spikes, int count, long active, Tile current, Scratch scratch) {
        if (way == FEW) {
            scratch.narrow().multiply(spikes, count, ofSpikes, current);
            return;
        }
        PreparedSpikes own = scratch.spikes().prepared();
        SpikeMatmul.prepare(spikes, count, active, 0, ofSpikes, own);
        SpikeMatmul.multiply(own, spikes, count, ofSpikes, current, scratch.spikes());
        own.forget();
    }

    private void describe(StageChoice choice, int count, long active) {
        choice.of(Chooser.Kind.FEW, count, inputs(), outputs(), active);
        choice.costs[ANY] = SpikeMatmul.estimate(count, inputs(), outputs(), active);
        choice.costs[FEW] = NarrowMatmul.estimate(count, inputs());
    }

    @Override
    protected void multiplyOthers(FloatMatrix input, int count, Tile current, Scratch scratch) {
        DenseMatmul.multiply(input, count, weights, current);
    }

    @Override
    public boolean prepareFrame(FloatMatrix frame, long version, PreparedFrame prepared) {
        return !multipliesBits() && prepared.take(frame, version);
    }

    @Override
    public void multiplyFrame(PreparedFrame prepared, Tile current, int thread) {
        prepared.multiply(weights, current, thread);
    }

    /** Cuts rows if there are fewer blocks than threads, so that no thread is idle. */
    @Override
    public Cut cut(int count, int threads) {
        return weights.blocks() < threads && count >= 2 * threads ? Cut.ROWS : Cut.OUTPUTS;
    }

    @Override
    public int rowsAtATime(int count, long active) {
        return recurrent ? count : SpikeMatmul.rowsAtATime(count, inputs(), outputs(), active);
    }

    @Override
    public String kernel(int count, long active) {
        if (isNarrow()) {
            StageChoice choice = new StageChoice(Chooser.OF_JVM, 1);
            describe(choice, count, active);
            if (choice.peek() == FEW) {
                return "few outputs";
            }
        }
        return recurrent ? RecurrentMatmul.variant() : SpikeMatmul.variant(count, inputs(), outputs(), active);
    }

    @Override
    protected String kernelOfOthers() {
        return DenseMatmul.variant();
    }

    @Override
    public List<Values> values() {
        List<ValueDescription> described = ValueDescription.dense(inputs(), outputs());
        List<Values> values = List.of(
                OperatorValues.ofPacked(described.getFirst(), rows, made, weights)
                        .takenBy(this::setWeights),
                OperatorValues.ofRows(described.getLast(), made, weights.bias()).takenBy(this::setBias));
        return values.subList(0, biased ? 2 : 1);
    }

    @Override
    public PackedWeights[] synapses() {
        return new PackedWeights[] {weights};
    }

    @Override
    public Window[] reach() {
        return new Window[] {new Window(inputs(), Window.Axis.ONE, Window.Axis.ONE)};
    }

    @Override
    public Values like(String name, PackedWeights[] groups) {
        ValueDescription declared = ValueDescription.buffer(name, outputs(), inputs());
        return OperatorValues.ofPacked(declared, rows, made, groups[0])
                .takenBy(from -> groups[0].set(TorchLayout.weightsInside(rows, made, from)));
    }

    @Override
    public Operator copy(Arena arena) {
        DenseOperator copy = new DenseOperator(this, PackedWeights.copyOf(arena, weights));
        copy.takeNumbersOf(this);
        return copy;
    }

    @Override
    public void setSpikeValue(float[] values) {
        SpikeValues.require(values, inputs());
        if (SpikeValues.areOnes(values)) {
            ofSpikes = weights;
        } else {
            PackedWeights into = scaled;
            if (into == null) {
                into = PackedWeights.zeros(NativeMemory.ofAuto(), inputs(), outputs());
            }
            into.setScaled(weights, values);
            scaled = into;
            ofSpikes = into;
        }
        SpikeValues.copy(values, spikeValue);
    }

    @Override
    public InputGradient inputGradient(Arena arena) {
        return new DenseInputGradient(arena, weights);
    }

    @Override
    public WeightGradients weightGradients(Arena arena, int threads) {
        return new DenseWeightGradients(this, new DenseWeightGradients.Order(rows, made), weights, arena, threads);
    }

    @Override
    public void update() {
        if (ofSpikes != weights) {
            ofSpikes.scaleAgain(weights, spikeValue);
        }
    }

    float @Nullable [] factors() {
        return ofSpikes == weights ? null : spikeValue;
    }

    boolean isBiased() {
        return biased;
    }

    private void setWeights(FloatMatrix torch) {
        torch.requireFinite("weights");
        FloatMatrix inside = arranged(torch);
        if (ofSpikes != weights) {
            PackedWeights.pack(NativeMemory.ofAuto(), inside).scaled(spikeValue); // throws if a product overflows
        }
        weights.set(inside);
        update();
    }

    private void setBias(FloatMatrix torch) {
        torch.requireFinite("bias");
        TorchLayout.copyInside(made, torch, 0, weights.bias(), 0, 1);
        update();
    }

    @Override
    public String toString() {
        return (recurrent ? "recurrent " : "dense ") + inputs() + " -> " + outputs();
    }
}
