package dev.spikelane.train;

import dev.spikelane.connection.operator.Values;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Population;
import org.jspecify.annotations.Nullable;

/**
 * Values that are learned, and their gradient, in one layout; that of weights is the network's own, that of neurons' parameters torch's.
 */
final class GradientSlot {

    private final String name;
    private final FloatMatrix values;
    private final FloatMatrix gradient;
    private final @Nullable Values inTorch;
    private final @Nullable Population population;
    private final String parameter;
    private final float[] scratch;

    /** Weights. */
    GradientSlot(String name, FloatMatrix values, FloatMatrix gradient, Values inTorch) {
        this(name, values, gradient, inTorch, null, "");
    }

    private GradientSlot(
            String name,
            FloatMatrix values,
            FloatMatrix gradient,
            @Nullable Values inTorch,
            @Nullable Population population,
            String parameter) {
        this.name = name;
        this.values = values;
        this.gradient = gradient;
        this.inTorch = inTorch;
        this.population = population;
        this.parameter = parameter;
        this.scratch = new float[population == null ? 0 : values.columns()];
    }

    /** A parameter of neurons. */
    static GradientSlot of(Population population, String parameter, FloatMatrix values) {
        return new GradientSlot(
                population.name() + "." + parameter,
                values,
                FloatMatrix.zeros(1, values.columns()),
                null,
                population,
                parameter);
    }

    String name() {
        return name;
    }

    FloatMatrix values() {
        return values;
    }

    FloatMatrix gradient() {
        return gradient;
    }

    String parameter() {
        return parameter;
    }

    float[] scratch() {
        return scratch;
    }

    @Nullable
    Population population() {
        return population;
    }

    boolean isOf(Population other) {
        return population != null && population.name().equals(other.name());
    }

    /** Takes the gradient out of the scratch, from the order of the rows. */
    void take(Shape shape) {
        for (int i = 0; i < scratch.length; i++) {
            gradient.set(0, GradientValues.torch(shape, i, scratch.length), scratch[i]);
        }
    }

    /** The gradient in torch's layout. */
    FloatMatrix gradientInTorch() {
        if (inTorch == null) {
            return GradientValues.copy(gradient);
        }
        FloatMatrix into = FloatMatrix.zeros(inTorch.rows(), inTorch.columns());
        inTorch.read(into);
        return into;
    }
}
