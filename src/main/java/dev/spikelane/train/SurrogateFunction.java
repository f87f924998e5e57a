package dev.spikelane.train;

import dev.spikelane.kernel.step.SurrogateShape;
import dev.spikelane.kernel.step.SurrogateStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.SampleDraws;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A surrogate of snnTorch: a formula and its parameters, in the order in which the formula takes them. */
record SurrogateFunction(SurrogateShape shape, String name, Map<String, Double> parameters, SurrogateStep step)
        implements Surrogate {

    static SurrogateFunction of(SurrogateShape shape, String name, Map<String, Double> parameters) {
        double[] values = new double[2];
        int count = 0;
        for (Map.Entry<String, Double> parameter : parameters.entrySet()) {
            double value = parameter.getValue();
            if (!Float.isFinite((float) value)) {
                throw new IllegalArgumentException(
                        parameter.getKey() + " is " + value + ", expected a number that is finite in float32");
            }
            values[count++] = value;
        }
        return new SurrogateFunction(shape, name, parameters, new SurrogateStep(shape, values[0], values[1]));
    }

    static SurrogateFunction of(SurrogateShape shape, String name, String key, double value) {
        return of(shape, name, Map.of(key, value));
    }

    static SurrogateFunction of(
            SurrogateShape shape, String name, String key, double value, String secondKey, double secondValue) {
        Map<String, Double> parameters = new LinkedHashMap<>();
        parameters.put(key, value);
        parameters.put(secondKey, secondValue);
        return of(shape, name, Collections.unmodifiableMap(parameters));
    }

    @Override
    public boolean isRandom() {
        return shape == SurrogateShape.STOCHASTIC_SPIKE_OPERATOR;
    }

    @Override
    public void backward(
            FloatMatrix distance,
            FloatMatrix gradientOfSpikes,
            FloatMatrix gradientOfDistance,
            SampleDraws draws,
            int timeStep,
            int firstNeuron) {
        if (isRandom()) {
            if (draws == SampleDraws.NONE) {
                throw new IllegalStateException("surrogate " + name + " draws random numbers, expected draws");
            }
            step.backward(distance, gradientOfSpikes, gradientOfDistance, draws, timeStep, firstNeuron);
        } else {
            step.backward(distance, gradientOfSpikes, gradientOfDistance);
        }
    }

    /** Surrogates with the same formula and parameters are equal. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SurrogateFunction function
                && shape == function.shape
                && parameters.equals(function.parameters);
    }

    @Override
    public int hashCode() {
        return Objects.hash(shape, parameters);
    }

    @Override
    public String toString() {
        return name + parameters;
    }
}
