package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.CExport;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.model.NirModel;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.random.CounterRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Neurons without input. */
@EveryWidth
final class SourceTest {

    private static FloatMatrix membranes(Neuron neuron, int steps, int neurons) {
        return membranes(neuron, Shape.of(neurons), steps, 1, 1);
    }

    private static FloatMatrix membranes(Neuron neuron, Shape shape, int steps, int batch, int threads) {
        NetworkBuilder builder = Network.builder();
        builder.population("p", shape, neuron);
        try (Simulation simulation = builder.build().simulate(batch, threads)) {
            Population.VariableRecorder recorder = simulation.recordMembranes(0, steps);
            simulation.run(steps);
            return recorder.values();
        }
    }

    private static double mean(FloatMatrix values) {
        return sum(values) / values.rows() / values.columns();
    }

    private static double sum(FloatMatrix values) {
        double sum = 0;
        for (float each : values.toArray()) {
            sum += each;
        }
        return sum;
    }

    /** Inversion, implemented again: the number of cumulative probabilities up to the neuron's uniform number. */
    @Test
    void countsAreThoseOfInversion() {
        int neurons = 130;
        double[] means = IntStream.range(0, neurons).mapToDouble(i -> 0.05 * i).toArray();
        EquationNeuron model = EquationNeuron.of("""
                param mean = 1
                state v, w
                poisson n = mean to 24
                w = v
                poisson m = w + 2
                v = n
                w = m
                spike 0 > 1
                """).with("mean", means).withSeed(5);
        FloatMatrix found = FloatMatrix.zeros(40, neurons);
        FloatMatrix later = FloatMatrix.zeros(40, neurons);
        NeuronGroup group = model.bind(java.lang.foreign.Arena.ofAuto(), neurons);
        NeuronState state = group.newState(java.lang.foreign.Arena.ofAuto(), 1);
        for (int step = 0; step < 40; step++) {
            group.run(List.of(FloatMatrix.zeros(1, neurons)), state, SpikeMatrix.zeros(1, neurons));
            for (int i = 0; i < neurons; i++) {
                found.set(step, i, state.membrane().get(0, i));
                later.set(step, i, state.variable("w").get(0, i));
            }
        }
        for (int step = 0; step < 40; step++) {
            for (int i = 0; i < neurons; i++) {
                float u = CounterRandom.uniform(CounterRandom.rowKey(5, -1, 0), step, 0, i);
                assertEquals(inverse(u, (float) means[i], 24), found.get(step, i), "step " + step + ", neuron " + i);
                float before = step == 0 ? 0 : found.get(step - 1, i);
                float other = CounterRandom.uniform(CounterRandom.rowKey(5, -1, 1), step, 0, i);
                assertEquals(inverse(other, before + 2, 16), later.get(step, i), "a mean that changes");
            }
        }
    }

    private static int inverse(float u, double mean, int most) {
        double term = Math.exp(-mean);
        double sum = term;
        int count = 0;
        while (count < most && u >= (float) sum) {
            count++;
            term *= mean / count;
            sum += term;
        }
        return count;
    }

    @Test
    void countsHaveTheirDistribution() {
        FloatMatrix counts = membranes(Source.counts(23_200, 0.1), 200, 500);
        double[] found = new double[40];
        for (float each : counts.toArray()) {
            found[(int) each] += 1.0 / 100_000;
        }
        double probability = Math.exp(-2.32);
        for (int k = 0; k < 12; k++) {
            assertEquals(probability, found[k], 4 * Math.sqrt(probability / 100_000) + 1e-5, k + " events");
            probability *= 2.32 / (k + 1);
        }
        assertEquals(2.32, mean(counts), 0.02);
        assertEquals(30, mean(membranes(Source.counts(30_000, 1), 200, 500)), 0.1);
    }

