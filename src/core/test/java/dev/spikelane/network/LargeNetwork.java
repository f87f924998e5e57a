package dev.spikelane.network;

import static dev.spikelane.fixture.Layer.by;

import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.fixture.ForwardingOperator;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Two layers of six blocks, large enough for threads to share a block of steps; the first operator is observed. */
final class LargeNetwork {

    static final int SIZE = 330;
    static final int BATCH = 3;
    static final int STEPS = 100;
    static final int ROWS = STEPS * BATCH;

    final Spied first;
    final Network network;
    final SpikeMatrix input;
    private final FloatMatrix analog;

    LargeNetwork(Arena arena, long seed, boolean inhibited) {
        this(arena, seed, new Leaky(0.9f).withInhibition(inhibited), 1);
    }

    /**
     * @param gates currents for each neuron
     */
    LargeNetwork(Arena arena, long seed, Neuron neuron, int gates) {
        Random random = new Random(seed);
        network = Networks.of(
                arena,
                SIZE,
                by(Dense.of(arena, Matrices.uniform(arena, gates * SIZE, SIZE, random)), neuron),
                by(Dense.of(arena, Matrices.uniform(arena, gates * SIZE, SIZE, random)), neuron));
        first = new Spied(network.laidOut().chain(0).operators().getFirst());
        network.laidOut().replaceOperators(0, _ -> first);
        input = Matrices.spikes(arena, ROWS, SIZE, 0.3, random);
        analog = Matrices.uniform(arena, ROWS, SIZE, random);
    }

    void run(Simulation simulation, boolean ofAnalog) {
        if (ofAnalog) {
            simulation.run(analog);
        } else {
            simulation.run(input);
        }
    }

    /** Waits for a number of threads, and throws in workers on request. */
    static final class Spied implements ForwardingOperator {

        private final Operator watched;
        final Set<Thread> threads = ConcurrentHashMap.newKeySet();
        volatile int wanted;
        volatile boolean broken;
        private volatile boolean resting;

        Spied(Operator watched) {
            this.watched = watched;
        }

        /** Makes the next run wait until this many threads take part. */
        void want(int number) {
            threads.clear();
            wanted = number;
        }

        /** Stops observing, and so allocates nothing. */
        void rest() {
            resting = true;
        }

        @Override
        public Operator operator() {
            return watched;
        }

        @Override
        public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
            if (!resting) {
                spy();
            }
            watched.multiply(spikes, rows, current, scratch);
        }

        @Override
        public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
            if (!resting) {
                spy();
            }
            watched.multiply(input, rows, current, scratch);
        }

        private void spy() {
            threads.add(Thread.currentThread());
            long patience = System.nanoTime() + 200_000_000_000L;
            while (threads.size() < wanted) {
                if (System.nanoTime() > patience) {
                    throw new AssertionError("only " + threads + " came, expected " + wanted + " threads");
                }
                Thread.yield();
            }
            if (broken && Thread.currentThread().getName().startsWith("spikelane-")) {
                throw new IllegalStateException(
                        "broken in " + Thread.currentThread().getName());
            }
        }

        @Override
        public Operator copy(Arena arena) {
            throw new UnsupportedOperationException();
        }
    }
}
