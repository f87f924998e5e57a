package dev.spikelane.network.maps;

import static dev.spikelane.Failures.assertPart;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Pool;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** If memory is short, the error names the projection. */
@EveryWidth
final class MapMemoryTest {

    private static final int MOST = 30_000;

    /** An arena with little memory. */
    private record Little(Arena all) implements Arena {

        @Override
        public MemorySegment allocate(long bytes, long alignment) {
            if (bytes > MOST) {
                throw new OutOfMemoryError("there is little");
            }
            return all.allocate(bytes, alignment);
        }

        @Override
        public MemorySegment.Scope scope() {
            return all.scope();
        }

        @Override
        public void close() {
            all.close();
        }
    }

    @Test
    void namesTheProjectionThatNeedsTooMuch() {
        try (Arena little = new Little(Arena.ofShared())) {
            NetworkBuilder builder = Network.builder(little);
            var maps = builder.population("maps", Shape.of(64, 8, 8), new Leaky(0.5));
            var input = builder.input("image", Shape.of(3, 64, 64));
            var seven = Kernel.of(7).withPadding(3);
            builder.project("wide", input, maps, Convolution.of(3, 64, seven, new TorchRandom(1)), Pool.max(8));
            assertPart(OutOfMemoryError.class, "'wide'", builder::build);
        }
    }
}
