package dev.spikelane.connection.operator;

import java.util.Arrays;

/** What spikes carry. */
final class SpikeValues {

    private SpikeValues() {}

    /** Throws unless there is one finite value, or one for each input. */
    static void require(float[] values, int inputs) {
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

    /** Copies one value for each input. */
    static void copy(float[] values, float[] into) {
        if (values.length == 1) {
            Arrays.fill(into, values[0]);
        } else {
            System.arraycopy(values, 0, into, 0, into.length);
        }
    }

    static boolean areOnes(float[] values) {
        boolean ones = true;
        for (float value : values) {
            ones &= value == 1;
        }
        return ones;
    }
}
