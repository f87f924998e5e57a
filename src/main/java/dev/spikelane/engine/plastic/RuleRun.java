package dev.spikelane.engine.plastic;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.equation.Rule;
import dev.spikelane.equation.Rule.Space;
import dev.spikelane.kernel.step.EquationLoops;
import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Pads;
import dev.spikelane.simd.RowBytes;
import dev.spikelane.simd.TorchLayout;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A rule at work: it changes the weights of a projection behind each step, by the spikes of a run's samples. */
public final class RuleRun {

    /**
     * Where a rule stands.
     *
     * @param source whose spikes are those of inputs
     * @param delay behind which these arrive
     * @param inputs shape of the source
     * @param outputs shape of the target
     * @param spikes of the target
     * @param state of the target
     */
    public record Place(
            SourceRun source,
            int delay,
            Shape inputs,
            Shape outputs,
            SignalHistory<SpikeMatrix> spikes,
            NeuronState state) {}

    /** A block of a rule. */
    private interface Phase {
        void run(SpikeMatrix inputs, SpikeMatrix outputs);
    }

    private final RuleValues values;
    private final Place place;
    private final int batch;
    private final Window[] reach;
    private final int groups;
    /** Outputs of a group. */
    private final int outputs;
    /** Variables of inputs and outputs: a row for each sample, and one behind them that vectors may read. */
    private final Map<String, FloatMatrix> variables = new LinkedHashMap<>();

    /** Those of the target's neurons. */
    private final List<String> read;

    private final Phase[] phases;
    /** In each group, which inputs of a window and which outputs have synapses with changes. */
    private final SpikeMatrix rows;

    private final SpikeMatrix columns;
    private boolean changed;
    /** Synapses that programs have been along. */
    private long passed;

    /** Lets a rule run. */
    public RuleRun(Arena arena, RuleValues values, Place place, int batch) {
        this.values = values;
        this.place = place;
        this.batch = batch;
        this.reach = values.operator().reach();
        this.groups = reach.length;
        this.outputs = values.synapses(Rule.WEIGHT)[0].outputs();
        for (Map.Entry<String, Rule.Variable> each : values.rule().variables().entrySet()) {
            Space space = each.getValue().space();
            if (space != Space.SYNAPSE) {
                variables.put(
                        each.getKey(),
                        FloatMatrix.zeros(arena, batch + 1, shape(space).size()));
            }
        }
        this.read = RuleValues.ofTarget(values.rule());
        this.rows = SpikeMatrix.zeros(arena, groups, reach[0].size());
        this.columns = SpikeMatrix.zeros(arena, groups, outputs);
        this.phases = phases(arena);
        reset();
    }

    private Shape shape(Space space) {
        return space == Space.PRE ? place.inputs : place.outputs;
    }

    private Phase[] phases(Arena arena) {
        Rule rule = values.rule();
        List<Phase> made = new ArrayList<>();
        SynapseLoop apply = new SynapseLoop(arena, values, rule::apply, variables, List.of());
        boolean open = false;
        for (Rule.Block block : rule.blocks()) {
            if (!block.onSpike() && block.space() != Space.SYNAPSE) {
                made.add(new EachStep(block));
                continue;
            }
            List<String> shared = block.onSpike() ? rule.variables(block.space()) : List.of();
            SynapseLoop loop = new SynapseLoop(arena, values, graph -> rule.program(block, graph), variables, shared);
            if (block.onSpike()) {
                made.add(onSpikes(arena, block, loop));
            } else {
                if (open) {
                    made.add((_, _) -> apply(apply));
                }
                made.add((_, _) -> all(loop));
            }
            open = block.onSpike() || open && block.space() != Space.SYNAPSE;
        }
        if (open) {
            made.add((_, _) -> apply(apply));
        }
        return made.toArray(Phase[]::new);
    }

