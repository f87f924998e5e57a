package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;

/**
 * Neurons that feed back to themselves, after a dense connection of as many values as neurons, one step of one sample
 * at a time. {@code bench/torch_cells.py} measures PyTorch's cells on this work.
 *
 * @param kind the model
 * @param neurons neurons and inputs
 */
public record CellWork(Kind kind, int neurons) implements Work {

    private static final int STEPS = 100;

    /** The models. */
    public enum Kind {
        SLSTM,
        RLEAKY_ALL_TO_ALL,
        RLEAKY_ONE_TO_ONE;

        private Neuron model(int neurons, TorchRandom random) {
            return switch (this) {
                case SLSTM -> {
                    Dense hidden = Dense.linear(neurons, 4 * neurons, random);
                    yield new SLstm(hidden.weights(), hidden.bias(), 0.1);
                }
                case RLEAKY_ALL_TO_ALL -> new RLeaky(Recurrence.allToAll(neurons, random), 0.9);
                case RLEAKY_ONE_TO_ONE -> new RLeaky(Recurrence.oneToOne(0.5), 0.9);
            };
        }
    }

    @Override
    public String name() {
        return "cell %s %d a step of one sample threads 1"
                .formatted(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'), neurons);
    }

    @Override
    public int threads() {
        return 1;
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
        private final FloatMatrix[] inputs = new FloatMatrix[STEPS];

        Open(CellWork work) {
            TorchRandom random = new TorchRandom(1);
            Neuron model = work.kind.model(work.neurons, random);
            NetworkBuilder builder = Network.builder();
            Input x = builder.input("x", Shape.of(work.neurons));
            Population cells = builder.population("cells", Shape.of(work.neurons), model);
            builder.project("x-cells", x, cells, Dense.linear(work.neurons, work.neurons * model.gates(), random));
            simulation = builder.build().simulate(1);
            FloatMatrix all = RandomData.uniform(arena, STEPS, work.neurons, 0, 1);
            for (int step = 0; step < STEPS; step++) {
                inputs[step] = all.rows(step, 1);
            }
        }

        @Override
        public List<Entry> entries() {
            return List.of(new Entry(
                    Contestant.JAVA,
                    simulation::reset,
                    this::steps,
                    () -> List.of(simulation.state("cells").membrane().segment())));
        }

        private void steps() {
            for (FloatMatrix input : inputs) {
                simulation.step(input);
            }
        }

        @Override
        public void close() {
            simulation.close();
            arena.close();
        }
    }
}
