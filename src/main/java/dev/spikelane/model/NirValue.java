package dev.spikelane.model;

import java.util.List;

/**
 * What a node of {@link NirReference} sends.
 *
 * @param shape in torch's order
 * @param values in float64
 * @param errors how far the same in float32 may be away
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NirValue(int[] shape, double[] values, double[] errors) {

    /** Half of the distance between float32 numbers around 1, and a little for products of such errors. */
    static final double ROUNDING = 0x1.01p-24;

    /** The error of an operation whose result is nearly nothing. */
    static final double TINY = 0x1p-149;

    static NirValue sum(List<NirValue> got) {
        NirValue first = got.getFirst();
        double[] values = first.values.clone();
        double[] errors = first.errors.clone();
        double[] sizes = new double[values.length];
        for (int k = 1; k < got.size(); k++) {
            NirValue next = got.get(k);
            if (next.values.length != values.length) {
                throw new IllegalArgumentException(
                        "rows of " + values.length + " and " + next.values.length + " numbers are to be added");
            }
            for (int i = 0; i < values.length; i++) {
                sizes[i] += Math.abs(values[i]) + Math.abs(next.values[i]);
                values[i] += next.values[i];
                errors[i] += next.errors[i];
            }
        }
        for (int i = 0; i < values.length; i++) {
            errors[i] += (got.size() - 1) * (ROUNDING * sizes[i] + TINY);
        }
        return new NirValue(first.shape, values, errors);
    }
}
