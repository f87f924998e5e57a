package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@EveryWidth
final class EquationNeuronTest {

    private static final int BATCH = 3;
    private static final int STEPS = 7;

    private static final EquationNeuron LEAKY = EquationNeuron.of("""
            neuron Leaky
            param beta = 0.9, threshold = 1
            state u
            input current
            u = beta * u + current - (u > threshold) * threshold
            spike u > threshold
            """);

    @Test
    void modelsOfTheLibrarySaidAsEquationsHaveTheirBits() {
        assertSame(new Leaky(0.9f), LEAKY, 70);
        assertSame(new Leaky(0.8f).withReset(Reset.ZERO), EquationNeuron.of("""
                param beta = 0.8
                state u
                input current
                u = beta * ((1 - (u > 1)) * u) + current
                spike u > 1
                """), 128);
        for (String synapse : List.of("x", "previous", "winner", "resets")) {
            assertSame(new Synaptic(0.7f, 0.9f), EquationNeuron.of("""
                    param alpha = 0.7, beta = 0.9
                    state u, %1$s
                    input current
                    R = u > 1
                    %1$s = alpha * %1$s + current
                    u = beta * u + %1$s - R
                    spike u > 1
                    """.formatted(synapse)), 33);
        }
        assertSame(new Leaky(0.9f), EquationNeuron.of("""
                neuron class
                param int = 0.9, new = 1
                state this
                input current
                null = (this > new) * new
                this = int * this + current - null
                spike this > new
                """), 70);
        float[] betas = new float[70];
        Random random = new Random(2);
        for (int i = 0; i < betas.length; i++) {
            betas[i] = random.nextFloat();
        }
        assertSame(new Leaky(betas), LEAKY.withParameter("beta", Parameter.of(betas)), 70);
    }

    private static void assertSame(Neuron expected, Neuron actual, int neurons) {
        FloatMatrix currents = Matrices.uniform(Arena.ofAuto(), 40, neurons, new Random(1));
        Neuron.Run one = expected.run(currents);
        Neuron.Run other = actual.run(currents);
        assertSameBits(one.spikes(), other.spikes(), "spikes");
        assertSameBits(one.membranes(), other.membranes(), "membranes");
        Arena arena = Arena.ofAuto();
        NeuronGroup group = actual.bind(arena, neurons);
        NeuronState state = group.newState(arena, 1);
        SpikeMatrix spikes = SpikeMatrix.zeros(40, neurons);
        group.run(List.of(currents), state, spikes);
        assertSameBits(one.spikes(), spikes, "two steps at once");
        assertSameBits(one.membranes().rows(39, 1), state.membrane(), "state");
    }

    @Test
    void izhikevichsNeuronFollowsPlainJava() {
        EquationNeuron model = EquationNeuron.of("""
                neuron Izhikevich
                param a = 0.02, b = 0.2, c = -65, d = 8
                state v [mV] = c, u = b * c
                input current
                v = v + 0.5 * (0.04 * v * v + 5 * v + 140 - u + current)
                v = v + 0.5 * (0.04 * v * v + 5 * v + 140 - u + current)
                u = u + a * (b * v - u)
                spike v >= 30
                reset v = c
                reset u = u + d
                """);
        int neurons = 70;
        FloatMatrix currents = Matrices.uniform(Arena.ofAuto(), 500, neurons, new Random(1));
        Neuron.Run run = scaled(currents, 30, model);
        int fired = 0;
        for (int i = 0; i < neurons; i++) {
            float v = -65;
            float u = (float) ((double) 0.2f * -65);
            for (int step = 0; step < 500; step++) {
                float current = currents.get(step, i);
                for (int half = 0; half < 2; half++) {
                    v = v + 0.5f * (0.04f * v * v + 5 * v + 140 - u + current);
                }
                u = u + 0.02f * (0.2f * v - u);
                boolean spike = v >= 30;
                v = spike ? -65 : v;
                u = spike ? u + 8 : u;
                assertEquals(spike, run.spikes().get(step, i), "step " + step);
                assertEquals(v, run.membranes().get(step, i), "step " + step);
                fired += spike ? 1 : 0;
            }
        }
        assertNotEquals(0, fired);
        assertZeroPads(run.membranes(), "membranes");
        assertZeroPads(run.spikes(), "spikes");
    }

    private static Neuron.Run scaled(FloatMatrix currents, float by, Neuron model) {
        fill(currents, (row, i) -> by * currents.get(row, i));
        return model.run(currents);
    }

