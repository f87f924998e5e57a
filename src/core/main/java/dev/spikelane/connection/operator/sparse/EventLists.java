package dev.spikelane.connection.operator.sparse;

import dev.spikelane.connection.operator.Rounds;
import dev.spikelane.connection.operator.sparse.EventFormat.Form;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The synapses of a source to all its targets in one vector of currents. For each block of targets, the synapses of an
 * input are sorted by delay, in the shortest format that holds their weights. A block belongs to one thread.
 */
public final class EventLists implements Rounds {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Inputs whose synapses a thread lays out at a time. */
    private static final int INPUTS_IN_PART = 64;

    /**
     * The synapses of a source at one port of a population.
     *
     * @param delay the delay of its projection
     * @param place the place of its first target in the vector
     * @param ends the index after the last target of each block
     * @param changes true if a rule changes weights in place, so that there are no lists
     */
    @SuppressWarnings("ArrayRecordComponent") // equals and hashCode compare the content
    public record Part(SparseOperator synapses, int delay, int place, int[] ends, boolean changes) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Part part
                    && synapses.store().equals(part.synapses.store())
                    && delay == part.delay
                    && place == part.place
                    && changes == part.changes
                    && Arrays.equals(ends, part.ends);
        }

        @Override
        public int hashCode() {
            return Objects.hash(synapses.store(), delay, place);
        }

        private int block(int target) {
            int block = 0;
            while (target >= ends[block]) {
                block++;
            }
            return block;
        }
    }

    private final List<Part> parts;
    private final int inputs;
    private final int blocks;
    private final int[] delays;
    private final boolean whole;
    private final long version;
    private final boolean drawn;
    /** The only part, if a rule changes its weights. */
    private final @Nullable Part changing;

    private final @Nullable Synapses placed;
    private final MemorySegment weights;
    private int round;
    private EventFormat format = new EventFormat(Form.DRAWN, 0, 0, 0, 0, false);
    /** Offsets of each input's synapses: block after block, each sorted by delay. */
    private long[] firsts = new long[0];
    /** Offsets of synapses for each block, input and delay, relative to the input. */
    private final int[][] starts;

    private MemorySegment entries = MemorySegment.NULL;
    private final int[] numbers;

    private SynapseReader[][] readers;

    /**
     * Prepares the lists, which threads make in {@link #run}.
     *
     * @param parts in the order in which their weights are added
     * @param blocks blocks of targets
     * @param most the most threads that share the work
     */
    public EventLists(List<Part> parts, int blocks, int most) {
        this.parts = List.copyOf(parts);
        this.blocks = blocks;
        SparseStore first = store(parts.getFirst());
        this.inputs = first.rows().size();
        this.whole = first.declared().quantum() > 0;
        this.version = version();
        this.delays = parts.stream()
                .flatMapToInt(part -> Arrays.stream(store(part).steps()).map(each -> each + part.delay))
                .sorted()
                .distinct()
                .toArray();
        this.numbers = new int[delays[delays.length - 1] - delays[0] + 1];
        Arrays.setAll(numbers, i -> Arrays.binarySearch(delays, delays[0] + i));
        this.starts = new int[blocks][];
        this.readers = new SynapseReader[most][];
        this.drawn = parts.stream().anyMatch(part -> store(part).declared().isProcedural());
        this.changing = parts.getFirst().changes ? parts.getFirst() : null;
        this.placed = changing == null ? null : first.synapses();
        this.weights = changing == null ? MemorySegment.NULL : first.weights().segment();
    }

    /** Returns separate readers for a run that draws synapses without lists. */
    SynapseReader[][] ofRun(int threads) {
        return drawn ? readers(threads) : new SynapseReader[threads][];
    }

    private SynapseReader[][] readers(int threads) {
        SynapseReader[][] made = new SynapseReader[threads][parts.size()];
        for (int i = 0; i < parts.size(); i++) {
            made[0][i] = new SynapseReader(store(parts.get(i)));
            for (int thread = 1; thread < threads; thread++) {
                made[thread][i] = made[0][i].another();
            }
        }
        return made;
    }

    private static SparseStore store(Part part) {
        return part.synapses.store();
    }

    private long version() {
        long sum = 0;
        for (int i = 0; i < parts.size(); i++) {
            sum += store(parts.get(i)).version();
        }
        return sum;
    }

    public boolean isStale() {
        return changing == null && version != version();
    }

    public boolean isOf(List<Part> others, int ofBlocks) {
        return blocks == ofBlocks && !isStale() && parts.equals(others);
    }

    public List<Part> of() {
        return parts;
    }

    /** Returns the delays of synapses, including their projections' delays, ascending. */
    public int[] delays() {
        return delays;
    }

    /** The first round counts synapses, the second writes them. */
    @Override
    public int parts() {
        round++;
        if (drawn || changing != null || round > 2) {
            readers = new SynapseReader[0][];
            tell(1);
            return 0;
        }
        if (round == 1) {
            firsts = new long[inputs + 1];
            readers = readers(readers.length);
        } else {
            for (int i = 0; i < inputs; i++) {
                firsts[i + 1] += firsts[i];
            }
            format = choose();
            long bytes = firsts[inputs] * format.form().bytes + Arrivals.PAD * Integer.BYTES;
            entries = NativeMemory.ofAuto().allocate(bytes, Long.BYTES);
            for (int block = 0; block < blocks; block++) {
                starts[block] = new int[inputs * (delays.length + 1)];
            }
        }
        return Math.ceilDiv(inputs, INPUTS_IN_PART);
    }

    @Override
    public void run(int part, int thread) {
        int first = part * INPUTS_IN_PART;
        int end = Math.min(inputs, first + INPUTS_IN_PART);
        int[] places = new int[round == 1 ? 0 : blocks * delays.length];
        for (int input = first; input < end; input++) {
            if (round == 1) {
                for (SynapseReader reader : readers[thread]) {
                    firsts[input + 1] += reader.count(input);
                }
            } else {
                write(input, readers[thread], places);
            }
        }
        tell((round == 1 ? end : inputs + 4.0 * end) / (5.0 * inputs));
    }

    /** Throws if memory is not enough for the smallest size of all these lists. */
    public static void requireMemory(List<EventLists> all) {
        SynapseMemory sum = SynapseMemory.NONE;
        int connections = 0;
        for (EventLists each : all) {
            sum = sum.plus(each.memory());
            connections += each.parts.size();
        }
        if (connections > 0) {
            String what = store(all.getFirst().parts.getFirst()).declared() + " and " + (connections - 1)
                    + " other connections that run with it";
            sum.require(what, false);
        }
    }

    private SynapseMemory memory() {
        if (drawn || changing != null) {
            return SynapseMemory.NONE;
        }
        double synapses = 0;
        boolean equal = true;
        for (Part part : parts) {
            synapses += new SynapseReader(store(part)).expected();
            equal &= !store(part).hasOwn();
        }
        int least = equal ? Short.BYTES : whole ? Integer.BYTES : Form.WEIGHTS.bytes;
        double cells = (double) inputs * (delays.length + 1);
        double heap = cells * blocks * Integer.BYTES + (double) inputs * Long.BYTES;
        return new SynapseMemory(synapses, synapses * least, cells * blocks, heap, cells);
    }

    private void tell(double share) {
        for (Part part : parts) {
            store(part).declared().progress().accept(share);
        }
    }

    private EventFormat choose() {
        int lowest = Integer.MAX_VALUE;
        int highest = 0;
        float one = readers[0][0].only() * store(parts.getFirst()).spikeValue(0);
        boolean equal = true;
        long strongest = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            lowest = Math.min(lowest, part.place);
            highest = Math.max(highest, part.place + part.ends[blocks - 1]);
            float only = readers[0][i].only();
            for (int input = 0; input < inputs && equal; input++) {
                equal = only * store(part).spikeValue(input) == one; // false if weights differ
            }
            if (whole) {
                strongest = Math.max(strongest, Math.abs((long) store(part).quanta(readers[0][i].most())));
            }
        }
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, highest));
        int quanta = whole && equal ? store(parts.getFirst()).quanta(one) : 0;
        boolean small = highest - lowest <= 1 << Short.SIZE;
        if (equal) {
            return new EventFormat(small ? Form.SHORT_TARGETS : Form.TARGETS, lowest, 0, one, quanta, whole);
        }
        if (!whole) {
            return new EventFormat(Form.WEIGHTS, 0, 0, 0, 0, false);
        }
        // All packed sources of a vector have the same bits, so that they are added together.
        boolean packed = strongest < 1L << Integer.SIZE - 1 - bits;
        return new EventFormat(packed ? Form.PACKED : Form.QUANTA, 0, packed ? bits : 0, 0, 0, true);
    }

    /** Counts the synapses of an input by block and delay, then writes them. */
    private void write(int input, SynapseReader[] own, int[] places) {
        Arrays.fill(places, 0);
        for (int i = 0; i < own.length; i++) {
            Part part = parts.get(i);
            own[i].read(input);
            for (int k = 0; k < own[i].present(); k++) {
                places[place(part, own[i], k)]++;
            }
        }
        int at = 0;
        for (int block = 0; block < blocks; block++) {
            int cell = input * (delays.length + 1);
            for (int d = 0; d < delays.length; d++) {
                int count = places[block * delays.length + d];
                places[block * delays.length + d] = at;
                starts[block][cell++] = at;
                at += count;
            }
            starts[block][cell] = at;
        }
        for (int i = 0; i < own.length; i++) {
            Part part = parts.get(i);
            float carried = store(part).spikeValue(input);
            for (int k = 0; k < own[i].present(); k++) {
                long to = firsts[input] + places[place(part, own[i], k)]++;
                float each = own[i].weight(k) * carried;
                int target = part.place + own[i].target(k);
                write(to, target, whole ? store(part).quanta(each) : Float.floatToRawIntBits(each));
            }
        }
    }

    private int place(Part part, SynapseReader reader, int synapse) {
        int delay = numbers[reader.delay(synapse) + part.delay - delays[0]];
        return blocks == 1 ? delay : part.block(reader.target(synapse)) * delays.length + delay;
    }

    private void write(long synapse, int target, int value) {
        long at = synapse * format.form().bytes;
        switch (format.form()) {
            case SHORT_TARGETS -> entries.set(SHORT, at, (short) (target - format.base()));
            case TARGETS -> entries.set(INT, at, target - format.base());
            case PACKED -> entries.set(INT, at, value << format.bits() | target);
            case QUANTA, WEIGHTS -> {
                entries.set(INT, at, target);
                entries.set(INT, at + Integer.BYTES, value);
            }
            case DRAWN -> throw new IllegalStateException("nothing is laid out");
        }
    }

    public int numberOf(int delay) {
        return Arrays.binarySearch(delays, delay);
    }

    /** Adds the synapses of active inputs with a delay, given by its index, to a block of currents, in order. */
    void deliver(int[] spikes, int count, int delay, int block, SynapseReader[] own, EventVector vector) {
        Arrivals arrivals = vector.arrivals(block);
        arrivals.begin(format);
        if (changing != null) {
            for (int i = 0; i < count; i++) {
                deliver(changing, spikes[i], delay, block, vector);
            }
            return;
        }
        if (drawn) {
            for (int i = 0; i < count; i++) {
                draw(spikes[i], 1, delay, block, own, vector);
            }
            return;
        }
        int[] cells = starts[block];
        for (int i = 0; i < count; i++) {
            int cell = spikes[i] * (delays.length + 1) + delay;
            int first = cells[cell];
            if (cells[cell + 1] > first) {
                arrivals.add(entries, firsts[spikes[i]] + first, cells[cell + 1] - first);
            }
        }
    }

    /** Adds the present synapses of an input and a delay. */
    private void deliver(Part part, int input, int delay, int block, EventVector vector) {
        SparseStore store = store(part);
        Synapses synapses = Objects.requireNonNull(placed);
        float carried = store.spikeValue(input);
        int torch = SparseStore.torch(store.rows(), input);
        int first = block == 0 ? 0 : part.ends[block - 1];
        int last = part.ends[block];
        long end = synapses.end(torch, delay);
        for (long i = synapses.first(torch, delay); i < end; i++) {
            int target = synapses.target(i);
            if (target >= first && target < last) {
                vector.addWeight(part.place + target, weights.get(FLOAT, i * Float.BYTES) * carried);
            }
        }
    }

    /** Draws the synapses of an input with a delay again; a spike adds its weight once. */
    private void draw(int input, float value, int delay, int block, SynapseReader[] own, EventVector vector) {
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            SynapseReader reader = own[i];
            int first = block == 0 ? 0 : part.ends[block - 1];
            int steps = delays[delay] - part.delay;
            float carried = store(part).spikeValue(input);
            int count = reader.read(input);
            float last = 0;
            int quanta = 0;
            for (int k = 0; k < count; k++) {
                int target = reader.target(k);
                if (target >= first && target < part.ends[block] && reader.delay(k) == steps) {
                    float each = reader.weight(k) * carried;
                    if (whole) {
                        quanta = each == last ? quanta : store(part).quanta(each);
                        last = each;
                        vector.add(part.place + target, quanta);
                    } else {
                        vector.add(part.place + target, value, each);
                    }
                }
            }
        }
    }

    /** Adds a value of an input times the weights of a delay, by one fused multiply-add for each synapse. */
    void deliver(int input, float value, int delay, int block, SynapseReader[] own, EventVector vector) {
        vector.arrivals(block).flush();
        if (drawn) {
            draw(input, value, delay, block, own, vector);
            return;
        }
        int cell = input * (delays.length + 1) + delay;
        for (long i = firsts[input] + starts[block][cell]; i < firsts[input] + starts[block][cell + 1]; i++) {
            long at = i * format.form().bytes;
            int target = format.form() == Form.SHORT_TARGETS ? entries.get(SHORT, at) & 0xffff : entries.get(INT, at);
            float each = format.form() == Form.WEIGHTS ? entries.get(FLOAT, at + Integer.BYTES) : format.weight();
            vector.add(format.base() + target, value, each);
        }
    }
}
