package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.fixture.FolderCase;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.Tensor;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The neuron of the NIR paper: 1,000 steps of 0.1 ms, tau 2.5 ms, a threshold of 0.1, 34 input spikes of which four
 * make it fire. {@code -Dspikelane.nir.paper=DIR} names a folder with the paper's files.
 */
final class PaperLifTest extends FolderCase {

    private static final double DT = 1e-4;
    private static final double TAU = 2.5e-3;
    private static final double THRESHOLD = 0.1;
    private static final int STEPS = 1_000;
    private static final List<Integer> FIRES = List.of(460, 510, 710, 760);
    private static final int[] INPUT = {
        60, 220, 270, 310, 320, 350, 370, 400, 410, 430, 440, 450, 460, 470, 480, 490, 500, 510, 520, 530, 670, 680,
        690, 700, 710, 720, 730, 740, 750, 760, 770, 780, 840, 850
    };

    private Path file() throws IOException {
        Map<String, NirFile.Graph.Node> nodes = Map.of(
                "input", NirFile.Graph.Node.of("Input", Map.of("shape", numbers("shape", 1))),
                "lif",
                        NirFile.Graph.Node.of(
                                "LIF",
                                Map.of(
                                        "tau", numbers("tau", TAU),
                                        "r", numbers("r", 1),
                                        "v_leak", numbers("v_leak", 0),
                                        "v_threshold", numbers("v_threshold", THRESHOLD))),
                "output", NirFile.Graph.Node.of("Output", Map.of("shape", numbers("shape", 1))));
        Path file = folder.resolve("lif.nir");
        NirFile.write(
                file,
                new NirFile.Graph(
                        nodes,
                        List.of(new NirFile.Graph.Edge("input", "lif"), new NirFile.Graph.Edge("lif", "output"))));
        return file;
    }

    private static Tensor numbers(String name, double value) {
        return Tensor.of(name, FloatMatrix.vector((float) value), List.of(1));
    }

    private static SpikeMatrix input() {
        SpikeMatrix input = SpikeMatrix.zeros(STEPS, 1);
        for (int step : INPUT) {
            input.set(step, 0, true);
        }
        return input;
    }

    @Test
    void eulersMethodIsThatOfNorseAndSnnTorch() throws IOException {
        NirRun run = new NirRun(NirImport.DEFAULT.read(file()), input(), STEPS, 1);
        float[] expected = new float[STEPS];
        float v = 0;
        SpikeMatrix input = input();
        for (int step = 0; step < STEPS; step++) {
            v += (float) (DT / TAU) * (-v + (input.get(step, 0) ? 1 : 0));
            v = v > (float) THRESHOLD ? 0 : v;
            expected[step] = v;
        }
        assertEquals(FIRES, fires(run.sent("lif")));
        assertArrayEquals(expected, run.membrane("lif"), 1e-7f);
    }

    /** The exact solution fires within a step; then steps differ until this is forgotten. */
    @Test
    void exactDecayIsTheSolutionOfTheEquationUntilItFires() throws IOException {
        NirRun run = new NirRun(NirImport.DEFAULT.withExactDecay().read(file()), input(), STEPS, 1);
        compareWithExact(run, solution());
    }

    private static void compareWithExact(NirRun run, double[] exact) {
        assertEquals(FIRES, fires(run.sent("lif")));
        for (int step = 0; step < STEPS; step++) {
            boolean untouched = step < FIRES.getFirst();
            assertEquals(exact[step], run.membrane("lif")[step], untouched ? 1e-7 : 0.007, "step " + step);
        }
    }

    private static double[] solution() {
        double[] membranes = new double[STEPS];
        SpikeMatrix input = input();
        double v = 0;
        for (int step = 0; step < STEPS; step++) {
            double goal = input.get(step, 0) ? 1 : 0;
            double end = goal + (v - goal) * Math.exp(-DT / TAU);
            if (end > THRESHOLD) {
                double until = TAU * Math.log((goal - v) / (goal - THRESHOLD));
                end = goal - goal * Math.exp((until - DT) / TAU);
            }
            v = end;
            membranes[step] = v;
        }
        return membranes;
    }

    private static List<Integer> fires(float[] spikes) {
        List<Integer> steps = new ArrayList<>();
        for (int step = 0; step < spikes.length; step++) {
            if (spikes[step] != 0) {
                steps.add(step);
            }
        }
        return steps;
    }

    /** Norse and snnTorch up to float32; snnTorch's membranes are 25 times as large. */
    @Test
    void theFilesOfThePaperComeOut() throws IOException {
        Path paper = Path.of(System.getProperty("spikelane.nir.paper", ""));
        assumeTrue(Files.exists(paper.resolve("lif_norse.nir")));
        NirRun euler = new NirRun(NirImport.DEFAULT.read(paper.resolve("lif_norse.nir")), input(), STEPS, 1);
        compare(paper.resolve("lif_norse.csv"), euler, "1", 1, 1e-7);
        compare(paper.resolve("lif_snntorch.csv"), euler, "1", 25, 2e-6);
        NirRun exact =
                new NirRun(NirImport.DEFAULT.withExactDecay().read(paper.resolve("lif_norse.nir")), input(), STEPS, 1);
        compare(paper.resolve("lif_exact.csv"), exact, "1", 1, 0.007);
        NirImport.DEFAULT.read(paper.resolve("lif_rockpool.nir"));
        NirImport.DEFAULT.read(paper.resolve("two_lif_neurons.nir"));
    }

    private static void compare(Path csv, NirRun run, String node, double scale, double tolerance) throws IOException {
        List<String> rows = Files.readAllLines(csv);
        assertEquals(STEPS, rows.size());
        for (int step = 0; step < STEPS; step++) {
            String[] columns = rows.get(step).split(",", -1);
            assertEquals(input().get(step, 0) ? 1 : 0, Double.parseDouble(columns[0]), csv + " " + step);
            assertEquals(Double.parseDouble(columns[2]), run.sent(node)[step], csv + " " + step);
            double expected = Double.parseDouble(columns[1]);
            assertEquals(expected, run.membrane(node)[step] * scale, tolerance * scale, csv + " " + step);
        }
    }
}