    @Test
    void spikesHaveTheirRates() {
        NetworkBuilder builder = Network.builder();
        builder.population("p", Shape.of(400), Source.poisson(50, 0.5));
        builder.population("q", Shape.of(400), Source.poisson(50, 0.5).with("rate", halves(400, 0, 200)));
        builder.population("r", Shape.of(400), Source.poisson(new double[] {0, 100}, new double[] {0, 200}, 0.5));
        try (Simulation simulation = builder.build().simulate(1)) {
            Population.SpikeRecorder p = simulation.recordSpikes(0, 400);
            Population.SpikeRecorder q = simulation.recordSpikes(1, 400);
            Population.SpikeRecorder r = simulation.recordSpikes(2, 400);
            simulation.run(400);
            assertEquals(160_000 * -Math.expm1(-0.025), p.spikes().count(0, 400), 4 * Math.sqrt(4_000));
            assertEquals(
                    0,
                    IntStream.range(0, 400)
                            .filter(step -> q.spikes().get(step, 7))
                            .count());
            assertEquals(80_000 * -Math.expm1(-0.1), q.spikes().count(0, 400), 4 * Math.sqrt(8_000));
            double early = 0;
            for (int step = 0; step < 200; step++) {
                early += 400 * -Math.expm1(-step / 1000.0 * 0.5);
            }
            assertEquals(early, r.spikes().count(0, 200), 4 * Math.sqrt(early));
            assertEquals(80_000 * -Math.expm1(-0.1), r.spikes().count(200, 200), 4 * Math.sqrt(8_000));
        }
    }

    private static double[] halves(int count, double first, double second) {
        return IntStream.range(0, count)
                .mapToDouble(i -> i < count / 2 ? first : second)
                .toArray();
    }

    @Test
    void currentsStepRampAndFluctuate() {
        FloatMatrix given =
                membranes(Source.current(new double[] {1, 2, 2, 3}, new double[] {5, 5, -1, 3}, 0.25), 20, 3);
        float[] expected = {5, 5, 5, 5, 5, 5, 5, 5, -1, 0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3};
        for (int step = 0; step < 20; step++) {
            assertEquals(expected[step], given.get(step, 2), "step " + step);
        }
        FloatMatrix drawn = membranes(Source.fluctuating(10, 2, 5, 0.5), 400, 300);
        double squares = 0;
        double products = 0;
        for (int step = 100; step < 390; step++) {
            for (int i = 0; i < 300; i++) {
                double now = drawn.get(step, i) - 10;
                squares += now * now / 87_000;
                products += now * (drawn.get(step + 10, i) - 10) / 87_000;
            }
        }
        assertEquals(10, mean(drawn), 0.1);
        assertEquals(4, squares, 0.15);
        assertEquals(4 * Math.exp(-1), products, 0.15, "5 ms later");
    }

    @Test
    void listsFireAsListed() {
        Neuron list = Source.spikes(new double[] {0.3, 0, 0.11, 0.3, 0.3}, new int[] {129, 64, 3, 2, 129}, 0.1);
        assertEquals(SpikeList.of(new int[] {3, 3, 0, 1, 3}, new int[] {2, 129, 64, 3, 129}), list);
        for (Shape shape : List.of(Shape.of(130), Shape.of(2, 5, 13))) {
            for (int threads : new int[] {1, 2}) {
                NetworkBuilder builder = Network.builder();
                builder.population("p", shape, list);
                try (Simulation simulation = builder.build().simulate(2, threads)) {
                    Population.SpikeRecorder recorder = simulation.recordSpikes(0, 6);
                    Population.VariableRecorder zeros = simulation.recordMembranes(0, 6);
                    simulation.run(2);
                    simulation.run(4);
                    for (int row = 0; row < 12; row++) {
                        int at = row / 2;
                        List<Integer> fired = IntStream.range(0, 130)
                                .filter(i -> recorder.spikes().get(2 * at, i))
                                .boxed()
                                .toList();
                        assertEquals(
                                at == 0 ? List.of(64) : at == 1 ? List.of(3) : at == 3 ? List.of(2, 129) : List.of(),
                                fired,
                                "step " + at);
                    }
                    assertEquals(8, recorder.spikes().count(0, 12));
                    assertEquals(0, sum(zeros.values()));
                }
            }
        }
    }

