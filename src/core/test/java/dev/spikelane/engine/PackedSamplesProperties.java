package dev.spikelane.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.graph.RandomGraph;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Packed samples are the complete state of samples, in loops, with delays, maps and synapses. */
@EveryWidth
@FewerTries(fullWidth = 2)
final class PackedSamplesProperties extends KernelCase {

    @Property(tries = 8, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void samplesAreAllOfAState(@UpTo(4) int batch, @UpTo(9) int steps, @ForAll long seed) {
        RandomGraph graph = new RandomGraph(arena, batch, 2 * steps, seed);
        NetworkRun one = NetworkRun.of(this, graph.network.laidOut(), batch, steps, 1);
        NetworkRun other = NetworkRun.of(this, graph.network.laidOut(), batch, 1, 2);
        List<Signal> inputs = graph.network.inputs().stream()
                .map(input -> graph.inputs.get(input.name()))
                .toList();
        run(one, inputs, batch, 0, steps);
        run(other, inputs, batch, steps, steps); // leaves other state that must be replaced
        long bytes = one.pack(0, MemorySegment.NULL, 0, false);
        for (int sample = batch - 1; sample >= 0; sample--) {
            MemorySegment packed = arena.allocate(bytes + 2);
            one.pack(sample, packed, 1, false);
            other.pack(sample, packed, 1, true);
        }
        assertArrayEquals(written(one), written(other), () -> graph.network.toString());
        one.close();
        other.close();
    }

    private static void run(NetworkRun run, List<Signal> inputs, int batch, int first, int steps) {
        for (int step = first; step < first + steps; step++) {
            for (int i = 0; i < inputs.size(); i++) {
                Signal all = inputs.get(i);
                run.open(i, all.rows(all.rows() == batch ? 0 : step * batch, batch), step - first, false);
            }
            run.load(0, 1);
            run.run(step - first, 1, false);
            run.advance(1);
        }
    }

    private static byte[] written(NetworkRun run) {
        ByteBuffer bytes = ByteBuffer.allocate((int) run.bytes());
        run.write(bytes);
        return bytes.array();
    }
}
