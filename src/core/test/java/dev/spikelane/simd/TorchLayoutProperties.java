package dev.spikelane.simd;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.Matrices;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Compares reordered values with the index of each element. */
final class TorchLayoutProperties {

    private static final int ROWS = 3;

    private static Shape shape(Random random) {
        return random.nextInt(4) == 0
                ? Shape.of(1 + random.nextInt(9))
                : Shape.of(1 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(4));
    }

    @Property(tries = 200)
    void rowsOfBothKindsGoThereAndBack(@ForAll long seed) {
        Random random = new Random(seed);
        Shape shape = shape(random);
        FloatMatrix values = Matrices.uniform(Arena.ofAuto(), ROWS, shape.size(), random);
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), ROWS, shape.size(), 0.4, random);
        FloatMatrix valuesInTorch = FloatMatrix.zeros(ROWS, shape.size());
        SpikeMatrix spikesInTorch = SpikeMatrix.zeros(ROWS, shape.size());
        TorchLayout.copyTorch(shape, values, 0, valuesInTorch, 0, ROWS);
        TorchLayout.copyTorch(shape, spikes, 0, spikesInTorch, 0, ROWS);
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < shape.size(); i++) {
                assertEquals(values.get(row, i), valuesInTorch.get(row, shape.torch(i)));
                assertEquals(spikes.get(row, i), spikesInTorch.get(row, shape.torch(i)));
            }
        }
        FloatMatrix back = FloatMatrix.zeros(ROWS, shape.size());
        TorchLayout.copyInside(shape, valuesInTorch, 0, back, 0, ROWS);
        assertSameBits(values, back, "values");
        SpikeMatrix spikesBack = SpikeMatrix.zeros(ROWS, shape.size());
        TorchLayout.copyInside(shape, spikesInTorch, 1, spikesBack, 0, ROWS - 1);
        assertSameBits(spikes.rows(1, ROWS - 1), spikesBack.rows(0, ROWS - 1), "spikes");
    }

    @Property(tries = 200)
    void valuesOfNeuronsGoThereAndBack(@ForAll long seed) {
        Random random = new Random(seed);
        Shape shape = shape(random);
        float[] torch =
                Matrices.uniform(Arena.ofAuto(), 1, shape.size(), random).toArray();
        float[] inside = TorchLayout.inside(shape, torch);
        int[] inTorch = TorchLayout.placesInTorch(shape);
        int[] places = TorchLayout.placesInside(shape);
        for (int i = 0; i < torch.length; i++) {
            assertEquals(torch[shape.torch(i)], inside[i]);
            assertEquals(shape.torch(i), inTorch[i]);
            assertEquals(shape.inside(i), places[i]);
        }
        assertArrayEquals(torch, TorchLayout.torch(shape, inside));
        assertArrayEquals(new float[] {7}, TorchLayout.inside(shape, 7));
        assertArrayEquals(new float[] {7}, TorchLayout.torch(shape, 7));
    }

    @Property(tries = 200)
    void weightsGoThereAndBack(@ForAll long seed, @ZeroTo(1) int flat) {
        Random random = new Random(seed);
        Shape inputs = shape(random);
        Shape outputs = flat == 1 ? Shape.of(5) : shape(random);
        FloatMatrix torch = Matrices.uniform(Arena.ofAuto(), outputs.size(), inputs.size(), random);
        FloatMatrix inside = TorchLayout.weightsInside(inputs, outputs, torch);
        for (int output = 0; output < outputs.size(); output++) {
            for (int input = 0; input < inputs.size(); input++) {
                assertEquals(torch.get(outputs.torch(output), inputs.torch(input)), inside.get(output, input));
            }
        }
    }
}
