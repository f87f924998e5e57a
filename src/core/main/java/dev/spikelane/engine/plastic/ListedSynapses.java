package dev.spikelane.engine.plastic;

import dev.spikelane.connection.operator.sparse.SparseOperator;
import dev.spikelane.connection.operator.sparse.Synapses;
import dev.spikelane.equation.Rule;
import dev.spikelane.equation.Rule.Space;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Synapses in lists. The synapses of one input and one delay, a row, are stored together. They run when a spike arrives
 * by this delay, and see variables of inputs from the step in which it was due by the shortest delay. The synapses of
 * an output, a column, are scattered.
 */
final class ListedSynapses extends RuleSynapses {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    final Arena arena;
    final RuleValues<?> values;
    final Map<String, FloatMatrix> variables;
    final SparseOperator operator;
    /** Layout of the synapses. */
    final Synapses placed;

    private final RuleRun.Place place;
    /** True if sources of synapses have another order than rows. */
    private final boolean reorders;

    private final int batch;
    /** For each delay, its steps beyond the shortest delay. */
    private final int[] ages;
    /** Steps for which variables of inputs are kept. */
    private final int kept;

    /** Floats between the rows of two successive steps of an input variable. */
    final int stride;

    /** Start of each output's column. */
    final int[] starts;
    /** For each synapse of a column, its number, and the place of its input by row and age. */
    final MemorySegment numbers;

    final MemorySegment places;
    /** Rows with changes: a bit for each place, and a list of place, start and end. */
    private final long[] isChanged;

    private int[] changedRows = {};
    private int rows;
    private final SpikeMatrix columns;
    /** True if changes by blocks along rows, or along columns, wait until they are applied. */
    private boolean rowsWait;

    private boolean columnsWait;
    /** Outputs that fire in the first sample; read only if the batch is one. */
    final long[] firing;

    private final List<History> histories = new ArrayList<>();

    ListedSynapses(
            Arena arena,
            RuleValues<?> values,
            SparseOperator operator,
            RuleRun.Place place,
            Map<String, FloatMatrix> variables,
            int batch) {
        this.arena = arena;
        this.values = values;
        this.operator = operator;
        this.placed = operator.placed();
        this.place = place;
        this.reorders = TorchLayout.differs(place.inputs());
        this.variables = variables;
        this.batch = batch;
        this.ages = Arrays.stream(place.delays())
                .map(each -> each - place.delays()[0])
                .toArray();
        this.kept = ages[ages.length - 1] + 1;
        this.stride = Math.ceilDiv(operator.inputs(), Long.SIZE) * Long.SIZE;
        this.isChanged = new long[Math.multiplyExact(stride, kept) / Long.SIZE];
        this.columns = SpikeMatrix.zeros(arena, 1, operator.outputs());
        this.firing = new long[columns.stride()];
        this.starts = new int[operator.outputs() + 1];
        long bytes = Math.max(1, placed.count()) * Integer.BYTES;
        this.numbers = arena.allocate(bytes, Integer.BYTES);
        this.places = arena.allocate(bytes, Integer.BYTES);
        sort();
    }

    /** Sorts the synapses into columns. */
    private void sort() {
        for (int i = 0; i < placed.count(); i++) {
            starts[placed.target(i) + 1]++;
        }
        for (int i = 0; i < operator.outputs(); i++) {
            starts[i + 1] += starts[i];
        }
        int[] next = starts.clone();
        for (int input = 0; input < operator.inputs(); input++) {
            for (int delay = 0; delay < ages.length; delay++) {
                for (int i = first(input, delay); i < end(input, delay); i++) {
                    long at = (long) next[placed.target(i)]++ * Integer.BYTES;
                    numbers.set(INT, at, i);
                    places.set(INT, at, place(input, delay));
                }
            }
        }
    }

    private int place(int input, int delay) {
        return ages[delay] * stride + input;
    }

    private int first(int input, int delay) {
        return (int) placed.first(reorders ? operator.torch(input) : input, delay);
    }

    private int end(int input, int delay) {
        return (int) placed.end(reorders ? operator.torch(input) : input, delay);
    }

    /** Returns true if rows have waiting changes. */
    boolean hasChanges() {
        return rows > 0;
    }

    /** Returns true if the row of a place has waiting changes. */
    boolean isChanged(int at) {
        return (isChanged[at >>> 6] >>> at & 1) != 0;
    }

    /** Keeps the history of an input variable, for one use in a rule. */
    History keep(String variable) {
        FloatMatrix now = RuleValues.of(variables, variable);
        return kept(new History(arena, variable, now, batch, kept, place.inputs()));
    }

    private History kept(History made) {
        histories.add(made);
        return made;
    }

