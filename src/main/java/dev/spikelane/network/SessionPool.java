package dev.spikelane.network;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.TwoStageOperator;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.session.KeySlots;
import dev.spikelane.engine.session.SessionTable;
import dev.spikelane.engine.thread.UseLock;
import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Rows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Many sessions of one network, each of which goes on step by step whenever its input comes: sensors, users, streams. A
 * session is a packed state of some KB, addressed by a key: all that a {@link Simulation} of one sample carries from
 * step to step, how many steps it has done, and the counts of the output population's spikes with the decision for a
 * label. A key that is new begins a session.
 *
 * <pre>{@code
 * try (SessionPool pool = SessionPool.builder(network).threads(2).build()) {
 *     SessionPool.Answers answers = pool.newAnswers(keys.length);
 *     pool.step(keys, spikes, answers); // a step of each of these sessions
 *     answers.label(0);
 *     pool.offer(4711, oneRow).thenAccept(answer -> System.out.println(answer.label()));
 * }
 * }</pre>
 *
 * <p>{@link #step} takes any sessions one step further, side by side, and allocates nothing. {@link #offer} is for
 * callers that come one at a time, from any threads: a thread of the pool gathers what has come. Each session has the
 * bits that it would have alone.
 *
 * <p>Any thread may call; calls wait for each other. Weights change between two steps: {@link Weights#replaceAll} is
 * refused during a step, and that of {@link Weights#waiting} waits for its end, while the next step waits for the
 * change; sessions go on from their states with the new values. Close a pool that has taken offers: its thread holds
 * it.
 */
public final class SessionPool implements AutoCloseable {

    /** So many sessions go to a file, or a store, before others have their turn. */
    private static final int AT_ONCE = 256;

    private static final String ALIKE =
            "the same at all steps, as sessions that run side by side have done different ones";

    private final Network network;
    private final @Nullable SessionStore store;
    private final int mostSessions;
    private final int mostInMemory;
    private final boolean values;
    private final EarlyDecision rule;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final UseLock turn;
    private final Call call = this::end;
    private final long bytes;
    private final int classes;
    private final MemorySegment initial;
    private final MemorySegment spare;
    private final SessionTable table;
    private final SessionBatch batch;
    private final Signal[] given;
    /** As messages call them. */
    private final String[] inputNames;

    private final SessionTicks ticks;
    private final Map<String, Long> names = new ConcurrentHashMap<>();
    private final AtomicLong nextName = new AtomicLong(Long.MIN_VALUE);
    private @Nullable SessionSnapshot saving;
    /** The values with which sessions begin. */
    private long version;
    /** The present step: a time that grows. */
    private long now = System.nanoTime();

    private boolean closed;

    SessionPool(SessionPoolBuilder said) {
        this.network = said.network;
        LaidOutNetwork laidOut = network.laidOut();
        requirePacked(laidOut);
        this.store = said.store;
        this.mostSessions = said.mostSessions;
        this.values = said.values;
        this.rule = said.decision;
        this.turn = new UseLock("session pool", laidOut.turns());
        laidOut.turns().register(turn); // values do not change between the parts of a step
        this.given = new Signal[network.inputs().size()];
        this.inputNames = network.inputs().stream()
                .map(input -> "input '" + input.name() + "'")
                .toArray(String[]::new);
        for (int i = 0; i < given.length; i++) {
            given[i] = rows(1, i);
        }
        SessionRun[] runs = new SessionRun[said.threads];
        for (int thread = 0; thread < runs.length; thread++) {
            runs[thread] = new SessionRun(this, network, given.clone(), rule);
        }
        NetworkRun first = runs[0].run(1);
        this.bytes = runs[0].bytes();
        this.classes = runs[0].classes();
        this.mostInMemory = (int) Math.min(mostSessions, said.memory / bytes);
        require(mostInMemory > 0, "memory is " + said.memory + " bytes", "the " + bytes + " of a session at least");
        this.table = new SessionTable(size -> first.allocate(size, 64), bytes, mostInMemory);
        this.initial = first.allocate(bytes, 64);
        this.spare = first.allocate(bytes, 64);
        this.batch = new SessionBatch(table, runs, initial, newAnswers(1));
        this.version = laidOut.version();
        runs[0].begin(initial);
        this.ticks = new SessionTicks(this, said, mostInMemory);
    }

    private static void requirePacked(LaidOutNetwork laidOut) {
        NetworkDescription said = laidOut.description();
        require(!said.inputs().isEmpty(), "the network has no inputs", "at least one");
        for (int i = 0; i < said.projections().size(); i++) {
            String name = "projection '" + said.projections().get(i).name();
            require(!said.projections().get(i).plastic(), name + "' is plastic", "weights that all sessions share");
            for (Operator each : laidOut.chain(i).operators()) {
                boolean stepped = each instanceof TwoStageOperator two && two.steps() > 0;
                require(!stepped, name + "' has values for each step", ALIKE);
            }
        }
        for (int i = 0; i < said.populations().size(); i++) {
            String by = laidOut.neurons(i).byStep();
            require(by.isEmpty(), "population '" + said.populations().get(i).name() + "' has " + by, ALIKE);
        }
    }

    private static void require(boolean holds, String found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(found + ", expected " + expected);
        }
    }

    /**
     * Starts a pool.
     *
     * @param network the network of all sessions
     * @return a builder
     */
    public static SessionPoolBuilder builder(Network network) {
        return new SessionPoolBuilder(network);
    }

    /** Rows of an input, of the kind that this pool takes. */
    Signal rows(int count, int input) {
        int columns = network.inputs().get(input).shape().size();
        return values ? FloatMatrix.zeros(count, columns) : SpikeMatrix.zeros(count, columns);
    }

    /** Throws unless these are as many rows of an input, of the kind that this pool takes. */
    Signal require(int input, @Nullable Signal rows, int count) {
        String name = inputNames[input];
        if (rows == null || rows instanceof FloatMatrix != values) {
            String found = rows == null ? "missing" : values ? "spikes" : "values";
            throw new IllegalArgumentException(name + " is " + found + ", expected "
                    + (values ? "values" : "spikes, or SessionPoolBuilder.values()"));
        }
        rows.requireShape(name, count, network.inputs().get(input).shape().size());
        if (rows instanceof FloatMatrix floats) {
            floats.requireFinite(name);
        }
        return rows;
    }

    private void requireOneInput() {
        require(given.length == 1, "the network has several inputs", "a map from their names");
    }

    /**
     * Makes room for answers.
     *
     * @param most as many sessions as a step takes further, at most
     * @return answers for {@link #step}, of their own memory
     * @throws IllegalArgumentException if it is below 1
     */
    public Answers newAnswers(int most) {
        return new Answers(Checks.atLeast(1, "most", most), network.outputs(), classes);
    }

    /**
     * Takes sessions one step further, side by side. Nothing is allocated, unless a session is new or comes back.
     *
     * @param keys the sessions, each once
     * @param inputs {@code [keys x inputs]}, a row for each
     * @param into gets the answers, in the same order
     * @throws IllegalArgumentException if a key stands twice, rows do not fit, a value is NaN or infinite, or there is
     *     no room for so many answers; no session has gone further then
     * @throws IllegalStateException if there would be more sessions than there may be, there is no room in memory, or
     *     the pool is closed; no session has gone further then
     * @throws UncheckedIOException if the store fails; no session has gone further then
     */
    public void step(long[] keys, Signal inputs, Answers into) {
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(inputs, "inputs");
        Objects.requireNonNull(into, "into");
        requireOneInput();
        try (Call _ = begin()) {
            given[0] = require(0, inputs, keys.length);
            step(keys, into);
        }
    }

    /**
     * Takes sessions of a network of several inputs one step further, as {@link #step(long[], Signal, Answers)} does.
     *
     * @param keys the sessions, each once
     * @param inputs for each input's name {@code [keys x inputs]}, a row for each session
     * @param into gets the answers, in the same order
     */
    public void step(long[] keys, Map<String, ? extends Signal> inputs, Answers into) {
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(inputs, "inputs");
        Objects.requireNonNull(into, "into");
        try (Call _ = begin()) {
            for (int i = 0; i < given.length; i++) {
                given[i] = require(i, inputs.get(network.inputs().get(i).name()), keys.length);
            }
            step(keys, into);
        }
    }

    private void step(long[] keys, Answers into) {
        into.require(keys.length, network.outputs(), classes);
        open(into);
        try {
            for (int i = 0; i < keys.length; i++) {
                if (!add(keys[i], i)) {
                    throw new IllegalArgumentException(
                            "key " + keys[i] + " stands twice among the keys, expected each session once");
                }
            }
        } catch (RuntimeException | Error refused) {
            forgetBegun();
            throw refused;
        }
        into.size = keys.length;
        batch.run();
    }

    private void open(Answers into) {
        now = Math.max(now + 1, System.nanoTime());
        if (version != network.laidOut().version()) {
            version = network.laidOut().version();
            batch.runs[0].begin(initial);
        }
        batch.begin(given, into);
    }

    /** Adds a session to the batch; false if it is there already. */
    private boolean add(long key, int row) {
        int slot = table.find(key);
        if (slot >= 0 && table.used(slot) == now) {
            return false;
        }
        int there = slot >= 0 ? slot : bring(key, slot);
        table.use(there, now);
        if (saving != null) {
            saving.keep(key, table.memory(there), table.at(there));
        }
        batch.add(there, row);
        return true;
    }

    /** Sessions of a batch that is refused, which have done no step. */
    private void forgetBegun() {
        for (int i = 0; i < batch.count; i++) {
            int slot = batch.slots[i];
            if (table.memory(slot).get(JAVA_LONG, table.at(slot)) == 0) {
                table.free(slot, false);
            }
        }
    }

    /** Brings a session from the store, or begins it. */
    private int bring(long key, int found) {
        if (found == KeySlots.NONE && table.size() >= mostSessions) {
            throw new IllegalStateException("pool has " + table.size() + " sessions, expected at most so many: key "
                    + key + " would begin one more");
        }
        if (table.inMemory() >= mostInMemory) {
            makeRoom();
        }
        int slot = table.take(key);
        boolean there = false;
        try {
            MemorySegment memory = state(slot);
            if (store != null && store.read(key, memory)) {
                there = true;
            } else if (found == KeySlots.NONE) {
                memory.copyFrom(initial);
                there = true;
            } else {
                throw new IllegalStateException("the store has no state of session " + key + ", which it was given");
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } finally {
            if (!there) {
                table.free(slot, found != KeySlots.NONE);
            }
        }
        return slot;
    }

    private void makeRoom() {
        if (store == null) {
            throw new IllegalStateException("pool has " + mostInMemory + " sessions of " + bytes
                    + " bytes in memory, expected at most so many without a store to which idle ones go");
        }
        int idle = table.idle(now);
        if (idle == KeySlots.NONE) {
            throw new IllegalStateException(
                    "one step takes more sessions further than the " + mostInMemory + " that there is memory for");
        }
        evictSlot(idle);
    }

    private MemorySegment state(int slot) {
        return table.memory(slot).asSlice(table.at(slot), bytes);
    }

    private void evictSlot(int slot) {
        if (store == null) {
            throw new IllegalStateException("the pool has no store, expected one for sessions that leave memory");
        }
        try {
            store.write(table.key(slot), state(slot).asReadOnly());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        table.free(slot, true);
    }

    /**
     * The answer to one offer.
     *
     * @param key the session
     * @param steps how many steps it has done
     * @param fired the outputs that fired in this one
     * @param label the class with the most spikes so far, or that was decided
     * @param decidedAfter after how many steps the label was decided; 0 while it is not
     */
    public record Answer(long key, long steps, List<Integer> fired, int label, long decidedAfter) {}

    /**
     * Offers a step of a session, which is taken together with others that come meanwhile. Offers of one session are
     * taken in their order.
     *
     * @param key the session
     * @param input {@code [1 x inputs]}; copied
     * @param then gets the answer, or the reason why there is none, on the thread of the pool, which answers nobody
     *     else as long
     * @throws IllegalArgumentException if the input does not fit
     * @throws IllegalStateException if as many offers wait as may, or the pool is closed
     */
    public void offer(long key, Signal input, BiConsumer<? super Answer, ? super Throwable> then) {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(then, "then");
        requireOneInput();
        ticks.offer(key, require(0, input, 1), then);
    }

    /**
     * Offers a step of a session, as {@link #offer(long, Signal, BiConsumer)} does.
     *
     * @param key the session
     * @param input {@code [1 x inputs]}; copied
     * @return completed with the answer
     */
    public CompletableFuture<Answer> offer(long key, Signal input) {
        CompletableFuture<Answer> answered = new CompletableFuture<>();
        offer(key, input, (answer, failure) -> {
            if (failure == null) {
                answered.complete(answer);
            } else {
                answered.completeExceptionally(failure);
            }
        });
        return answered;
    }

    /** Takes the first waiting offer of each session one step further, and says where their answers are. */
    void take(List<SessionTicks.Offer> offers, Signal rows, int most, Answers into) {
        try (Call _ = begin()) {
            given[0] = rows;
            open(into);
            for (SessionTicks.Offer offer : offers) {
                try {
                    if (batch.count < most && add(offer.key, offer.row)) {
                        offer.place = batch.count - 1;
                    }
                } catch (RuntimeException | Error refused) {
                    offer.refused = refused;
                }
            }
            into.size = batch.count;
            batch.run();
        }
    }

    /**
     * Returns the key that stands for a name in this pool and its snapshots, from {@link Long#MIN_VALUE} on: keys of
     * your own should not be as low.
     *
     * @param name any text
     * @return the same number for the same name until {@link #remove(String)}
     */
    public long key(String name) {
        return names.computeIfAbsent(Objects.requireNonNull(name, "name"), _ -> nextName.getAndIncrement());
    }

    /**
     * Forgets a session, also in the store; its key begins a new one then.
     *
     * @param key the session, which need not be there
     */
    public void remove(long key) {
        try (Call _ = begin()) {
            keep(key);
            int slot = table.find(key);
            if (slot >= 0) {
                table.free(slot, false);
            } else {
                table.elsewhere(key, false);
            }
            if (store != null) {
                store.remove(key);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Forgets a name and its session.
     *
     * @param name as {@link #key} got it
     */
    public void remove(String name) {
        Long key = names.remove(Objects.requireNonNull(name, "name"));
        if (key != null) {
            remove(key);
        }
    }

    /**
     * Returns how many sessions there are, in memory and in the store.
     *
     * @return sessions that this pool knows of
     */
    public int sessions() {
        try (Call _ = begin()) {
            return table.size();
        }
    }

    /**
     * Returns how many sessions are in memory.
     *
     * @return sessions
     */
    public int inMemory() {
        try (Call _ = begin()) {
            return table.inMemory();
        }
    }

    /**
     * Returns how long a packed state is.
     *
     * @return bytes, the same for all sessions
     */
    public long stateBytes() {
        return bytes;
    }

    /**
     * Returns the packed state of a session.
     *
     * @param key the session
     * @return a copy of its bytes
     * @throws IllegalArgumentException if there is no such session
     */
    public byte[] state(long key) {
        try (Call _ = begin()) {
            int slot = table.find(key);
            if (slot < 0 && (store == null || !store.read(key, spare))) {
                throw new IllegalArgumentException("there is no session " + key);
            }
            return (slot < 0 ? spare : state(slot)).toArray(JAVA_BYTE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Brings a session to the store now. It comes back with its next step.
     *
     * @param key the session
     * @return whether it was in memory
     * @throws IllegalStateException if there is no store
     */
    public boolean evict(long key) {
        try (Call _ = begin()) {
            int slot = table.find(key);
            if (slot >= 0) {
                evictSlot(slot);
            }
            return slot >= 0;
        }
    }

    /**
     * Brings to the store all sessions that have done no step for some time. Others go on meanwhile.
     *
     * @param least how long
     * @return how many it were
     * @throws IllegalStateException if there is no store
     */
    public int evictIdle(Duration least) {
        int evicted = 0;
        long since = System.nanoTime() - Objects.requireNonNull(least, "least").toNanos();
        boolean more = true;
        for (int first = 0; more; first += AT_ONCE) {
            try (Call _ = begin()) {
                more = first + AT_ONCE < table.slots();
                evicted += evictIdle(first, Math.min(first + AT_ONCE, table.slots()), since);
            }
        }
        return evicted;
    }

    private int evictIdle(int first, int end, long since) {
        int evicted = 0;
        for (int slot = first; slot < end; slot++) {
            if (table.used(slot) < since) {
                evictSlot(slot);
                evicted++;
            }
        }
        return evicted;
    }

    /** Gives a session to the snapshot that is being written, before it changes. */
    private void keep(long key) throws IOException {
        SessionSnapshot file = saving;
        if (file != null && file.wants(key)) {
            int slot = table.find(key);
            if (slot >= 0) {
                file.keep(key, table.memory(slot), table.at(slot));
            } else if (store != null && store.read(key, spare)) {
                file.keep(key, spare, 0);
            } else {
                throw new IllegalStateException("the store has no state of session " + key + ", which it was given");
            }
        }
    }

    /**
     * Writes all sessions to a file, those in the store too, as they are when this begins, and the names of keys. Steps
     * go on meanwhile. The file is written under another name and renamed, so that the last complete one stays whatever
     * happens.
     *
     * @param file the file
     * @throws IOException if it cannot be written
     * @throws IllegalStateException if another snapshot is being written, or the pool is closed
     */
    public void snapshot(Path file) throws IOException {
        AtomicFile.write(file, channel -> {
            long[] keys;
            SessionSnapshot made;
            try (Call _ = begin()) {
                requireNoSnapshot();
                keys = table.keys();
                made = new SessionSnapshot(channel, network.fingerprint(), bytes, keys);
                saving = made;
            }
            try {
                for (int first = 0; first < keys.length; first += AT_ONCE) {
                    try (Call _ = begin()) {
                        for (int i = first; i < Math.min(keys.length, first + AT_ONCE); i++) {
                            keep(keys[i]);
                        }
                    }
                }
                try (Call _ = begin()) {
                    made.end(names);
                }
            } finally {
                lock.lock();
                try {
                    saving = null;
                } finally {
                    lock.unlock();
                }
            }
        });
    }

    private void requireNoSnapshot() {
        if (saving != null) {
            throw new IllegalStateException("a snapshot is being written, expected one at a time");
        }
    }

    /**
     * Puts the sessions of a snapshot in place of all that there are, in the store too.
     *
     * @param file as {@link #snapshot} wrote it, of a network of the same graph
     * @throws IOException if it cannot be read, is damaged, or of another network; nothing has changed then
     * @throws IllegalStateException if there are more sessions than there may be, a snapshot is being written, or the
     *     pool is closed; nothing has changed then
     */
    public void restore(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        try (SessionSnapshot.Content found = SessionSnapshot.read(file, network.fingerprint(), bytes);
                Call _ = begin()) {
            requireNoSnapshot();
            int most = store == null ? mostInMemory : mostSessions;
            if (found.count() > most) {
                throw new IllegalStateException(file + " has " + found.count() + " sessions, expected at most " + most);
            }
            if (store != null) {
                for (long key : table.keys()) {
                    store.remove(key);
                }
            }
            table.clear();
            for (long i = 0; i < found.count(); i++) {
                if (table.inMemory() < mostInMemory) {
                    int slot = table.take(found.key(i));
                    table.use(slot, now);
                    state(slot).copyFrom(found.state(i));
                } else {
                    Objects.requireNonNull(store).write(found.key(i), found.state(i));
                    table.elsewhere(found.key(i), true);
                }
            }
            names.clear();
            names.putAll(found.names());
            nextName.set(names.values().stream().mapToLong(key -> key + 1).max().orElse(Long.MIN_VALUE));
        }
    }

    /**
     * Answers all offers that wait, brings all sessions to the store, if there is one, and frees the memory. Closing
     * again does nothing.
     *
     * @throws IllegalStateException if the thread that answers offers calls this
     * @throws UncheckedIOException if the store fails: the pool takes no offers any more, and its sessions stay
     */
    @Override
    public void close() {
        ticks.close();
        lock.lock();
        try {
            if (!closed) {
                try (Call _ = begin()) {
                    evictIdle(0, store == null ? 0 : table.slots(), Long.MAX_VALUE);
                    closed = true;
                    batch.close();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Call begin() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("session pool is closed");
            }
            turn.take();
        } catch (RuntimeException | Error refused) {
            lock.unlock();
            throw refused;
        }
        return call;
    }

    private void end() {
        try {
            turn.close();
            lock.unlock();
        } finally {
            Reference.reachabilityFence(this); // a cleaner frees forgotten runs, but none that is at work
        }
    }

    /** A call that has the turn until it is closed. */
    private interface Call extends AutoCloseable {

        @Override
        void close();
    }

    /** The answers to a step, in the order of its keys; used again by the next step that gets them. */
    public static final class Answers {

        private final SpikeMatrix spikes;
        private final int classes;
        private final int[] counts;
        private final long[] steps;
        private final long[] decided;
        private int size;

        private Answers(int most, int outputs, int classes) {
            this.spikes = SpikeMatrix.zeros(most, outputs);
            this.classes = classes;
            this.counts = new int[Math.multiplyExact(most, classes)];
            this.steps = new long[most];
            this.decided = new long[most];
        }

        private void require(int most, int outputs, int ofPool) {
            if (most > steps.length || outputs != spikes.columns() || ofPool != classes) {
                throw new IllegalArgumentException("answers have room for " + steps.length + " sessions of "
                        + spikes.columns() + " outputs and " + classes + " classes, expected at least " + most + " of "
                        + outputs + " and " + ofPool);
            }
        }

        void take(int place, SpikeMatrix fired, int row, MemorySegment memory, long at) {
            Rows.copy(fired, row, spikes, place, 1);
            steps[place] = memory.get(JAVA_LONG, at);
            decided[place] = memory.get(JAVA_LONG, at + SessionRun.AT_DECIDED);
            MemorySegment.copy(memory, JAVA_INT, at + SessionRun.AT_COUNTS, counts, place * classes, classes);
        }

        Answer answer(long key, int place) {
            List<Integer> fired = new ArrayList<>();
            spikes.forEachSpike(place, fired::add);
            return new Answer(key, steps(place), fired, label(place), decidedAfter(place));
        }

        /**
         * Returns how many answers there are.
         *
         * @return as many as keys
         */
        public int size() {
            return size;
        }

        /**
         * Returns what fired in the step.
         *
         * @return {@code [most x outputs]}, of which the first {@link #size} rows count
         */
        public SpikeMatrix spikes() {
            return spikes;
        }

        /**
         * Returns how many steps a session has done.
         *
         * @param place of its key
         * @return steps, this one among them
         */
        public long steps(int place) {
            return steps[Objects.checkIndex(place, size)];
        }

        /**
         * Returns after how many steps the label was decided.
         *
         * @param place of the session's key
         * @return steps; 0 while it is not decided
         */
        public long decidedAfter(int place) {
            return decided[Objects.checkIndex(place, size)];
        }

        /**
         * Returns how often a class has fired, until its label was decided.
         *
         * @param place of the session's key
         * @param of the class
         * @return spikes of all its outputs
         */
        public int count(int place, int of) {
            return counts[Objects.checkIndex(place, size) * classes + Objects.checkIndex(of, classes)];
        }

        /**
         * Returns the label: the class with the most spikes, the lowest of equal ones.
         *
         * @param place of the session's key
         * @return the class
         */
        public int label(int place) {
            int label = 0;
            for (int i = 1; i < classes; i++) {
                label = count(place, i) > count(place, label) ? i : label;
            }
            return label;
        }
    }
}
