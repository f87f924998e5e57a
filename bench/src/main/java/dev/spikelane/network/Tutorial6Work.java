package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
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
 * {@link Tutorial6}, all its steps. Results are the membranes of all layers at the end.
 *
 * @param batch samples side by side
 * @param density share of inputs that fire; 0 for images that stay the same in all steps
 * @param threads threads of the simulation
 */
public record Tutorial6Work(int batch, double density, int threads) implements Work {

    /** Samples that plain loops compute, each in 40 ms. */
    private static final int SCALAR_BATCH = 2;

    @Override
    public String name() {
        return "tutorial6 batch %d steps %d %s threads %d"
                .formatted(batch, Tutorial6.STEPS, density == 0 ? "frame" : "density %.1f".formatted(density), threads);
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

        Open(Tutorial6Work work) {
            this.work = work;
            simulation = Tutorial6.network(work.density == 0).simulate(work.batch, work.threads);
            Signal input;
            Runnable pass;
            if (work.density == 0) {
                FloatMatrix images = Tutorial6.images(arena, work.batch);
                pass = () -> simulation.runConstant(images, Tutorial6.STEPS);
                input = images;
            } else {
                int rows = Tutorial6.STEPS * work.batch;
                SpikeMatrix spikes = RandomData.spikes(arena, rows, Tutorial6.SIDE * Tutorial6.SIDE, work.density);
                pass = () -> simulation.run(spikes);
                input = spikes;
            }
            entries.add(new Entry(Contestant.JAVA, simulation::reset, pass, this::membranes));
            if (work.batch <= SCALAR_BATCH && work.threads == 1) {
                entries.add(new Tutorial6Loops(arena, input, work.batch).entry());
            }
        }

        private List<MemorySegment> membranes() {
            return IntStream.range(0, simulation.network().populations().size())
                    .mapToObj(layer -> simulation.state(layer).membrane().segment())
                    .toList();
        }

        @Override
        public List<Entry> entries() {
            return entries;
        }

        /** With plain loops for the first samples; with one thread for all. */
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
            simulation.close();
            arena.close();
        }
    }
}
