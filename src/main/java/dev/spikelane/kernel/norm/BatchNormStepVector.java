package dev.spikelane.kernel.norm;

import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static dev.spikelane.simd.OtherLanes.DOUBLE;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.DoublesVector;
import dev.spikelane.simd.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * The vector variant of {@link BatchNormStep}: as many channels at a time as a vector has numbers, the last of them
 * once more with those before where they are fewer.
 */
final class BatchNormStepVector {

    /** Doubles in a vector. */
    static final int COUNT = DOUBLE.length();
    /** Floats in a vector. */
    static final int FLOATS = FLOAT.length();

    private BatchNormStepVector() {}

    /** Whether vectors hold channels of one position, or reach into padding. */
    static boolean takes(NormRows rows) {
        return rows.positions() == 1 || rows.channels() >= COUNT;
    }

    /** The first channel of the vector that holds a channel. */
    static int first(NormRows rows, int channel) {
        return rows.positions() == 1 ? channel : Math.min(channel, rows.channels() - COUNT);
    }

    static void measure(BatchNormStep of, FloatMatrix values, int at, int block) {
        NormRows rows = of.rows;
        MemorySegment from = values.segment();
        MemorySegment sums = of.sums.segment();
        Checks.isNative(from);
        Checks.isNative(sums);
        int firstRow = rows.row(at, block);
        int endRow = rows.row(at, block + 1);
        long bytes = (long) rows.channels() * Float.BYTES;
        for (int next = 0; next < rows.channels(); next += COUNT) {
            int channel = first(rows, next);
            DoubleVector sum = DoubleVector.zero(DOUBLE);
            DoubleVector squares = DoubleVector.zero(DOUBLE);
            for (int row = firstRow; row < endRow; row++) {
                long offset = values.rowOffset(row) + (long) channel * Float.BYTES;
                for (int position = 0; position < rows.positions(); position++) {
                    DoubleVector x = DoublesVector.load(from, offset);
                    sum = sum.add(x);
                    squares = squares.add(x.mul(x));
                    offset += bytes;
                }
            }
            long to = (long) channel * Double.BYTES;
            sum.intoMemorySegment(sums, of.sums.offset(at, block, 0) + to, ORDER);
            squares.intoMemorySegment(sums, of.sums.offset(at, block, 1) + to, ORDER);
        }
    }

    /** The first position, of at least as many channels as a vector has floats. */
    static void fold(NormFactors of, int row, int step, int set) {
        MemorySegment means = of.statistics().mean().segment();
        MemorySegment inverses = of.statistics().inverse().segment();
        MemorySegment weights = of.weights().segment();
        MemorySegment bias = of.bias().segment();
        MemorySegment factors = of.factors().segment();
        MemorySegment terms = of.terms().segment();
        Checks.isNative(means);
        Checks.isNative(inverses);
        Checks.isNative(weights);
        Checks.isNative(bias);
        Checks.isNative(factors);
        Checks.isNative(terms);
        int channels = of.weights().columns();
        long ofStep = of.statistics().mean().rowOffset(step);
        long ofSet = of.weights().rowOffset(set);
        for (int next = 0; next < channels; next += FLOATS) {
            long at = (long) Math.min(next, channels - FLOATS) * Float.BYTES;
            FloatVector factor = FloatVector.fromMemorySegment(FLOAT, weights, ofSet + at, ORDER)
                    .mul(FloatVector.fromMemorySegment(FLOAT, inverses, ofStep + at, ORDER));
            FloatVector term = FloatVector.fromMemorySegment(FLOAT, means, ofStep + at, ORDER)
                    .neg()
                    .fma(factor, FloatVector.fromMemorySegment(FLOAT, bias, ofSet + at, ORDER));
            factor.intoMemorySegment(factors, of.factors().rowOffset(row) + at, ORDER);
            term.intoMemorySegment(terms, of.terms().rowOffset(row) + at, ORDER);
        }
    }

    static void normalize(BatchNormStep of, FloatMatrix values, FloatMatrix into, int row, int at) {
        MemorySegment from = values.segment();
        MemorySegment to = into.segment();
        MemorySegment factors = of.factors.factors().segment();
        MemorySegment terms = of.factors.terms().segment();
        Checks.isNative(from);
        Checks.isNative(to);
        Checks.isNative(factors);
        Checks.isNative(terms);
        long source = values.rowOffset(row);
        long target = into.rowOffset(row);
        long ofStep = of.factors.factors().rowOffset(at);
        int bytes = values.stride() * Float.BYTES; // factors and terms of padding are 0
        for (int i = 0; i < bytes; i += Lanes.BYTES) {
            FloatVector.fromMemorySegment(FLOAT, from, source + i, ORDER)
                    .fma(
                            FloatVector.fromMemorySegment(FLOAT, factors, ofStep + i, ORDER),
                            FloatVector.fromMemorySegment(FLOAT, terms, ofStep + i, ORDER))
                    .intoMemorySegment(to, target + i, ORDER);
        }
    }
}