    private Phase onSpikes(Arena arena, Rule.Block block, SynapseLoop loop) {
        boolean ofInputs = block.space() == Space.PRE;
        if (block.when() == null) {
            return ofInputs ? (in, _) -> inputs(loop, in) : (_, out) -> outputs(loop, out);
        }
        SpikeMatrix found = SpikeMatrix.zeros(arena, batch, shape(block.space()).size());
        NeuronLoop when = new NeuronLoop(block.space(), graph -> values.rule().when(block, graph));
        return (in, out) -> {
            when.putBits(Rule.WHEN, found);
            when.run(in, out);
            int last = found.stride() - 1;
            for (int sample = 0; sample < batch; sample++) {
                long at = found.rowOffset(sample) + (long) last * Long.BYTES;
                long bits = found.segment().get(JAVA_LONG, at);
                found.segment().set(JAVA_LONG, at, bits & Pads.neuronsOfWord(found, last));
            }
            if (ofInputs) {
                inputs(loop, found);
            } else {
                outputs(loop, found);
            }
        };
    }

    /** A program of inputs or of outputs. */
    private final class NeuronLoop {

        private final Space space;
        private final CompiledProgram compiled;
        private final Frame frame;

        NeuronLoop(Space space, Function<Graph, Program> program) {
            this.space = space;
            this.compiled = EquationLoops.compile(program, values.parameters().shared());
            this.frame = new Frame(compiled.program(), shape(space).size());
            values.parameters().put(frame);
            frame.batch = batch;
            variables.forEach((name, matrix) -> frame.put(name, matrix.segment(), 0, matrix.rowOffset(1)));
        }

        void putBits(String row, SpikeMatrix bits) {
            frame.put(row, bits.segment(), bits.rowOffset(0), bits.rowOffset(1) - bits.rowOffset(0));
        }

        void run(SpikeMatrix in, SpikeMatrix out) {
            putBits(space == Space.PRE ? Rule.PRE : Rule.POST, space == Space.PRE ? in : out);
            compiled.loop().run(frame, 0, 1, batch);
        }
    }

    /** Lines of inputs or of outputs in each step. */
    private final class EachStep implements Phase {

        private final NeuronLoop loop;
        private final FloatMatrix[] stored;

        EachStep(Rule.Block block) {
            this.loop = new NeuronLoop(block.space(), graph -> values.rule().program(block, graph));
            this.stored = block.lines().keySet().stream()
                    .map(each -> RuleValues.of(variables, each))
                    .toArray(FloatMatrix[]::new);
        }

        @Override
        public void run(SpikeMatrix in, SpikeMatrix out) {
            loop.run(in, out);
            for (FloatMatrix each : stored) {
                for (int sample = 0; sample < batch; sample++) {
                    Pads.clear(each, sample);
                }
            }
        }
    }

    /** Changes the weights by the step that the target has done. */
    public void step() {
        SpikeMatrix in = (SpikeMatrix) place.source.from(0, place.delay);
        SpikeMatrix out = place.spikes.from(0, 0);
        for (int i = 0; i < read.size(); i++) {
            FloatMatrix of = place.state.variable(read.get(i));
            FloatMatrix own = RuleValues.of(variables, read.get(i));
            for (int sample = 0; sample < batch; sample++) {
                MemorySegment.copy(
                        of.segment(), of.rowOffset(sample), own.segment(), own.rowOffset(sample), of.rowOffset(1));
            }
        }
        for (Phase phase : phases) {
            phase.run(in, out);
        }
        if (changed) {
            values.operator().update();
            changed = false;
        }
    }

    /** Goes along the synapses of each input that fires: of a map, at all positions that it reaches, ascending. */
    private void inputs(SynapseLoop loop, SpikeMatrix in) {
        Window all = reach[0];
        boolean isDense = all.y().equals(Window.Axis.ONE) && all.x().equals(Window.Axis.ONE) && groups == 1;
        boolean together = isDense && !loop.takesInputs();
        for (int sample = 0; sample < batch; sample++) {
            for (int input = in.next(sample, 0); input >= 0; input = in.next(sample, input + 1)) {
                if (together) {
                    loop.add(input);
                    rows.set(0, input, true);
                    continue;
                }
                loop.input(sample, input);
                int channel = input % all.allChannels();
                int at = input / all.allChannels();
                inputs(
                        loop,
                        sample,
                        channel,
                        at / all.x().inputs(),
                        at % all.x().inputs());
            }
            passed += loop.rows(0, sample, 0);
        }
    }

