package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.data.Dataset;
import dev.spikelane.example.Adaptive;
import dev.spikelane.example.Anytime;
import dev.spikelane.example.Balanced;
import dev.spikelane.example.Drifting;
import dev.spikelane.example.EventStream;
import dev.spikelane.example.FromPython;
import dev.spikelane.example.FromSafetensors;
import dev.spikelane.example.Kernels;
import dev.spikelane.example.Learned;
import dev.spikelane.example.Learning;
import dev.spikelane.example.Loop;
import dev.spikelane.example.LstmMaps;
import dev.spikelane.example.NormalizedMaps;
import dev.spikelane.example.Online;
import dev.spikelane.example.OwnData;
import dev.spikelane.example.OwnModel;
import dev.spikelane.example.Pictures;
import dev.spikelane.example.Recognized;
import dev.spikelane.example.Sensors;
import dev.spikelane.example.Series;
import dev.spikelane.example.Service;
import dev.spikelane.example.Sessions;
import dev.spikelane.example.SparseLearning;
import dev.spikelane.example.TrainAndServe;
import dev.spikelane.example.Tutorial;
import dev.spikelane.example.TutorialSix;
import dev.spikelane.example.TutorialThree;
import dev.spikelane.example.event.MovingBars;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.Npy;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples of README and site, and compares their output with the pages. */
@Users
final class ProgramsTest {

    private static final Path README = Checkout.file("README.md");
    private static final Path SITE = Checkout.file("src/site/markdown");

    @Test
    void pictureIsThatOfAnExample(@TempDir Path folder) throws IOException {
        Path picture = folder.resolve("recognized.png");
        Recognized.main(new String[] {picture.toString()});
        assertTrue(Files.size(picture) > 10_000);
    }

    @Test
    void tenLinesTrainAndServe(@TempDir Path folder) throws IOException {
        TorchRandom random = new TorchRandom(1);
        FloatMatrix values = FloatMatrix.zeros(4000, 2);
        int[] labels = new int[4000];
        for (int sample = 0; sample < 4000; sample++) {
            labels[sample] = sample % 2;
            values.set(sample, labels[sample], 1);
        }
        Network network = Networks.dense(random, new Leaky(0.9), 2, 50, 2);
        Dataset data = Dataset.of(Shape.of(2), values, labels, 2);
        assertEquals(1, TrainAndServe.label(network, data, folder.resolve("model.safetensors"), new float[] {0, 1}));
    }

    @Test
    void tensorsFromPythonAreThoseOfTheFile(@TempDir Path folder) throws IOException {
        FloatMatrix weights = new TorchRandom(1).rand(5, 784);
        Path file = folder.resolve("net.safetensors");
        Tensors.of(
                        Map.of(),
                        List.of(
                                Tensor.of("fc1.bias", new TorchRandom(2).rand(1, 5), List.of(5)),
                                Tensor.of("fc1.weight", weights, List.of(5, 784)),
                                Tensor.of("lif1.beta", FloatMatrix.vector(0.5f), List.of()),
                                Tensor.of("lif1.threshold", FloatMatrix.vector(2), List.of()),
                                Tensor.of("lif1.graded_spikes_factor", FloatMatrix.vector(1), List.of())))
                .write(file);
        Network network = Networks.dense(new TorchRandom(3), new Leaky(0.9), 784, 5);
        FromSafetensors.load(file, network);
        assertEquals(weights.get(4, 783), network.weights().get("fc1.weight").get(4, 783));
        assertEquals(0.5f, network.weights().get("lif1.beta").get(0, 0));
    }

    @Test
    void weightsFromPythonAreThoseOfTheFiles(@TempDir Path folder) throws IOException {
        TorchRandom random = new TorchRandom(1);
        FloatMatrix weights = random.rand(5, 784);
        FloatMatrix bias = random.rand(1, 5);
        Npy.write(folder.resolve("fc1.weight.npy"), weights);
        Npy.write(folder.resolve("fc1.bias.npy"), bias, 5);
        Network network = FromPython.load(folder);
        assertEquals(weights.get(4, 783), network.weights().get("fc1.weight").get(4, 783));
        assertEquals(bias.get(0, 4), network.weights().get("fc1.bias").get(0, 4));
    }

    @Test
    void exampleDrawsPictures(@TempDir Path folder) throws IOException {
        Pictures.main(new String[] {folder.toString()});
        for (String name : List.of("raster.html", "traces.svg", "counts.gif", "encoded.png")) {
            assertTrue(Files.size(folder.resolve(name)) > 10_000, name);
        }
    }

    @Test
    void tutorialPrintsWhatTheReadmeSays() throws Exception {
        assertPrintsWhatThePageSays(README, 1, () -> Tutorial.main(new String[0]));
    }