    private static Network mixed() {
        NetworkBuilder builder = Network.builder();
        Population noise = builder.population("noise", Shape.of(100), Source.poisson(400, 1));
        Population counts = builder.population("counts", Shape.of(100), Source.counts(900, 1));
        Population drive = builder.population("drive", Shape.of(100), Source.fluctuating(0.2, 0.1, 5, 1));
        Population list = builder.population(
                "list", Shape.of(100), Source.spikes(new double[] {1, 5, 9}, new int[] {0, 50, 99}, 1));
        Population out = builder.population("out", Shape.of(100), new Leaky(0.9));
        builder.project("a", noise, out, new OneToOne(0.3f));
        builder.project("b", counts.variable("membrane"), out, OneToOne.scale(0.05f))
                .delay(2);
        builder.project("c", drive.variable("membrane"), out);
        builder.project("d", list, out);
        builder.project("e", out, out, new OneToOne(-0.2f)).delay(1);
        return builder.build();
    }

    private static SpikeMatrix spikes(Simulation simulation, int steps, int atATime) {
        Population.SpikeRecorder recorder = simulation.recordSpikes("out", steps);
        for (int done = 0; done < steps; done += atATime) {
            simulation.run(Math.min(atATime, steps - done));
        }
        return recorder.spikes();
    }

    @Test
    void drawsDependOnSeedStepSampleAndNeuronAlone(@TempDir Path folder) throws IOException {
        Network network = mixed();
        SpikeMatrix expected;
        try (Simulation simulation = network.simulate(3)) {
            expected = spikes(simulation, 60, 60);
        }
        assertTrue(expected.count(0, 180) > 500, "spikes");
        assertTrue(IntStream.range(0, 100).anyMatch(i -> expected.get(150, i) != expected.get(151, i)));
        for (int threads : new int[] {1, 2}) {
            try (Simulation simulation = network.simulate(3, threads)) {
                assertSame(expected, spikes(simulation, 60, 7));
                simulation.reset();
                simulation.run(23);
                SimulationState state = simulation.snapshot();
                try (Simulation restored = network.simulate(3, 3 - threads);
                        Simulation fork = simulation.fork()) {
                    restored.restore(state);
                    for (Simulation each : List.of(restored, fork)) {
                        Population.SpikeRecorder recorder = each.recordSpikes("out", 60);
                        each.run(37);
                        assertSame(expected.rows(69, 111), recorder.spikes().rows(69, 111));
                    }
                }
            }
        }
        Path file = folder.resolve("sources.safetensors");
        ModelFile.write(file, network);
        Network read = ModelFile.read(file);
        assertEquals(network.populations(), read.populations());
        try (Simulation simulation = read.simulate(3)) {
            assertSame(expected, spikes(simulation, 60, 60));
        }
    }

    private static void assertSame(SpikeMatrix expected, SpikeMatrix found) {
        assertEquals(expected.rows(), found.rows());
        for (int row = 0; row < expected.rows(); row++) {
            for (int i = 0; i < expected.columns(); i++) {
                assertEquals(expected.get(row, i), found.get(row, i), "row " + row + ", neuron " + i);
            }
        }
    }

    @Test
    void networksSayWhetherTheyTakeInputs() {
        NetworkBuilder builder = Network.builder();
        builder.population("p", Shape.of(5), Source.poisson(10, 1));
        Network network = builder.build();
        try (Simulation simulation = network.simulate(1)) {
            assertPart("the network has the inputs [], expected a map", () -> simulation.run(SpikeMatrix.zeros(3, 5)));
            assertPart("has no inputs, expected a number of steps", () -> simulation.run(java.util.Map.of()));
            assertPart("count is 0, expected at least 1 step", () -> simulation.run(0));
            assertEquals(5, simulation.step(java.util.Map.of()).columns());
            assertEquals(1, simulation.steps());
        }
        Network fed = Networks.of(5, by(new OneToOne(1), new Leaky(0.5)));
        try (Simulation simulation = fed.simulate(1)) {
            assertPart("input 'input' is missing", () -> simulation.run(3));
        }
        assertPart("enters the port 'current', expected one of []", () -> {
            NetworkBuilder other = Network.builder();
            Population p = other.population("p", Shape.of(5), Source.poisson(10, 1));
            other.project("p-p", p, p).delay(1);
            other.build();
        });
    }

