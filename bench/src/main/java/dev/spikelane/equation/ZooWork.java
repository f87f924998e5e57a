package dev.spikelane.equation;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.loop.LoopCompiler;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Updates of a thousand neurons of the zoo, at random currents that make them fire: by loops of the text, and by C of
 * the same text.
 *
 * @param neuron one of {@link Zoo#NAMES}
 */
public record ZooWork(String neuron) implements Work {

    private static final int NEURONS = 1000;
    private static final int STEPS = 200;

    /** Range of the currents at a step: below {@code most}, at the other port multiplied by {@code feedback}. */
    private record Currents(float most, float feedback) {}

    private static final Map<String, Currents> CURRENTS = Map.ofEntries(
            Map.entry("izhikevich", new Currents(25, 0)),
            Map.entry("adaptive-exponential", new Currents(2000, 0)),
            Map.entry("iaf-psc-exp", new Currents(120, -0.2f)),
            Map.entry("iaf-psc-alpha", new Currents(80, -0.2f)),
            Map.entry("conductance-lif", new Currents(0.03f, 0.2f)),
            Map.entry("cuba-lif", new Currents(2, -0.5f)),
            Map.entry("delta-lif", new Currents(0.3f, 0)),
            Map.entry("hodgkin-huxley-traub", new Currents(10, 1)),
            Map.entry("mat2", new Currents(150, -0.2f)),
            Map.entry("adaptive-exponential-alpha", new Currents(10, 0.2f)),
            Map.entry("hodgkin-huxley", new Currents(300, 0)),
            Map.entry("adaptive-threshold", new Currents(6, 0)),
            Map.entry("parametric-lif", new Currents(3, 0)),
            Map.entry("associative-leaky", new Currents(1, 1)));

    @Override
    public String name() {
        return "equations neurons %d batch 1 steps %d threads 1 %s".formatted(NEURONS, STEPS, neuron);
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public int operations() {
        return NEURONS * STEPS;
    }

    @Override
    public Case open() {
        return new Open(neuron);
    }

    private static final class Open implements Case {
        private final Arena arena = Arena.ofShared();
        private final EquationNeuron model;
        /** Currents of each port. */
        private final List<FloatMatrix> inputs;

        private final SpikeMatrix spikes = SpikeMatrix.zeros(arena, STEPS, NEURONS);
        private final ZooInC compiled;

        Open(String name) {
            Currents currents = CURRENTS.get(name);
            this.model = EquationNeuron.of(Zoo.text(name));
            FloatMatrix current = RandomData.uniform(arena, STEPS, NEURONS, 0, currents.most);
            float other = currents.most * currents.feedback;
            FloatMatrix feedback =
                    RandomData.uniform(arena, STEPS, NEURONS, Math.min(0, other), Math.max(1e-9f, other));
            this.inputs = List.of(current, feedback).subList(0, model.ports().size());
            this.compiled = ZooInC.of(arena, EquationParser.parse(model.text()));
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries =
                    new ArrayList<>(List.of(entry(Contestant.JAVA, "auto"), entry(Contestant.SCALAR, "scalar")));
            if (compiled != null) {
                NeuronState start = bind("auto").newState(arena, 1);
                FloatMatrix state = FloatMatrix.zeros(arena, model.variables().size(), NEURONS);
                entries.add(new Entry(
                        Contestant.YARDSTICK,
                        () -> copy(start, state),
                        () -> compiled.run(inputs, state, spikes),
                        () -> List.of(state.segment(), spikes.segment())));
            }
            return entries;
        }

        private NeuronGroup bind(String form) {
            System.setProperty(LoopCompiler.PROPERTY, form);
            try {
                return model.ports().size() > 1 ? model.bindPorts(arena, NEURONS) : model.bind(arena, NEURONS);
            } finally {
                System.clearProperty(LoopCompiler.PROPERTY);
            }
        }

        private Entry entry(Contestant contestant, String form) {
            NeuronGroup group = bind(form);
            NeuronState state = group.newState(arena, 1);
            FloatMatrix copy = FloatMatrix.zeros(arena, model.variables().size(), NEURONS);
            return new Entry(contestant, state::reset, () -> group.run(inputs, state, spikes), () -> {
                copy(state, copy);
                return List.of(copy.segment(), spikes.segment());
            });
        }

        private void copy(NeuronState from, FloatMatrix to) {
            for (int i = 0; i < to.rows(); i++) {
                to.rows(i, 1).copyFrom(from.variable(model.variables().get(i)));
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
