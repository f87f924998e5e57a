package dev.spikelane.kernel.product.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Rounding equals its equations at every width. */
@EveryWidth
class RoundedWeightsProperties {

    private static final ElementType[] TYPES = {ElementType.TERNARY, ElementType.INT4, ElementType.INT8};
    private static final float[] ODD = {0, -0.0f, Float.MIN_VALUE, -1e-40f, 1e-30f, 3e37f, -3e38f, 0.5f, -1.5f, 1, 127};

    private final Arena arena = Arena.ofAuto();

    /** The numbers of a row, by the equations. */
    private record Row(float divisor, float scale, float limit) {

        static Row of(float[] weights, int greatest, ScaleRule rule, float log) {
            float largest = 0;
            float sum = 0;
            for (float weight : weights) {
                largest = Math.max(largest, Math.abs(weight));
                sum += Math.abs(weight);
            }
            float mean = sum / weights.length;
            float most = Float.MAX_VALUE / (greatest + 1);
            if (rule == ScaleRule.MEAN && greatest == 1) {
                float ofLarge = 0;
                int count = 0;
                for (float weight : weights) {
                    if (Math.abs(weight) > 0.7f * mean) {
                        ofLarge += Math.abs(weight);
                        count++;
                    }
                }
                float divisor = Math.clamp(1.4f * mean, Float.MIN_VALUE, most);
                return new Row(
                        divisor, Math.clamp(ofLarge / Math.max(1, count), Float.MIN_VALUE, most), 1.5f * divisor);
            }
            double scale = switch (rule) {
                case LARGEST -> largest / greatest;
                case MEAN -> 2 * mean / Math.sqrt(greatest);
                case LEARNED -> StrictMath.exp(log);
            };
            float bounded = Math.clamp((float) scale, Float.MIN_VALUE, most);
            float reach = rule == ScaleRule.MEAN ? greatest + 0.5f : greatest;
            return new Row(bounded, bounded, rule == ScaleRule.LARGEST ? Float.POSITIVE_INFINITY : reach * bounded);
        }

        int item(float weight, int greatest) {
            return (int) Math.clamp(Math.rint((double) weight / divisor), -greatest, greatest);
        }
    }

    private FloatMatrix weights(int outputs, int inputs, Random random) {
        FloatMatrix weights = Matrices.uniform(arena, outputs, inputs, random);
        for (int i = random.nextInt(20); i > 0; i--) {
            weights.set(random.nextInt(outputs), random.nextInt(inputs), ODD[random.nextInt(ODD.length)]);
        }
        int zero = random.nextInt(outputs);
        int ties = random.nextInt(outputs);
        for (int input = 0; input < inputs; input++) {
            weights.set(ties, input, input == 0 ? 7 : random.nextInt(15) / 2f - 3.5f);
            weights.set(zero, input, 0);
        }
        return weights;
    }

    /** A NaN weight becomes the integer 0, and others do not change. */
    @Example
    void oneThatIsNaNTouchesNoOther() {
        Random random = new Random(2);
        for (ElementType type : TYPES) {
            FloatMatrix weights = Matrices.uniform(arena, 70, 5, random);
            FloatMatrix bias = FloatMatrix.zeros(1, 70);
            PackedWeights[] floats = {PackedWeights.pack(arena, weights, bias)};
            PackedIntegers[] integers = {PackedIntegers.pack(arena, IntegerMatrix.nearest(type, weights), bias)};
            PackedWeights[] widened = {PackedWeights.zeros(arena, 5, 70)};
            RoundedWeights rounded = new RoundedWeights(floats, integers, widened, ScaleRule.LEARNED, false);
            IntegerMatrix before = integers[0].read();
            weights.set(3, 1, Float.NaN);
            weights.set(40, 2, Float.NaN);
            weights.set(64, 4, Float.NaN);
            PackedWeights changed = PackedWeights.pack(arena, weights, bias);
            floats[0].packed().copyFrom(changed.packed());
            for (int part = 0; part < rounded.parts(); part++) {
                rounded.run(part);
            }
            IntegerMatrix found = integers[0].read();
            for (int output = 0; output < 70; output++) {
                for (int input = 0; input < 5; input++) {
                    int expected = Float.isNaN(weights.get(output, input)) ? 0 : before.item(output, input);
                    assertEquals(expected, found.item(output, input), type + " " + output + ", " + input);
                    assertEquals(expected, rounded.items().weight(output, input), "what products of few outputs add");
                }
            }
        }
    }

    @Property(tries = 60)
    void integersAndGradientsAreThoseOfTheEquations(
            @UpTo(300) int outputs,
            @UpTo(90) int inputs,
            @ZeroTo(2) int which,
            @ForAll ScaleRule rule,
            @ForAll long seed) {
        Random random = new Random(seed);
        ElementType type = TYPES[which];
        int greatest = type.greatest();
        FloatMatrix weights = weights(outputs, inputs, random);
        FloatMatrix bias = Matrices.uniform(arena, 1, outputs, random);
        PackedWeights[] floats = {PackedWeights.pack(arena, FloatMatrix.zeros(outputs, inputs), bias)};
        PackedIntegers[] integers = {
            PackedIntegers.pack(arena, IntegerMatrix.nearest(type, weights), FloatMatrix.zeros(1, outputs))
        };
        PackedWeights[] widened = {PackedWeights.zeros(arena, inputs, outputs)};
        RoundedWeights rounded = new RoundedWeights(floats, integers, widened, rule, random.nextBoolean());
        floats[0].set(weights);
        for (int i = 0; rounded.logs() != null && i < outputs; i++) {
            rounded.logs().set(0, i, random.nextInt(10) - 8);
        }
        for (int part = 0; part < rounded.parts(); part++) {
            rounded.run(part);
        }
        PackedWeights gradients = PackedWeights.pack(arena, Matrices.uniform(arena, outputs, inputs, random));
        FloatMatrix sums = FloatMatrix.zeros(1, outputs);
        FloatMatrix before = FloatMatrix.zeros(outputs, inputs);
        gradients.read(before);
        if (rounded.logs() != null) {
            rounded.gradientOfLogs(gradients.segment(), sums);
        }
        rounded.clip(gradients.segment(), 0, 0, gradients.packed().segment().byteSize() / Float.BYTES);
        IntegerMatrix found = integers[0].read();
        for (int output = 0; output < outputs; output++) {
            float log = rounded.logs() == null ? 0 : rounded.logs().get(0, output);
            Row row = Row.of(weights.rows(output, 1).toArray(), greatest, rule, log);
            String what = type + " " + rule + " of row " + output;
            assertEquals(row.scale, found.scale(output), what);
            assertEquals(bias.get(0, output), integers[0].bias().get(0, output), what);
            float sum = 0;
            for (int input = 0; input < inputs; input++) {
                float weight = weights.get(output, input);
                int item = row.item(weight, greatest);
                boolean inside = Math.abs(weight) < row.limit;
                assertEquals(item, found.item(output, input), what + ", " + weight);
                assertEquals(item * row.scale, widened[0].weight(output, input), what);
                assertEquals(inside ? before.get(output, input) : 0, gradients.weight(output, input), what);
                sum = Math.fma(before.get(output, input), inside ? item - weight / row.divisor : item, sum);
            }
            double expected = sum / (Math.sqrt((double) inputs * greatest) * row.scale);
            assertEquals(rounded.logs() == null ? 0 : (float) expected, sums.get(0, output), what);
        }
        if (rule == ScaleRule.LARGEST && type != ElementType.TERNARY) {
            assertEquals(IntegerMatrix.nearest(type, weights), found);
        }
    }
}
