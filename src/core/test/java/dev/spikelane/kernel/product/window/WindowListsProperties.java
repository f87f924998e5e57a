package dev.spikelane.kernel.product.window;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.Density;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class WindowListsProperties extends KernelCase {

    @ComparesVectors
    @Property(tries = 200)
    void vectorsListAsPlainLoopsDo(@UpTo(200) int groups, @Density double density, @ForAll long seed) {
        SpikeMatrix spikes = Matrices.spikes(arena, 2, 4 * groups, density, new Random(seed));
        int[] entries = new int[groups + WindowListsVector.MOST_GROUPS];
        int[] starts = new int[groups + WindowListsVector.MOST_GROUPS];
        int[] same = entries.clone();
        int[] sameStarts = starts.clone();
        WindowLists.list(spikes.segment(), spikes.rowOffset(1), groups, 768, entries, starts);
        WindowListsVector.list(spikes.segment(), spikes.rowOffset(1), groups, 768, same, sameStarts);
        assertArrayEquals(Arrays.copyOf(starts, groups + 1), Arrays.copyOf(sameStarts, groups + 1));
        int count = starts[groups];
        assertArrayEquals(Arrays.copyOf(entries, count), Arrays.copyOf(same, count));
    }
}
