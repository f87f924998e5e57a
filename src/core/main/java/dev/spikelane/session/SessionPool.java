package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.TwoStageOperator;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.session.KeySlots;
import dev.spikelane.io.EventBinning;
import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.CountedArenas;
import dev.spikelane.memory.limit.Owner;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.EventStream;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.Weights;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Rows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A pool of many sessions of one network, such as sensors, users or streams. A session advances by a step for each
 * input. It is a packed state of some KB, addressed by a key. The state holds all state of a {@link Simulation} with
 * one sample, the number of steps, the spike counts of the output population, and the decision for a label. A new key
 * begins a session.
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
 * <p>{@link #step} advances the given sessions by one step, as a batch, and allocates nothing. {@link #offer} takes
 * single requests from any threads: a worker of the pool gathers them to batches. Batches do not change the bits of a
 * session.
 *
 * <p>The pool is thread-safe; calls wait for each other. Weights may change between two steps:
 * {@link Weights#replaceAll} throws during a step, and with {@link Weights#waiting} it waits for the end of the step.
 * Sessions continue from their states with the new values. Close a pool after offers: its worker thread keeps it alive.
 */
public final class SessionPool implements AutoCloseable {

    private static final String ALIKE = "equal at all steps, as sessions of a batch are at different steps";

    private final Network network;
    private final SessionInputs inputs;
    private final SessionTurn turn;
    private final SessionBatch batch;
    private final SessionRegistry sessions;
    private final OfferQueue ticks;
    private final SessionFlusher flusher;
    private final EarlyExit rule;
    private final boolean receipts;
    private final SessionMetrics metrics;
    private final int classes;
    /** Bytes of a packed state without the hashes of receipts. */
    private final long stateBytes;

    private final long bytes;
    /** Version of the values in the initial state. */
    private long version;

    SessionPool(SessionPoolBuilder declared) {
        this.network = declared.network;
        LaidOutNetwork laidOut = network.laidOut();
        requirePacked(laidOut);
        require(
                !declared.receipts || laidOut.roundings().findAny().isEmpty(),
                "the network rounds weights outside of its hash",
                "a network of Network.quantized for receipts");
        this.inputs = new SessionInputs(network.inputs(), declared.values);
        this.turn = new SessionTurn(this, laidOut.turns());
        CountedArenas held = new CountedArenas(Owner.POOL);
        SessionRun[] runs = new SessionRun[declared.threads];
        for (int thread = 0; thread < runs.length; thread++) {
            runs[thread] = new SessionRun(this, held, network, inputs.given().clone(), declared.decision);
        }
        NetworkRun first = runs[0].run(1);
        this.stateBytes = runs[0].bytes();
        for (int thread = 0; declared.receipts && thread < runs.length; thread++) {
            runs[thread].trail(new ReceiptState(stateBytes, inputs.given(), network.outputs(), declared.decision));
        }
        this.rule = declared.decision;
        this.receipts = declared.receipts;
        this.bytes = receipts ? runs[0].trail().end() : stateBytes;
        this.classes = runs[0].classes();
        long fingerprint = NetworkFingerprint.of(laidOut.description());
        this.metrics = new SessionMetrics(declared.metrics);
        this.sessions = new SessionRegistry(declared, turn, fingerprint, bytes, size -> first.allocate(size, 64));
        this.batch = new SessionBatch(sessions.table(), runs, sessions.initial(), newAnswers(1), metrics);
        takeValues();
        this.ticks = new OfferQueue(this, inputs, declared, sessions.mostInMemory());
        unchecked(() -> {
            sessions.open();
            return 0;
        });
        this.flusher = new SessionFlusher(this, declared.flushEvery);
    }

    private static int unchecked(SessionRegistry.Work work) {
        try {
            return work.run();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Rewrites the initial state if the network's values have changed. */
    private void takeValues() {
        long taken = network.laidOut().version();
        byte[] hash = receipts ? ReceiptState.hash(network) : new byte[0];
        for (SessionRun run : batch.runs) {
            if (receipts) {
                run.trail().model(hash);
            }
        }
        batch.runs[0].begin(sessions.initial());
        version = taken; // set last: if memory was not enough, the next step tries again
    }

    private static void requirePacked(LaidOutNetwork laidOut) {
        NetworkDescription declared = laidOut.description();
        require(!declared.inputs().isEmpty(), "the network has no inputs", "at least one");
        for (int i = 0; i < declared.projections().size(); i++) {
            String name = "projection '" + declared.projections().get(i).name();
            require(!declared.projections().get(i).plastic(), name + "' is plastic", "weights that all sessions share");
            for (Operator each : laidOut.chain(i).operators()) {
                boolean stepped = each instanceof TwoStageOperator two && two.steps() > 0;
                require(!stepped, name + "' has values for each step", ALIKE);
            }
        }
        for (int i = 0; i < declared.populations().size(); i++) {
            String by = laidOut.neurons(i).byStep();
            require(by.isEmpty(), "population '" + declared.populations().get(i).name() + "' has " + by, ALIKE);
        }
    }

    private static void require(boolean holds, String found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(found + ", expected " + expected);
        }
    }

    /**
     * Returns a builder of a pool.
     *
     * @param network the network of all sessions
     * @return a builder
     */
    public static SessionPoolBuilder builder(Network network) {
        return new SessionPoolBuilder(network);
    }

    /**
     * Allocates answers.
     *
     * @param most the most sessions of a step
     * @return answers for {@link #step}, in memory of their own
     * @throws IllegalArgumentException if {@code most} is below 1
     */
    public Answers newAnswers(int most) {
        return new Answers(Checks.atLeast(1, "most", most), network.outputs(), classes);
    }

    /**
     * Advances sessions by one step, as a batch. Allocates nothing, unless a session is new or is read from the store.
     *
     * @param keys the sessions, each once
     * @param inputs {@code [keys x inputs]}, a row for each session
     * @param into gets the answers, in the order of the keys
     * @throws IllegalArgumentException if a key is given twice, rows have other shapes, a value is NaN or infinite, or
     *     the answers are too small; no session has advanced then
     * @throws IllegalStateException if there would be more than {@link SessionPoolBuilder#mostSessions} sessions,
     *     memory is not enough, or the pool is closed; no session has advanced then
     * @throws UncheckedIOException if the store fails; no session has advanced then
     */
    public void step(long[] keys, Signal inputs, Answers into) {
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(inputs, "inputs");
        Objects.requireNonNull(into, "into");
        try (SessionTurn _ = turn.take()) {
            this.inputs.given()[0] = this.inputs.requireOne(inputs, keys.length);
            step(keys, into);
        }
        sessions.evictAhead();
    }

    /**
     * Advances sessions of a network with several inputs by one step, as {@link #step(long[], Signal, Answers)} does.
     *
     * @param keys the sessions, each once
     * @param inputs for each input's name {@code [keys x inputs]}, a row for each session
     * @param into gets the answers, in the order of the keys
     */
    public void step(long[] keys, Map<String, ? extends Signal> inputs, Answers into) {
        Objects.requireNonNull(keys, "keys");
        Objects.requireNonNull(inputs, "inputs");
        Objects.requireNonNull(into, "into");
        try (SessionTurn _ = turn.take()) {
            this.inputs.take(inputs, keys.length);
            step(keys, into);
        }
        sessions.evictAhead();
    }

    /** Evicts sessions before the next steps need their memory, without a lock of the pool during writes. */
    void evictAhead() {
        sessions.evictAhead();
    }

    private void step(long[] keys, Answers into) {
        into.require(keys.length, network.outputs(), classes);
        open(into);
        try {
            for (int i = 0; i < keys.length; i++) {
                if (!add(keys[i], i)) {
                    throw new IllegalArgumentException(
                            "key " + keys[i] + " is given twice, expected each session once");
                }
            }
        } catch (RuntimeException | Error refused) {
            for (int i = 0; i < batch.count; i++) {
                sessions.forgetBegun(batch.slots[i]);
            }
            throw refused;
        }
        into.size = keys.length;
        batch.run();
    }

    private void open(Answers into) {
        sessions.tick();
        if (version != network.laidOut().version()) {
            takeValues();
        }
        batch.begin(inputs.given(), into);
    }

    /** Adds a session to the batch; returns false if the batch has it. */
    private boolean add(long key, int row) {
        int slot = sessions.use(key);
        if (slot != KeySlots.NONE) {
            batch.add(slot, row);
        }
        return slot != KeySlots.NONE;
    }

    /**
     * The answer to one offer.
     *
     * @param key the session
     * @param steps its number of steps
     * @param fired the outputs that fired in this step
     * @param label the decided class, or else the class with the most spikes
     * @param decidedAfter the steps after which the label was decided; 0 before
     */
    public record Answer(long key, long steps, List<Integer> fired, int label, long decidedAfter) {}

    /**
     * Queues a step of a session. The pool steps queued sessions in batches; offers of one session keep their order.
     *
     * @param key the session
     * @param input {@code [1 x inputs]}; copied
     * @param then a callback for the answer or the failure. It runs on the worker of the pool and must not block: it
     *     delays other answers
     * @throws IllegalArgumentException if the input has another shape
     * @throws IllegalStateException if the queue is full, or the pool is closed
     */
    public void offer(long key, Signal input, BiConsumer<? super Answer, ? super Throwable> then) {
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(then, "then");
        ticks.offer(key, inputs.requireOne(input, 1), then);
    }

    /**
     * Queues a step of a session, as {@link #offer(long, Signal, BiConsumer)} does.
     *
     * @param key the session
     * @param input {@code [1 x inputs]}; copied
     * @return a future of the answer
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

    /**
     * Creates a stream whose events drive a session, one step at a time. Steps of other sessions run in between.
     *
     * @param key the session
     * @param binning the conversion of events to spikes, in the shape of the network's one input
     * @param window the steps of a decision, at least 1
     * @param every steps between two decisions, a divisor of {@code window}
     * @return a stream
     * @throws IllegalArgumentException if the input has another size, or the steps are out of range
     */
    public EventStream stream(long key, EventBinning binning, int window, int every) {
        SpikeMatrix one = SpikeMatrix.zeros(1, binning.shape().size());
        inputs.requireOne(one, 1);
        Answers answers = newAnswers(1);
        long[] keys = {key};
        EventStream.Steps session = (input, counts) -> {
            IntConsumer count = output -> counts[output]++;
            for (int row = 0; row < input.rows(); row++) {
                Rows.copy(input, row, one, 0, 1);
                step(keys, one, answers);
                answers.spikes().forEachSpike(0, count);
            }
        };
        return new EventStream(session, network.outputs(), binning, window, every);
    }

    /** Advances the first offer of each session, at most {@code most}, and sets the places of the answers. */
    void take(List<OfferQueue.Offer> offers, Signal rows, int most, Answers into) {
        try (SessionTurn _ = turn.take()) {
            inputs.given()[0] = rows;
            open(into);
            for (OfferQueue.Offer offer : offers) {
                try {
                    if (batch.count < most && add(offer.key, offer.row)) {
                        offer.place = batch.count - 1;
                    }
                } catch (RuntimeException | Error refused) {
                    offer.refused = refused;
                }
            }
            into.size = batch.count;
            metrics.waited(offers.size(), offers.getFirst().since);
            batch.run();
        }
    }

    /**
     * Creates a receipt of a session's steps since its last receipt or its beginning. One SHA-256 covers the inputs,
     * the state before, the output spikes and the label. {@link Recording#verify} checks receipts by a replay.
     *
     * @param key the session
     * @return {@value Receipt#BYTES} bytes; a file may have receipts of any sessions, one after the other
     * @throws IllegalArgumentException if there is no such session
     * @throws IllegalStateException if the pool was built without {@link SessionPoolBuilder#receipts}; if the session
     *     has done no step since its last receipt; or if it has done more than 2,147,483,647, or the network's weights
     *     have changed since: the next receipt then begins here
     */
    public byte[] receipt(long key) {
        return receipt(key, Receipt.VERSION);
    }

    /** Creates a receipt with the version of another one. */
    byte[] receipt(long key, int version) {
        try (SessionTurn _ = turn.take()) {
            batch.runs[0].trail();
            int slot = sessions.come(key);
            return batch.runs[0].receipt(
                    sessions.table().memory(slot), sessions.table().at(slot), sessions.key(key), version);
        }
    }

    /**
     * Creates a recording from data that the caller has kept.
     *
     * @param key the session
     * @param state its {@linkplain #state state} before the steps; an empty array if the session began with them
     * @param inputs for each input's name {@code [steps x inputs]}
     * @param spikes {@code [steps x outputs]}, the output spikes of the answers
     * @return the recording, which uses the given matrices without a copy
     * @throws IllegalArgumentException if the state, inputs or spikes do not match this pool
     */
    public Recording recording(long key, byte[] state, Map<String, ? extends Signal> inputs, SpikeMatrix spikes) {
        if (state.length != 0 && state.length != bytes) {
            throw new IllegalArgumentException("state has " + state.length + " bytes, expected " + bytes + " or none");
        }
        spikes.requireShape("spikes", spikes.rows(), network.outputs());
        try (SessionTurn _ = turn.take()) {
            this.inputs.take(inputs, spikes.rows());
        }
        long fingerprint = NetworkFingerprint.of(network.laidOut().description());
        long session = Receipt.session(sessions.key(key));
        return new Recording(fingerprint, rule, session, MemorySegment.ofArray(state), Map.copyOf(inputs), spikes);
    }

    /**
     * Sets the state of a session, begins a receipt, and returns the session's number of steps.
     *
     * @param state packed, with or without the hashes of receipts; no bytes keep the present state
     * @param previous the hash of the previous receipt; null keeps the stored one
     */
    long put(long key, MemorySegment state, @Nullable MemorySegment previous) {
        if (state.byteSize() != 0 && state.byteSize() != stateBytes && state.byteSize() != bytes) {
            throw new IllegalArgumentException("state has " + state.byteSize() + " bytes, expected " + stateBytes
                    + " for a session of this network without receipts");
        }
        try (SessionTurn _ = turn.take()) {
            int slot = sessions.begin(key);
            MemorySegment memory = sessions.table().memory(slot);
            long at = sessions.table().at(slot);
            MemorySegment.copy(state, 0, memory, at, state.byteSize());
            if (receipts) {
                batch.runs[0].trail().begin(memory, at, previous);
            }
            return memory.get(JAVA_LONG, at);
        }
    }

    /** Returns the run of a single session. */
    NetworkRun run() {
        return batch.runs[0].run(1);
    }

    /**
     * Returns the number of a name, valid as long as this pool is open. Names have 2^40 numbers from
     * {@link Long#MIN_VALUE} on: your own keys must be outside this range. Stores and snapshots hold the name itself.
     *
     * @param name any text of at most 20,000 characters
     * @return the same number for equal names until {@link #remove(String)}
     * @throws IllegalArgumentException if the name is longer
     */
    public long key(String name) {
        return sessions.key(name);
    }

    /**
     * Removes a session, also from the store. A later step with its key begins a new session.
     *
     * @param key the session; it need not exist
     */
    public void remove(long key) {
        try (SessionTurn _ = turn.take()) {
            sessions.remove(key);
        }
    }

    /**
     * Removes a name and its session.
     *
     * @param name a name that {@link #key} got
     */
    public void remove(String name) {
        try (SessionTurn _ = turn.take()) {
            sessions.remove(name);
        }
    }

    /**
     * Returns the number of sessions, in memory and in the store.
     *
     * @return sessions
     */
    public int sessions() {
        try (SessionTurn _ = turn.take()) {
            return sessions.table().size();
        }
    }

    /**
     * Returns the number of sessions in memory.
     *
     * @return sessions
     */
    public int inMemory() {
        try (SessionTurn _ = turn.take()) {
            return sessions.table().inMemory();
        }
    }

    /**
     * Returns the length of a packed state.
     *
     * @return bytes, equal for all sessions
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
        try (SessionTurn _ = turn.take()) {
            return sessions.copy(key);
        }
    }

    /**
     * Evicts a session to the store, while steps of other sessions go on. Its next step reads it back. A session that
     * is stepped meanwhile stays in memory.
     *
     * @param key the session
     * @return true if it was evicted
     * @throws IllegalStateException if there is no store
     * @throws UncheckedIOException if the store fails; the session stays in memory then
     */
    public boolean evict(long key) {
        return unchecked(() -> sessions.evict(key) ? 1 : 0) > 0;
    }

    /**
     * Evicts all sessions that have been idle for some time, while steps of other sessions go on.
     *
     * @param least the idle time
     * @return the number of evicted sessions
     * @throws IllegalStateException if there is no store
     */
    public int evictIdle(Duration least) {
        long since = System.nanoTime() - Objects.requireNonNull(least, "least").toNanos();
        return unchecked(() -> sessions.evictIdle(since));
    }

    /**
     * Writes all sessions that have changed since their last write to the store, while steps go on. A session whose
     * state cannot be written stays in memory, and the next call writes it again.
     *
     * @return the number of sessions that were written
     * @throws IllegalStateException if there is no store, or the pool is closed
     * @throws UncheckedIOException if the store fails
     */
    public int flush() {
        return unchecked(sessions::flush);
    }

    /**
     * Writes all sessions and names to a file, including sessions in the store, as they are when the call begins. Steps
     * go on meanwhile. A temporary file is renamed at the end, so that the last complete file survives a failure.
     *
     * @param file the file
     * @throws IOException if it cannot be written
     * @throws IllegalStateException if another snapshot is being written, or the pool is closed
     */
    public void snapshot(Path file) throws IOException {
        AtomicFile.write(file, sessions::snapshot);
    }

    /**
     * Replaces all sessions, also in the store, by the sessions of a snapshot.
     *
     * @param file a file that {@link #snapshot} wrote for a network of this graph
     * @throws IOException if it cannot be read, is damaged, or is of another network; nothing has changed then
     * @throws IllegalStateException if it has too many sessions, a snapshot is being written, or the pool is closed;
     *     nothing has changed then
     */
    public void restore(Path file) throws IOException {
        sessions.restore(Objects.requireNonNull(file, "file"));
    }

    /**
     * Answers all queued offers, writes all sessions to the store, if there is one, and frees the memory. A second call
     * does nothing.
     *
     * @throws IllegalStateException if a callback of an offer calls this, or a metrics listener or store during a step:
     *     the pool stays open then
     * @throws UncheckedIOException if the store fails: the pool then accepts no more offers, and its sessions stay
     */
    @Override
    public void close() {
        turn.requireNone();
        flusher.close();
        ticks.close();
        unchecked(() -> sessions.alone(this::end));
    }

    private int end() throws IOException {
        try (SessionTurn last = turn.takeUnlessEnded()) {
            if (last != null) {
                sessions.end();
                last.end();
                batch.close();
            }
        }
        return 0;
    }

    /** The answers to a step, in the order of its keys. A later step may overwrite them. */
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
         * Returns the number of answers.
         *
         * @return the number of keys of the step
         */
        public int size() {
            return size;
        }

        /**
         * Returns the output spikes of the step.
         *
         * @return {@code [most x outputs]}; only the first {@link #size} rows are valid
         */
        public SpikeMatrix spikes() {
            return spikes;
        }

        /**
         * Returns the number of steps of a session.
         *
         * @param place the index of its key
         * @return steps, including this one
         */
        public long steps(int place) {
            return steps[Objects.checkIndex(place, size)];
        }

        /**
         * Returns the number of steps after which the label was decided.
         *
         * @param place the index of the session's key
         * @return steps; 0 before the decision
         */
        public long decidedAfter(int place) {
            return decided[Objects.checkIndex(place, size)];
        }

        /**
         * Returns the number of spikes of a class, until its label was decided.
         *
         * @param place the index of the session's key
         * @param of the class
         * @return spikes of all outputs of this class
         */
        public int count(int place, int of) {
            return counts[Objects.checkIndex(place, size) * classes + Objects.checkIndex(of, classes)];
        }

        /**
         * Returns the label: the class with the most spikes, the lowest of equal ones.
         *
         * @param place the index of the session's key
         * @return the class
         */
        public int label(int place) {
            int label = 0;
            for (int i = 1; i < classes; i++) {
                label = count(place, i) > count(place, label) ? i : label;
            }
            return label;
        }

        /** Returns the lead of the label, in spikes per step. */
        double margin(int place) {
            int label = label(place);
            int next = 0;
            for (int i = 0; i < classes; i++) {
                next = i == label ? next : Math.max(next, count(place, i));
            }
            return (count(place, label) - next) / (double) steps(place);
        }

        @Override
        public String toString() {
            return "Answers of " + size + " sessions";
        }
    }

    @Override
    public String toString() {
        return "SessionPool with " + stateBytes + " bytes a session: " + network;
    }
}
