package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.kernel.product.integer.RoundedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A learned value and its gradient. Gradients of weights have the network's layout, gradients of neuron parameters
 * torch's layout.
 */
public final class LearnedValue {

    private final String name;
    private final FloatMatrix values;
    private final @Nullable WeightGradients owner;
    private final WeightGradients.@Nullable Learned learned;
    private WeightGradients.@Nullable Sum sum;
    private final @Nullable FloatMatrix ofNeurons;
    private final @Nullable Population population;
    private final String parameter;
    private final float[] scratch;
    private @Nullable RoundedWeights rounding;
    private @Nullable LearnedValue scales;

    private boolean given;

    LearnedValue(String name, WeightGradients owner, WeightGradients.Learned learned) {
        this(name, learned.values(), owner, learned, null, "");
    }

    private LearnedValue(
            String name,
            FloatMatrix values,
            @Nullable WeightGradients owner,
            WeightGradients.@Nullable Learned learned,
            @Nullable Population population,
            String parameter) {
        this.name = name;
        this.values = values;
        this.owner = owner;
        this.learned = learned;
        this.ofNeurons = learned == null ? FloatMatrix.zeros(1, values.columns()) : null;
        this.population = population;
        this.parameter = parameter;
        this.scratch = new float[population == null ? 0 : values.columns()];
    }

    static LearnedValue of(Population population, String parameter, FloatMatrix values) {
        return new LearnedValue(population.name() + "." + parameter, values, null, null, population, parameter);
    }

    /** Sets the rounding of the weights; returns their scales if these learn, or null. */
    @Nullable
    LearnedValue round(RoundedWeights by) {
        FloatMatrix logs = by.logs();
        rounding = by;
        scales = logs == null ? null : new LearnedValue(name + ValueDescription.SCALE, logs, null, null, null, "");
        return scales;
    }

    /**
     * Passes stored gradients of weights through their rounding, if there is one, and computes the gradients of the
     * scales.
     */
    void passThrough() {
        if (rounding == null || given || !rounding.clips()) {
            return;
        }
        MemorySegment gradients = gradient().segment();
        if (scales != null) {
            rounding.gradientOfLogs(gradients, scales.gradient());
        }
        rounding.clip(gradients, 0, 0, gradients.byteSize() / Float.BYTES);
    }

    /** Returns true if the values are logarithms of scales. */
    public boolean isScale() {
        return population == null && learned == null;
    }

    /** Returns true for feedback weights and scales, which are not values of the network. */
    public boolean isApart() {
        return isScale() || population == null && name.contains(GradientRequest.Drawn.FEEDBACK);
    }

    public String name() {
        return name;
    }

    /** Returns true if a window of these steps, counted from the last reset, changes the values. */
    public boolean learnsIn(int firstStep, int endStep) {
        return learned == null || learned.learnsIn(firstStep, endStep);
    }

    public FloatMatrix values() {
        return values;
    }

    public FloatMatrix gradient() {
        return learned == null ? Objects.requireNonNull(ofNeurons) : sum().packed();
    }

    private WeightGradients.Sum sum() {
        WeightGradients.Sum made = sum;
        if (made == null) {
            made = Objects.requireNonNull(learned).gradient().get();
            sum = made;
        }
        return made;
    }

    /** Sends gradients to a sink from now on, in place of storing them; returns false if this is not possible. */
    public boolean give(GradientSink sink) {
        if (owner == null || learned == null || scales != null) {
            return false;
        }
        RoundedWeights clips = rounding == null || !rounding.clips() ? null : rounding;
        GradientSink to = clips == null
                ? sink
                : (gradients, from, first, end) -> {
                    clips.clip(gradients, from, first, end);
                    sink.take(gradients, from, first, end);
                };
        given = owner.give(learned.name(), to);
        return given;
    }

    public String parameter() {
        return parameter;
    }

    float[] scratch() {
        return scratch;
    }

    @Nullable
    public Population population() {
        return population;
    }

    boolean isOf(Population other) {
        return population != null && population.name().equals(other.name());
    }

    /** Copies the gradient from scratch memory, in the order of the rows. */
    void take(Shape shape) {
        for (int i = 0; i < scratch.length; i++) {
            gradient().set(0, TorchLayout.torch(shape, i, scratch.length), scratch[i]);
        }
    }

    public void hold() {
        if (population != null && population.neuron() instanceof EquationNeuron declared) {
            for (int i = 0; i < values.columns(); i++) {
                values.set(0, i, declared.nearest(parameter, values.get(0, i)));
            }
        }
    }

    /** Returns the gradient in torch's layout. */
    public FloatMatrix gradientInTorch() {
        if (learned == null) {
            return GradientValues.copy(gradient());
        }
        Values inTorch = sum().inTorch();
        FloatMatrix into = FloatMatrix.zeros(inTorch.rows(), inTorch.columns());
        inTorch.read(into);
        return into;
    }

    public int torchRows() {
        return learned == null ? gradient().rows() : sum().inTorch().rows();
    }

    public int torchColumns() {
        return learned == null ? gradient().columns() : sum().inTorch().columns();
    }

    public void setGradientInTorch(FloatMatrix from) {
        if (learned == null) {
            gradient().copyFrom(from);
        } else {
            sum().inTorch().write(from);
        }
    }
}
