package dev.spikelane.network;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Labels that are decided early equal those of the whole run, and no earlier decision is possible. */
@EveryWidth
final class EarlyExitProperties {

    /** A network of neurons without a memory, each with one input. */
    private static Network passing(int outputs) {
        return Networks.of(
                outputs,
                by(new OneToOne(2), new Leaky(0.0f).withFiring(ThresholdAndReset.DEFAULT.withReset(Reset.NONE))));
    }

    @Property(tries = 200)
    void aLeadThatCannotBeLostNeverChangesTheLabel(
            @UpTo(30) int steps,
            @UpTo(5) int batch,
            @UpTo(4) int classes,
            @ZeroTo(3) int outputsOfClass,
            @UpTo(9) int block,
            @ForAll long seed) {
        int outputs = classes * Math.max(1, outputsOfClass);
        Random random = new Random(seed);
        Arena arena = Arena.ofAuto();
        SpikeMatrix spikes = Matrices.spikes(arena, steps * batch, outputs, random.nextInt(11) / 10.0, random);
        EarlyExit rule = new EarlyExit(steps, EarlyExit.NO_MARGIN, outputsOfClass == 0 ? 0 : classes);
        try (Simulation simulation = passing(outputs).simulate(batch)) {
            EarlyExit.Labels labels = simulation.observe(0, rule.labels());
            int ran = labels.run(simulation, spikes, block);
            long last = 0;
            for (int sample = 0; sample < batch; sample++) {
                int[] counts = counts(spikes, batch, sample, steps, classes);
                assertEquals(largest(counts), labels.label(sample));
                requireEarliest(spikes, batch, sample, labels, classes, steps);
                last = Math.max(last, labels.steps(sample));
            }
            assertTrue(ran >= last && ran < last + block, ran + " steps ran, " + last + " were needed");
            assertEquals(batch, labels.samples());
            assertEquals(1 - (double) ran / steps, labels.shareSaved(), 1e-12);
        }
    }

    /** One step earlier another class could still have won. */
    private static void requireEarliest(
            SpikeMatrix spikes, int batch, int sample, EarlyExit.Labels labels, int classes, int steps) {
        int before = (int) labels.steps(sample) - 1;
        if (before == 0 || classes == 1) {
            return;
        }
        int outputsOfClass = spikes.columns() / classes;
        boolean open = false;
        int leader = largest(counts(spikes, batch, sample, before, classes));
        for (int other = 0; other < classes; other++) {
            int[] counts = counts(spikes, batch, sample, before, classes);
            counts[other] += (steps - before) * outputsOfClass;
            open |= other != leader && largest(counts) == other;
        }
        assertTrue(open, "the label was sure after " + before + " steps");
    }

    private static int[] counts(SpikeMatrix spikes, int batch, int sample, int steps, int classes) {
        int[] counts = new int[classes];
        for (int step = 0; step < steps; step++) {
            for (int output = 0; output < spikes.columns(); output++) {
                counts[output / (spikes.columns() / classes)] += spikes.get(step * batch + sample, output) ? 1 : 0;
            }
        }
        return counts;
    }

    private static int largest(int[] counts) {
        int largest = 0;
        for (int i = 1; i < counts.length; i++) {
            largest = counts[i] > counts[largest] ? i : largest;
        }
        return largest;
    }

