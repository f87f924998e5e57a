package dev.spikelane.engine.plastic;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.equation.Rule;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A program along synapses: of an input, contiguous in packed weights, or of an output, gathered from there, so that
 * vectors run along both.
 */
final class PackedLoop {

    private final CompiledProgram compiled;
    /** In a block of 64 outputs, the rows of the listed inputs. */
    private final Frame rows;

    private int listed;

    private final Frame columns;
    private final Window[] reach;
    /**
     * Synapse variables that the program uses: for each group, their row in the frame, and true if they are stored.
     */
    private final List<PackedWeights[]> synapses = new ArrayList<>();

    private final List<Integer> places = new ArrayList<>();
    private final List<Boolean> stored = new ArrayList<>();
    /** True for changes, and the only inputs whose synapses have some; null for any inputs. */
    private final List<Boolean> changes = new ArrayList<>();

    private @Nullable SpikeMatrix changed;
    /** For each output, the inputs of its window that were no padding when it fired; null if there is no padding. */
    private final @Nullable SpikeMatrix met;

    private final Neurons inputs;
    private final Neurons outputs;
    /** Synapse values of an output, then the variables of its inputs. */
    private final FloatMatrix column;

    private final MemorySegment zeros;

    /** Variables of inputs or outputs that a program uses. */
    private static final class Neurons {

        final List<FloatMatrix> rows = new ArrayList<>();
        final List<Integer> places = new ArrayList<>();
        /** Values of one input or output, which all its synapses share. */
        final List<float[]> shared = new ArrayList<>();

        void add(FloatMatrix matrix, int place, float[] value) {
            rows.add(matrix);
            places.add(place);
            shared.add(value);
        }

        void share(int sample, int neuron) {
            for (int i = 0; i < rows.size(); i++) {
                FloatMatrix of = rows.get(i);
                shared.get(i)[0] = of.segment().get(JAVA_FLOAT, of.rowOffset(sample) + (long) neuron * Float.BYTES);
            }
        }
    }

    /**
     * Compiles a program.
     *
     * @param met receives the inputs that outputs meet, whose synapses change then; null if they are always all inputs
     * @param variables variables of inputs and outputs, a row for each sample and one more
     * @param shared names of variables that all synapses of a row or a column share
     */
    PackedLoop(
            Arena arena,
            RuleValues<?> values,
            Window[] reach,
            @Nullable SpikeMatrix met,
            Function<Graph, Program> program,
            Map<String, FloatMatrix> variables,
            List<String> shared) {
        Set<String> all = new HashSet<>(values.parameters().shared());
        all.addAll(shared);
        this.compiled = values.compile(program, all);
        this.reach = reach;
        this.met = met;
        PackedWeights first = packed(values, Rule.WEIGHT)[0];
        this.rows = frame(values, PackedWeights.BLOCK);
        rows.list = new int[first.inputs()];
        this.columns = frame(values, first.inputs());
        this.inputs = new Neurons();
        this.outputs = new Neurons();
        List<String> names = compiled.program().rows();
        Set<String> written = new HashSet<>();
        compiled.program().stores().forEach(each -> written.add(each.name()));
        for (int place = 0; place < names.size(); place++) {
            String name = names.get(place);
            FloatMatrix matrix = variables.get(name);
            if (values.isOfSynapses(name)) {
                synapses.add(packed(values, name));
                places.add(place);
                stored.add(written.contains(name));
                changes.add(name.startsWith(Rule.CHANGE));
            } else if (matrix != null) {
                boolean ofInputs = values.rule().variables(Rule.Space.PRE).contains(name);
                float[] value = new float[1];
                (ofInputs ? inputs : outputs).add(matrix, place, value);
                rows.share(name, value);
                columns.share(name, value);
            }
        }
        this.zeros = FloatMatrix.zeros(arena, 1, PackedWeights.BLOCK).segment();
        this.column = FloatMatrix.zeros(arena, synapses.size() + inputs.rows.size() + 1, first.inputs());
    }

    private static PackedWeights[] packed(RuleValues<?> values, String variable) {
        return (PackedWeights[]) values.synapses(variable);
    }

    private Frame frame(RuleValues<?> values, int length) {
        Frame made = new Frame(compiled.program(), length);
        values.parameters().put(made);
        return made;
    }

    /** Selects an input of a sample, whose rows come next. */
    void input(int sample, int input) {
        inputs.share(sample, input);
    }

    /** Selects an output of a sample, whose column comes next. */
    void output(int sample, int output) {
        outputs.share(sample, output);
    }

    /** Adds an input of a window; the next run goes along its outputs. */
    void add(int k) {
        rows.list[listed++] = k;
    }

    /** Returns true if the program reads variables of inputs, so that it runs for one input at a time. */
    boolean takesInputs() {
        return !inputs.rows.isEmpty();
    }

    /**
     * Runs along all outputs of a group at a position, for the added inputs.
     *
     * @param position position of the outputs; below 0 to use only weights and variables of synapses, without outputs
     * @return the number of synapses
     */
    long rows(int group, int sample, int position) {
        int count = listed;
        PackedWeights first = synapses.getFirst()[group];
        long firstOutput = (long) first.outputs() * (Math.max(0, position) * reach.length + group);
        for (int block = 0; block < first.blocks() && count > 0; block++) {
            for (int i = 0; i < places.size(); i++) {
                PackedWeights of = synapses.get(i)[group];
                rows.put(places.get(i), of.segment(), of.blockOffset(block), PackedWeights.BLOCK_BYTES);
            }
            for (int i = 0; i < outputs.places.size(); i++) {
                FloatMatrix of = outputs.rows.get(i);
                long base = of.rowOffset(sample) + (firstOutput + (long) block * PackedWeights.BLOCK) * Float.BYTES;
                rows.put(outputs.places.get(i), of.segment(), base, 0);
            }
            compiled.loop().run(rows, 0, count, 1);
        }
        if (position < 0) {
            clearPads(group, count);
        }
        listed = 0;
        return (long) count * first.outputs();
    }