    @Test
    void othersRefuseThemByName(@TempDir Path folder) {
        for (String[] each : new String[][] {
            {"noise", "EquationNeuron", "noise is drawn at random"}, {"list", "SpikeList", "it is a list of spikes"}
        }) {
            NetworkBuilder builder = Network.builder();
            Neuron neuron =
                    each[0].equals("noise") ? Source.poisson(10, 1) : Source.spikes(new double[] {1}, new int[] {0}, 1);
            Population source = builder.population(each[0], Shape.of(5), neuron);
            Population out = builder.population("out", Shape.of(5), new Leaky(0.5));
            builder.project("a", source, out);
            Network network = builder.build();
            assertPart(
                    "population '" + each[0] + "' has " + each[1] + ", which cannot be written in C: " + each[2],
                    () -> CExport.of(network).write(folder.resolve("n.c")));
            assertPart("population '" + each[0] + "' is " + each[1], () -> NirModel.export(Model.of(network), 1));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            poisson n = 9                 | line 1, column 9: 'n' is 9.0, expected a mean of 0 to 3.2 for counts to 16
            poisson n = -1                | line 1, column 9: 'n' is -1.0, expected a mean of 0 to 3.2 for counts to 16
            poisson n = 9 to 20           | line 1, column 9: 'n' is 9.0, expected a mean of 0 to 4.9 for counts to 20
            poisson n = 9 to 65           | line 1, column 18: found '65', expected the greatest count, 1 to 64
            poisson n = 9 to x            | line 1, column 18: found 'x', expected the greatest count, 1 to 64
            poisson n                     | line 1, column 10: found the end of the line, expected '='
            """)
    void countsThatCannotBeAreRefused(String line, String message) {
        assertPart(message, () -> EquationNeuron.of(line + "\nstate v\nv = n\nspike v > 1"));
    }

    @Test
    void sourcesThatCannotBeAreRefused() {
        List<String> messages = new ArrayList<>();
        double[] none = {};
        double[] two = {1, 2};
        for (org.junit.jupiter.api.function.Executable each : List.<org.junit.jupiter.api.function.Executable>of(
                () -> Source.poisson(-1, 1),
                () -> Source.poisson(1, 0),
                () -> Source.poisson(two, new double[] {1, -1}, 1),
                () -> Source.counts(40_000, 1),
                () -> Source.current(none, none, 1),
                () -> Source.current(two, new double[] {1}, 1),
                () -> Source.current(new double[] {2, 1}, two, 1),
                () -> Source.current(new double[] {0, 1e9}, two, 1),
                () -> Source.current(two, new double[] {1, Double.NaN}, 1),
                () -> Source.fluctuating(1, 1, 0, 1),
                () -> Source.spikes(new double[] {-1}, new int[1], 1),
                () -> Source.spikes(new double[] {1}, new int[2], 1),
                () -> SpikeList.of(new int[1], new int[] {-3}),
                () -> SpikeList.of(new int[] {4}, new int[] {5}).bind(java.lang.foreign.Arena.ofAuto(), 5))) {
            messages.add(assertThrows(IllegalArgumentException.class, each).getMessage());
        }
        assertEquals(
                List.of(
                        "rate is -1.0, expected 0 or more",
                        "step is 0.0, expected more than 0",
                        "rate is -1.0, expected 0 or more",
                        "line 5, column 9: 'count' is 40.0, expected a mean of 0 to 30.8 for counts to 64",
                        "there are 0 times and 0 values, expected as many of both, 1 to 200",
                        "there are 2 times and 1 values, expected as many of both, 1 to 200",
                        "time 1 is 1.0, expected not before 2.0",
                        "time 1 is 1.0E9, expected at most 16777216 steps",
                        "value 1 is NaN, expected a finite number",
                        "tau is 0.0, expected more than 0",
                        "time 0 is -1.0, expected 0 to 2147483647 steps",
                        "there are 2 neurons, expected one for each of 1 spikes",
                        "spike 0 is of neuron -3 in step 0, expected 0 or more",
                        "neuron 5 fires in step 4, expected neurons 0 to 4"),
                messages);
    }
}
