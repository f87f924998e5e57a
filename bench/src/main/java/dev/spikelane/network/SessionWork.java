package dev.spikelane.network;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.session.SessionKey;
import dev.spikelane.session.SessionPool;
import dev.spikelane.session.SessionPoolBuilder;
import dev.spikelane.session.SessionStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A step of one session in a pool of 100,000, of which {@value #BATCH} at a time run, in random order; the input
 * density is 0.05.
 *
 * @param threads threads that share a batch
 */
public record SessionWork(Kind kind, int threads) implements Work {

    /** The kinds of sessions. */
    public enum Kind {
        FLOAT32,
        INT8,
        /** 64-128-8. */
        SMALL,
        /**
         * Integers; before each step the sessions move to a store in memory, and the step restores them. As a
         * comparison: two copies of a state, between places in random order.
         */
        SWAPPED,
        /** Integers with trails, and in each step receipts of one session in {@value #ONE_OF}. */
        RECEIPTS
    }

    static final int SESSIONS = 100_000;
    static final int BATCH = 4_096;
    static final double DENSITY = 0.05;
    private static final int ONE_OF = 100;
    private static final long WARM = 4_000_000_000L;

    @Override
    public String name() {
        return "sessions " + SESSIONS + " " + (kind == Kind.SMALL ? "64x128x8 " : "784x1000x10 ")
                + kind.name().toLowerCase(Locale.ROOT) + " threads " + threads;
    }

    @Override
    public int operations() {
        return BATCH;
    }

    Network network() {
        TorchRandom random = new TorchRandom(42);
        boolean small = kind == Kind.SMALL;
        Network floats = Network.builder(small ? 64 : NetworkWork.INPUTS)
                .dense(small ? 128 : NetworkWork.HIDDEN, random)
                .neuron(new Leaky(NetworkCase.BETA))
                .dense(small ? 8 : NetworkWork.OUTPUTS, random)
                .neuron(new Leaky(NetworkCase.BETA))
                .build();
        return kind == Kind.INT8 || kind == Kind.SWAPPED || kind == Kind.RECEIPTS
                ? floats.quantized(ElementType.INT8)
                : floats;
    }

    /** Keeps states on the heap, in reused memory. */
    private static final class Heap implements SessionStore {
        private final Map<SessionKey, byte[]> states = new HashMap<>();

        @Override
        public Collection<SessionKey> keys() {
            return List.copyOf(states.keySet());
        }

        @Override
        public void write(SessionKey key, MemorySegment state) {
            byte[] into = states.computeIfAbsent(key, _ -> new byte[(int) state.byteSize()]);
            MemorySegment.copy(state, JAVA_BYTE, 0, into, 0, into.length);
        }

        @Override
        public boolean read(SessionKey key, MemorySegment into) {
            byte[] state = states.get(key);
            if (state != null) {
                MemorySegment.copy(state, 0, into, JAVA_BYTE, 0, state.length);
            }
            return state != null;
        }

        @Override
        public void remove(SessionKey key) {
            states.remove(key);
        }

        @Override
        public void replaceAll(Iterable<Map.Entry<SessionKey, MemorySegment>> all) {
            throw new UnsupportedOperationException("nothing is restored here");
        }
    }

    /** Runs one step of the next sessions. */
    private static final class Turns {
        private final SessionPool pool;
        private final SessionPool.Answers answers;
        private final SpikeMatrix input;
        private final Kind kind;
        private final List<Integer> order = new ArrayList<>();
        private final long[] keys = new long[BATCH];
        private int next;

        Turns(SessionPool pool, SpikeMatrix input, Kind kind) {
            this.pool = pool;
            this.input = input;
            this.kind = kind;
            this.answers = pool.newAnswers(BATCH);
            for (int session = 0; session < SESSIONS; session++) {
                order.add(session);
            }
            Collections.shuffle(order, new Random(2));
        }

        /** Copies as many states out and in, between places in random order. */
        void copy(MemorySegment states, long bytes) {
            for (int i = 0; i < 2 * BATCH; i++) {
                long from = order.get(next) * bytes;
                next = (next + 1) % SESSIONS;
                MemorySegment.copy(states, from, states, order.get(next) * bytes, bytes);
            }
        }

        void pass() {
            for (int i = 0; i < BATCH; i++) {
                keys[i] = order.get(next);
                next = (next + 1) % SESSIONS;
            }
            for (int i = 0; kind == Kind.SWAPPED && i < BATCH; i++) {
                pool.evict(keys[i]);
            }
            pool.step(keys, input, answers);
            for (int i = 0; kind == Kind.RECEIPTS && i < BATCH; i += ONE_OF) {
                pool.receipt(keys[i]);
            }
        }
    }

    @Override
    public Case open() {
        Arena arena = Arena.ofShared();
        Network network = network();
        SessionPoolBuilder builder = SessionPool.builder(network).threads(threads);
        switch (kind) {
            case SWAPPED -> builder.store(new Heap());
            case RECEIPTS -> builder.receipts();
            case FLOAT32, INT8, SMALL -> {}
        }
        SessionPool pool = builder.build();
        SpikeMatrix input = RandomData.spikes(
                arena, BATCH, network.inputs().getFirst().shape().size(), DENSITY);
        Turns turns = new Turns(pool, input, kind);
        long end = System.nanoTime() + WARM;
        for (int begun = 0; begun < 2 * SESSIONS || System.nanoTime() < end; begun += BATCH) {
            turns.pass();
        }
        MemorySegment copies = arena.allocate(kind == Kind.SWAPPED ? SESSIONS * pool.stateBytes() : 0);
        return new Case() {
            @Override
            public List<Entry> entries() {
                Entry steps = new Entry(
                        Contestant.JAVA,
                        () -> {},
                        turns::pass,
                        () -> List.of(turns.answers.spikes().segment()));
                return kind == Kind.SWAPPED
                        ? List.of(steps, new Entry(Contestant.ROOFLINE, () -> turns.copy(copies, pool.stateBytes())))
                        : List.of(steps);
            }

            @Override
            public void close() {
                pool.close();
                arena.close();
            }
        };
    }
}