    /** Writes zeros after the last output. */
    private void clearPads(int group, int count) {
        for (int i = 0; i < places.size(); i++) {
            PackedWeights of = synapses.get(i)[group];
            int last = of.blocks() - 1;
            long used = (of.outputs() - last * PackedWeights.BLOCK) * (long) Float.BYTES;
            for (int j = 0; j < count && stored.get(i); j++) {
                long at = of.blockOffset(last) + (long) rows.list[j] * PackedWeights.BLOCK_BYTES + used;
                MemorySegment.copy(zeros, 0, of.segment(), at, PackedWeights.BLOCK_BYTES - used);
            }
        }
    }

    /**
     * Runs along the inputs of an output.
     *
     * @param output output of the group
     * @param position position of the output; below 0 for all inputs that it has met, without the inputs' variables
     * @param changed the only inputs whose synapses have changes, which the program clears; null for any inputs
     * @return the number of synapses
     */
    int column(int group, int output, int sample, int position, @Nullable SpikeMatrix changed) {
        this.changed = changed;
        int count = move(group, output, sample, position, true);
        for (int i = 0; i < places.size(); i++) {
            columns.put(places.get(i), column.segment(), column.rowOffset(i), 0);
        }
        for (int i = 0; i < inputs.places.size(); i++) {
            columns.put(inputs.places.get(i), column.segment(), column.rowOffset(places.size() + i), 0);
        }
        compiled.loop().run(columns, 0, 1, 1);
        move(group, output, sample, position, false);
        return count;
    }

    /** Gathers synapses and inputs, or scatters synapses back, at places that are no padding. */
    private int move(int group, int output, int sample, int position, boolean take) {
        Window window = reach[group];
        int line = group * synapses.getFirst()[group].outputs() + output;
        if (position < 0) {
            for (int k = met == null ? -1 : met.next(line, 0); met != null && k >= 0; k = met.next(line, k + 1)) {
                synapses(group, output, k, 1, take);
            }
            if (met == null) {
                synapses(group, output, 0, window.size(), take);
            }
            return window.size();
        }
        int count = 0;
        int row = position / window.x().outputs();
        for (int ky = 0; ky < window.y().kernel(); ky++) {
            int y = window.y().at(row, ky);
            for (int kx = 0; kx < window.x().kernel(); kx++) {
                int x = window.x().at(position % window.x().outputs(), kx);
                boolean inside = y >= 0
                        && y < window.y().inputs()
                        && x >= 0
                        && x < window.x().inputs();
                if (inside) {
                    int first = (ky * window.x().kernel() + kx) * window.channels();
                    synapses(group, output, first, window.channels(), take);
                    if (take) {
                        takeInputs(sample, window.place(y, x), first, window.channels());
                    }
                    for (int k = first; met != null && k < first + window.channels(); k++) {
                        met.set(line, k, true);
                    }
                    count += window.channels();
                }
            }
        }
        return count;
    }

    private void synapses(int group, int output, int first, int count, boolean take) {
        for (int i = 0; i < places.size(); i++) {
            if (changed != null && changes.get(i)) {
                for (int k = changed.next(group, 0); k >= 0; k = changed.next(group, k + 1)) {
                    synapses(i, group, output, k, 1, take);
                }
            } else if (take || stored.get(i)) {
                synapses(i, group, output, first, count, take);
            }
        }
    }

    private void synapses(int i, int group, int output, int first, int count, boolean take) {
        PackedWeights of = synapses.get(i)[group];
        long packed = of.blockOffset(output / PackedWeights.BLOCK)
                + (long) first * PackedWeights.BLOCK_BYTES
                + (long) (output % PackedWeights.BLOCK) * Float.BYTES;
        long own = column.rowOffset(i) + (long) first * Float.BYTES;
        if (take) {
            take(of.segment(), packed, column.segment(), own, count);
        } else {
            put(column.segment(), own, of.segment(), packed, count);
        }
    }

    private static void take(MemorySegment packed, long from, MemorySegment column, long to, int count) {
        for (int i = 0; i < count; i++) {
            float value = packed.get(JAVA_FLOAT, from + (long) i * PackedWeights.BLOCK_BYTES);
            column.set(JAVA_FLOAT, to + (long) i * Float.BYTES, value);
        }
    }

    private static void put(MemorySegment column, long from, MemorySegment packed, long to, int count) {
        for (int i = 0; i < count; i++) {
            float value = column.get(JAVA_FLOAT, from + (long) i * Float.BYTES);
            packed.set(JAVA_FLOAT, to + (long) i * PackedWeights.BLOCK_BYTES, value);
        }
    }

    private void takeInputs(int sample, int firstInput, int first, int count) {
        for (int i = 0; i < inputs.rows.size(); i++) {
            FloatMatrix of = inputs.rows.get(i);
            MemorySegment.copy(
                    of.segment(),
                    of.rowOffset(sample) + (long) firstInput * Float.BYTES,
                    column.segment(),
                    column.rowOffset(places.size() + i) + (long) first * Float.BYTES,
                    (long) count * Float.BYTES);
        }
    }
}
