package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Peer;
import dev.spikelane.bench.PeerEntries;
import dev.spikelane.bench.Peers;
import dev.spikelane.blas.BlasThreads;
import dev.spikelane.blas.OpenBlas;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Input and memory of a {@link NetworkWork}. Results are the membranes of both layers at the end and then, of
 * contestants that keep them, the spikes of both layers at all steps.
 */
final class NetworkCase implements Case {

    static final float BETA = 0.99f;

    /** Rows of input up to which the scalar kernels take part; 25,600 would take them a minute. */
    private static final int SCALAR_ROWS = 1024;

    private final Arena arena = Arena.ofShared();
    private final NetworkWork work;
    private final SpikeMatrix input;
    private final SpikeMatrix[] steps;
    private final List<Simulation> simulations = new ArrayList<>();
    private final PeerEntries peers;
    private final List<Entry> entries = new ArrayList<>();

    NetworkCase(NetworkWork work) {
        this.work = work;
        input = RandomData.spikes(arena, work.rows(), NetworkWork.INPUTS, work.density());
        steps = IntStream.range(0, work.steps())
                .mapToObj(step -> input.rows(step * work.batch(), work.batch()))
                .toArray(SpikeMatrix[]::new);
        TorchRandom random = new TorchRandom(42);
        List<Peer.Linear> layers = List.of(
                RandomData.linear(arena, NetworkWork.INPUTS, NetworkWork.HIDDEN, random),
                RandomData.linear(arena, NetworkWork.HIDDEN, NetworkWork.OUTPUTS, random));
        List<Dense> connections = layers.stream()
                .map(layer -> Dense.of(arena, layer.weights(), layer.bias()))
                .toList();
        Network network = network(connections);
        Simulation simulation = simulate(network);
        peers = work.alone() || !Peers.joinAt(work.density()) ? new PeerEntries() : peers(layers, simulation);
        entries.add(
                new Entry(Contestant.JAVA, simulation::reset, pass(simulation), () -> membranesAndSpikes(simulation)));
        if (work.rows() <= SCALAR_ROWS && !work.alone()) {
            entries.add(layerByLayer(LayerKernels.SCALAR, network).entry(Contestant.SCALAR));
        }
        if (OpenBlas.isAvailable()) {
            Simulation blas = simulate(network(connections.stream()
                    .map(connection -> connection.byOpenBlas())
                    .toList()));
            Runnable pass = pass(blas);
            // Threads of the simulation share the work, each in an OpenBLAS of one thread.
            entries.add(new Entry(
                    Contestant.OPENBLAS,
                    blas::reset,
                    () -> {
                        BlasThreads.set(1);
                        pass.run();
                    },
                    () -> membranes(blas)));
        }
        entries.addAll(peers.entries());
        if (Yardstick.AVAILABLE && work.threads() == 1) {
            LayerByLayer yardstick = layerByLayer(LayerKernels.YARDSTICK, network);
            if (!work.alone()) {
                entries.add(yardstick.entry(Contestant.YARDSTICK));
            }
            entries.addAll(Roofline.loads(arena, yardstick.loads()));
        }
    }

    @Override
    public List<Entry> entries() {
        return entries;
    }

    /** Also compares with the scalar kernels, on fewer steps if there are too many rows for them. */
    @Override
    public void verify() {
        Case.super.verify();
        int fewer = SCALAR_ROWS / work.batch();
        if (work.rows() > SCALAR_ROWS && fewer > 0) {
            try (Case part = new NetworkWork(work.batch(), fewer, work.density(), work.threads()).open()) {
                part.verify();
            }
        }
    }

    private Network network(List<? extends Connection> connections) {
        NetworkBuilder builder = Network.builder(arena, NetworkWork.INPUTS);
        connections.forEach(connection -> builder.connect(connection).neuron(new Leaky(BETA)));
        return builder.build();
    }

    private Simulation simulate(Network network) {
        Simulation simulation = network.simulate(work.batch(), work.threads());
        simulations.add(simulation);
        return simulation;
    }

    private PeerEntries peers(List<Peer.Linear> layers, Simulation simulation) {
        FloatMatrix floats = RandomData.floats(arena, input);
        return new PeerEntries(
                peer -> peer.network(floats, work.batch(), layers, BETA, work.threads()),
                arena,
                List.of(simulation.state(0).membrane(), simulation.state(1).membrane()),
                List.of(
                        SpikeMatrix.zeros(arena, work.rows(), NetworkWork.HIDDEN),
                        SpikeMatrix.zeros(arena, work.rows(), NetworkWork.OUTPUTS)));
    }

    private LayerByLayer layerByLayer(LayerKernels kernels, Network network) {
        return new LayerByLayer(kernels, arena, network, input, work.batch());
    }

    private Runnable pass(Simulation simulation) {
        return work.alone() ? () -> step(simulation) : () -> simulation.run(input);
    }

    private void step(Simulation simulation) {
        for (SpikeMatrix step : steps) {
            simulation.step(step);
        }
    }

    private static List<MemorySegment> membranes(Simulation simulation) {
        return IntStream.range(0, simulation.network().populations().size())
                .mapToObj(layer -> simulation.state(layer).membrane().segment())
                .toList();
    }

    /** Returns membranes and spikes; the spikes are from another run, because recording them takes time. */
    private List<MemorySegment> membranesAndSpikes(Simulation simulation) {
        List<MemorySegment> results = new ArrayList<>(membranes(simulation));
        try (Simulation again = simulation.network().simulate(work.batch(), work.threads())) {
            List<Population.SpikeRecorder> recorders = IntStream.range(0, results.size())
                    .mapToObj(layer -> again.recordSpikes(layer, work.steps()))
                    .toList();
            again.run(input);
            for (Population.SpikeRecorder recorder : recorders) {
                MemorySegment spikes = recorder.spikes().segment();
                results.add(arena.allocate(spikes.byteSize()).copyFrom(spikes));
            }
        }
        return results;
    }

    @Override
    public void close() {
        peers.close();
        simulations.forEach(Simulation::close);
        arena.close();
    }
}
