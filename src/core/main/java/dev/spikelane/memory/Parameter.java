package dev.spikelane.memory;

import java.util.Arrays;

/** A parameter of a neuron model or a connection: one value for all neurons, or one for each. Immutable. */
public final class Parameter {

    private final float[] values;

    private Parameter(float[] values) {
        this.values = values;
    }

    /**
     * {@return a parameter}
     *
     * @param values one value for all neurons, or one for each
     * @throws IllegalArgumentException if there is no value
     */
    public static Parameter of(float... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("parameter has no value, expected one, or one for each neuron");
        }
        return new Parameter(values.clone());
    }

    /**
     * {@return a parameter}
     *
     * @param values one value for all neurons, or one for each, rounded once to float32
     * @throws IllegalArgumentException if there is no value
     */
    public static Parameter of(double... values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) values[i];
        }
        return of(rounded);
    }

    /** {@return a copy of the values: one, or one for each neuron} */
    public float[] values() {
        return values.clone();
    }

    /**
     * Returns a neuron's value.
     *
     * @param neuron the neuron
     * @return its value
     * @throws IndexOutOfBoundsException if values are given for each neuron and this one has none
     */
    public float value(int neuron) {
        return values[values.length == 1 ? 0 : neuron];
    }

    /**
     * Returns true if all neurons have this value.
     *
     * @param value the value
     * @return true if every value equals it
     */
    public boolean isAlways(float value) {
        for (float each : values) {
            if (each != value) {
                return false;
            }
        }
        return true;
    }

    /** {@return the number of values: 1, or the number of neurons} */
    public int count() {
        return values.length;
    }

    /**
     * Throws if a value is not finite.
     *
     * @param name the parameter's name in the message
     * @return this
     * @throws IllegalArgumentException if a value is NaN or infinite
     */
    public Parameter requireFinite(String name) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(name + (values.length == 1 ? "" : " of neuron " + i) + " is "
                        + values[i] + ", expected a finite number");
            }
        }
        return this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Parameter parameter && Arrays.equals(values, parameter.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        if (values.length == 1) {
            return Float.toString(values[0]);
        }
        float least = values[0];
        float most = values[0];
        for (float value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return values.length + " values from " + least + " to " + most;
    }
}
