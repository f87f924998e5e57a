package dev.spikelane.engine.plastic;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.connection.operator.PackedOperator;
import dev.spikelane.connection.operator.sparse.SparseOperator;
import dev.spikelane.description.PopulationDescription;
import dev.spikelane.engine.plastic.RuleSynapses.Phase;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StateVisitor;
import dev.spikelane.equation.Rule;
import dev.spikelane.equation.Rule.Space;
import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Pads;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A rule that changes the weights of a projection after each step, by the spikes of a run's samples. */
public final class RuleRun {

    /**
     * The surroundings of a rule.
     *
     * @param source source of the projection; its spikes are the input spikes
     * @param delays delays of these spikes, ascending; several only for synapses in lists
     * @param inputs shape of the source
     * @param target population whose neurons the rule may read
     * @param spikes spikes of the target
     * @param state state of the target
     */
    @SuppressWarnings("ArrayRecordComponent") // these are never compared
    public record Place(
            SourceRun source,
            int[] delays,
            Shape inputs,
            PopulationDescription target,
            SignalHistory<SpikeMatrix> spikes,
            NeuronState state) {}

    private final RuleValues<?> values;
    private final Place place;
    private final int batch;
    /** Variables of inputs and outputs: a row for each sample, and one more that vectors may read past the end. */
    private final Map<String, FloatMatrix> variables = new LinkedHashMap<>();

    /** Variables of the target's neurons that the rule reads. */
    private final List<String> read;

    private final RuleSynapses synapses;
    private final Phase[] phases;

    /** Creates the run of a rule. */
    public RuleRun(Arena arena, RuleValues<?> values, Place place, int batch) {
        this.values = values;
        this.place = place;
        this.batch = batch;
        for (Map.Entry<String, Rule.Variable> each : values.rule().variables().entrySet()) {
            Space space = each.getValue().space();
            if (space != Space.SYNAPSE) {
                variables.put(
                        each.getKey(),
                        FloatMatrix.zeros(arena, batch + 1, shape(space).size()));
            }
        }
        this.read = RuleValues.ofTarget(values.rule());
        this.synapses = values.operator() instanceof SparseOperator sparse
                ? new ListedSynapses(arena, values, sparse, place, variables, batch)
                : new WindowSynapses(arena, values, (PackedOperator) values.operator(), variables, batch);
        this.phases = phases(arena);
        reset();
    }

    private Shape shape(Space space) {
        return space == Space.PRE ? place.inputs : place.target.shape();
    }

    private Phase[] phases(Arena arena) {
        List<Phase> made = new ArrayList<>();
        boolean open = false;
        List<Rule.Block> blocks = values.rule().blocks();
        for (int i = 0; i < blocks.size(); i++) {
            Rule.Block block = blocks.get(i);
            boolean ofSynapses = !block.onSpike() && block.space() == Space.SYNAPSE;
            if (!block.onSpike() && !ofSynapses) {
                made.add(new EachStep(block));
                continue;
            }
            if (ofSynapses && open) {
                made.add(synapses.apply());
            }
            open = block.onSpike();
            Phase along = synapses.along(block, ofSpikes(blocks.subList(i + 1, blocks.size())));
            made.add(block.when() == null ? along : new When(arena, block, along));
        }
        if (open) {
            made.add(synapses.apply());
        }
        return made.toArray(Phase[]::new);
    }

    /** Returns the blocks on spikes up to the point where their changes are applied. */
    private static List<Rule.Block> ofSpikes(List<Rule.Block> blocks) {
        return blocks.stream()
                .takeWhile(each -> each.onSpike() || each.space() != Space.SYNAPSE)
                .filter(Rule.Block::onSpike)
                .toList();
    }

    /** A block for neurons that fulfill a condition. */
    private final class When implements Phase {

        private final boolean ofInputs;
        private final SpikeMatrix found;
        private final NeuronLoop when;
        private final Phase along;

        When(Arena arena, Rule.Block block, Phase along) {
            this.ofInputs = block.space() == Space.PRE;
            this.found = SpikeMatrix.zeros(arena, batch, shape(block.space()).size());
            this.when = new NeuronLoop(block.space(), graph -> values.rule().when(block, graph));
            this.along = along;
        }

        @Override
        public void run(SpikeMatrix in, SpikeMatrix out) {
            when.putBits(Rule.WHEN, found);
            when.run(in, out);
            int last = found.stride() - 1;
            for (int sample = 0; sample < batch; sample++) {
                long at = found.rowOffset(sample) + (long) last * Long.BYTES;
                long bits = found.segment().get(JAVA_LONG, at);
                found.segment().set(JAVA_LONG, at, bits & Pads.neuronsOfWord(found, last));
            }
            along.run(ofInputs ? found : in, ofInputs ? out : found);
        }
    }

    /** A program of inputs or of outputs. */
    private final class NeuronLoop {

        private final Space space;
        private final CompiledProgram compiled;
        private final Frame frame;

        NeuronLoop(Space space, Function<Graph, Program> program) {
            this.space = space;
            this.compiled = values.compile(program, values.parameters().shared());
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

    /** Lines of a rule that run for inputs or outputs in each step. */
    private final class EachStep implements Phase {

        private final NeuronLoop loop;
        private final FloatMatrix[] stored;

        EachStep(Rule.Block block) {
            this.loop = new NeuronLoop(block.space(), graph -> values.rule().program(block, false, graph));
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

    /** Changes the weights by the step that the target has completed. */
    public void step() {
        SpikeMatrix in = (SpikeMatrix) place.source.from(0, place.delays[0]);
        SpikeMatrix out = place.spikes.from(0, 0);
        for (int i = 0; i < read.size(); i++) {
            FloatMatrix of = place.state.variable(place.target.neuron().variable(read.get(i)));
            FloatMatrix own = RuleValues.of(variables, read.get(i));
            for (int sample = 0; sample < batch; sample++) {
                MemorySegment.copy(
                        of.segment(), of.rowOffset(sample), own.segment(), own.rowOffset(sample), of.rowOffset(1));
            }
        }
        for (Phase phase : phases) {
            phase.run(in, out);
        }
        if (synapses.changed) {
            values.operator().update();
            synapses.changed = false;
        }
    }

    /** Returns the number of synapses visited, for spikes and in each step. */
    public long passed() {
        return synapses.passed;
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

    /** Resets the variables. */
    public void reset() {
        values.reset();
        variables.forEach((name, matrix) -> {
            float initial = values.initial(name);
            for (int i = 0; i < batch * matrix.columns(); i++) {
                matrix.set(i / matrix.columns(), i % matrix.columns(), initial);
            }
        });
        synapses.reset();
    }

    public void visit(StateVisitor visitor) {
        synapses.histories().forEach(each -> each.visit(visitor));
        variables.forEach((name, each) -> visitor.rows(each, batch, each.columns() * Float.BYTES, shapeOf(name)));
    }

    private Shape shapeOf(String variable) {
        return shape(RuleValues.of(values.rule().variables(), variable).space());
    }
}