    @Test
    void statesBeginWithTheirValuesAndPadsStayZero() {
        EquationNeuron model = EquationNeuron.of("""
                param rest = -65, share = 0.5
                state v = rest, w = share * 2
                input current, feedback
                v = v + current - feedback
                w = exp(w) - w
                spike v > rest
                """).withParameter("rest", Parameter.of(1.5f));
        Arena arena = Arena.ofAuto();
        NeuronGroup group = model.bindPorts(arena, Shape.of(70));
        NeuronState state = group.newState(arena, BATCH);
        assertEquals(List.of("membrane", "w"), state.names());
        assertEquals(1.5f, state.membrane().get(2, 69));
        assertEquals(1, state.variable("w").get(0, 0));
        assertZeroPads(state.membrane(), "membrane");
        FloatMatrix current = Matrices.uniform(arena, STEPS * BATCH, 70, new Random(1));
        FloatMatrix feedback = Matrices.uniform(arena, STEPS * BATCH, 70, new Random(2));
        SpikeMatrix spikes = SpikeMatrix.zeros(STEPS * BATCH, 70);
        group.run(List.of(current, feedback), state, spikes);
        float v = 1.5f;
        for (int step = 0; step < STEPS; step++) {
            v = v + current.get(step * BATCH + 1, 3) - feedback.get(step * BATCH + 1, 3);
            assertEquals(v > 1.5f, spikes.get(step * BATCH + 1, 3));
        }
        assertEquals(v, state.membrane().get(1, 3));
        assertZeroPads(state.membrane(), "membrane");
        assertZeroPads(state.variable("w"), "w");
        assertZeroPads(spikes, "spikes");
        state.reset();
        assertEquals(1.5f, state.membrane().get(2, 69));
        assertEquals(0, state.step());
    }

    /** Training changes parameters in place: a threshold below 0 would make padding fire. */
    @Test
    void padsStaySilentWhenAThresholdChanges() {
        Arena arena = Arena.ofAuto();
        TextGroup group = (TextGroup) LEAKY.bind(arena, 70);
        group.differentiable().parameters().values("threshold")[0] = -1;
        group.differentiable().parameters().update();
        SpikeMatrix spikes = SpikeMatrix.zeros(STEPS, 70);
        group.run(List.of(FloatMatrix.zeros(STEPS, 70)), group.newState(arena, 1), spikes);
        assertZeroPads(spikes, "spikes");
        assertEquals(true, spikes.get(0, 69));
    }

    @Test
    void let32RoundsEachOperation() {
        EquationNeuron model = EquationNeuron.of("""
                param a = 0.1
                let wide = 1 + a - 1
                let32 narrow = 1 + a - 1
                state v
                input current
                v = wide * v + narrow * current
                spike v > 1
                """);
        TextGroup group = (TextGroup) model.bind(Arena.ofAuto(), 3);
        assertEquals(0.1f, group.differentiable().parameters().values("wide")[0]);
        assertEquals(1 + 0.1f - 1, group.differentiable().parameters().values("narrow")[0]);
    }

    @Test
    void spikesCarryWhatTheTextSays() {
        EquationNeuron model = EquationNeuron.of("param g = 2\nstate v\ninput i\nspike v > i\ncarries g / 4");
        assertEquals(Parameter.of(0.5f), model.spikeValue());
        assertEquals(Parameter.of(0.25f, 0.5f), model.with("g", 1, 2).spikeValue());
        assertEquals(Parameter.of(1), LEAKY.spikeValue());
    }

    /** Streams without samples make the first step fail, after the currents have passed the delays. */
    @Test
    void aRunThatFailsLeavesNothingForTheNext() {
        NeuronGroup group = EquationNeuron.of("param delay = 1 from 0 to 4\nstate v\ninput current delayed by delay\n"
                        + "noise xi\nv = current + 0.001 * xi\nspike v > 0.5")
                .bind(Arena.ofAuto(), 70);
        NeuronState state = group.newState(Arena.ofAuto(), 1);
        SpikeMatrix spikes = SpikeMatrix.zeros(3, 70);
        FloatMatrix currents = fill(FloatMatrix.zeros(3, 70), _ -> 1);
        CounterRandom.Draws draws = CounterRandom.Draws.noise(1, 0, 4);
        state.drawNoise(draws);
        assertThrows(RuntimeException.class, () -> group.run(List.of(currents), state, spikes));
        draws.setSamples(new int[] {0}, 0, 1);
        group.reset(state);
        group.run(List.of(currents), state, spikes);
        assertEquals(0, spikes.count(0, 1));
        assertEquals(140, spikes.count(1, 2));
    }

    @Test
    void parametersOfAnotherThreadAreRefusedBeforeAnythingChanges() throws InterruptedException {
        NeuronGroup[] bound = new NeuronGroup[1];
        Thread other = Thread.ofPlatform().start(() -> bound[0] = new Leaky(0.9).bind(Arena.ofConfined(), 70));
        other.join();
        NeuronState state = bound[0].newState(Arena.ofAuto(), 1);
        FloatMatrix currents = fill(FloatMatrix.zeros(3, 70), _ -> 0.25f);
        assertThrows(
                WrongThreadException.class, () -> bound[0].run(List.of(currents), state, SpikeMatrix.zeros(3, 70)));
        assertEquals(0, state.membrane().get(0, 0));
    }

