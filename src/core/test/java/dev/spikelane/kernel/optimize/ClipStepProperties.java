package dev.spikelane.kernel.optimize;

import static dev.spikelane.kernel.optimize.Floats.array;
import static dev.spikelane.kernel.optimize.Floats.draw;
import static dev.spikelane.kernel.optimize.Floats.memory;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.kernel.Awkward.UpTo;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Norms and limits equal plain loops in the documented order bit for bit. */
@EveryWidth
final class ClipStepProperties {

    @Property(tries = 300)
    void normsAndLimits(@UpTo(5000) int count, @ForAll boolean strange, @ForAll long seed) {
        Random random = new Random(seed);
        float[] values = draw(random, count, strange && random.nextBoolean());
        MemorySegment memory = memory(values);
        double expected = 0;
        float largest = 0;
        for (int block = 0; block < count; block += 1024) {
            for (int lane = 0; lane < 16; lane++) {
                float sum = 0;
                for (int i = block + lane; i < Math.min(count, block + 1024); i += 16) {
                    sum += values[i] * values[i];
                }
                expected += sum;
            }
        }
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertEquals(expected, new ClipStep().sumOfSquares(memory));
        assertEquals(largest, ClipStep.largest(memory));

        float[] limited = new float[count];
        float[] multiplied = new float[count];
        for (int i = 0; i < count; i++) {
            limited[i] = Float.isNaN(values[i]) ? values[i] : Math.min(Math.max(values[i], -0.5f), 0.5f);
            multiplied[i] = values[i] * 0.3f;
        }
        ClipStep.limit(memory, 0.5f);
        assertArrayEquals(limited, array(memory));
        MemorySegment again = memory(values);
        ClipStep.multiply(again, 0.3f);
        assertArrayEquals(multiplied, array(again));
    }
}
