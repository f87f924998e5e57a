package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Peer;
import dev.spikelane.bench.Work;
import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A network with integer weights beside one with the same weights as floats. Scales are powers of two, so that both
 * leave the same bits: the membranes of all layers at the end.
 *
 * @param maps true for the network of snnTorch's tutorial 6, with convolutions; false for tutorial 3
 * @param type the type of the weights
 * @param batch samples side by side
 * @param density share of inputs that fire
 * @param threads threads of the simulation
 */
public record IntegerNetworkWork(boolean maps, ElementType type, int batch, double density, int threads)
        implements Work {

    private static final int STEPS = 200;

    @Override
    public String name() {
        return "%s %s batch %d steps %d density %.2f threads %d"
                .formatted(
                        maps ? "tutorial6" : "network 784x1000x10",
                        type.name().toLowerCase(Locale.ROOT),
                        batch,
                        steps(),
                        density,
                        threads);
    }

    private int steps() {
        return maps ? Tutorial6.STEPS : STEPS;
    }

    @Override
    public Case open() {
        return new Open(this);
    }

    private static final class Open implements Case {

        private final Arena arena = Arena.ofShared();
        private final List<Simulation> both;
        private final SpikeMatrix input;

        Open(IntegerNetworkWork work) {
            Network floats = work.maps ? Tutorial6.network(false) : dense();
            Network integers = floats.quantized(work.type);
            for (String name : integers.weights().names()) {
                if (integers.weights().type(name) == work.type) {
                    IntegerMatrix rounded = integers.weights().integers(name);
                    float[] scales = rounded.scales();
                    for (int i = 0; i < scales.length; i++) {
                        scales[i] = Math.scalb(1f, Math.getExponent(scales[i]));
                    }
                    integers.weights().replace(name, rounded.withScales(scales));
                    floats.weights().replace(name, integers.weights().get(name));
                }
            }
            both = List.of(integers.simulate(work.batch, work.threads), floats.simulate(work.batch, work.threads));
            input = RandomData.spikes(
                    arena,
                    work.steps() * work.batch,
                    integers.inputs().getFirst().shape().size(),
                    work.density);
        }

        private Network dense() {
            TorchRandom random = new TorchRandom(42);
            NetworkBuilder builder = Network.builder(arena, NetworkWork.INPUTS);
            int inputs = NetworkWork.INPUTS;
            for (int outputs : new int[] {NetworkWork.HIDDEN, NetworkWork.OUTPUTS}) {
                Peer.Linear layer = RandomData.linear(arena, inputs, outputs, random);
                builder.connect(Dense.of(layer.weights(), layer.bias())).neuron(new Leaky(NetworkCase.BETA));
                inputs = outputs;
            }
            return builder.build();
        }

        @Override
        public List<Entry> entries() {
            return List.of(entry(Contestant.JAVA, both.get(0)), entry(Contestant.FLOATS, both.get(1)));
        }

        private Entry entry(Contestant contestant, Simulation simulation) {
            return new Entry(contestant, simulation::reset, () -> simulation.run(input), () -> membranes(simulation));
        }

        /**
         * Returns the membranes of a fork: a simulation whose state was read keeps updating the copy, which takes time.
         */
        private static List<MemorySegment> membranes(Simulation simulation) {
            try (Simulation fork = simulation.fork()) {
                return IntStream.range(0, simulation.network().populations().size())
                        .mapToObj(layer -> FloatMatrix.concatenate(
                                        fork.state(layer).membrane())
                                .segment())
                        .toList();
            }
        }

        @Override
        public void close() {
            both.forEach(Simulation::close);
            arena.close();
        }
    }
}