    @Test
    void noiseIsNormalAndDependsOnSeedStepSampleAndNeuronAlone() {
        EquationNeuron model =
                EquationNeuron.of("state v, w\ninput current\nnoise xi, eta\nv = xi + current\nw = eta\nspike v > 1");
        Arena arena = Arena.ofAuto();
        int neurons = 100;
        FloatMatrix currents = FloatMatrix.zeros(100 * BATCH, neurons);
        NeuronGroup group = model.withSeed(7).bind(arena, neurons);
        NeuronState state = group.newState(arena, BATCH);
        FloatMatrix membranes = FloatMatrix.zeros(100 * BATCH, neurons);
        SpikeMatrix spikes = SpikeMatrix.zeros(100 * BATCH, neurons);
        group.record(List.of(currents), state, spikes, membranes);
        double sum = 0;
        double squares = 0;
        int above = 0;
        for (int row = 0; row < membranes.rows(); row++) {
            for (int i = 0; i < neurons; i++) {
                float z = membranes.get(row, i);
                sum += z;
                squares += z * z;
                above += z > 1.959964 ? 1 : 0;
            }
        }
        int count = membranes.rows() * neurons;
        assertEquals(0, sum / count, 0.02);
        assertEquals(1, squares / count, 0.02);
        assertEquals(0.025, (double) above / count, 0.003);
        assertNotEquals(state.membrane().get(0, 0), state.variable("w").get(0, 0));

        NeuronState again = group.newState(arena, BATCH);
        SpikeMatrix fired = SpikeMatrix.zeros(BATCH, neurons);
        for (int step = 0; step < 100; step++) {
            group.run(List.of(currents.rows(0, BATCH)), again, fired);
            assertSameBits(membranes.rows(step * BATCH, BATCH), again.membrane(), "step " + step);
            assertSameBits(spikes.rows(step * BATCH, BATCH), fired, "step " + step);
        }
        Neuron.Run other = model.withSeed(8).run(currents);
        assertNotEquals(membranes.get(0, 0), other.membranes().get(0, 0));
        assertNotEquals(state.variable("w").get(0, 0), other.membranes().get(99, 0), "noise 1 of 7 and noise 0 of 8");
        assertEquals(
                membranes.get(0, 0), model.withSeed(7).run(currents).membranes().get(0, 0));
    }

    /** Populations of one neuron draw separate numbers, equal in each run. */
    @Test
    void populationsDrawNumbersOfTheirOwn() {
        EquationNeuron model = EquationNeuron.of("state v\ninput current\nnoise xi\nv = xi + current\nspike v > 1");
        Network network = Network.builder(70)
                .connect(new OneToOne(0))
                .neuron("p", model)
                .connect(new OneToOne(0))
                .neuron("q", model)
                .build();
        assertEquals(model, network.populations().getFirst().neuron());
        float[] first = new float[2];
        for (int i = 0; i < first.length; i++) {
            try (Simulation simulation = network.simulate(1)) {
                simulation.run(SpikeMatrix.zeros(STEPS, 70));
                FloatMatrix p = simulation.state("p").membrane();
                FloatMatrix q = simulation.state("q").membrane();
                assertEquals(
                        0,
                        IntStream.range(0, 70)
                                .filter(j -> p.get(0, j) == q.get(0, j))
                                .count());
                first[i] = p.get(0, 0);
            }
        }
        assertEquals(first[0], first[1]);
    }

    @Test
    void neuronsAreEqualByTheirTextAndValues() {
        assertEquals(LEAKY, EquationNeuron.of(LEAKY.text()));
        assertEquals(LEAKY.with("beta", 0.5).hashCode(), LEAKY.with("beta", 0.5).hashCode());
        assertNotEquals(LEAKY, LEAKY.with("beta", 0.5));
        assertEquals(LEAKY.with("beta", 0.1, 0.7), LEAKY.with("beta", new float[] {0.1f, 0.7f})); // as new Leaky(...)
        assertNotEquals(LEAKY, LEAKY.beforeReset());
    }

    @Test
    void whatNetworksDoNotTakeIsRefused() {
        assertInvalid(
                "line 2, column 7: 'membrane' is a name that networks use, expected another",
                () -> EquationNeuron.of("state v\ninput membrane\nspike v > membrane"));
        assertInvalid(
                "line 1, column 7: 'V' is a name that networks use, expected another",
                () -> EquationNeuron.of("param V = 1\nstate v\ninput i\nspike v + i > V"));
        assertInvalid(
                "line 1, column 16: 'g_na' has the name of another parameter in files, expected other letters",
                () -> EquationNeuron.of("param gNa = 1, g_na = 2\nstate v\ninput i\nspike v > i + gNa + g_na"));
        assertInvalid("no parameter 'gamma', expected one of [beta, threshold]", () -> LEAKY.with("gamma", 1));
        assertInvalid("beta is NaN, expected a finite number", () -> LEAKY.with("beta", Double.NaN));
        assertInvalid(
                "beta has 2 values, expected 1 or 3, one for each neuron",
                () -> LEAKY.with("beta", 1, 2).bind(Arena.ofAuto(), 3));
    }
}
