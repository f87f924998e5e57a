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

    private static final String ALIKE =
            "the same at all steps, as sessions that run side by side have done different ones";

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
    /** Without the trail. */
    private final long stateBytes;

    private final long bytes;
    /** The values with which sessions begin. */
    private long version;

    SessionPool(SessionPoolBuilder declared) {
        this.network = declared.network;
        LaidOutNetwork laidOut = network.laidOut();
        requirePacked(laidOut);
        require(
                !declared.receipts || laidOut.roundings().findAny().isEmpty(),
                "the network rounds weights that its hash does not have",
                "one of Network.quantized where there are receipts");
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

    /** Lets sessions begin with the present values. */
    private void takeValues() {
        long taken = network.laidOut().version();
        byte[] hash = receipts ? ReceiptState.hash(network) : new byte[0];
        for (SessionRun run : batch.runs) {
            if (receipts) {
                run.trail().model(hash);
            }
        }
        batch.runs[0].begin(sessions.initial());
        version = taken; // where memory was not enough before, the next step tries again
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
     * Starts a pool.
     *
     * @param network the network of all sessions
     * @return a builder
     */
    public static SessionPoolBuilder builder(Network network) {
        return new SessionPoolBuilder(network);
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
        try (SessionTurn _ = turn.take()) {
            this.inputs.given()[0] = this.inputs.requireOne(inputs, keys.length);
            step(keys, into);
        }
        sessions.evictAhead();
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
        try (SessionTurn _ = turn.take()) {
            this.inputs.take(inputs, keys.length);
            step(keys, into);
        }
        sessions.evictAhead();
    }

    /** Makes room for sessions that the next steps bring, while others have their turns. */
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
                            "key " + keys[i] + " stands twice among the keys, expected each session once");
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

    /** Adds a session to the batch; false if it is there already. */
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
        ticks.offer(key, inputs.requireOne(input, 1), then);
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

    /**
     * Lets events drive a session, a step at a time, between steps of others.
     *
     * @param key the session
     * @param binning how events become spikes, in the shape of the network's one input
     * @param window steps that a decision looks back on, at least 1
     * @param every steps from a decision to the next, a divisor of those
     * @return a stream, to which sources are given
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

    /** Takes the first waiting offer of each session one step further, and says where their answers are. */
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
     * Makes a receipt of the steps that a session has done since its last one, or since it began: of the inputs, the
     * state before, the outputs that fired, and the label, all by one SHA-256. {@link Recording#verify} replays them.
     *
     * @param key the session
     * @return {@value Receipt#BYTES} bytes; those of any sessions may stand in a file one behind the other
     * @throws IllegalArgumentException if there is no such session
     * @throws IllegalStateException if the pool was built without {@link SessionPoolBuilder#receipts}, or the session
     *     has done no step since its last receipt; or if it has done more than 2,147,483,647, or some with other values
     *     of the network than those of the pool's last step: the next receipt begins here then
     */
    public byte[] receipt(long key) {
        return receipt(key, Receipt.VERSION);
    }

    /** Makes a receipt with a version. */
    byte[] receipt(long key, int version) {
        try (SessionTurn _ = turn.take()) {
            batch.runs[0].trail();
            int slot = sessions.come(key);
            return batch.runs[0].receipt(
                    sessions.table().memory(slot), sessions.table().at(slot), sessions.key(key), version);
        }
    }

    /**
     * Makes a recording of steps of a session, which the caller has kept.
     *
     * @param key the session
     * @param state its {@linkplain #state state} before these steps; no byte if it began with them
     * @param inputs for each input's name {@code [steps x inputs]}
     * @param spikes {@code [steps x outputs]}, those of the answers
     * @return the recording, which keeps what it is given
     * @throws IllegalArgumentException if something does not fit this pool
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
     * Puts a session in, which begins a receipt there, and returns the steps that it has done.
     *
     * @param state packed, with or without a trail; no byte for the present one
     * @param previous the hash of the receipt before; null for the one that the state has
     */
    long put(long key, MemorySegment state, @Nullable MemorySegment previous) {
        if (state.byteSize() != 0 && state.byteSize() != stateBytes && state.byteSize() != bytes) {
            throw new IllegalArgumentException("state has " + state.byteSize() + " bytes, expected " + stateBytes
                    + " as that of a session of this network without receipts has");
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

    /** The run of a single session. */
    NetworkRun run() {
        return batch.runs[0].run(1);
    }

    /**
     * Returns the number that stands for a name in this pool, as long as it is open: 2^40 numbers from
     * {@link Long#MIN_VALUE} on, which keys of your own must not be. Stores and snapshots have the name.
     *
     * @param name any text of at most 20,000 characters
     * @return the same number for the same name until {@link #remove(String)}
     * @throws IllegalArgumentException if the name is longer
     */
    public long key(String name) {
        return sessions.key(name);
    }

    /**
     * Forgets a session, also in the store; its key begins a new one then.
     *
     * @param key the session, which need not be there
     */
    public void remove(long key) {
        try (SessionTurn _ = turn.take()) {
            sessions.remove(key);
        }
    }

    /**
     * Forgets a name and its session.
     *
     * @param name as {@link #key} got it
     */
    public void remove(String name) {
        try (SessionTurn _ = turn.take()) {
            sessions.remove(name);
        }
    }

    /**
     * Returns how many sessions there are, in memory and in the store.
     *
     * @return sessions that this pool knows of
     */
    public int sessions() {
        try (SessionTurn _ = turn.take()) {
            return sessions.table().size();
        }
    }

    /**
     * Returns how many sessions are in memory.
     *
     * @return sessions
     */
    public int inMemory() {
        try (SessionTurn _ = turn.take()) {
            return sessions.table().inMemory();
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
        try (SessionTurn _ = turn.take()) {
            return sessions.copy(key);
        }
    }

    /**
     * Brings a session to the store, while others go on. It comes back with its next step; it stays if it does one
     * meanwhile.
     *
     * @param key the session
     * @return true if it has left memory
     * @throws IllegalStateException if there is no store
     * @throws UncheckedIOException if the store fails; the session stays in memory then
     */
    public boolean evict(long key) {
        return unchecked(() -> sessions.evict(key) ? 1 : 0) > 0;
    }

    /**
     * Brings to the store all sessions that have done no step for some time. Others go on meanwhile.
     *
     * @param least how long
     * @return how many it were
     * @throws IllegalStateException if there is no store
     */
    public int evictIdle(Duration least) {
        long since = System.nanoTime() - Objects.requireNonNull(least, "least").toNanos();
        return unchecked(() -> sessions.evictIdle(since));
    }

    /**
     * Writes to the store all sessions that have changed since they were written, while steps go on. A session whose
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
     * Writes all sessions to a file, those in the store too, as they are when this begins, and the names of keys. Steps
     * go on meanwhile. The file is written under another name and renamed, so that the last complete one stays whatever
     * happens.
     *
     * @param file the file
     * @throws IOException if it cannot be written
     * @throws IllegalStateException if another snapshot is being written, or the pool is closed
     */
    public void snapshot(Path file) throws IOException {
        AtomicFile.write(file, sessions::snapshot);
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
        sessions.restore(Objects.requireNonNull(file, "file"));
    }

    /**
     * Answers all offers that wait, brings all sessions to the store, if there is one, and frees the memory. Closing
     * again does nothing.
     *
     * @throws IllegalStateException if the thread that answers offers calls this, or metrics or a store in a turn: the
     *     pool stays open then
     * @throws UncheckedIOException if the store fails: the pool takes no offers any more, and its sessions stay
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

        /** Spikes a step by which the label leads. */
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
