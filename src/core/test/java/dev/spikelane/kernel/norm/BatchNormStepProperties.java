package dev.spikelane.kernel.norm;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.FusedMultiplyAdd;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class BatchNormStepProperties extends KernelCase {

    private static final float[] SPECIAL = {Float.NaN, Float.POSITIVE_INFINITY, -0.0f, Float.MIN_VALUE, 1e38f};

    /** For one of several steps, without other writes. */
    @ComparesVectors
    @Property(tries = 200)
    void vectorsGiveTheBitsOfTheSpecification(
            @Size int channels,
            @UpTo(9) int positions,
            @UpTo(27) int batch,
            @ForAll boolean strange,
            @ForAll long seed) {
        Random random = new Random(seed);
        int where = random.nextInt(positions + 1) == 0 ? 1 : positions;
        FloatMatrix given = rows(2 * batch, channels * where, strange, random);
        FloatMatrix gradients = rows(2 * batch, channels * where, strange, random);
        int sets = 1 + random.nextInt(2) * 3;
        FloatMatrix weights = rows(sets, channels, false, random);
        FloatMatrix bias = rows(sets, channels, false, random);
        BatchNormStep expected = step(batch, where, weights, bias);
        BatchNormStep actual = step(batch, where, weights, bias);
        expected.begin(1);
        actual.begin(1);
        BatchNormBackward expectedBack = back(expected, weights);
        BatchNormBackward actualBack = back(actual, weights);
        FloatMatrix back = copy(gradients);
        FloatMatrix normalized = FloatMatrix.zeros(arena, 2 * batch, channels * where);
        FloatMatrix into = FloatMatrix.zeros(arena, 2 * batch, channels * where);
        for (int block = 0; block < expected.rows().blocks(); block++) {
            expected.scalarMeasure(given, 1, block);
        }
        expected.settle(1, 2);
        fold(expected.factors, 1, 2, expected.set(2));
        NormFactors.repeat(expected.factors.factors(), 1, channels);
        NormFactors.repeat(expected.factors.terms(), 1, channels);
        for (int row = batch; row < 2 * batch; row++) {
            affine(given, expected.factors.factors(), expected.factors.terms(), 1, normalized, row);
        }
        forward(actual, given, into, 1, 2);
        assertSameBits(expected.statistics.mean(), actual.statistics.mean(), "mean");
        assertSameBits(expected.statistics.inverse(), actual.statistics.inverse(), "inverse");
        assertSameBits(expected.statistics.variance(), actual.statistics.variance(), "variance");
        assertZeroPads(actual.statistics.inverse(), "inverse");
        assertSameBits(normalized, into, "normalized");
        assertZeroPads(into, "normalized");
        for (int block = 0; block < expected.rows().blocks(); block++) {
            expectedBack.scalarMeasure(back, given, 1, 2, block);
        }
        expectedBack.settle(1, 2);
        for (FloatMatrix of :
                List.of(expectedBack.centers, expectedBack.slopes, expectedBack.means, expectedBack.factors)) {
            NormFactors.repeat(of, 1, channels);
        }
        for (int row = batch; row < 2 * batch; row++) {
            goBack(expectedBack, back, given, row, 1);
        }
        expectedBack.collect(1, 2);
        backward(actualBack, gradients, given, 1, 2);
        assertSameBits(back, gradients, "gradients");
        assertZeroPads(gradients, "gradients");
        assertSameBits(expectedBack.total.ofWeights(), actualBack.total.ofWeights(), "of weights");
        assertSameBits(expectedBack.total.ofBias(), actualBack.total.ofBias(), "of bias");
        assertZeroPads(actualBack.total.ofBias(), "of bias");
    }

    private static void forward(BatchNormStep of, FloatMatrix values, FloatMatrix into, int at, int step) {
        for (int block = 0; block < of.rows().blocks(); block++) {
            of.measure(values, at, block);
        }
        of.settle(at, step);
        of.fold(at, step);
        for (int block = 0; block < of.rows().blocks(); block++) {
            of.normalize(values, into, at, block);
        }
    }

    private static void backward(BatchNormBackward of, FloatMatrix gradients, FloatMatrix values, int at, int step) {
        for (int block = 0; block < of.rows.blocks(); block++) {
            of.measure(gradients, values, at, step, block);
        }
        of.settle(at, step);
        for (int block = 0; block < of.rows.blocks(); block++) {
            of.run(gradients, values, at, block);
        }
        of.collect(at, step);
    }

    /** Float64 sums from first to last, squared deviations from the mean, and torch's equations. */
    @Property(tries = 100)
    void equalsAnOracleInFloat64(
            @UpTo(20) int channels, @UpTo(9) int positions, @UpTo(value = 40, from = 2) int batch, @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix values = rows(batch, channels * positions, false, random);
        FloatMatrix gradients = rows(batch, channels * positions, false, random);
        FloatMatrix y = FloatMatrix.zeros(arena, batch, channels * positions);
        FloatMatrix gradX = copy(gradients);
        FloatMatrix weights = rows(1, channels, false, random);
        FloatMatrix bias = rows(1, channels, false, random);
        BatchNormStep step = step(batch, positions, weights, bias);
        BatchNormBackward stepBack = back(step, weights);
        forward(step, values, y, 0, 0);
        backward(stepBack, gradX, values, 0, 0);
        int count = batch * positions;
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            double ofGradients = 0;
            for (int i = 0; i < count; i++) {
                sum += at(values, channels, positions, i, c);
                ofGradients += at(gradients, channels, positions, i, c);
            }
            double mean = sum / count;
            double squares = 0;
            double products = 0;
            for (int i = 0; i < count; i++) {
                double d = at(values, channels, positions, i, c) - mean;
                squares += d * d;
                products += d * at(gradients, channels, positions, i, c);
            }
            assertEquals(ofGradients, stepBack.total.ofBias().get(0, c), 1e-6 * count);
            double inverse = 1 / Math.sqrt(squares / count + 1e-5);
            assertEquals(mean, step.statistics.mean().get(0, c), 1e-6);
            assertEquals(squares / (count - 1), step.statistics.variance().get(0, c), 1e-6);
            assertEquals(products * inverse, stepBack.total.ofWeights().get(0, c), 1e-6 * count * Math.max(1, inverse));
            float weight = weights.get(0, c);
            for (int i = 0; i < count; i++) {
                double normalized = (at(values, channels, positions, i, c) - mean) * inverse;
                double g = at(gradients, channels, positions, i, c) - ofGradients / count;
                assertEquals(
                        normalized * weight + bias.get(0, c), at(y, channels, positions, i, c), 1e-6 * inverse + 1e-6);
                assertEquals(
                        (g - normalized * products * inverse / count) * inverse * weight,
                        at(gradX, channels, positions, i, c),
                        2e-6 * inverse * Math.max(1, inverse));
            }
        }
    }

    private static void fold(NormFactors of, int row, int step, int set) {
        for (int channel = 0; channel < of.weights().columns(); channel++) {
            float factor =
                    of.weights().get(set, channel) * of.statistics().inverse().get(step, channel);
            float mean = of.statistics().mean().get(step, channel);
            of.factors().set(row, channel, factor);
            of.terms()
                    .set(
                            row,
                            channel,
                            FusedMultiplyAdd.of(-mean, factor, of.bias().get(set, channel)));
        }
    }

    private static void affine(
            FloatMatrix values, FloatMatrix factors, FloatMatrix terms, int at, FloatMatrix into, int row) {
        for (int i = 0; i < values.columns(); i++) {
            into.set(row, i, FusedMultiplyAdd.of(values.get(row, i), factors.get(at, i), terms.get(at, i)));
        }
    }

    private static void goBack(BatchNormBackward of, FloatMatrix gradients, FloatMatrix values, int row, int at) {
        for (int i = 0; i < gradients.columns(); i++) {
            float away = values.get(row, i) - of.centers.get(at, i);
            float centered = gradients.get(row, i) - of.means.get(at, i);
            float left = FusedMultiplyAdd.of(-away, of.slopes.get(at, i), centered);
            gradients.set(row, i, left * of.factors.get(at, i));
        }
    }

    private static double at(FloatMatrix rows, int channels, int positions, int i, int channel) {
        return rows.get(i / positions, i % positions * channels + channel);
    }

    @Property(tries = 100)
    void affineRowsGiveTheBitsOfTheSpecification(
            @Size int columns, @UpTo(4) int rows, @ForAll boolean strange, @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix values = rows(rows, columns, strange, random);
        FloatMatrix weights = rows(1, columns, strange, random);
        FloatMatrix offsets = rows(1, columns, strange, random);
        Tile expected = Tile.whole(copy(values));
        Tile actual = Tile.whole(copy(values));
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < columns; i++) {
                float value = ZeroInputs.fma(values.get(row, i), weights.get(0, i), offsets.get(0, i));
                expected.matrix().set(row, i, value);
            }
        }
        RowAffine.apply(weights, offsets, actual, rows);
        assertSameBits(expected.matrix(), actual.matrix(), "where they stand");
        actual.matrix().fill(9);
        RowAffine.apply(values, weights, offsets, actual, rows);
        assertSameBits(expected.matrix(), actual.matrix(), "apart");
        assertZeroPads(actual.matrix(), "current");
    }

    @Example
    void aSingleValueIsNormalizedToZeroAndHasNoGradient() {
        FloatMatrix values = FloatMatrix.vector(arena, 3, -7);
        FloatMatrix gradients = FloatMatrix.vector(arena, 1, 2);
        FloatMatrix y = FloatMatrix.zeros(arena, 1, 2);
        BatchNormStep step = step(1, 1, FloatMatrix.vector(arena, 2, 4), FloatMatrix.vector(arena, 5, 6));
        forward(step, values, y, 0, 0);
        backward(back(step, FloatMatrix.vector(arena, 2, 4)), gradients, values, 0, 0);
        assertEquals(5, y.get(0, 0), 1e-3);
        assertEquals(6, y.get(0, 1), 1e-3);
        assertSameBits(new float[][] {{0, 0}}, gradients, "gradients");
        assertEquals(-7, step.statistics.mean().get(0, 1));
        assertEquals(0, step.statistics.variance().get(0, 1));
    }

    @Example
    void refusesOtherShapes() {
        FloatMatrix three = FloatMatrix.vector(arena, 2, 3, 4);
        BatchNormStep step = step(2, 4, three, three);
        FloatMatrix rows = FloatMatrix.zeros(arena, 4, 12);
        assertInvalid(
                "values is [4 x 11], expected [4 x 12]", () -> step.measure(FloatMatrix.zeros(arena, 4, 11), 0, 0));
        assertInvalid(
                "gradients shares memory with values, expected memory of its own",
                () -> back(step, three).run(rows, rows, 0, 0));
    }

    private BatchNormStep step(int batch, int positions, FloatMatrix weights, FloatMatrix bias) {
        BatchStatistics statistics = BatchStatistics.zeros(arena, 3, weights.columns());
        NormRows rows = new NormRows(2, batch, positions, weights.columns());
        return new BatchNormStep(arena, rows, 1e-5, statistics, weights, bias);
    }

    private BatchNormBackward back(BatchNormStep step, FloatMatrix weights) {
        return new BatchNormBackward(arena, step, BatchNormSums.zeros(arena, weights));
    }

    private FloatMatrix copy(FloatMatrix from) {
        FloatMatrix copy = FloatMatrix.zeros(arena, from.rows(), from.columns());
        copy.copyFrom(from);
        return copy;
    }

    private FloatMatrix rows(int rows, int columns, boolean strange, Random random) {
        FloatMatrix values = Matrices.uniform(arena, rows, columns, random);
        for (int i = 0; strange && i < rows * columns; i += 1 + random.nextInt(40)) {
            values.set(i / columns, i % columns, SPECIAL[random.nextInt(SPECIAL.length)]);
        }
        return values;
    }
}
