package dev.spikelane.engine.plastic;

import dev.spikelane.equation.Rule;
import dev.spikelane.equation.Rule.Space;
import dev.spikelane.kernel.step.EquationLoops;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Programs, one behind the other, along synapses in lists: some of them are taken to rows side by side, which stay in
 * the L1 cache, and what programs store is put back.
 */
final class ListedLoop {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Synapses at a time. */
    private static final int TILE = 2048;

    private final ListedSynapses of;
    private final boolean crossed;
    private final List<CompiledProgram> programs = new ArrayList<>();
    private final List<Frame> frames = new ArrayList<>();
    /** Of the first program along all synapses, where they stand. */
    private final Frame whole;

    /** What programs take of synapses, of inputs and of outputs. */
    private final List<Row> synapses = new ArrayList<>();

    private final List<Row> inputs = new ArrayList<>();
    private final List<Row> outputs = new ArrayList<>();
    private final MemorySegment tile;
    private int filled;
    /** Rows in the tile: where each starts, and how many synapses it has. */
    private final int[] firsts = new int[TILE];

    private final int[] counts = new int[TILE];
    private int pieces;
    private int crossings;
    /** Columns in the tile: the synapses and the places of their inputs. */
    private final int[] numbers = new int[TILE];

    private final int[] places = new int[TILE];
    private final int[] turned = new int[TILE];

    /**
     * A row of the tile.
     *
     * @param all what it is taken from: of all synapses, or of inputs or outputs for each sample
     * @param history of a variable of inputs
     * @param at where it starts in the tile
     * @param isStored whether a program stores it
     * @param isChange whether it is what spikes have added, which is 0 but where rows have changed
     */
    private record Row(FloatMatrix all, @Nullable History history, long at, boolean isStored, boolean isChange) {}

