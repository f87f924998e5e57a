package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.LayerKernels;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The network of snnTorch's tutorial 3 on random spikes: a run of all steps, or step by step. */
public final class NetworkCase implements Case {

    static final float BETA = 0.99f;

    private static final int INPUTS = 784;
    private static final int HIDDEN = 1000;
    private static final int OUTPUTS = 10;

    private final Arena arena = Arena.ofShared();
    private final Network network;
    private final SpikeMatrix input;
    private final SpikeMatrix[] steps;
    private final Simulation simulation;
    private final String name;
    private final boolean alone;

    public NetworkCase(int steps, int batch, double density, int threads) {
        TorchRandom random = new TorchRandom(42);
        Leaky neuron = new Leaky(BETA);
        this.network = Network.builder(arena, INPUTS)
                .dense(HIDDEN, random)
                .neuron(neuron)
                .dense(OUTPUTS, random)
                .neuron(neuron)
                .build();
        this.input = RandomData.spikes(arena, steps * batch, INPUTS, density);
        this.steps = IntStream.range(0, steps)
                .mapToObj(step -> input.rows(step * batch, batch))
                .toArray(SpikeMatrix[]::new);
        this.simulation = network.simulate(batch, threads);
        this.name = "network %d -> %d -> %d, batch %d, density %.2f, threads %d"
                .formatted(INPUTS, HIDDEN, OUTPUTS, batch, density, threads);
        this.alone = threads == 1;
    }

    /** All steps. */
    void run() {
        simulation.run(input);
    }

    /** All steps, one by one. */
    void step() {
        for (SpikeMatrix step : steps) {
            simulation.step(step);
        }
    }

    @Override
    public List<Work> works() {
        int batch = simulation.batch();
        LayerByLayer scalar = new LayerByLayer(LayerKernels.SCALAR, arena, network, input, batch);
        List<Entry> whole = new ArrayList<>();
        List<Entry> single = new ArrayList<>();
        whole.add(scalar.entry(Contestant.SCALAR));
        whole.add(entry(this::run));
        single.add(entry(this::step));
        if (Yardstick.AVAILABLE && alone) {
            whole.add(new LayerByLayer(LayerKernels.YARDSTICK, arena, network, input, batch)
                    .entry(Contestant.YARDSTICK));
            whole.add(Roofline.loads(arena, scalar.loads()));
            single.add(Roofline.loads(arena, scalar.loads()));
        }
        return List.of(
                new Work(name + "; " + steps.length + " steps, a sample", batch, whole),
                new Work(name + "; a step alone", steps.length, single));
    }

    private Entry entry(Runnable pass) {
        List<MemorySegment> membranes = IntStream.range(0, network.layers().size())
                .mapToObj(layer -> simulation.state(layer).membrane().segment())
                .toList();
        return new Entry(Contestant.JAVA, simulation::reset, pass, membranes);
    }

    @Override
    public void close() {
        simulation.close();
        arena.close();
    }
}
