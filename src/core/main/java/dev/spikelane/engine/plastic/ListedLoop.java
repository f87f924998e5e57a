package dev.spikelane.engine.plastic;

import dev.spikelane.equation.Rule;
import dev.spikelane.equation.Rule.Space;
import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Pads;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Runs programs, one after the other, along synapses in lists. It gathers some synapses into rows of a tile, which stay
 * in the L1 cache, and scatters stored values back. Rows and columns of synapses are short: gathering many of them at
 * once costs less than a copy of each.
 */
final class ListedLoop {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Synapses in a tile. */
    private static final int TILE = 2048;

    private final ListedSynapses of;
    private final boolean crossed;
    private final List<CompiledProgram> programs = new ArrayList<>();
    private final List<Frame> frames = new ArrayList<>();
    /** The first program along all synapses, in place. */
    private final Frame whole;

    /** Rows of synapses that programs use. */
    private final List<Row> synapses = new ArrayList<>();

    /** Variables of inputs and outputs that programs use, for each sample. */
    private final List<InputRow> inputs = new ArrayList<>();

    private final List<OutputRow> outputs = new ArrayList<>();
    private final MemorySegment tile;
    /** Numbers of the synapses in the tile, and the offsets of their inputs' and outputs' variables. */
    private final int[] numbers = new int[TILE];

    private final int[] ins = new int[TILE];
    private final int[] outs = new int[TILE];
    private int filled;
    private int sample;
    /** Row places of synapses in columns; indices in the tile of synapses whose row and column are both active. */
    private final int[] places = new int[TILE];

    private final int[] crossing = new int[TILE];
    private int crossings;

    /**
     * A row of the tile.
     *
     * @param all values of all synapses
     * @param at offset in the tile
     * @param isStored true if a program stores it
     * @param isChange true if it holds changes by spikes, which are 0 except in changed rows
     */
    private record Row(FloatMatrix all, long at, boolean isStored, boolean isChange) {}

    private record InputRow(History history, long at) {}

    private record OutputRow(FloatMatrix all, long at) {}

    /**
     * Compiles one program, or one and the program that applies its changes.
     *
     * @param crossed true if columns of firing outputs may cross the rows; changes of these synapses then wait
     */
    ListedLoop(ListedSynapses of, List<Function<Graph, Program>> texts, boolean crossed) {
        this.of = of;
        this.crossed = crossed;
        Set<String> names = new LinkedHashSet<>();
        Set<String> stored = new LinkedHashSet<>();
        for (Function<Graph, Program> each : texts) {
            CompiledProgram made =
                    of.values.compile(each, of.values.parameters().shared());
            programs.add(made);
            names.addAll(made.program().rows());
            made.program().stores().forEach(store -> stored.add(store.name()));
        }
        FloatMatrix rows = FloatMatrix.zeros(of.arena, names.size(), TILE + Long.SIZE); // spreads rows over cache sets
        this.tile = rows.segment();
        for (CompiledProgram each : programs) {
            Frame frame = new Frame(each.program(), TILE);
            of.values.parameters().put(frame);
            frames.add(frame);
        }
        this.whole = new Frame(programs.getFirst().program(), (int) Math.max(1, of.placed.count()));
        of.values.parameters().put(whole);
        int row = 0;
        for (String name : names) {
            long at = rows.rowOffset(row++);
            FloatMatrix ofNeurons = of.variables.get(name);
            if (of.values.isOfSynapses(name)) {
                FloatMatrix all = (FloatMatrix) of.values.synapses(name);
                boolean change = texts.size() > 1 && name.startsWith(Rule.CHANGE);
                whole.put(name, all.segment(), 0, 0);
                synapses.add(new Row(all, at, stored.contains(name), change));
            } else if (ofNeurons != null
                    && of.values.rule().variables(Space.PRE).contains(name)) {
                inputs.add(new InputRow(of.keep(name), at));
            } else if (ofNeurons != null) {
                outputs.add(new OutputRow(ofNeurons, at));
            }
            frames.forEach(frame -> frame.put(name, tile, at, 0));
        }
    }

    /** Stores the present variables of inputs that the programs use. */
    void keep() {
        for (int i = 0; i < inputs.size(); i++) {
            inputs.get(i).history.take();
        }
    }

    /** Runs along all synapses, in place. */
    void all() {
        programs.getFirst().loop().run(whole, 0, 1, 1);
        for (int i = 0; i < synapses.size(); i++) {
            Pads.clear(synapses.get(i).all, 0);
        }
    }

    /** Adds the row of a sample's input at an age in steps, and runs when the tile is full. */
    void row(int ofSample, int age, int input, int first, int end) {
        sample = ofSample;
        int in = inputs.isEmpty() ? 0 : inputs.getFirst().history.row(0, age) * of.stride + input;
        int count;
        for (int from = first; from < end; from += count) {
            if (filled == TILE) {
                runRows();
            }
            count = Math.min(end - from, TILE - filled);
            of.placed.list(from, count, numbers, outs, filled);
            Arrays.fill(ins, filled, filled + count, in);
            filled += count;
        }
    }

    /** Runs along the rows in the tile. */
    void runRows() {
        run(false);
    }