    @Test
    void loopPrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("networks.md"), 1, () -> Loop.main(new String[0]));
    }

    @Test
    void movingBarsPrintWhatTheirPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("events.md"), 5, () -> MovingBars.main(new String[0]));
    }

    @Test
    void learningPrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("training.md"), 1, () -> Learning.main(new String[0]));
    }

    @Test
    void learnedPrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("optimizers.md"), 11, () -> Learned.main(new String[0]));
    }

    @Test
    void kernelsPrintWhatTheirPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("neurons.md"), 1, () -> Kernels.main(new String[0]));
    }

    @Test
    void adaptivePrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("neurons.md"), 3, () -> Adaptive.main(new String[0]));
    }

    @Test
    void ownModelPrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("neurons.md"), 1, () -> OwnModel.main(new String[0]));
    }

    @Test
    void sessionsPrintWhatTheirPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("service.md"), 1, () -> Sessions.main(new String[0]));
    }

    @Test
    void sensorsPrintWhatTheirPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("sessions.md"), 1, () -> Sensors.main(new String[0]));
    }

    @Test
    void servicePrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("service.md"), 1, () -> Service.main(new String[0]));
    }

    @Test
    void driftingPrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("plasticity.md"), 6, () -> Drifting.main(new String[0]));
    }

    @Test
    void anytimePrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("service.md"), 2, () -> Anytime.main(new String[0]));
    }

    @Test
    void onlinePrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("plasticity.md"), 5, () -> Online.main(new String[0]));
    }

    @Test
    void ownDataPrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("training.md"), 2, () -> OwnData.main(new String[0]));
    }

    @Test
    void seriesPrintWhatTheirPageSays() throws Exception {
        assertPrintsWhatThePageSays(
                Checkout.file("src/site/markdown/training.md"), 2, () -> Series.main(new String[0]));
    }

    @Test
    void tutorialThreePrintsWhatItsPageSays(@TempDir Path folder) throws Exception {
        assertPrintsWhatThePageSays(
                SITE.resolve("tutorial3.md"), 6, () -> TutorialThree.main(new String[] {folder.toString()}));
        for (String name : List.of("lif-step.png", "leaky-step.png", "raster.html", "spike-count.gif", "traces.svg")) {
            assertTrue(Files.size(folder.resolve(name)) > 10_000, name);
        }
    }

    /** At night only: golden cases have the same bits as this test, which takes as long as ten others. */
    @Test
    @EnabledIfSystemProperty(named = "spikelane.tries", matches = "all")
    void tutorialSixPrintsWhatItsPageSays(@TempDir Path folder) throws Exception {
        for (String file : List.of("images.idx3-ubyte.gz", "labels.idx1-ubyte.gz")) {
            try (var sample = ProgramsTest.class.getResourceAsStream("/dev/spikelane/cli/fashion-mnist-256-" + file)) {
                Files.copy(sample, folder.resolve("train-" + file.replace(".idx", "-idx")));
            }
        }
        assertPrintsWhatThePageSays(
                SITE.resolve("convolutions.md"), 6, () -> TutorialSix.main(new String[] {folder.toString()}));
    }

    @Test
    void sparseNetworksPrintWhatTheirPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("sparse.md"), 1, () -> Balanced.main(new String[0]));
        assertPrintsWhatThePageSays(SITE.resolve("sparse.md"), 4, () -> SparseLearning.main(new String[0]));
    }

    @Test
    void eventStreamPrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SITE.resolve("convolutions.md"), 1, () -> EventStream.main(new String[0]));
    }

    @Test
    void layersOfTutorialSixAreWhatItsPageSays() {
        TorchRandom random = new TorchRandom(1);
        Network integers = NormalizedMaps.trained(random, random.rand(4, 784), new int[] {1, 2, 3, 4});
        assertEquals(List.of(64, 12, 5, 5), integers.weights().shape("conv2.weight"));
        assertEquals(ElementType.INT8, integers.weights().type("conv2.weight"));
        Network lstm = LstmMaps.network(random);
        assertEquals(List.of(12, 3, 3, 3), lstm.weights().shape("lif1.recurrent.weight"));
        assertEquals(Shape.of(3, 14, 14), lstm.population("lif2").shape());
    }

    private interface Program {
        void run() throws Exception;
    }

    private static void assertPrintsWhatThePageSays(Path page, int lines, Program example) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            example.run();
        } finally {
            System.setOut(before);
        }
        String text = printed.toString(StandardCharsets.UTF_8).strip();
        assertTrue(Files.readString(page).contains("```\n" + text + "\n```"), page + " does not say: " + text);
        assertEquals(lines, text.lines().count());
    }
}
