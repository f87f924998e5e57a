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
 * The synapses of a source over all its targets in one vector of currents: for each block of targets, those of an input
 * sorted by delay, in a form that is as short as their weights allow. A block belongs to one thread.
 */
public final class EventLists implements Rounds {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Inputs whose synapses a thread lays out at a time. */
    private static final int INPUTS_IN_PART = 64;

    /**
     * What a source has into one port of a population.
     *
     * @param synapses any part of it
     * @param delay of its projection
     * @param place where its targets start in the vector
     * @param ends behind the last target of each block
     * @param changes whether a rule changes weights where they stand, so that nothing is laid out
     */
    @SuppressWarnings("ArrayRecordComponent") // equals and hashCode compare what it holds
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
    /** The only part, if a rule changes it. */
    private final @Nullable Part changing;

    private final @Nullable Synapses placed;
    private final MemorySegment weights;
    private int round;
    private EventFormat format = new EventFormat(Form.DRAWN, 0, 0, 0, 0, false);
    /** Where the synapses of each input start: behind one another those of the blocks, in each sorted by delay. */
    private long[] firsts = new long[0];
    /** For each block where the synapses of each input and delay start, from the first of the input on. */
    private final int[][] starts;

    private MemorySegment entries = MemorySegment.NULL;
    /** The number of each delay from the smallest on. */
    private final int[] numbers;
    /** What threads read synapses with while they lay them out. */
    private SynapseReader[][] readers;

    /**
     * Prepares to lay synapses out, which threads do in {@link #run}.
     *
     * @param parts in the order in which their weights are added
     * @param blocks of targets
     * @param most threads that share the work
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

    /** What threads draw synapses with that are not laid out, of one run: other runs have their own. */
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

    /** Whether weights have changed since these were laid out. */
    public boolean isStale() {
        return changing == null && version != version();
    }

    /** Whether these are of the same parts, with the weights that they have now. */
    public boolean isOf(List<Part> others, int ofBlocks) {
        return blocks == ofBlocks && !isStale() && parts.equals(others);
    }

    /** The parts. */
    public List<Part> of() {
        return parts;
    }

    /** The delays that synapses have, with those of their projections, ascending. */
    public int[] delays() {
        return delays;
    }

    /** Threads count synapses, then write them. */
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

    /** Throws where the fewest bytes that the synapses of all these may take together are not there. */
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

    /** Chooses the shortest form. */
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
                equal = only * store(part).spikeValue(input) == one; // not where weights differ
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
        // All sources of a vector that are packed have the same bits, and are added together.
        boolean packed = strongest < 1L << Integer.SIZE - 1 - bits;
        return new EventFormat(packed ? Form.PACKED : Form.QUANTA, 0, packed ? bits : 0, 0, 0, true);
    }

    /** Counts the synapses of an input by block and delay, then writes each at its place. */
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

    /** The number of a delay; negative if no synapse has it. */
    public int numberOf(int delay) {
        return Arrays.binarySearch(delays, delay);
    }

    /** Adds the synapses of a delay, by its number, of inputs that fire, in their order, to a block of currents. */
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

    /** Adds the synapses of an input and a delay, as they are now. */
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

    /** Draws the synapses of an input again, those of a delay; a spike adds its weight once. */
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

    /** Adds a value of an input times the weights of a delay, one fused product a synapse. */
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
