package dev.spikelane.connection.operator;

import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.Parameter;
import java.util.Arrays;

public final class SpikeValues {

    private SpikeValues() {}

    /** Throws unless there is one finite value, or one for each input. */
    public static void require(float[] values, int inputs) {
        if (values.length != 1 && values.length != inputs) {
            throw new IllegalArgumentException("there are values for " + values.length + " spikes, expected 1 or "
                    + inputs + ", one for each input");
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("value of a spike" + (values.length == 1 ? "" : " of neuron " + i)
                        + " is " + values[i] + ", expected a finite number");
            }
        }
    }

    public static void copy(float[] values, float[] into) {
        if (values.length == 1) {
            Arrays.fill(into, values[0]);
        } else {
            System.arraycopy(values, 0, into, 0, into.length);
        }
    }

    public static boolean areOnes(float[] values) {
        boolean ones = true;
        for (float value : values) {
            ones &= value == 1;
        }
        return ones;
    }

    public static void requireOne(float[] values, Operator operator) {
        Parameter value = Parameter.of(values);
        if (!value.isAlways(values[0])) {
            throw new IllegalArgumentException(operator
                    + " sums integers, so that all spikes must carry the same value, found " + value
                    + "; use weights of float32 where neurons' spikes carry their own");
        }
    }

    /** Throws unless integer scales times the spike value give finite weights. */
    public static void requireScales(float[] scales, ElementType type, float value, Operator operator) {
        int least = type.least();
        for (float scale : scales) {
            if (!Float.isFinite(scale * value * least)) {
                throw new IllegalArgumentException(
                        operator + " has the scale " + scale + ", which times what a spike carries, " + value + ", and "
                                + least + " is not finite, expected a smaller one");
            }
        }
    }
}
