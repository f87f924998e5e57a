package dev.spikelane.kernel.product;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
@FewerTries
class BitPlanesProperties {

    private static final float[] ODD = {Float.NaN, Float.POSITIVE_INFINITY, -1, -0.0f, 0.99f, 1.5f, 2.75f, 1e9f, -1e9f};

    @Property(tries = 200)
    void aPlaneHasABitOfTheWholePart(@UpTo(200) int columns, @UpTo(15) int greatest, @ForAll long seed) {
        Random random = new Random(seed);
        int rows = 1 + random.nextInt(4);
        int first = random.nextInt(3);
        FloatMatrix values = FloatMatrix.zeros(first + rows, columns);
        for (int row = 0; row < values.rows(); row++) {
            for (int i = 0; i < columns; i++) {
                boolean odd = random.nextInt(8) == 0;
                values.set(row, i, odd ? ODD[random.nextInt(ODD.length)] : random.nextInt(greatest + 2));
            }
        }
        SpikeMatrix spikes = SpikeMatrix.zeros(rows + 1, columns);
        SpikeMatrix specified = SpikeMatrix.zeros(rows + 1, columns);
        for (int plane = 0; plane < BitPlanes.count(greatest); plane++) {
            for (SpikeMatrix each : new SpikeMatrix[] {spikes, specified}) {
                each.segment().fill((byte) 0);
                each.set(rows, columns - 1, true); // after the written rows
            }
            BitPlanes.copy(values, first, rows, plane, greatest, spikes);
            for (int row = 0; row < rows; row++) {
                BitPlanes.scalar(values, first + row, 1 << plane, greatest, specified, row);
                for (int i = 0; i < columns; i++) {
                    int whole = Math.clamp((int) values.get(first + row, i), 0, greatest);
                    assertEquals((whole >> plane & 1) == 1, spikes.get(row, i), values.get(first + row, i) + "");
                }
            }
            assertArrayEquals(specified.toArray(), spikes.toArray());
            assertEquals(
                    Arrays.mismatch(
                            specified.segment().toArray(JAVA_BYTE),
                            spikes.segment().toArray(JAVA_BYTE)),
                    -1,
                    "padding");
        }
    }

    @Example
    void rangesAreChecked() {
        FloatMatrix values = FloatMatrix.zeros(2, 5);
        SpikeMatrix spikes = SpikeMatrix.zeros(2, 5);
        assertThrows(IllegalArgumentException.class, () -> BitPlanes.copy(values, 1, 2, 0, 3, spikes));
        assertThrows(IllegalArgumentException.class, () -> BitPlanes.copy(values, 0, 2, 0, 3, spikes.rows(0, 1)));
    }
}
