package dev.spikelane.neuron.gradient;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.equation.EquationGradients;
import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.equation.Frame;
import dev.spikelane.equation.Graph;
import dev.spikelane.equation.Interpreter;
import dev.spikelane.equation.Program;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.ResetTime;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.LeakySums;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.leaky.LeakyBackward;
import dev.spikelane.kernel.step.leaky.LeakyCase;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.kernel.step.leaky.LeakyParametersBuilder;
import dev.spikelane.kernel.step.leaky.LeakyText;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The library's neurons as texts go back with the bits of the hand-written loops, sums of parameters included. */
@EveryWidth
class LeakyTextBackTest {

    private static final int NEURONS = 70;
    private static final int BATCH = 2;

    private final Random random = new Random(3);

    private enum Kind {
        LEAKY,
        SYNAPTIC,
        ALPHA
    }

    @Test
    void allThatGoBackAsTextsHaveTheSameBits() {
        int compared = 0;
        for (Kind kind : Kind.values()) {
            for (Decay decay : kind == Kind.ALPHA ? List.of(Decay.MULTIPLY) : List.of(Decay.MULTIPLY, Decay.EULER)) {
                for (Reset reset : Reset.values()) {
                    for (ResetTime time : List.of(ResetTime.NEXT_STEP, ResetTime.SAME_STEP_DIFFERENCE)) {
                        boolean none = kind == Kind.ALPHA && time != ResetTime.NEXT_STEP;
                        compared += none ? 0 : compare(kind, decay, reset, time);
                    }
                }
            }
        }
        assertEquals(45, compared);
    }

    private int compare(Kind kind, Decay decay, Reset reset, ResetTime time) {
        LeakyParametersBuilder builder = LeakyParameters.builder(NEURONS)
                .decay(decay, shares())
                .threshold(shares())
                .rest(shares())
                .reset(reset)
                .resetTime(time);
        Set<LeakySums> wanted = EnumSet.of(LeakySums.THRESHOLD, LeakySums.LEAK);
        switch (kind) {
            case LEAKY -> builder.gains(shares()).feedback(Feedback.CURRENTS, 1);
            case SYNAPTIC -> builder.synapse(shares());
            case ALPHA -> builder.alphaFunction(shares(), shares());
        }
        if (kind != Kind.LEAKY) {
            wanted.add(LeakySums.SYNAPSE);
        }
        if (kind == Kind.ALPHA) {
            wanted.add(LeakySums.SCALE);
        }
        LeakyParameters parameters = builder.build(Arena.ofAuto());
        assertTrue(LeakyText.goesBack(parameters, wanted));
        String what = kind + " " + decay + " " + reset + " " + time;
        NeuronBackward hand = new LeakyBackward(parameters, 0, NEURONS, null);
        Map<String, FloatMatrix> sums = new LinkedHashMap<>();
        Map<String, FloatMatrix> expected = new LinkedHashMap<>();
        for (LeakySums sum : wanted) {
            String name = String.valueOf(LeakyText.name(sum));
            sums.put(name, drawn(BATCH));
            expected.put(name, copy(sums.get(name)));
            hand.sum(sum, expected.get(name));
        }
        Equations said = EquationParser.parse(LeakyText.of(parameters.options));
        EquationGradients back = new EquationGradients(said, List.copyOf(sums.keySet()));
        NeuronBackward text = new EquationBackward(
                EquationBackward.Neurons.of(back, NEURONS, frame -> LeakyText.put(parameters, frame), Set.of(), null),
                sums,
                0,
                NEURONS);
        NeuronBackward.Step step = step(parameters, said);
        FloatMatrix ofVariables = drawn(parameters.variables() * BATCH);
        FloatMatrix ofSpikes = drawn(BATCH);
        FloatMatrix ofDistance = drawn(BATCH);
        List<FloatMatrix> one = back(hand, step, copy(ofVariables), copy(ofSpikes), ofDistance);
        List<FloatMatrix> other = back(text, step, copy(ofVariables), copy(ofSpikes), ofDistance);
        for (int i = 0; i < one.size(); i++) {
            assertSameBits(one.get(i), other.get(i), what + ", " + i);
        }
        expected.forEach((name, sum) -> assertSameBits(sum, sums.get(name), what + ", " + name));
        return 1;
    }

    private static List<FloatMatrix> back(
            NeuronBackward way,
            NeuronBackward.Step step,
            FloatMatrix ofVariables,
            FloatMatrix ofSpikes,
            FloatMatrix ofDistance) {
        FloatMatrix distance = FloatMatrix.zeros(BATCH, NEURONS);
        step.ofCurrents[0] = FloatMatrix.zeros(BATCH, NEURONS);
        step.ofCurrents[1] = step.currents[1] == null ? null : FloatMatrix.zeros(BATCH, NEURONS);
        way.toDistance(step, ofVariables, ofSpikes, distance);
        way.toCurrents(step, ofDistance, ofVariables, BATCH);
        return step.ofCurrents[1] == null
                ? List.of(ofVariables, ofSpikes, distance, step.ofCurrents[0])
                : List.of(ofVariables, ofSpikes, distance, step.ofCurrents[0], step.ofCurrents[1]);
    }

    /** A step that the interpreter takes. */
    private NeuronBackward.Step step(LeakyParameters parameters, Equations said) {
        NeuronBackward.Step step = new NeuronBackward.Step();
        Program program = said.forward(1, List.of(), new Graph());
        Frame frame = new Frame(program, NEURONS);
        LeakyText.put(parameters, frame);
        frame.batch = BATCH;
        List<String> names = List.copyOf(said.variables().keySet());
        for (int i = 0; i < names.size(); i++) {
            step.before[i] = drawn(BATCH);
            FloatMatrix after = copy(step.before[i]);
            put(frame, names.get(i), after);
            step.after = i == 0 ? after : step.after;
        }
        step.currents[0] = drawn(BATCH);
        put(frame, "current", step.currents[0]);
        if (said.inputs().size() > 1) {
            step.currents[1] = drawn(BATCH);
            put(frame, "feedback", step.currents[1]);
        }
        SpikeMatrix spikes = SpikeMatrix.zeros(BATCH, NEURONS);
        frame.put(Equations.SPIKE, spikes.segment(), 0, spikes.rowOffset(1));
        new Interpreter(program, Set.of()).run(frame, 0, 1, BATCH);
        return step;
    }

    private static void put(Frame frame, String name, FloatMatrix rows) {
        frame.put(name, rows.segment(), 0, rows.rowOffset(1));
    }

    private FloatMatrix drawn(int rows) {
        FloatMatrix made = FloatMatrix.zeros(rows, NEURONS);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < NEURONS; i++) {
                made.set(row, i, LeakyCase.Values.ORDINARY.draw(random));
            }
        }
        return made;
    }

    private static FloatMatrix copy(FloatMatrix of) {
        return FloatMatrix.copyOf(Arena.ofAuto(), of.rows(), of.columns(), of.toArray());
    }

    private float[] shares() {
        float[] made = new float[NEURONS];
        for (int i = 0; i < NEURONS; i++) {
            made[i] = random.nextFloat();
        }
        return made;
    }
}
