package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.graph.RandomNeuron;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Common contracts of all models. */
@EveryWidth
final class NeuronTest extends KernelCase {

    private static final int NEURONS = 70;

    private static IntStream models() {
        return IntStream.range(0, RandomNeuron.MODELS);
    }

    private Neuron neuron(int model, int seed) {
        return new RandomNeuron(arena, NEURONS, new Random(seed)).of(model);
    }

    private NeuronGroup bind(Neuron neuron, int model) {
        return neuron.bind(arena, NEURONS * RandomNeuron.gates(model));
    }

    @ParameterizedTest
    @MethodSource("models")
    void variablesAreThoseOfTheState(int model) {
        for (int seed = 0; seed < 12; seed++) {
            Neuron neuron = neuron(model, seed);
            assertEquals(bind(neuron, model).newState(arena, 1).names(), neuron.variables());
            assertEquals("membrane", neuron.variables().getFirst());
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void parametersAreReplacedOneAtATime(int model) {
        for (int seed = 0; seed < 12; seed++) {
            Neuron neuron = neuron(model, seed);
            Map<String, Parameter> before = neuron.parameters();
            Parameter other = Parameter.of(neuron instanceof Alpha ? 0.8 : 0.25);
            for (String name : before.keySet()) {
                Neuron changed = neuron.withParameter(name, other);
                assertEquals(neuron.getClass(), changed.getClass());
                assertEquals(
                        List.copyOf(before.keySet()),
                        List.copyOf(changed.parameters().keySet()));
                changed.parameters()
                        .forEach((each, values) -> assertEquals(
                                each.equals(name) ? other : before.get(each), values, each + " after " + name));
                assertEquals(neuron, changed.withParameter(name, before.get(name)), "nothing else has changed");
                assertThrows(IllegalArgumentException.class, () -> neuron.withParameter(name, Parameter.of(Float.NaN)));
            }
            assertThrows(UnsupportedOperationException.class, () -> before.clear());
        }
    }

    @Test
    void parametersAreNamedInOrder() {
        Recurrence own = Recurrence.oneToOne(0.5);
        assertNames("[beta, threshold, gradedSpikesFactor]", new Leaky(0.5));
        assertNames("[alpha, beta, threshold]", new Synaptic(0.5, 0.5));
        assertNames("[alpha, beta, threshold]", new Alpha(0.5, 0.25));
        assertNames("[resistance, capacitance, threshold]", Lapicque.ofBeta(0.5));
        assertNames("[beta, V, threshold]", new RLeaky(own, 0.5));
        assertNames("[alpha, beta, V, threshold]", new RSynaptic(own, 0.5, 0.5));
        assertNames("[V, bias, threshold, gradedSpikesFactor]", new LeakyParallel(0.5));
        assertNames("[beta, threshold, gradedSpikesFactor]", new StateLeaky(0.5));
        assertNames("[beta, deltaThreshold]", new DeltaLeaky(0.5));
        assertNames("[beta, threshold]", new HandLif(0.5));
        assertNames("[leak, gain, synapse, rest, resetPotential, threshold]", Lif.snnTorch(0.5));
    }

    private static void assertNames(String expected, Neuron neuron) {
        assertEquals(expected, neuron.parameters().keySet().toString());
    }

    @Test
    void refusesParametersThatItDoesNotHave() {
        assertInvalid(
                "no parameter 'alpha', expected one of [beta, threshold, gradedSpikesFactor]",
                () -> new Leaky(0.5).withParameter("alpha", Parameter.of(1)));
        assertInvalid(
                "threshold is Infinity, expected a finite number",
                () -> new Leaky(0.5).withParameter("threshold", Parameter.of(1e300)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void runIsBindAndRecord(int model) {
        Neuron neuron = neuron(model, 1);
        NeuronGroup group = bind(neuron, model);
        FloatMatrix currents = Matrices.uniform(arena, 20, group.currents(), new Random(2));
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, 20, NEURONS);
        FloatMatrix membranes = FloatMatrix.zeros(arena, 20, NEURONS);
        group.record(List.of(currents), group.newState(arena, 1), spikes, membranes);
        Neuron.Run run = neuron.run(currents);
        assertSameBits(spikes, run.spikes(), "spikes");
        assertSameBits(membranes, run.membranes(), "membranes");
    }

    /** Literals of every type compile, and mean the nearest float32. */
    @Test
    void takesDoublesAndFloats() {
        assertEquals(new Leaky(0.99f), new Leaky(0.99));
        assertEquals(new Leaky(1f), new Leaky(1));
        assertEquals(new Leaky(0.99f, 1), new Leaky(0.99, 1));
        assertEquals(new Leaky(new float[] {0.1f, 0.2f}), new Leaky(new double[] {0.1, 0.2}));
        assertEquals(new Leaky(0.9f).withThreshold(0.7f), new Leaky(0.9).withThreshold(0.7));
        assertEquals(new Synaptic(0.9f, 0.8f), new Synaptic(0.9, 0.8));
        assertEquals(new Alpha(0.9f, 0.8f), new Alpha(0.9, 0.8));
        assertEquals(Parameter.of(0.9f), new Alpha(0.9f, 0.8f).alpha());
        assertEquals(
                new RSynaptic(Recurrence.oneToOne(0.1f), 0.9f, 0.8f),
                new RSynaptic(Recurrence.oneToOne(0.1), 0.9, 0.8));
        assertEquals(new RLeaky(Recurrence.oneToOne(1), 0.9f), new RLeaky(Recurrence.oneToOne(1), 0.9));
        assertEquals(new LeakyParallel(0.9f).withDropout(0.3f, 1), new LeakyParallel(0.9).withDropout(0.3, 1));
        assertEquals(new StateLeaky(0.9f).withThreshold(0.3f), new StateLeaky(0.9).withThreshold(0.3));
        assertEquals(new DeltaLeaky(0.9f).withDeltaThreshold(0.3f), new DeltaLeaky(0.9).withDeltaThreshold(0.3));
        assertEquals(new HandLif(0.9f), new HandLif(0.9));
        assertEquals(Lapicque.of(5.1f, 1.3f, 0.1f), Lapicque.of(5.1, 1.3, 0.1));
        assertEquals(Lapicque.ofBeta(0.9f), Lapicque.ofBeta(0.9));
        assertEquals(Lif.spikingJelly(2.1f), Lif.spikingJelly(2.1));
        assertEquals(Lif.sinabs(2.1f), Lif.sinabs(2.1));
        assertEquals(Lif.snnTorch(0.1f), Lif.snnTorch(0.1));
        Lif norse = Lif.norse(0.001, 200, 100);
        assertEquals(Parameter.of(0.001f * 100f), norse.leak());
        assertEquals(Parameter.of(1 - 0.001f * 200f), norse.synapse());
    }

    @Test
    void withsChangeOneParameter() {
        Lif lif = Lif.norse(0.001, 200, 100);
        assertChanged(lif, "gain", lif.withGain(0.3));
        assertChanged(lif, "synapse", lif.withSynapse(0.3));
        assertChanged(lif, "rest", lif.withRest(0.3));
        assertChanged(lif, "resetPotential", lif.withResetPotential(0.3));
        assertChanged(lif, "threshold", lif.withThreshold(0.3));
        Recurrence own = Recurrence.oneToOne(0.5);
        assertChanged(new Synaptic(0.9, 0.8), "threshold", new Synaptic(0.9, 0.8).withThreshold(0.3));
        assertChanged(new Alpha(0.9, 0.8), "threshold", new Alpha(0.9, 0.8).withThreshold(0.3));
        assertChanged(Lapicque.ofBeta(0.9), "threshold", Lapicque.ofBeta(0.9).withThreshold(0.3));
        assertChanged(new RLeaky(own, 0.9), "threshold", new RLeaky(own, 0.9).withThreshold(0.3));
        assertChanged(new RSynaptic(own, 0.9, 0.8), "threshold", new RSynaptic(own, 0.9, 0.8).withThreshold(0.3));
        assertChanged(new HandLif(0.9), "threshold", new HandLif(0.9).withThreshold(0.3));
        assertChanged(new LeakyParallel(0.9), "bias", new LeakyParallel(0.9).withBias(0.3));
        assertChanged(new LeakyParallel(0.9), "gradedSpikesFactor", new LeakyParallel(0.9).withGradedSpikesFactor(0.3));
        assertChanged(new StateLeaky(0.9), "gradedSpikesFactor", new StateLeaky(0.9).withGradedSpikesFactor(0.3));
        Quantization levels = Quantization.of(0, 1);
        assertEquals(levels, new StateLeaky(0.9).withQuantization(levels).quantization());
    }

    private static void assertChanged(Neuron plain, String name, Neuron changed) {
        assertEquals(plain.withParameter(name, Parameter.of(0.3f)), changed);
    }
}