    /**
     * Applies a block's changes at once if no other block of this step can change its synapses. Columns of firing
     * outputs are an exception: changes of synapses where such a column crosses a row wait for the column's block.
     */
    @Override
    Phase along(Rule.Block block, List<Rule.Block> behind) {
        boolean ofInputs = block.onSpike() && block.space() == Space.PRE;
        boolean crossed = ofInputs
                && behind.size() == 1
                && behind.getFirst().space() == Space.POST
                && behind.getFirst().when() == null;
        boolean alone = batch == 1 && !columnsWait && !(ofInputs && rowsWait);
        boolean applies = block.onSpike() && alone && (behind.isEmpty() || crossed);
        List<Function<Graph, Program>> texts = new ArrayList<>();
        texts.add(graph -> values.rule().program(block, false, graph));
        if (applies) {
            texts.add(values.rule()::apply);
        }
        ListedLoop loop = new ListedLoop(this, texts, crossed && applies);
        if (!block.onSpike()) {
            return (_, _) -> {
                loop.all();
                passed += placed.count();
                changed = true;
            };
        }
        rowsWait |= ofInputs && !applies;
        columnsWait |= !ofInputs && !applies;
        return ofInputs ? inputs(block, loop) : (_, out) -> outputs(loop, out, !applies);
    }

    private Phase inputs(Rule.Block block, ListedLoop loop) {
        if (block.when() == null || kept == 1) {
            return (in, out) -> {
                begin(loop, out);
                for (int sample = 0; sample < batch; sample++) {
                    for (int delay = 0; delay < ages.length; delay++) {
                        SpikeMatrix due =
                                delay == 0 ? in : (SpikeMatrix) place.source().from(0, place.delays()[delay]);
                        inputs(loop, due, sample, sample, delay);
                    }
                    loop.runRows();
                }
            };
        }
        SpikeMatrix now = SpikeMatrix.zeros(arena, batch, operator.inputs());
        History found = kept(new History(arena, "", now, batch, kept, place.inputs()));
        SpikeMatrix all = (SpikeMatrix) found.rows;
        return (in, out) -> {
            begin(loop, out);
            now.copyFrom(in);
            found.take();
            for (int sample = 0; sample < batch; sample++) {
                for (int delay = 0; delay < ages.length; delay++) {
                    inputs(loop, all, found.row(sample, ages[delay]), sample, delay);
                }
                loop.runRows();
            }
        };
    }

    private void begin(ListedLoop loop, SpikeMatrix out) {
        loop.keep();
        MemorySegment.copy(out.segment(), ValueLayout.JAVA_LONG, out.rowOffset(0), firing, 0, firing.length);
        changed = true;
    }

    /** Runs along the rows of one delay, of the inputs that fire. */
    private void inputs(ListedLoop loop, SpikeMatrix in, int row, int sample, int delay) {
        for (int input = in.next(row, 0); input >= 0; input = in.next(row, input + 1)) {
            int first = first(input, delay);
            int end = end(input, delay);
            if (first < end) {
                loop.row(sample, ages[delay], input, first, end);
                passed += end - first;
                change(place(input, delay), first, end);
            }
        }
    }

    private void change(int at, int first, int end) {
        if (isChanged(at)) {
            return;
        }
        isChanged[at >>> 6] |= 1L << at;
        if (rows + 3 > changedRows.length) {
            changedRows = Arrays.copyOf(changedRows, Math.max(3 * Long.SIZE, 2 * changedRows.length));
        }
        changedRows[rows++] = at;
        changedRows[rows++] = first;
        changedRows[rows++] = end;
    }

    private void outputs(ListedLoop loop, SpikeMatrix out, boolean wait) {
        loop.keep();
        for (int sample = 0; sample < batch; sample++) {
            for (int output = out.next(sample, 0); output >= 0; output = out.next(sample, output + 1)) {
                loop.column(sample, output);
                passed += starts[output + 1] - starts[output];
                columns.set(0, output, wait);
                changed = true;
            }
            loop.runColumns();
        }
    }

    @Override
    Phase apply() {
        ListedLoop loop = new ListedLoop(this, List.of(values.rule()::apply), false);
        boolean ofRows = rowsWait;
        rowsWait = false;
        columnsWait = false;
        return (_, _) -> apply(loop, ofRows);
    }

    private void apply(ListedLoop loop, boolean ofRows) {
        for (int i = 0; i < rows; i += 3) {
            if (ofRows) {
                loop.row(0, 0, 0, changedRows[i + 1], changedRows[i + 2]);
            }
            isChanged[changedRows[i] >>> 6] = 0;
        }
        loop.runRows();
        rows = 0;
        for (int output = columns.next(0, 0); output >= 0; output = columns.next(0, output + 1)) {
            loop.column(0, output);
            columns.set(0, output, false);
        }
        loop.runColumns();
    }

    @Override
    List<History> histories() {
        return histories;
    }

    @Override
    void reset() {
        for (History each : histories) {
            each.reset(each.variable.isEmpty() ? 0 : values.initial(each.variable));
        }
    }
}