    /**
     * Compiles programs: one, or one and what applies the changes that it makes.
     *
     * @param crossed whether columns of outputs that fire cross rows, whose changes wait for them there
     */
    ListedLoop(ListedSynapses of, List<Function<Graph, Program>> texts, boolean crossed) {
        this.of = of;
        this.crossed = crossed;
        Set<String> names = new LinkedHashSet<>();
        Set<String> stored = new LinkedHashSet<>();
        for (Function<Graph, Program> each : texts) {
            CompiledProgram made =
                    EquationLoops.compile(each, of.values.parameters().shared());
            programs.add(made);
            names.addAll(made.program().rows());
            made.program().stores().forEach(store -> stored.add(store.name()));
        }
        FloatMatrix rows = FloatMatrix.zeros(of.arena, names.size(), TILE + Long.SIZE); // apart in sets of the cache
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
                synapses.add(new Row(all, null, at, stored.contains(name), change));
            } else if (ofNeurons != null) {
                boolean ofInputs = of.values.rule().variables(Space.PRE).contains(name);
                History history = ofInputs ? of.keep(name) : null;
                (ofInputs ? inputs : outputs).add(new Row(ofNeurons, history, at, false, false));
            }
            frames.forEach(frame -> frame.put(name, tile, at, 0));
        }
    }

    /** Keeps what this takes of inputs, as it is now. */
    void keep() {
        for (int i = 0; i < inputs.size(); i++) {
            history(inputs.get(i)).take();
        }
    }

    private static History history(Row row) {
        return Objects.requireNonNull(row.history);
    }

    /** Runs along all synapses, where they stand. */
    void all() {
        programs.getFirst().loop().run(whole, 0, 1, 1);
        for (int i = 0; i < synapses.size(); i++) {
            Pads.clear(synapses.get(i).all, 0);
        }
    }

    /** Takes a row, of a sample's input so many steps ago, and runs when the tile is full. */
    void row(int sample, int age, int input, int first, int end) {
        for (int from = first; from < end; from += counts[pieces - 1]) {
            if (filled == TILE) {
                runRows();
            }
            int count = Math.min(end - from, TILE - filled);
            long to = (long) filled * Float.BYTES;
            for (int i = 0; i < synapses.size(); i++) {
                Row row = synapses.get(i);
                if (row.isChange) {
                    fill(tile, row.at + to, count, 0);
                } else {
                    copy(row.all.segment(), (long) from * Float.BYTES, tile, row.at + to, count);
                }
            }
            for (int i = 0; i < inputs.size(); i++) {
                History history = history(inputs.get(i));
                fill(tile, inputs.get(i).at + to, count, history.values().get(history.row(sample, age), input));
            }
            for (int i = 0; i < outputs.size(); i++) {
                Row row = outputs.get(i);
                of.placed.gather(row.all, sample, from, count, tile, row.at + to);
            }
            firsts[pieces] = from;
            counts[pieces++] = count;
            filled += count;
        }
    }

    /** Runs along the rows in the tile. */
    void runRows() {
        run();
        for (int i = 0; i < crossings; i++) {
            for (int j = 0; j < synapses.size(); j++) {
                Row row = synapses.get(j);
                copy(
                        row.all.segment(),
                        (long) numbers[i] * Float.BYTES,
                        tile,
                        row.at + (long) places[i] * Float.BYTES,
                        1);
            }
        }
        crossings = 0;
        int at = 0;
        for (int piece = 0; piece < pieces; piece++) {
            for (int i = 0; i < synapses.size(); i++) {
                Row row = synapses.get(i);
                if (row.isStored && !row.isChange) {
                    long from = row.at + (long) at * Float.BYTES;
                    copy(tile, from, row.all.segment(), (long) firsts[piece] * Float.BYTES, counts[piece]);
                }
            }
            at += counts[piece];
        }
        pieces = 0;
        filled = 0;
    }

    private static void copy(MemorySegment from, long at, MemorySegment to, long place, int count) {
        MemorySegment.copy(from, at, to, place, (long) count * Float.BYTES);
    }

    private static void fill(MemorySegment tile, long at, int count, float value) {
        Checks.isNative(tile);
        for (int i = 0; i < count; i++) {
            tile.set(FLOAT, at + (long) i * Float.BYTES, value);
        }
    }

    /** Takes the column of a sample's output, and runs when the tile is full. */
    void column(int sample, int output) {
        int end = of.starts[output + 1];
        int count;
        for (int from = of.starts[output]; from < end; from += count) {
            if (filled == TILE) {
                runColumns();
            }
            count = Math.min(end - from, TILE - filled);
            MemorySegment.copy(of.numbers, INT, (long) from * Integer.BYTES, numbers, filled, count);
            MemorySegment.copy(of.places, INT, (long) from * Integer.BYTES, places, filled, count);
            for (int i = 0; i < synapses.size(); i++) {
                gather(synapses.get(i), count);
            }
            for (int i = 0; i < inputs.size(); i++) {
                gatherInputs(inputs.get(i), sample, count);
            }
            for (int i = 0; i < outputs.size(); i++) {
                Row row = outputs.get(i);
                fill(tile, row.at + (long) filled * Float.BYTES, count, row.all.get(sample, output));
            }
            filled += count;
        }
    }

    private void gather(Row row, int count) {
        long at = row.at + (long) filled * Float.BYTES;
        if (!row.isChange) {
            gather(row.all.segment(), 0, numbers, filled, count, tile, at);
            return;
        }
        fill(tile, at, count, 0);
        for (int i = 0; i < count && of.hasChanges(); i++) {
            if (of.isChanged(places[filled + i])) {
                long from = (long) numbers[filled + i] * Float.BYTES;
                tile.set(FLOAT, at + (long) i * Float.BYTES, row.all.segment().get(FLOAT, from));
            }
        }
    }

    private void gatherInputs(Row row, int sample, int count) {
        int around = history(row).steps * of.stride;
        int turn = history(row).row(0, 0) * of.stride;
        long base = (long) sample * around * Float.BYTES;
        for (int i = 0; i < count; i++) { // places are those of the ring's first steps
            int place = places[filled + i] + turn;
            turned[i] = place - (place >= around ? around : 0);
        }
        long at = row.at + (long) filled * Float.BYTES;
        gather(history(row).rows.segment(), base, turned, 0, count, tile, at);
    }

    /** Copies numbers from places to others, side by side. */
    private static void gather(
            MemorySegment from, long base, int[] places, int first, int count, MemorySegment to, long at) {
        Checks.isNative(from);
        Checks.isNative(to);
        for (int i = 0; i < count; i++) {
            float value = from.get(FLOAT, base + (long) places[first + i] * Float.BYTES);
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

    /** Runs along the columns in the tile. */
    void runColumns() {
        run();
        for (int i = 0; i < synapses.size(); i++) {
            if (synapses.get(i).isStored) {
                scatter(synapses.get(i));
            }
        }
        filled = 0;
    }

    /** Changes are applied, and are 0 where there were none. */
    private void scatter(Row row) {
        if (!row.isChange) {
            scatter(tile, row.at, numbers, filled, row.all.segment());
            return;
        }
        for (int i = 0; i < filled && of.hasChanges(); i++) {
            if (of.isChanged(places[i])) {
                row.all.segment().set(FLOAT, (long) numbers[i] * Float.BYTES, 0);
            }
        }
    }

    private void run() {
        if (filled == 0) {
            return;
        }
        for (int i = 0; i < programs.size(); i++) {
            frames.get(i).words = Math.ceilDiv(filled, Long.SIZE);
            programs.get(i).loop().run(frames.get(i), 0, 1, 1);
            if (i == 0 && crossed) {
                cross();
            }
        }
    }

    /** Puts what rows add back where columns of outputs that fire cross them, and lists these synapses. */
    private void cross() {
        int at = 0;
        for (int piece = 0; piece < pieces; piece++) {
            int found = of.placed.find(of.firing, firsts[piece], counts[piece], numbers, crossings);
            for (; crossings < found; crossings++) {
                places[crossings] = at + numbers[crossings] - firsts[piece];
            }
            at += counts[piece];
        }
        for (int i = 0; i < synapses.size(); i++) {
            Row row = synapses.get(i);
            for (int k = 0; k < crossings && row.isChange; k++) {
                long to = (long) numbers[k] * Float.BYTES;
                copy(tile, row.at + (long) places[k] * Float.BYTES, row.all.segment(), to, 1);
            }
        }
    }
}