    private void inputs(SynapseLoop loop, int sample, int channel, int y, int x) {
        int group = channel / reach[0].channels();
        Window window = reach[group];
        for (int ky = window.y().kernel() - 1; ky >= 0; ky--) {
            int row = position(window.y(), y, ky);
            for (int kx = window.x().kernel() - 1; kx >= 0; kx--) {
                int column = position(window.x(), x, kx);
                if (row >= 0 && column >= 0) {
                    int k = (ky * window.x().kernel() + kx) * window.channels() + channel - window.firstChannel();
                    loop.add(k);
                    rows.set(group, k, true);
                    passed += loop.rows(group, sample, row * window.x().outputs() + column);
                }
            }
        }
    }

    /** The position whose window has an input at a place; below 0 if there is none. */
    private static int position(Window.Axis axis, int input, int place) {
        int from = input + axis.padding() - place * axis.dilation();
        int position = from / axis.stride();
        return from >= 0 && from % axis.stride() == 0 && position < axis.outputs() ? position : -1;
    }

    private void outputs(SynapseLoop loop, SpikeMatrix out) {
        int channels = groups * outputs;
        for (int sample = 0; sample < batch; sample++) {
            for (int output = out.next(sample, 0); output >= 0; output = out.next(sample, output + 1)) {
                loop.output(sample, output);
                int group = output % channels / outputs;
                passed += loop.column(group, output % outputs, sample, output / channels);
                columns.set(group, output % outputs, true);
            }
        }
    }

    /** Goes along all synapses. */
    private void all(SynapseLoop loop) {
        for (int group = 0; group < groups; group++) {
            for (int k = 0; k < reach[group].size(); k++) {
                loop.add(k);
            }
            passed += loop.rows(group, 0, -1);
        }
        changed = true;
    }

    /** Adds what spikes have changed. */
    private void apply(SynapseLoop loop) {
        for (int group = 0; group < groups; group++) {
            for (int k = rows.next(group, 0); k >= 0; k = rows.next(group, k + 1)) {
                loop.add(k);
                changed = true;
            }
            loop.rows(group, 0, -1);
            for (int output = columns.next(group, 0); output >= 0; output = columns.next(group, output + 1)) {
                loop.column(group, output, 0, -1);
                changed = true;
            }
        }
        rows.clear();
        columns.clear();
    }

    /** Returns how many synapses have been passed for spikes and in each step. */
    public long passed() {
        return passed;
    }

    /** Returns a variable of inputs or outputs, in torch's order. */
    public FloatMatrix variable(String name) {
        Rule.Variable variable = values.rule().variables().get(name);
        FloatMatrix rowsOf = variables.get(name);
        if (variable == null || rowsOf == null) {
            throw new IllegalArgumentException("rule " + values.rule().name() + " has no variable '" + name
                    + "' of inputs or outputs, expected one of " + variables.keySet());
        }
        FloatMatrix made = FloatMatrix.zeros(batch, rowsOf.columns());
        TorchLayout.copyTorch(shape(variable.space()), rowsOf, 0, made, 0, batch);
        return made;
    }

    /** Begins variables anew. */
    public void reset() {
        values.reset();
        variables.forEach((name, matrix) -> {
            float initial = values.initial(name);
            for (int i = 0; i < batch * matrix.columns(); i++) {
                matrix.set(i / matrix.columns(), i % matrix.columns(), initial);
            }
        });
    }

    /** Returns the bytes of variables of inputs and outputs. */
    public long bytes() {
        long bytes = 0;
        for (FloatMatrix each : variables.values()) {
            bytes += (long) batch * each.columns() * Float.BYTES;
        }
        return bytes;
    }

    /** Writes variables of inputs and outputs. */
    public void write(ByteBuffer to) {
        variables.forEach((name, each) -> RowBytes.write(each, batch, each.columns() * Float.BYTES, shapeOf(name), to));
    }

    /** Reads what was written. */
    public void read(ByteBuffer from) {
        variables.forEach(
                (name, each) -> RowBytes.read(each, batch, each.columns() * Float.BYTES, shapeOf(name), from));
    }

    private Shape shapeOf(String variable) {
        return shape(RuleValues.of(values.rule().variables(), variable).space());
    }
}
