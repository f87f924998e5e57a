package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.cli.network.Attention;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;

/**
 * Attention of spikes of one sample, with folded norms. The weights make a tenth of Q, K and V fire. {@code
 * bench/torch_attention.py} measures PyTorch on this work.
 *
 * @param channels channels of each token
 * @param side height and width of the tokens
 * @param threads threads that share the work
 */
public record AttentionWork(int channels, int side, int threads) implements Work {

    private static final int STEPS = 4;
    private static final double DENSITY = 0.1;
    private static final double STRENGTH = 0.675;

    @Override
    public String name() {
        return "attention %d tokens %d channels a step of one sample threads %d"
                .formatted(side * side, channels, threads);
    }

    @Override
    public int operations() {
        return STEPS;
    }

    @Override
    public Case open() {
        return new Open(this);
    }

    private static final class Open implements Case {
        private final Arena arena = Arena.ofShared();
        private final Simulation simulation;
        private final Map<String, Signal> inputs;

        Open(AttentionWork work) {
            Shape tokens = Shape.of(work.channels, work.side, work.side);
            NetworkBuilder builder = Network.builder();
            Input spikes = builder.input("spikes", tokens);
            Input carried = builder.input("carried", tokens);
            Attention.attention(builder, "block", spikes, carried, new TorchRandom(1));
            Network network = builder.build().folded().network();
            double scale = STRENGTH * Math.sqrt(3 / DENSITY);
            for (String name : network.weights().names()) {
                FloatMatrix values = network.weights().get(name);
                if (name.endsWith(".weight") && values.rows() == work.channels) {
                    for (int row = 0; row < work.channels; row++) {
                        for (int column = 0; column < work.channels; column++) {
                            values.set(row, column, (float) (scale * values.get(row, column)));
                        }
                    }
                    network.weights().replace(name, values);
                }
            }
            simulation = network.simulate(1, work.threads);
            inputs = Map.of(
                    "spikes", RandomData.spikes(arena, STEPS, tokens.size(), DENSITY),
                    "carried", RandomData.uniform(arena, STEPS, tokens.size(), 0, 1));
        }

        @Override
        public List<Entry> entries() {
            return List.of(new Entry(
                    Contestant.JAVA,
                    simulation::reset,
                    () -> simulation.run(inputs),
                    () -> List.of(simulation.state("block.attended").membrane().segment())));
        }

        @Override
        public void close() {
            simulation.close();
            arena.close();
        }
    }
}
