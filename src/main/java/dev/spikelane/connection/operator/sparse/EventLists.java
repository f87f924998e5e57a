package dev.spikelane.connection.operator.sparse;

import dev.spikelane.connection.operator.Rounds;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.ZeroInputs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

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

    /** What a synapse takes. */
    private enum Form {
        /** Two bytes of target: all weights are equal. */
        SHORT_TARGETS(Short.BYTES),
        /** Four bytes of target. */
        TARGETS(Integer.BYTES),
        /** Whole quanta above the bits of the target. */
        PACKED(Integer.BYTES),
        /** A target and whole quanta. */
        QUANTA(2 * Integer.BYTES),
        /** A target and a float. */
        WEIGHTS(Integer.BYTES + Float.BYTES),
        /** Nothing: synapses are drawn again. */
        DRAWN(0);

        private final int bytes;

        Form(int bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * What a source has into one port of a population.
     *
     * @param synapses any part of it
     * @param delay of its projection
     * @param place where its targets start in the vector
     * @param ends behind the last target of each block
     */
    @SuppressWarnings("ArrayRecordComponent") // equals and hashCode compare what it holds
    public record Part(SparseOperator synapses, int delay, int place, int[] ends) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Part part
                    && synapses.store().equals(part.synapses.store())
                    && delay == part.delay
                    && place == part.place
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
    private final Counted[] counted;
    private int round;
    private Form form = Form.DRAWN;
    /** The first place of all targets, and how many bits the others need behind it. */
    private int base;

    private int bits;
    /** The weight of all synapses, as a float or in quanta. */
    private float weight;

    private int quanta;
    /** For each block where the synapses of each input and delay start. */
    private final long[][] starts;

    private final MemorySegment[] entries;
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
        this.whole = first.said().quantum() > 0;
        this.version = version();
        this.delays = parts.stream()
                .flatMapToInt(part -> Arrays.stream(store(part).steps()).map(each -> each + part.delay))
                .sorted()
                .distinct()
                .toArray();
        this.starts = new long[blocks][];
        this.entries = new MemorySegment[blocks];
        this.readers = new SynapseReader[most][];
        this.counted = new Counted[most];
        Arrays.setAll(counted, _ -> new Counted());
        this.drawn = parts.stream().anyMatch(part -> store(part).said().isProcedural());
    }

    /** What threads draw synapses with that are not laid out, of one run: other runs have their own. */
    SynapseReader[][] ofRun(int threads) {
        return form == Form.DRAWN ? readers(threads) : new SynapseReader[threads][];
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
        return version != version();
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
        if (drawn || round > 2) {
            for (int block = 0; block < blocks && !drawn; block++) {
                System.arraycopy(starts[block], 0, starts[block], 1, starts[block].length - 1);
                starts[block][0] = 0;
            }
            readers = new SynapseReader[0][];
            tell(1);
            return 0;
        }
        if (round == 1) {
            double cells = (double) inputs * delays.length + 1;
            requireMemory(cells);
            for (int block = 0; block < blocks; block++) {
                starts[block] = new long[(int) cells];
            }
            readers = readers(readers.length);
        } else {
            Counted all = new Counted();
            for (Counted each : counted) {
                all.join(each);
            }
            choose(all);
            allocate();
        }
        return Math.ceilDiv(inputs, INPUTS_IN_PART);
    }

    @Override
    public void run(int part, int thread) {
        if (round == 1) {
            count(part, thread);
        } else {
            write(part, thread);
        }
    }

    private void allocate() {
        for (int block = 0; block < blocks; block++) {
            long[] own = starts[block];
            for (int i = 1; i < own.length; i++) {
                own[i] += own[i - 1];
            }
            long bytes = own[own.length - 1] * form.bytes;
            entries[block] = NativeMemory.ofAuto().allocate(Math.max(bytes, 1), Long.BYTES);
        }
    }

    /** Throws where the fewest bytes that these synapses may take are not there. */
    private void requireMemory(double cells) {
        double synapses = 0;
        boolean equal = true;
        for (Part part : parts) {
            synapses += new SynapseReader(store(part)).expected();
            equal &= !store(part).hasOwn();
        }
        int least = equal ? Short.BYTES : whole ? Integer.BYTES : Form.WEIGHTS.bytes;
        String what = store(parts.getFirst()).said() + " and " + (parts.size() - 1)
                + " other connections from the same source";
        SparseStore.requireMemory(what, synapses, least, cells * blocks, false);
    }

    private void tell(double share) {
        for (Part part : parts) {
            store(part).said().progress().accept(share);
        }
    }

    /** What a thread has found of weights. */
    private static final class Counted {

        private boolean started;
        private boolean equal = true;
        private float weight;
        private long most;

        private void add(float each) {
            equal &= !started || each == weight;
            weight = each;
            started = true;
        }

        private void join(Counted other) {
            if (other.started) {
                add(other.weight);
                equal &= other.equal;
                most = Math.max(most, other.most);
            }
        }
    }

    /** Counts the synapses of each cell of some inputs, and looks at their weights. */
    private void count(int range, int thread) {
        Counted own = counted[thread];
        int end = Math.min(inputs, (range + 1) * INPUTS_IN_PART);
        for (int input = range * INPUTS_IN_PART; input < end; input++) {
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                SynapseReader reader = readers[thread][i];
                int count = reader.read(input);
                float carried = store(part).spikeValue(input);
                for (int k = 0; k < count; k++) {
                    float each = reader.weight(k) * carried;
                    own.add(each);
                    own.most = whole
                            ? Math.max(own.most, Math.abs((long) store(part).quanta(each)))
                            : 0;
                    starts[part.block(reader.target(k))][cell(input, reader.delay(k) + part.delay) + 1]++;
                }
            }
        }
        tell(0.5 * end / inputs);
    }

    /** Chooses the shortest form. */
    private void choose(Counted all) {
        int lowest = Integer.MAX_VALUE;
        int highest = 0;
        for (Part part : parts) {
            lowest = Math.min(lowest, part.place);
            highest = Math.max(highest, part.place + part.ends[blocks - 1]);
        }
        base = lowest;
        bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, highest - lowest));
        weight = all.weight;
        quanta = whole && all.started ? store(parts.getFirst()).quanta(weight) : 0;
        if (all.equal) {
            form = highest - lowest <= 1 << Short.SIZE ? Form.SHORT_TARGETS : Form.TARGETS;
        } else if (whole) {
            form = all.most < 1L << Integer.SIZE - 1 - bits ? Form.PACKED : Form.QUANTA;
        } else {
            form = Form.WEIGHTS;
        }
    }

    private int cell(int input, int delay) {
        return input * delays.length + (delays.length == 1 ? 0 : Arrays.binarySearch(delays, delay));
    }

    /** Writes each synapse of some inputs at the start of its cell, which moves on to the end. */
    private void write(int range, int thread) {
        int end = Math.min(inputs, (range + 1) * INPUTS_IN_PART);
        for (int input = range * INPUTS_IN_PART; input < end; input++) {
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                SynapseReader reader = readers[thread][i];
                int count = reader.read(input);
                float carried = store(part).spikeValue(input);
                for (int k = 0; k < count; k++) {
                    int target = reader.target(k);
                    int block = part.block(target);
                    long at = starts[block][cell(input, reader.delay(k) + part.delay)]++ * form.bytes;
                    write(entries[block], at, part.place + target - base, reader.weight(k) * carried);
                }
            }
        }
        tell(0.5 + 0.5 * end / inputs);
    }

    private void write(MemorySegment to, long at, int target, float value) {
        switch (form) {
            case SHORT_TARGETS -> to.set(SHORT, at, (short) target);
            case TARGETS -> to.set(INT, at, target);
            case PACKED -> to.set(INT, at, store(parts.getFirst()).quanta(value) << bits | target);
            case QUANTA -> {
                to.set(INT, at, target);
                to.set(INT, at + Integer.BYTES, store(parts.getFirst()).quanta(value));
            }
            case WEIGHTS -> {
                to.set(INT, at, target);
                to.set(FLOAT, at + Integer.BYTES, value);
            }
            case DRAWN -> throw new IllegalStateException("nothing is laid out");
        }
    }

    /** The number of a delay; negative if no synapse has it. */
    public int numberOf(int delay) {
        return Arrays.binarySearch(delays, delay);
    }

    /** Adds the synapses of a delay, by its number, of inputs that fire, in their order, to a block of currents. */
    void deliver(int[] spikes, int count, int delay, int block, SynapseReader[] own, MemorySegment currents) {
        if (form == Form.DRAWN) {
            for (int i = 0; i < count; i++) {
                draw(spikes[i], 1, delay, block, own, currents);
            }
            return;
        }
        long[] cells = starts[block];
        MemorySegment list = entries[block];
        for (int i = 0; i < count; i++) {
            int cell = spikes[i] * delays.length + delay;
            long from = cells[cell] * form.bytes;
            long end = cells[cell + 1] * form.bytes;
            switch (form) {
                case SHORT_TARGETS -> addEqualShort(list, from, end, currents);
                case TARGETS -> addEqual(list, from, end, currents);
                case PACKED -> addPacked(list, from, end, currents);
                case QUANTA -> addQuanta(list, from, end, currents);
                case WEIGHTS -> addWeights(list, from, end, currents);
                case DRAWN -> throw new IllegalStateException("nothing is laid out");
            }
        }
    }

    private void addEqualShort(MemorySegment list, long from, long end, MemorySegment currents) {
        long first = (long) base * Float.BYTES;
        if (whole) {
            for (long at = from; at < end; at += Short.BYTES) {
                long to = first + ((long) (list.get(SHORT, at) & 0xffff) << 2);
                currents.set(INT, to, currents.get(INT, to) + quanta);
            }
            return;
        }
        float each = weight;
        for (long at = from; at < end; at += Short.BYTES) {
            long to = first + ((long) (list.get(SHORT, at) & 0xffff) << 2);
            currents.set(FLOAT, to, currents.get(FLOAT, to) + each);
        }
    }

    private void addEqual(MemorySegment list, long from, long end, MemorySegment currents) {
        long first = (long) base * Float.BYTES;
        if (whole) {
            for (long at = from; at < end; at += Integer.BYTES) {
                long to = first + ((long) list.get(INT, at) << 2);
                currents.set(INT, to, currents.get(INT, to) + quanta);
            }
            return;
        }
        float each = weight;
        for (long at = from; at < end; at += Integer.BYTES) {
            long to = first + ((long) list.get(INT, at) << 2);
            currents.set(FLOAT, to, currents.get(FLOAT, to) + each);
        }
    }

    private void addPacked(MemorySegment list, long from, long end, MemorySegment currents) {
        long first = (long) base * Float.BYTES;
        int shift = bits;
        int mask = (1 << shift) - 1;
        for (long at = from; at < end; at += Integer.BYTES) {
            int entry = list.get(INT, at);
            long to = first + ((long) (entry & mask) << 2);
            currents.set(INT, to, currents.get(INT, to) + (entry >> shift));
        }
    }

    private void addQuanta(MemorySegment list, long from, long end, MemorySegment currents) {
        long first = (long) base * Float.BYTES;
        for (long at = from; at < end; at += 2 * Integer.BYTES) {
            long to = first + ((long) list.get(INT, at) << 2);
            currents.set(INT, to, currents.get(INT, to) + list.get(INT, at + Integer.BYTES));
        }
    }

    private void addWeights(MemorySegment list, long from, long end, MemorySegment currents) {
        long first = (long) base * Float.BYTES;
        for (long at = from; at < end; at += Integer.BYTES + Float.BYTES) {
            long to = first + ((long) list.get(INT, at) << 2);
            currents.set(FLOAT, to, currents.get(FLOAT, to) + list.get(FLOAT, at + Integer.BYTES));
        }
    }

    /** Draws the synapses of an input again, those of a delay; a spike adds its weight once. */
    private void draw(int input, float value, int delay, int block, SynapseReader[] own, MemorySegment currents) {
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            SynapseReader reader = own[i];
            int first = block == 0 ? 0 : part.ends[block - 1];
            int steps = delays[delay] - part.delay;
            float carried = store(part).spikeValue(input);
            int count = reader.read(input);
            for (int k = 0; k < count; k++) {
                int target = reader.target(k);
                if (target >= first && target < part.ends[block] && reader.delay(k) == steps) {
                    long to = (long) (part.place + target) * Float.BYTES;
                    float each = reader.weight(k) * carried;
                    if (whole) {
                        int sum = currents.get(INT, to) + store(part).quanta(each);
                        currents.set(INT, to, sum);
                    } else {
                        currents.set(FLOAT, to, ZeroInputs.fma(value, each, currents.get(FLOAT, to)));
                    }
                }
            }
        }
    }

    /** Adds a value of an input times the weights of a delay, one fused product a synapse. */
    void deliver(int input, float value, int delay, int block, SynapseReader[] own, MemorySegment currents) {
        if (form == Form.DRAWN) {
            draw(input, value, delay, block, own, currents);
            return;
        }
        MemorySegment list = entries[block];
        int cell = input * delays.length + delay;
        for (long i = starts[block][cell]; i < starts[block][cell + 1]; i++) {
            long at = i * form.bytes;
            int target = form == Form.SHORT_TARGETS ? list.get(SHORT, at) & 0xffff : list.get(INT, at);
            long to = (long) (base + target) * Float.BYTES;
            float each = form == Form.WEIGHTS ? list.get(FLOAT, at + Integer.BYTES) : weight;
            currents.set(FLOAT, to, ZeroInputs.fma(value, each, currents.get(FLOAT, to)));
        }
    }
}
