package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Peer;
import dev.spikelane.bench.PeerEntries;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A run of {@link Tutorial6}, all its steps. Results are the membranes of all layers at the end.
 *
 * @param batch samples side by side
 * @param density share of inputs that fire; 0 for images that are constant in all steps
 * @param threads threads of the simulation
 */
public record Tutorial6Work(int batch, double density, int threads) implements Work {

    /** Samples that plain loops compute, each in 40 ms. */
    private static final int SCALAR_BATCH = 2;

    /** Samples one after the other in a pass of batch 1. */
    private static final int SINGLE = 16;

    @Override
    public String name() {
        return "tutorial6 batch %d steps %d %s threads %d"
                .formatted(batch, Tutorial6.STEPS, density == 0 ? "frame" : "density %.1f".formatted(density), threads);
    }

    /** Uses different images or spikes: the branch predictor would learn a repeated input. */
    @Override
    public int operations() {
        return batch == 1 ? SINGLE : 1;
    }

    @Override
    public Case open() {
        return new Open(this);
    }

    private static final class Open implements Case {

        private final Arena arena = Arena.ofShared();
        private final Tutorial6Work work;
        private final Simulation simulation;
        private final List<Entry> entries = new ArrayList<>();
        private final PeerEntries peers;

        Open(Tutorial6Work work) {
            this.work = work;
            simulation = Tutorial6.network(work.density == 0).simulate(work.batch, work.threads);
            int samples = work.operations() * work.batch;
            Signal all = work.density == 0
                    ? Tutorial6.images(arena, samples)
                    : RandomData.spikes(
                            arena, Tutorial6.STEPS * samples, Tutorial6.SIDE * Tutorial6.SIDE, work.density);
            List<Signal> inputs = new ArrayList<>();
            int rows = all.rows() / work.operations();
            for (int i = 0; i < work.operations(); i++) {
                inputs.add(all.rows(i * rows, rows));
            }
            entries.add(
                    new Entry(Contestant.JAVA, simulation::reset, () -> inputs.forEach(this::run), this::membranes));
            Signal last = inputs.getLast();
            if (work.batch <= SCALAR_BATCH && work.threads == 1) {
                entries.add(new Tutorial6Loops(arena, last, work.batch, work.operations()).entry());
            }
            FloatMatrix floats =
                    last instanceof SpikeMatrix spikes ? RandomData.floats(arena, spikes) : (FloatMatrix) last;
            List<Peer.Maps> layers = Tutorial6.maps(arena, work.density == 0);
            peers = new PeerEntries(
                    peer -> peer.maps(floats, work.batch, Tutorial6.STEPS, layers, Tutorial6.BETA, work.threads),
                    work.operations(),
                    this::padded);
            entries.addAll(peers.entries());
        }

        private void run(Signal input) {
            simulation.reset();
            if (input instanceof SpikeMatrix spikes) {
                simulation.run(spikes);
            } else {
                simulation.runConstant(input, Tutorial6.STEPS);
            }
        }

        /** Returns membranes in rows that are padded as in the simulation. */
        private List<MemorySegment> padded(List<float[]> results) {
            List<MemorySegment> all = new ArrayList<>();
            for (int layer = 0; layer < results.size(); layer++) {
                int size = simulation.network().populations().get(layer).size();
                all.add(FloatMatrix.copyOf(arena, work.batch, size, results.get(layer))
                        .segment());
            }
            return all;
        }

        /**
         * Returns the membranes of a fork: a simulation whose state was read keeps updating the copy, which takes time.
         */
        private List<MemorySegment> membranes() {
            try (Simulation fork = simulation.fork()) {
                return IntStream.range(0, simulation.network().populations().size())
                        .mapToObj(layer -> FloatMatrix.concatenate(
                                        fork.state(layer).membrane())
                                .segment())
                        .toList();
            }
        }

        @Override
        public List<Entry> entries() {
            return entries;
        }

        /**
         * Also compares with another run: several threads with one thread, and one thread with plain loops on the first
         * samples.
         */
        @Override
        public void verify() {
            Case.super.verify();
            if (work.threads > 1) {
                requireBitsOf(new Tutorial6Work(work.batch, work.density, 1));
            } else if (work.batch > SCALAR_BATCH) {
                try (Case part = new Tutorial6Work(SCALAR_BATCH, work.density, 1).open()) {
                    part.verify();
                }
            }
        }

        private void requireBitsOf(Tutorial6Work other) {
            try (Open open = new Open(other)) {
                open.verify();
                run();
                open.run();
                List<MemorySegment> expected = open.membranes();
                for (int layer = 0; layer < expected.size(); layer++) {
                    if (membranes().get(layer).mismatch(expected.get(layer)) >= 0) {
                        throw new IllegalStateException("layer " + layer + " has other bits than on one thread");
                    }
                }
                simulation.reset();
            }
        }

        private void run() {
            simulation.reset();
            entries.getFirst().pass().run();
        }

        @Override
        public void close() {
            peers.close();
            simulation.close();
            arena.close();
        }
    }
}
