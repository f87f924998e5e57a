package dev.spikelane.train;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.train.loss.ClassDecoder;
import dev.spikelane.train.loss.ClassScore;
import org.junit.jupiter.api.Test;

@EveryWidth
final class ClassDecoderTest {

    private static int[] decode(Decoding decoding, Loss.Input input) {
        int[] classes = new int[input.batch()];
        new ClassDecoder(decoding.score(), input.steps(), input.batch(), input.outputs())
                .decode(input.rows(), 0, input.batch(), classes);
        return classes;
    }

    @Test
    void membranes() {
        // Two steps of two samples; the highest membrane and the largest sum of softmax differ in sample 0.
        FloatMatrix membranes = FloatMatrix.of(
                new float[] {5, 0, 0}, new float[] {0, 0, 0}, new float[] {0, 4, 0}, new float[] {0, 0, 0});
        membranes.set(2, 1, 4.9f);
        membranes.set(0, 1, 4.8f);
        Loss.Input input = new Loss.Input(2, 2, 3).setMembranes(membranes);
        assertArrayEquals(new int[] {0, 0}, decode(Decoding.MAX_MEMBRANE, input));
        assertArrayEquals(new int[] {1, 0}, decode(Decoding.MEMBRANE, input));
        assertArrayEquals(new int[] {1, 0}, decode(Decoding.LAST_MEMBRANE, input));
    }

    @Test
    void spikes() {
        SpikeMatrix spikes = SpikeMatrix.copyOf(3, 4, new byte[] {0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1});
        Loss.Input input = new Loss.Input(3, 1, 4).setSpikes(spikes);
        assertArrayEquals(new int[] {0}, decode(Decoding.COUNT, input));
        assertArrayEquals(new int[] {2}, decode(Decoding.FIRST_SPIKE, input));
        int[] classes = new int[1];
        new ClassDecoder(ClassScore.Named.COUNT, 3, 1, 4, 2).decode(input.rows(), 0, 1, classes);
        assertArrayEquals(new int[] {0}, classes);
        assertEquals(1, ClassDecoder.right(classes, new int[] {0}, 0, 1));
        assertEquals(0, ClassDecoder.right(classes, new int[] {1}, 0, 1));
    }

    /** One word for the command line, messages and constants. */
    @Test
    void wordsAreThoseOfTheCommandLine() {
        assertEquals(
                "[count, first-spike, last-membrane, max-membrane, membrane, none]",
                Decoding.values().toString());
    }

    @Test
    void saysWhatIsWrong() {
        assertInvalid(
                "decoding is none, expected one that gives classes",
                () -> new ClassDecoder(ClassScore.Named.NONE, 1, 1, 1));
        assertInvalid(
                "decoding is membrane, expected count for a population code",
                () -> new ClassDecoder(ClassScore.Named.MEMBRANE, 1, 1, 4, 2));
    }
}
