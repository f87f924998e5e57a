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

    /** Rows of input up to which the scalar kernels take part; 25,600 would take them a minute. */
    private static final int SCALAR_ROWS = 1024;

    private static final int INPUTS = 784;
    private static final int HIDDEN = 1000;
    private static final int OUTPUTS = 10;

    private final Arena arena = Arena.ofShared();
    private final Network network;
    private final SpikeMatrix input;
    private final SpikeMatrix[] steps;
    private final Simulation simulation;
    private final double density;
    private final int threads;

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
        this.density = density;
        this.threads = threads;
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
        List<Entry> whole = new ArrayList<>();
        List<Entry> single = new ArrayList<>();
        if (input.rows() <= SCALAR_ROWS) {
            whole.add(layerByLayer(LayerKernels.SCALAR).entry(Contestant.SCALAR));
        }
        whole.add(entry(this::run));
        single.add(entry(this::step));
        if (Yardstick.AVAILABLE && threads == 1) {
            LayerByLayer yardstick = layerByLayer(LayerKernels.YARDSTICK);
            whole.add(yardstick.entry(Contestant.YARDSTICK));
            Entry loads = Roofline.loads(arena, yardstick.loads());
            whole.add(loads);
            single.add(loads);
        }
        String name = "network %d -> %d -> %d, batch %d, density %.2f, threads %d"
                .formatted(INPUTS, HIDDEN, OUTPUTS, simulation.batch(), density, threads);
        return List.of(
                new Work(name + "; %d steps, a sample".formatted(steps.length), simulation.batch(), whole),
                new Work(name + "; a step alone", steps.length, single));
    }

    /** With fewer steps if there are too many rows for the scalar kernels. */
    @Override
    public void verify() {
        if (input.rows() <= SCALAR_ROWS) {
            Case.super.verify();
            return;
        }
        int batch = simulation.batch();
        try (NetworkCase fewer = new NetworkCase(SCALAR_ROWS / batch, batch, density, threads)) {
            fewer.verify();
        }
    }

    private LayerByLayer layerByLayer(LayerKernels kernels) {
        return new LayerByLayer(kernels, arena, network, input, simulation.batch());
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
