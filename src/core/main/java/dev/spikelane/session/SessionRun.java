package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.session.SessionTable;
import dev.spikelane.engine.session.SpikeRace;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.CountedArenas;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Steps sessions on one thread, as a batch: unpacks their states into a run, runs it, and packs them again. Before the
 * state, a packed session has its number of steps, the steps after which its label was decided, and its spike counts.
 */
final class SessionRun {

    /** Most sessions of a run. Their currents and states take a few hundred KB, which fit into a core's cache. */
    static final int MOST_ROWS = 64;

    private static final int SIZES = Integer.numberOfTrailingZeros(MOST_ROWS) + 1;

    static final int AT_DECIDED = Long.BYTES;
    static final int AT_COUNTS = 2 * Long.BYTES;

    private final Object owner;
    private final CountedArenas held;
    private final Network network;
    /** Runs of 1, 2, 4 ... samples, created on first use. */
    private final @Nullable NetworkRun[] runs = new NetworkRun[SIZES];

    private final Signal[] first;
    private final SpikeRace race;
    /** True if a rule decides labels; otherwise spikes are counted without end. */
    private final boolean decides;

    private final long atState;
    private @Nullable ReceiptState trail;

    /**
     * Creates an object without runs.
     *
     * @param owner an object that frees the memory when it becomes unreachable
     * @param held the memory of the owner
     * @param first a row of each input, spikes or values
     */
    SessionRun(Object owner, CountedArenas held, Network network, Signal[] first, EarlyExit rule) {
        this.owner = owner;
        this.held = held;
        this.network = network;
        this.first = first;
        this.race = new SpikeRace(rule.steps(), rule.margin(), rule.classes(), 1, network.outputs());
        this.decides = rule.steps() < Integer.MAX_VALUE;
        this.atState = AT_COUNTS + Math.ceilDiv((long) race.classes() * Integer.BYTES, Long.BYTES) * Long.BYTES;
    }

    /** Returns the bytes of a packed session without hashes of receipts. */
    long bytes() {
        return Math.ceilDiv(run(1).pack(0, MemorySegment.NULL, atState, false), Long.BYTES) * Long.BYTES;
    }

    /** Keeps hashes for receipts from now on. */
    void trail(ReceiptState wanted) {
        trail = wanted;
    }

    /** Returns the hashes for receipts; throws if the pool has none. */
    ReceiptState trail() {
        if (trail == null) {
            throw new IllegalStateException("the pool was built without receipts: call SessionPoolBuilder.receipts()");
        }
        return trail;
    }

    /** Creates a receipt of a session's last steps. */
    byte[] receipt(MemorySegment memory, long at, SessionKey key, int version) {
        race.read(memory, at + AT_COUNTS);
        return trail().receipt(memory, at, key, race.leader(0), version);
    }

    int classes() {
        return race.classes();
    }

    /** Returns the run of {@code size} samples, a power of two. */
    NetworkRun run(int size) {
        int number = Integer.numberOfTrailingZeros(size);
        NetworkRun made = runs[number];
        if (made == null) {
            made = NetworkRun.of(owner, held, network.laidOut(), size, 1, 1);
            for (int i = 0; i < first.length; i++) {
                made.open(i, first[i], 0, false); // sets the type of its history: spikes or values
            }
            runs[number] = made;
        }
        return made;
    }

    /**
     * Returns the samples of the run for {@code rows} rows. A slightly larger run serves them all; a smaller one the
     * first of them.
     */
    static int size(int rows) {
        int size = Math.min(MOST_ROWS, Integer.highestOneBit(rows));
        return 2 * size <= MOST_ROWS && 2 * size - rows <= size / 2 ? 2 * size : size;
    }

    /** Packs the state of a new session with the present parameters. */
    void begin(MemorySegment into) {
        NetworkRun run = run(1);
        run.reset();
        into.fill((byte) 0);
        run.pack(0, into, atState, false);
        if (trail != null) {
            trail.begin(into, 0, null);
            trail.prepare(into, 0);
        }
    }

    /**
     * Advances {@code count} sessions of a batch by one step.
     *
     * @param initial the packed state of a new session, for unused samples
     */
    void run(SessionBatch batch, int from, int count, int size, MemorySegment initial) {
        NetworkRun run = Objects.requireNonNull(runs[Integer.numberOfTrailingZeros(size)]);
        SessionTable table = batch.table;
        for (int i = 0; i < batch.inputs.length; i++) {
            run.open(i, batch.inputs[i], 0, false);
        }
        for (int sample = 0; sample < size; sample++) {
            boolean idle = sample >= count;
            int slot = idle ? 0 : batch.slots[from + sample];
            if (trail != null && !idle) {
                trail.prepare(table.memory(slot), table.at(slot));
            }
            run.pack(sample, idle ? initial : table.memory(slot), (idle ? 0 : table.at(slot)) + atState, true);
            for (int i = 0; i < batch.inputs.length; i++) {
                run.input(i).loadSample(idle ? null : batch.inputs[i], idle ? 0 : batch.rows[from + sample], sample);
            }
        }
        run.run(0, 1, false);
        SpikeMatrix fired = run.output();
        run.advance(1);
        for (int sample = 0; sample < count; sample++) {
            int slot = batch.slots[from + sample];
            run.pack(sample, table.memory(slot), table.at(slot) + atState, false);
            decide(fired, sample, table.memory(slot), table.at(slot));
            if (trail != null) {
                int row = batch.rows[from + sample];
                trail.add(table.memory(slot), table.at(slot), batch.inputs, row, fired, sample);
            }
            batch.answers.take(from + sample, fired, sample, table.memory(slot), table.at(slot));
        }
    }

    private void decide(SpikeMatrix fired, int sample, MemorySegment memory, long at) {
        long steps = memory.get(JAVA_LONG, at) + 1;
        memory.set(JAVA_LONG, at, steps);
        if (memory.get(JAVA_LONG, at + AT_DECIDED) == 0) {
            race.read(memory, at + AT_COUNTS);
            race.add(fired, sample, 0);
            race.write(memory, at + AT_COUNTS);
            if (decides && race.isOver(0, race.leader(0), steps)) {
                memory.set(JAVA_LONG, at + AT_DECIDED, steps);
            }
        }
    }

    void close() {
        for (NetworkRun run : runs) {
            if (run != null) {
                run.close();
            }
        }
    }
}