    /** Adds the column of a sample's output, and runs when the tile is full. */
    void column(int ofSample, int output) {
        sample = ofSample;
        int end = of.starts[output + 1];
        int count;
        for (int from = of.starts[output]; from < end; from += count) {
            if (filled == TILE) {
                runColumns();
            }
            count = Math.min(end - from, TILE - filled);
            MemorySegment.copy(of.numbers, INT, (long) from * Integer.BYTES, numbers, filled, count);
            MemorySegment.copy(of.places, INT, (long) from * Integer.BYTES, places, filled, count);
            Arrays.fill(outs, filled, filled + count, output);
            filled += count;
        }
    }

    /** Runs along the columns in the tile. */
    void runColumns() {
        if (!inputs.isEmpty()) {
            int around = inputs.getFirst().history.steps * of.stride;
            int turn = inputs.getFirst().history.row(0, 0) * of.stride;
            for (int i = 0; i < filled; i++) { // places are offsets in the ring's first steps
                int place = places[i] + turn;
                ins[i] = place - (place >= around ? around : 0);
            }
        }
        run(of.hasChanges());
    }

    /** Runs the programs; with {@code changes}, synapses of changed places have waiting changes, else none has. */
    private void run(boolean changes) {
        if (filled == 0) {
            return;
        }
        for (int i = 0; i < synapses.size(); i++) {
            take(synapses.get(i), changes);
        }
        for (int i = 0; i < inputs.size(); i++) {
            InputRow row = inputs.get(i);
            gather(row.history.rows.segment(), row.history.rowOffset(sample), ins, filled, tile, row.at);
        }
        for (int i = 0; i < outputs.size(); i++) {
            OutputRow row = outputs.get(i);
            gather(row.all.segment(), row.all.rowOffset(sample), outs, filled, tile, row.at);
        }
        for (int i = 0; i < programs.size(); i++) {
            frames.get(i).words = Math.ceilDiv(filled, Long.SIZE);
            programs.get(i).loop().run(frames.get(i), 0, 1, 1);
            if (i == 0 && crossed) {
                cross();
            }
        }
        for (int i = 0; i < synapses.size(); i++) {
            if (synapses.get(i).isStored) {
                put(synapses.get(i), changes);
            }
        }
        crossings = 0;
        filled = 0;
    }

    private void take(Row row, boolean changes) {
        if (!row.isChange) {
            gather(row.all.segment(), 0, numbers, filled, tile, row.at);
            return;
        }
        fill(tile, row.at, filled, 0);
        for (int i = 0; i < filled && changes; i++) {
            if (of.isChanged(places[i])) {
                float change = row.all.segment().get(FLOAT, (long) numbers[i] * Float.BYTES);
                tile.set(FLOAT, row.at + (long) i * Float.BYTES, change);
            }
        }
    }

    /** Stores a row. Applied changes become 0. */
    private void put(Row row, boolean changes) {
        MemorySegment all = row.all.segment();
        if (!row.isChange) {
            for (int i = 0; i < crossings; i++) {
                long to = row.at + (long) crossing[i] * Float.BYTES;
                tile.set(FLOAT, to, all.get(FLOAT, (long) numbers[crossing[i]] * Float.BYTES)); // its change waits
            }
            scatter(tile, row.at, numbers, filled, all);
            return;
        }
        for (int i = 0; i < filled && changes; i++) {
            if (of.isChanged(places[i])) {
                all.set(FLOAT, (long) numbers[i] * Float.BYTES, 0);
            }
        }
    }

    /** Stores the changes of synapses that columns of firing outputs cross, and lists these synapses. */
    private void cross() {
        for (int i = 0; i < filled; i++) {
            crossing[crossings] = i;
            crossings += (int) (of.firing[outs[i] >>> 6] >>> outs[i] & 1);
        }
        for (int i = 0; i < synapses.size(); i++) {
            Row row = synapses.get(i);
            for (int k = 0; k < crossings && row.isChange; k++) {
                float change = tile.get(FLOAT, row.at + (long) crossing[k] * Float.BYTES);
                row.all.segment().set(FLOAT, (long) numbers[crossing[k]] * Float.BYTES, change);
            }
        }
    }

    private static void fill(MemorySegment tile, long at, int count, float value) {
        Checks.isNative(tile);
        for (int i = 0; i < count; i++) {
            tile.set(FLOAT, at + (long) i * Float.BYTES, value);
        }
    }

    /** Copies numbers from scattered places to consecutive ones. */
    private static void gather(MemorySegment from, long base, int[] places, int count, MemorySegment to, long at) {
        Checks.isNative(from);
        Checks.isNative(to);
        for (int i = 0; i < count; i++) {
            float value = from.get(FLOAT, base + (long) places[i] * Float.BYTES);
            to.set(FLOAT, at + (long) i * Float.BYTES, value);
        }
    }

    private static void scatter(MemorySegment from, long at, int[] places, int count, MemorySegment to) {
        Checks.isNative(from);
        Checks.isNative(to);
        for (int i = 0; i < count; i++) {
            to.set(FLOAT, (long) places[i] * Float.BYTES, from.get(FLOAT, at + (long) i * Float.BYTES));
        }
    }
}
