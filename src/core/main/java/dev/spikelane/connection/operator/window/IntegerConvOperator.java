package dev.spikelane.connection.operator.window;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.operator.IntegerOperator;
import dev.spikelane.connection.operator.IntegerValues;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.OperatorValues;
import dev.spikelane.connection.operator.PackedOperator;
import dev.spikelane.connection.operator.RoundedFloats;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.SpikeValues;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.integer.IntegerMatmul;
import dev.spikelane.kernel.product.integer.PackedIntegers;
import dev.spikelane.kernel.product.integer.RoundedWeights;
import dev.spikelane.kernel.product.integer.ScaleRule;
import dev.spikelane.kernel.product.window.JoinedSums;
import dev.spikelane.kernel.product.window.WindowTables;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A convolution whose weights are integers, packed for products of unfolded rows. */
public final class IntegerConvOperator extends UnfoldedOperator implements IntegerOperator {

    private final String name;
    private final List<ValueDescription> described;
    /** Weights in torch's layout; the next field holds the bias. */
    private IntegerMatrix torch;

    private final FloatMatrix bias;
    private float spikeValue = 1;

    /** {@code [outputs of a group x inputs of a window]} for each group, with its part of the bias. */
    private final PackedIntegers[] weights;

    private final PackedIntegers[] ofSpikes;
    /** Weights as floats, created when the source has values. */
    private volatile PackedWeights @Nullable [] widened;

    private @Nullable RoundedFloats floats;
    private @Nullable ConvOperator joined;

    /**
     * Creates the operator of a convolution of integers.
     *
     * @param described its scales, its weights, and its bias if it has one
     * @param source the shape of a row
     * @param spikeValue the value of a spike
     */
    public IntegerConvOperator(
            Arena arena, Convolution declared, List<ValueDescription> described, Shape source, Parameter spikeValue) {
        this(
                arena,
                ConvolutionLayout.of(declared, source),
                declared.toString(),
                described,
                declared.integers().orElseThrow(),
                declared.bias());
        pack(arena);
        setSpikeValue(spikeValue.values());
    }

    private IntegerConvOperator(
            Arena arena,
            ConvolutionLayout layout,
            String name,
            List<ValueDescription> described,
            IntegerMatrix torch,
            FloatMatrix bias) {
        super(arena, layout, sumsAreExact(layout, torch.type()) ? WindowTables.SMALL_BYTES : 0);
        this.name = name;
        this.described = described;
        this.torch = torch;
        this.bias = FloatMatrix.zeros(1, bias.columns());
        this.bias.copyFrom(bias);
        this.weights = new PackedIntegers[layout.groups()];
        this.ofSpikes = new PackedIntegers[layout.groups()];
    }

    private void pack(Arena arena) {
        for (int group = 0; group < weights.length; group++) {
            weights[group] = PackedIntegers.pack(arena, layout.arranged(torch, group), layout.biasOf(bias, group));
        }
    }

    @Override
    void multiply(int group, SpikeMatrix unfolded, int count, Tile current, Scratch scratch) {
        IntegerMatmul.multiply(unfolded, count, ofSpikes[group], current, scratch.spikes());
    }

    /** Returns true if float sums of the integers are exact: none needs more than 24 bits. Then windows may slide. */
    private static boolean sumsAreExact(ConvolutionLayout layout, ElementType type) {
        long most = (long) layout.windows()[0].size() * -type.least();
        return most <= 1 << 24;
    }

    @Override
    protected @Nullable Operator withoutBias() {
        return null;
    }

    @Override
    PackedWeights[] ofValues() {
        PackedWeights[] known = widened;
        return known == null ? widen() : known;
    }

    private synchronized PackedWeights[] widen() {
        PackedWeights[] known = widened;
        if (known == null) {
            FloatMatrix floats = torch.widened();
            known = new PackedWeights[weights.length];
            for (int group = 0; group < known.length; group++) {
                known[group] = PackedWeights.pack(
                        NativeMemory.ofAuto(), layout.arranged(floats, group), layout.biasOf(bias, group));
            }
            widened = known;
        }
        return known;
    }

    @Override
    double estimate(int count, long active) {
        return 0; // unknown
    }

    @Override
    String variant(int count, long active) {
        return IntegerMatmul.variant(
                torch.type(), unfolded(count), windows[0].size(), layout.outputs(), unfolded(active) / weights.length);
    }

    @Override
    PackedIntegers scaled() {
        return ofSpikes[0];
    }

    /** Returns windows that join 2 x 2 or 1 x 2 of these. */
    @Override
    synchronized @Nullable ConvOperator joined() {
        Kernel own = layout.kernel();
        int rows = JoinedSums.rows((long) windows[0].size() * -torch.type().least());
        boolean plain = own.y().stride()
                        * own.x().stride()
                        * own.y().dilation()
                        * own.x().dilation()
                == 1;
        if (joined == null && SimdWidth.VECTOR && rows > 0 && plain && !own.transposed() && floats == null) {
            Kernel kernel =
                    Kernel.of(own.y().size() + rows - 1, own.x().size() + 1).withStride(rows, 2);
            Shape made = Shape.of(
                    layout.outputs(),
                    layout.made().height() / rows,
                    layout.made().width() / 2);
            ConvolutionLayout wide = new ConvolutionLayout(kernel, layout.source(), made);
            if (SpikeWindows.serveAlways(wide.windows(), layout.outputs())) {
                joined = zeros(kernel);
                join();
            }
        }
        return joined;
    }