    /** A network with a hidden layer, one sample at a time, step by step. */
    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void streamsStopWithTheLabelOfTheWholeRun(@ForAll long seed) {
        int steps = 40;
        TorchRandom random = new TorchRandom(seed);
        Network network = Networks.of(
                30,
                by(Dense.linear(30, 50, random), new Leaky(0.9f).withThreshold(0.3f)),
                by(Dense.linear(50, 7, random), new Leaky(0.9f).withThreshold(0.2f)));
        Random draws = new Random(seed);
        try (Simulation simulation = network.simulate(1);
                Simulation whole = network.simulate(1)) {
            EarlyExit.Labels labels =
                    simulation.observe("lif2", EarlyExit.exact(steps).labels());
            SpikeCounts counts = whole.countSpikes("lif2");
            for (int sample = 0; sample < 5; sample++) {
                SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), steps, 30, 0.4, draws);
                whole.reset();
                whole.run(spikes);
                simulation.reset();
                for (int step = 0; !labels.decided(); step++) {
                    simulation.step(spikes.rows(step, 1));
                }
                assertEquals(counts.label(0), labels.label(0));
                assertTrue(labels.decided(0));
                assertEquals(simulation.steps(), labels.steps(0));
            }
            assertEquals(5, labels.samples());
        }
    }

    /** A frame in each step equals repeated rows. */
    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
    void framesStopWhereTheirRowsDo(@ForAll long seed, @UpTo(6) int batch, @UpTo(7) int block) {
        int steps = 30;
        Network network =
                Networks.of(9, by(Dense.linear(9, 5, new TorchRandom(seed)), new Leaky(0.9f).withThreshold(0.4f)));
        FloatMatrix frame = Matrices.uniform(Arena.ofAuto(), batch, 9, new Random(seed));
        FloatMatrix rows = fill(FloatMatrix.zeros(steps * batch, 9), (row, i) -> frame.get(row % batch, i));
        try (Simulation ofFrame = network.simulate(batch);
                Simulation ofRows = network.simulate(batch)) {
            EarlyExit.Labels labels = ofFrame.observe(0, EarlyExit.exact(steps).labels());
            EarlyExit.Labels expected = ofRows.observe(0, EarlyExit.exact(steps).labels());
            assertEquals(expected.run(ofRows, rows, block), labels.runConstant(ofFrame, frame, block));
            for (int sample = 0; sample < batch; sample++) {
                assertEquals(expected.label(sample), labels.label(sample));
                assertEquals(expected.steps(sample), labels.steps(sample));
            }
            assertEquals(expected.shareSaved(), labels.shareSaved());
        }
    }

    @Example
    void wrongUseIsNamed() {
        EarlyExit.Labels alone = EarlyExit.exact(3).labels();
        assertIllegalState(
                "these labels observe no simulation, expected Simulation.observe to get them", () -> alone.label(0));
        try (Simulation simulation = passing(2).simulate(1)) {
            EarlyExit.Labels labels = simulation.observe(0, EarlyExit.exact(3).labels());
            assertInvalid(
                    "input has 1 rows, expected 3 steps of 1 samples; a frame of all steps goes to runConstant",
                    () -> labels.run(simulation, SpikeMatrix.zeros(1, 2), 1));
            assertInvalid(
                    "stepsAtOnce is 0, expected at least 1", () -> labels.run(simulation, SpikeMatrix.zeros(3, 2), 0));
        }
    }

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void aLearnedMarginDoesWhatItSays(
            @ForAll long seed, @UpTo(value = 25, from = 3) int steps, @UpTo(value = 30, from = 4) int batch) {
        Random random = new Random(seed);
        SpikeMatrix spikes = SpikeMatrix.zeros(steps * batch, 3);
        int[] right = new int[batch];
        for (int row = 0; row < steps * batch; row++) {
            int sample = row % batch;
            right[sample] = sample % 3;
            for (int output = 0; output < 3; output++) {
                spikes.set(row, output, random.nextFloat() < (output == right[sample] ? 0.6f : 0.4f));
            }
        }
        EarlyExit.Learned learned = EarlyExit.exact(steps).learn(List.of(spikes), right, random.nextFloat());
        try (Simulation simulation = passing(3).simulate(batch)) {
            EarlyExit.Labels labels = simulation.observe(0, learned.rule().labels());
            SpikeCounts counts = simulation.countSpikes(0);
            labels.run(simulation, spikes, 1);
            assertEquals(share(right, labels), learned.accuracy(), 1e-12);
            assertEquals(labels.averageSteps(), learned.averageSteps(), 1e-12);
            simulation.reset();
            simulation.run(spikes);
            int whole = 0;
            for (int sample = 0; sample < batch; sample++) {
                whole += counts.label(sample) == right[sample] ? 1 : 0;
            }
            assertEquals((double) whole / batch, learned.wholeAccuracy(), 1e-12);
        }
    }

    private static double share(int[] right, EarlyExit.Labels labels) {
        int found = 0;
        for (int sample = 0; sample < right.length; sample++) {
            found += labels.label(sample) == right[sample] ? 1 : 0;
        }
        return (double) found / right.length;
    }

    /** Output 1 leads from the first step on; the margin of 2 is reached at step 2, the lead is safe at step 5 of 8. */
    @Example
    void marginsSaveMoreStepsThanCertainty() {
        int steps = 8;
        SpikeMatrix spikes = SpikeMatrix.zeros(steps, 2);
        for (int step = 0; step < steps; step++) {
            spikes.set(step, 1, true);
        }
        assertEquals(5, decidedAt(EarlyExit.exact(steps), spikes));
        assertEquals(2, decidedAt(new EarlyExit(steps, 2, 0), spikes));
        EarlyExit.Learned learned = EarlyExit.exact(steps).learn(List.of(spikes, spikes), new int[] {1, 1}, 1);
        assertEquals(new EarlyExit.Learned(new EarlyExit(steps, 1, 0), 1, 1, 1), learned);
        EarlyExit.Learned none = EarlyExit.exact(steps).learn(List.of(spikes), new int[] {0}, 0.5);
        assertEquals(new EarlyExit.Learned(EarlyExit.exact(steps), 0, 0, 5), none);
    }

    private static long decidedAt(EarlyExit rule, SpikeMatrix spikes) {
        try (Simulation simulation = passing(spikes.columns()).simulate(1)) {
            EarlyExit.Labels labels = simulation.observe(0, rule.labels());
            labels.run(simulation, spikes, 4);
            assertEquals(1, labels.label(0));
            assertTrue(labels.timeSpent().isPositive());
            assertEquals(rule.steps() - labels.averageSteps(), labels.averageStepsSaved());
            assertEquals(labels.shareSaved() > 0, labels.timeSaved().isPositive());
            return labels.steps(0);
        }
    }

    @Example
    void saysWhatDoesNotFit() {
        assertInvalid(
                "steps is 0, margin 2147483647, classes 0, expected at least 1, 1 and 0", () -> EarlyExit.exact(0));
        assertInvalid(
                "runs have 2 samples, expected one for each of 1 labels",
                () -> EarlyExit.exact(3).learn(List.of(SpikeMatrix.zeros(6, 2)), new int[] {1}, 0.5));
        assertInvalid(
                "label 1 is 2, expected a class of [0, 2)",
                () -> EarlyExit.exact(3).learn(List.of(SpikeMatrix.zeros(6, 2)), new int[] {1, 2}, 0.5));
        assertInvalid(
                "label 0 is -1, expected a class of [0, 2)",
                () -> new EarlyExit(3, 1, 2).learn(List.of(SpikeMatrix.zeros(3, 6)), new int[] {-1}, 0.5));
        assertInvalid(
                "label 0 is 2, expected a class of [0, 2)",
                () -> new EarlyExit(3, 1, 2).learn(List.of(SpikeMatrix.zeros(3, 6)), new int[] {2}, 0.5));
        try (Simulation simulation = passing(3).simulate(1)) {
            assertInvalid(
                    "3 outputs, expected a multiple of 2, the classes of the rule",
                    () -> simulation.observe(0, new EarlyExit(5, 1, 2).labels()));
            EarlyExit.Labels labels = EarlyExit.exact(5).labels();
            FloatMatrix frames = FloatMatrix.zeros(5, 3);
            assertThrows(IllegalStateException.class, () -> labels.run(simulation, frames, 5));
            simulation.observe(0, labels);
            assertIllegalState(
                    "step 5 follows step 0, expected labels to see a run from its first step on",
                    () -> simulation.run(frames));
            assertThrows(IllegalArgumentException.class, () -> simulation.observe(0, labels));
            simulation.reset();
            assertEquals(5, labels.run(simulation, frames, 1));
            assertFalse(labels.label(0) != 0);
            assertTrue(labels.decided());
        }
    }
}