    /** Creates a convolution of these maps with zero weights. */
    private ConvOperator zeros(Kernel kernel) {
        FloatMatrix zeros = FloatMatrix.zeros(
                layout.outputs(),
                layout.inputs() * kernel.y().size() * kernel.x().size());
        return new ConvOperator(
                NativeMemory.ofAuto(),
                Convolution.of(kernel, zeros),
                List.of(ValueDescription.weight(ValueDescription.WEIGHT, zeros.rows(), zeros.columns())),
                layout.source(),
                Parameter.of(1));
    }

    /** Sets the weights of joined windows, whose outputs share a float. */
    private void join() {
        if (joined == null) {
            return;
        }
        Kernel own = layout.kernel();
        Kernel wide = joined.layout.kernel();
        FloatMatrix sums = FloatMatrix.zeros(torch.rows(), joined.windows[0].size());
        for (int row = 0; row < torch.rows(); row++) {
            for (int i = 0; i < torch.columns(); i++) {
                int y = i / own.x().size();
                int first = (y + y / own.y().size() * (wide.y().stride() - 1))
                                * wide.x().size()
                        + i % own.x().size();
                for (int place = 0; place < 2 * wide.y().stride(); place++) {
                    int at = first + place / 2 * wide.x().size() + place % 2;
                    float item = torch.item(row, i) * JoinedSums.factor(wide.y().stride(), place);
                    sums.set(row, at, sums.get(row, at) + item);
                }
            }
        }
        joined.values().getFirst().write(sums);
    }

    @Override
    public List<Values> values() {
        List<Values> values = new ArrayList<>();
        values.add(new OperatorValues(
                described.get(0),
                into -> into.copyFrom(FloatMatrix.vector(torch.scales())),
                from -> write(torch.withScales(from.toArray()))));
        values.add(new IntegerValues(described.get(1), () -> torch, this::write));
        if (described.size() > 2) {
            values.add(new OperatorValues(described.get(2), into -> into.copyFrom(bias), this::writeBias));
        }
        return values;
    }

    /** Sets the weights; if this throws, nothing has changed. */
    private void write(IntegerMatrix from) {
        SpikeValues.requireScales(from.scales(), from.type(), spikeValue, this);
        for (int group = 0; group < weights.length; group++) {
            weights[group].set(layout.arranged(from, group), layout.biasOf(bias, group));
        }
        torch = from;
        changed();
    }

    private void writeBias(FloatMatrix from) {
        from.requireFinite("values");
        bias.copyFrom(from);
        write(torch);
    }

    private FloatMatrix items() {
        FloatMatrix items = FloatMatrix.zeros(torch.rows(), torch.columns());
        for (int row = 0; row < torch.rows(); row++) {
            for (int column = 0; column < torch.columns(); column++) {
                items.set(row, column, torch.item(row, column));
            }
        }
        return items;
    }

    private void changed() {
        RoundedFloats from = floats;
        if (from == null) {
            widened = null;
        }
        if (fast.serveAlways()) {
            fast.fill(
                    from == null
                            ? PackedWeights.pack(NativeMemory.ofAuto(), layout.arranged(items(), 0))
                            : from.rounding().items());
        }
        join();
        for (int group = 0; group < weights.length; group++) {
            ofSpikes[group] = spikeValue == 1 ? weights[group] : weights[group].times(spikeValue);
        }
    }

    @Override
    public Operator copy(Arena arena) {
        IntegerConvOperator copy = new IntegerConvOperator(arena, layout, name, described, torch, bias);
        copy.pack(arena);
        copy.setSpikeValue(new float[] {spikeValue});
        return copy;
    }

    @Override
    public ElementType type() {
        return torch.type();
    }

    @Override
    public void follow(PackedOperator other, ScaleRule rule) {
        PackedOperator widens = (PackedOperator) other.copy(NativeMemory.ofAuto());
        RoundedWeights rounding =
                new RoundedWeights(other.synapses(), weights, widens.synapses(), rule, fast.serveAlways());
        floats = new RoundedFloats(other, widens, rounding);
        widened = widens.synapses();
        changed();
    }

    @Override
    public @Nullable RoundedFloats floats() {
        return floats;
    }

    @Override
    public void update() {
        if (floats != null) {
            floats.floats().update();
            changed();
        }
    }

    @Override
    public void setSpikeValue(float[] values) {
        SpikeValues.require(values, inputs());
        SpikeValues.requireOne(values, this);
        SpikeValues.requireScales(torch.scales(), torch.type(), values[0], this);
        spikeValue = values[0];
        changed();
    }

    @Override
    public String toString() {
        return name;
    }
}
