package dev.spikelane.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.cli.Main;
import dev.spikelane.cli.SmallImages;
import dev.spikelane.connection.Dense;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Evaluator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Users
final class TrainCommandTest extends FolderCase {

    /** Stands for the default page in arguments. */
    private static final String PAGE = "page";

    @TempDir
    private static Path shared;

    private static Path images = Path.of("");

    /** A model for tests that only run it. */
    private static Path trained = Path.of("");

    @BeforeAll
    static void writeImagesAndAModel() throws IOException {
        images = SmallImages.write(shared.resolve("images"));
        trained = shared.resolve("trained.safetensors");
        train(trained, "--epochs", "8").requireSuccess();
    }

    private static List<String> arguments(Path model, String... more) {
        List<String> arguments = new ArrayList<>(List.of("train", "--data", images.toString(), "--hold-out", "30"));
        arguments.addAll(List.of("--batch", "16", "--steps", "6", "--rate", "0.01", "--model", model.toString()));
        arguments.addAll(List.of(more));
        if (!arguments.contains("--hidden")) {
            arguments.addAll(List.of("--hidden", "20"));
        }
        if (!arguments.contains("--report") && !arguments.remove(PAGE)) {
            arguments.add("--no-report");
        }
        return arguments;
    }

    private static CommandRun train(Path model, String... more) {
        return CommandRun.of(arguments(model, more).toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "tutorial5, membrane, 20, 36",
        "tutorial3, count, 20, 36",
        "tutorial6, rate, '6C3-P2,8C2', 36",
        "recurrent, membrane, 20, 6",
        "demo, mse-count, 20, 36"
    })
    void trainsPresets(String preset, String loss, String hidden, int inputs) throws IOException {
        Path model = folder.resolve("model.safetensors");
        String out = train(model, "--preset", preset, "--loss", loss, "--hidden", hidden, "--epochs", "4")
                .requireSuccess();
        assertTrue(out.contains("Training " + inputs + " -> " + hidden.replace(",", " -> ") + " -> 4"), out);
        assertTrue(out.contains("epoch       loss  accuracy  held out"), out);
        assertFalse(Files.exists(folder.resolve("model.safetensors.checkpoint")));
        String report = folder.resolve("run.html").toString();
        String run = CommandRun.of("run", "--model", model.toString(), "--data", images.toString(), "--report", report)
                .requireSuccess();
        String accuracy = out.lines()
                .filter(line -> line.startsWith("  Accuracy"))
                .findFirst()
                .orElseThrow();
        assertTrue(run.contains(accuracy), accuracy + " in " + run);
        assertTrue(run.contains(" 6 steps"), run);
        assertTrue(run.contains("additions of a weight per image"), run);
        assertTrue(run.contains("multiplications and additions of a dense network in as many steps"), run);
        assertTrue(Files.size(Path.of(report)) > 1000);
    }

    @Test
    void learnsAndSaysWhatItCosts() throws IOException {
        Path model = folder.resolve("model.safetensors");
        Path history = folder.resolve("history.csv");
        String report = folder.resolve("report.html").toString();
        String out = train(model, "--epochs", "12", "--json", "--history", history.toString(), "--report", report)
                .requireSuccess();
        JsonNode json = new ObjectMapper().readTree(out);
        assertEquals(report, json.get("report").asText());
        assertTrue(json.get("test").get("accuracy").asDouble() > 0.8, out);
        assertEquals("membrane", json.get("test").get("decoding").asText());
        assertEquals(12, json.get("history").size());
        assertEquals(13, Files.readAllLines(history).size());
        assertTrue(Files.size(Path.of(report)) > 1000);
        JsonNode run = new ObjectMapper()
                .readTree(CommandRun.of("run", "--model", model.toString(), "--data", images.toString(), "--json")
                        .requireSuccess());
        assertEquals(json.get("test").get("accuracy"), run.get("accuracy"));
        assertEquals(36 * 20 + 20 * 4, run.get("dense_operations").asInt());
        assertEquals(
                6 * (36 * 20 + 20 * 4), run.get("dense_operations_of_steps").asInt());
        double spikes = run.get("spikes_per_image").get("lif1").asDouble();
        double operations = run.get("synaptic_operations_per_image").asDouble();
        assertTrue(operations > 4 * spikes && operations <= 4 * spikes + 36 * 20, run.toString());
    }

    /** Images are encoded at random: with other random numbers, spikes would not lead to the shown classes. */
    @Test
    void thePageShowsTheFirstImagesThatAreRightAndWrong() throws IOException {
        Path model = folder.resolve("model.safetensors");
        String report = folder.resolve("report.html").toString();
        train(model, "--epochs", "2", "--code", "rate", "--loss", "count", "--report", report)
                .requireSuccess();
        Dataset test = Dataset.idxTest(images);
        Batching batching = new Batching(7).withSeed(42).withCode(InputEncoding.named("rate", 6));
        Evaluator.Result result;
        try (Evaluator evaluator = new Evaluator(ModelFile.read(model), 6, batching, 1)) {
            result = evaluator.evaluate(test);
        }
        List<String> expected = new ArrayList<>();
        for (boolean right : List.of(true, false)) {
            IntStream.range(0, test.size())
                    .filter(image ->
                            result.labels().get(image).equals(result.classes().get(image)) == right)
                    .limit(4)
                    .forEach(image -> expected.add(result.labels().get(image)
                            + (right
                                    ? ", right"
                                    : ", wrong: taken for " + result.classes().get(image))
                            + "; "
                            + result.classes().get(image)));
        }
        String page = Files.readString(Path.of(report));
        Matcher cards = Pattern.compile("<strong>([^<]*)</strong>(.*?)</svg>", Pattern.DOTALL)
                .matcher(page);
        List<String> shown = new ArrayList<>();
        while (cards.find()) {
            Matcher most = Pattern.compile("class=\"most\".*?<title>(\\d): (\\d+)</title>")
                    .matcher(cards.group(2));
            assertTrue(most.find(), cards.group(2));
            shown.add(cards.group(1) + "; " + most.group(1));
        }
        assertEquals(8, expected.size(), "images that are right and wrong");
        assertEquals(expected, shown);
        assertTrue(page.contains("Loss and accuracy by epoch") && page.contains("Confusion matrix"), "figures");
    }

    @Test
    void endsWithAPageInTheWorkingFolder() throws IOException {
        Path page = Path.of("spikelane-train.html");
        assumeTrue(!Files.exists(page), page + " is in the working folder");
        Path model = folder.resolve("model.safetensors");
        try {
            String out = train(model, "--epochs", "1", PAGE).requireSuccess();
            assertTrue(out.contains("  Report         " + page.toAbsolutePath()), out);
            Files.writeString(page, "that of an earlier run");
            assertEquals("", train(model, "--epochs", "1", "--quiet", PAGE).requireSuccess());
            assertTrue(Files.size(page) > 1000, "a later run overwrites the page");
            // Refused like a read-only folder, to which root could write.
            Files.delete(page);
            Files.createDirectory(page);
            CommandRun without = train(model, "--epochs", "1", PAGE);
            assertEquals(
                    "spikelane: no report is written, because spikelane-train.html is a folder, expected the name of a"
                            + " file" + System.lineSeparator(),
                    without.err());
            assertEquals(0, without.code());
            assertFalse(without.out().contains("Report"), without.out());
        } finally {
            Files.deleteIfExists(page);
        }
        train(model, "--report", "x.html", "--no-report")
                .requireFailureWith(2, "--report and --no-report exclude each other");
    }

    /** A page that cannot be written costs neither the model nor the text. */
    @Test
    void aDiskThatIsFullForThePageLosesNothingElse() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no device that is always full");
        Path model = folder.resolve("model.safetensors");
        Path history = folder.resolve("history.csv");
        CommandRun run = train(model, "--epochs", "2", "--report", full.toString(), "--history", history.toString());
        assertEquals(1, run.code());
        assertTrue(run.err().startsWith("spikelane: /dev/full: "), run.err());
        assertTrue(run.out().contains("  Accuracy ") && run.out().contains("  Serve it "), run.out());
        assertEquals(3, Files.readAllLines(history).size());
        Path whole = folder.resolve("whole.safetensors");
        train(whole, "--epochs", "2").requireSuccess();
        assertEquals(-1, Files.mismatch(whole, model));
    }

    /** Installed images have no effect, a chosen preset has. */
    @Test
    void aBootComesFirstWithInstalledImagesToo() {
        assumeTrue(Dataset.fashionMnist().isPresent(), "Debian's package dataset-fashion-mnist is not installed");
        Path model = folder.resolve("model.safetensors");
        String options = " --hidden 1 --steps 1 --epochs 1 --hold-out 59000 --batch 500 --no-report --model " + model;
        String out = CommandRun.of(("train" + options).split(" ")).requireSuccess();
        assertTrue(out.contains("/usr/share/datasets/fashion-mnist: 1,000 to train on"), out);
        assertTrue(out.indexOf("  Most spikes    ankle boot: right") > 0, out);
        assertTrue(out.indexOf("Most spikes") < out.indexOf("Training 784"), out);
        assertTrue(out.contains("  All images     ./spikelane train --preset demo"), out);
        String chosen =
                CommandRun.of(("train --preset tutorial5" + options).split(" ")).requireSuccess();
        assertFalse(chosen.contains("Most spikes"), chosen);
    }

    /** Options of hidden layers do not apply to attention. */
    @Test
    void trainsAttention() throws IOException {
        Path model = folder.resolve("model.safetensors");
        List<String> arguments = new ArrayList<>(List.of("train", "--preset", "attention", "--no-report"));
        arguments.addAll(List.of("--data", images.toString()));
        arguments.addAll(List.of("--hold-out", "30", "--batch", "16", "--rate", "0.01", "--model", model.toString()));
        String out = CommandRun.of(arguments.toArray(String[]::new)).requireSuccess();
        assertTrue(out.contains("Training 36 -> attention -> 4, Leaky, beta 0.5, 4 steps, code frame"), out);
        String accuracy = out.lines()
                .filter(line -> line.startsWith("  Accuracy"))
                .findFirst()
                .orElseThrow();
        assertTrue(Double.parseDouble(accuracy.replaceAll("  Accuracy +([0-9.]+) %.*", "$1")) > 50, out);
        String run = CommandRun.of("run", "--model", model.toString(), "--data", images.toString())
                .requireSuccess();
        assertTrue(run.contains(accuracy), accuracy + " in " + run);
        for (String option : List.of("--beta=0.9", "--no-batch-norm")) {
            arguments.add(option);
            CommandRun.of(arguments.toArray(String[]::new))
                    .requireFailureWith(2, "--preset attention has norms and a beta of its own");
            arguments.removeLast();
        }
    }

    /** The model file has the batch norms under torch's names, and a dense layer may follow maps. */
    @Test
    void trainsConvolutionsWithBatchNorm() throws IOException {
        Path model = folder.resolve("model.safetensors");
        String[] options = {"--preset", "fashion", "--hidden", "6C3-P2,12", "--epochs", "8"};
        String out = train(model, options).requireSuccess();
        assertTrue(Double.parseDouble(out.replaceAll("(?s).*  Accuracy +([0-9.]+) %.*", "$1")) > 70, out);
        Network network = ModelFile.read(model);
        assertEquals(List.of(6), network.weights().shape("conv1.1.running_mean"));
        assertEquals(List.of(12, 24), network.weights().shape("fc1.0.weight"));
        String run = CommandRun.of("run", "--model", model.toString(), "--data", images.toString(), "--weights", "int8")
                .requireSuccess();
        assertTrue(run.contains("  Folded         batch norms, into the weights before them"), run);
        assertTrue(run.contains("  Weights        int8; with float weights "), run);
    }

    /** The model file has the trained integers, and runs with the validated accuracy. */
    @Test
    void trainsIntegers() throws IOException {
        Path model = folder.resolve("model.safetensors");
        String[] options = {"--preset", "tutorial6", "--hidden", "6C3-P2,12", "--epochs", "8", "--loss", "membrane"};
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--weights", "ternary", "--json"));
        String out = train(model, arguments.toArray(String[]::new)).requireSuccess();
        JsonNode test = new ObjectMapper().readTree(out).get("test");
        assertTrue(test.get("accuracy").asDouble() > 0.6, out);
        Network network = ModelFile.read(model);
        for (String name : List.of("conv1.weight", "fc1.weight", "fc2.weight")) {
            assertEquals(ElementType.TERNARY, network.weights().type(name), name);
        }
        String run = CommandRun.of("run", "--model", model.toString(), "--data", images.toString(), "--json")
                .requireSuccess();
        assertEquals(test.get("accuracy"), new ObjectMapper().readTree(run).get("accuracy"));
        train(model, "--weights", "int2").requireFailureWith(2, "--weights is 'int2', expected one of");
        train(model, "--weights", "int8", "--eight-bits")
                .requireFailureWith(2, "expected --eight-bits or --weights, not both: they round the same weights");
    }

    @Test
    void convolutionsNeedWholeImages() {
        Path model = folder.resolve("model.safetensors");
        train(model, "--preset", "recurrent", "--hidden", "6C3")
                .requireFailureWith(
                        2, "--hidden has a convolution, expected numbers of neurons for --preset recurrent");
        train(model, "--hidden", "6C3", "--code", "pieces")
                .requireFailureWith(2, "--code is pieces, expected one that shows whole images to the convolutions");
        train(model, "--hidden", "6C7").requireFailureWith(1, "projection 'conv1'", "7 x 7");
    }

    @Test
    void eightBitsTakeLess() throws IOException {
        Path wide = folder.resolve("wide.safetensors");
        Path narrow = folder.resolve("narrow.safetensors");
        train(wide, "--epochs", "1", "--hidden", "200").requireSuccess();
        train(narrow, "--epochs", "1", "--hidden", "200", "--eight-bits").requireSuccess();
        assertTrue(Files.size(narrow) < Files.size(wide) / 2, Files.size(narrow) + " and " + Files.size(wide));
    }

    @Test
    void sameCommandWritesTheSameFile() throws IOException {
        Path one = folder.resolve("one.safetensors");
        Path other = folder.resolve("other.safetensors");
        train(one, "--preset", "demo", "--epochs", "2", "--threads", "1").requireSuccess();
        train(other, "--preset", "demo", "--epochs", "2", "--threads", "2").requireSuccess();
        assertEquals(-1, Files.mismatch(one, other));
    }

    /** The seed determines the shifts: equal options give equal files. */
    @Test
    void shiftsImages() throws IOException {
        Path plain = folder.resolve("plain.safetensors");
        Path one = folder.resolve("one.safetensors");
        Path other = folder.resolve("other.safetensors");
        train(plain, "--epochs", "2", "--shift", "0").requireSuccess();
        train(one, "--epochs", "2", "--shift", "1").requireSuccess();
        train(other, "--epochs", "2", "--shift", "1", "--threads", "2").requireSuccess();
        assertEquals(-1, Files.mismatch(one, other));
        assertTrue(Files.mismatch(plain, one) >= 0);
    }

    @Test
    void interruptedTrainingIsSavedAndResumed() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "there is no /bin/kill: Ctrl-C is not tried");
        assumeFalse(ignoresInterrupts(), "Ctrl-C is ignored in background processes of a shell, and so is not tried");
        Path model = folder.resolve("model.safetensors");
        Path checkpoint = folder.resolve("run.checkpoint");
        String[] options = {"--preset", "tutorial5", "--epochs", "40", "--checkpoint", checkpoint.toString()};
        String log = interrupted(arguments(model, options), text -> Files.exists(checkpoint));
        assertTrue(log.contains("stopped and saved in " + checkpoint), log);
        assertFalse(Files.exists(model));
        CommandRun wrong =
                train(model, "--epochs", "40", "--checkpoint", checkpoint.toString(), "--resume", "--seed", "1");
        assertEquals(1, wrong.code());
        assertTrue(wrong.err().contains("is of a run with"), wrong.err());
        List<String> again = new ArrayList<>(List.of(options));
        again.add("--resume");
        train(model, again.toArray(String[]::new)).requireSuccess();
        Path whole = folder.resolve("whole.safetensors");
        train(whole, "--preset", "tutorial5", "--epochs", "40").requireSuccess();
        assertEquals(-1, Files.mismatch(whole, model), "the model of an uninterrupted run");
    }

    /** On a terminal of 60 columns: only whole lines remain at the end. */
    @Test
    void ctrlCClearsTheBar() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "there is no /bin/kill: Ctrl-C is not tried");
        assumeFalse(ignoresInterrupts(), "Ctrl-C is ignored in background processes of a shell, and so is not tried");
        Path model = folder.resolve("model.safetensors");
        String log = interrupted(
                arguments(model, "--epochs", "1", "--hidden", "700,700"), text -> text.contains("Epoch 1 ["));
        String erase = "\r\u001b[K";
        assertTrue(log.contains(erase + "spikelane: stopped and saved in "), log);
        for (String line : log.split("\n")) {
            String shown = line.substring(Math.max(0, line.lastIndexOf(erase))).replace(erase, "");
            assertFalse(shown.contains("Epoch 1 ["), log);
        }
        Arrays.stream(log.split("\r\u001b\\[K"))
                .filter(part -> part.startsWith("Epoch 1"))
                .forEach(part -> assertTrue(part.length() <= 57, part));
    }

    /** Runs a command in a second JVM, sends Ctrl-C when {@code isTime}, and returns the output. */
    private String interrupted(List<String> arguments, Predicate<String> isTime)
            throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        // C1 alone starts faster, and its epochs take longer than a signal.
        List<String> flags = List.of("-XX:TieredStopAtLevel=1", "-Dspikelane.columns=60");
        Process process = OwnJvm.builder(flags, Main.class, arguments.toArray(String[]::new))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            // Counts attempts, not seconds, because a machine may stop both JVMs.
            for (int i = 0; i < 6_000 && process.isAlive() && !isTime.test(Files.readString(log)); i++) {
                Thread.sleep(10);
            }
            new ProcessBuilder("/bin/kill", "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            assertEquals(130, process.waitFor(), Files.readString(log));
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(log);
    }

    /** A shell without job control makes background processes and their children ignore the signal. */
    private static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--preset, x, '--preset is ''x'', expected one of attention, demo, fashion, recurrent, sample, tutorial3, tutorial5, tutorial6'",
        "--loss, x, '--loss is ''x'', expected one of'",
        "--surrogate, x, '--surrogate is ''x'', expected one of'",
        "--code, x, '--code is ''x'', expected one of'",
        "--hidden, '1,x', '--hidden is ''1,x'', expected numbers'",
        "--hidden, 4C0, '--hidden is ''4C0'', expected numbers from 1 to 100000, or convolutions such as 12C5'",
        "--hidden, '4C3-P2,', expected numbers",
        "--hidden, 4C3-P0, expected numbers",
        "--beta, 2, '--beta is 2.0, expected 0 to 1'",
        "--beta, abc, is not a number",
        "--rate, nan, is not a number",
        "--epochs, 1e3, is not a whole number from",
        "--epochs, 0, '--epochs is 0, expected 1 to 10000'",
        "--shift, -1, '--shift is -1, expected 0 to 100'",
        "--history, h.txt, 'expected a name that ends in .csv or .json'",
        "--report, x.pdf, '--report is x.pdf, expected a name that ends in .html or .htm'"
    })
    void namesWhatIsWrong(String option, String value, String message) {
        train(folder.resolve("model.safetensors"), option, value).requireFailureWith(2, message);
    }

    @Test
    void aModelIsNamedAsOne() {
        train(folder.resolve("m.onnx")).requireFailureWith(2, "m.onnx, expected a name that ends in .safetensors");
        assertFalse(Files.exists(folder.resolve("m.onnx")));
    }

    /** Before an image is read, not during the first epoch. */
    @Test
    void latencyNeedsStepsForTheDarkestPixels() {
        Path model = folder.resolve("model.safetensors");
        String wrong = "--steps is 1, expected at least 13 for --code latency";
        CommandRun run = CommandRun.line("train --data %s --code latency --steps 1 --model %s", images, model);
        run.requireFailureWith(2, wrong);
        CommandRun.line(
                        "train --data %s --code latency --steps 13 --epochs 1 --hold-out 30 --hidden 5 --model %s --no-report",
                        images, model)
                .requireSuccess();
        CommandRun.of("run", "--model", model.toString(), "--data", images.toString(), "--steps", "1")
                .requireFailureWith(2, wrong);
    }

    /** A refusal of a trainer is no error of the program. */
    @Test
    void memoryThatIsNotThereIsNoInternalError() {
        CommandRun run =
                CommandRun.line("train --data %s --hold-out 30 --hidden 100000 --steps 10000 --batch 4096", images);
        run.requireFailureWith(1, "spikelane: training of 10000 steps of batch 4096 needs");
    }

    /** One type as text, another as JSON, because each takes a second. */
    @Test
    void runComparesIntegersWithFloats() throws IOException {
        String[] arguments = {"run", "--model", trained.toString(), "--data", images.toString(), "--weights", "int16"};
        String text = CommandRun.of(arguments).requireSuccess();
        assertTrue(text.contains("  Weights        int16; with float weights "), text);
        assertTrue(text.contains("change of spikes: lif1 "), text);
        assertTrue(text.contains(" images/s, with float weights "), text);
        arguments[6] = "int8";
        List<String> more = new ArrayList<>(List.of(arguments));
        more.add("--json");
        JsonNode json = new ObjectMapper()
                .readTree(CommandRun.of(more.toArray(String[]::new)).requireSuccess());
        assertEquals("int8", json.get("weights").get("type").asText());
        assertTrue(json.get("weights").get("agreement").asDouble() > 0.9, json.toString());
        assertTrue(json.get("weights").get("images_per_second").asDouble() > 0, json.toString());
        arguments[6] = "int2";
        CommandRun.of(arguments)
                .requireFailureWith(2, "--weights is 'int2', expected one of int16, int4, int8, ternary");
    }

    @Test
    void runNamesWhatIsWrong() throws IOException {
        Path file = Files.write(folder.resolve("m"), new byte[] {1, 2, 3});
        CommandRun.of("run", "--model", file.toString(), "--data", images.toString())
                .requireFailureWith(1, file.toString());
        CommandRun.of("run").requireFailureWith(2, "--model");
        CommandRun.of("run", "--model", file.toString(), "--images", "x").requireFailureWith(2, "--labels");
        CommandRun.of("run", "--model", file.toString(), "--labels", "x").requireFailureWith(2, "--images");
        CommandRun.of("run", "--model", file.toString(), "--images", "x", "--sample")
                .requireFailureWith(2, "--images, --data or --sample, one of them");
        CommandRun.of("run", "--model", file.toString(), "--data", "x", "--sample")
                .requireFailureWith(2, "--data or --sample");
    }

    @Test
    void runSaysThatModelAndImagesDoNotFit() throws IOException {
        Path small = folder.resolve("small.safetensors");
        ModelFile.write(small, network(36, 3));
        CommandRun.of("run", "--model", small.toString(), "--sample")
                .requireFailureWith(1, small + ": its input takes 36 values a step", "as frame have 784", "--code");
        CommandRun.of("run", "--model", small.toString(), "--data", images.toString())
                .requireFailureWith(1, small + ": has 3 outputs, expected at least 4, one for each class of");
        NetworkBuilder two = Network.builder();
        Input x = two.input("x", Shape.of(3));
        two.input("y", Shape.of(3));
        two.project("x-e", x, two.population("e", Shape.of(4), new Leaky(0.9)), Dense.linear(3, 4, new TorchRandom(1)));
        Path graph = folder.resolve("graph.safetensors");
        ModelFile.write(graph, two.build());
        CommandRun.of("run", "--model", graph.toString(), "--sample")
                .requireFailureWith(1, graph + ": has the inputs [x, y], expected one, for the images");
    }

    private static Network network(int inputs, int outputs) {
        return Networks.dense(new TorchRandom(1), new Leaky(0.9), inputs, outputs);
    }

    @Test
    void embeddedImagesAreChosenByAnOption() throws IOException {
        Path model = folder.resolve("sample.safetensors");
        Path report = folder.resolve("sample.html");
        String out = CommandRun.line(
                        "train --sample --hidden 10 --epochs 1 --steps 3 --report %s --model %s", report, model)
                .requireSuccess();
        assertTrue(out.contains("embedded Fashion-MNIST sample: 4,500 to train on, 500 held out, 1,000 to test"), out);
        assertFalse(out.contains("█"), "plain text where there is no terminal");
        assertTrue(out.indexOf("*#*****") > 0 && out.indexOf("*#*****") < out.indexOf("Most spikes"), out);
        assertTrue(out.contains("  Most spikes    ankle boot: right"), out);
        Matcher measured = Pattern.compile("(\\S+) % of 256 images that it has not seen\\R +\\S+ ms an image")
                .matcher(out);
        assertTrue(measured.find() && Double.parseDouble(measured.group(1)) > 85, out);
        assertTrue(measured.start() < out.indexOf("Training "), "the boot comes first");
        assertTrue(Files.readString(report).contains("ankle boot"), "the page has class numbers");
        for (String line :
                List.of("Own images     ./spikelane run --model ", "Serve it ", "All images     apt install ")) {
            assertTrue(out.contains("  " + line), out);
        }
        String run = CommandRun.of("run", "--sample", "--count", "9", "--model", model.toString())
                .requireSuccess();
        assertTrue(run.contains("embedded Fashion-MNIST sample"), run);
        String demo = CommandRun.of("demo", "--sample", "--count", "1", "--steps", "5", "--warm-up", "0", "--no-report")
                .requireSuccess();
        assertTrue(demo.contains("embedded Fashion-MNIST sample"), demo);
        CommandRun.of("demo", "--sample", "--images", "x").requireFailureWith(2, "--images or --sample");
    }

    /** A line of text has two rows of pixels. */
    @Test
    void imagesAreDrawnWithHalfBlocksOrPlainCharacters() {
        FloatMatrix image = FloatMatrix.of(new float[] {1, 0, 1, 0, 0, 0, 1, 1});
        assertEquals("▀ █▄\n", FirstBoot.drawing(image, 4, true));
        assertEquals(": #:\n", FirstBoot.drawing(image, 4, false));
    }

    @Test
    void heldOutEmbeddedImagesAreAsManyAsAsked() {
        Path model = folder.resolve("sample.safetensors");
        String[] arguments = {
            "train",
            "--sample",
            "--hidden",
            "3",
            "--epochs",
            "1",
            "--steps",
            "2",
            "--hold-out",
            "4500",
            "--no-report",
            "--model",
            ""
        };
        arguments[arguments.length - 1] = model.toString();
        String out = CommandRun.of(arguments).requireSuccess();
        assertTrue(out.contains(": 500 to train on, 4,500 held out, 1,000 to test"), out);
        arguments[9] = "6000";
        CommandRun.of(arguments).requireFailureWith(1, "has 5000 training images, expected more than 6000");
    }

    @Test
    void runSaysWhatItAssumes() throws IOException {
        Path model = folder.resolve("program.safetensors");
        ModelFile.write(model, network(36, 4));
        List<String> run = List.of("run", "--model", model.toString(), "--data", images.toString());
        String out = CommandRun.of(run.toArray(String[]::new)).requireSuccess();
        assertTrue(out.contains("assumed: --code frame, --steps 25, --decoding membrane"), out);
        List<String> json = new ArrayList<>(run);
        json.add("--json");
        JsonNode read = new ObjectMapper()
                .readTree(CommandRun.of(json.toArray(String[]::new)).requireSuccess());
        assertTrue(
                read.get("notes").get(0).asText().endsWith("assumed: --code frame, --steps 25, --decoding membrane"),
                read.toString());
        assertEquals("frame", read.get("code").asText());
        List<String> more = new ArrayList<>(run);
        more.addAll(List.of("--steps", "3", "--code", "rate"));
        String told = CommandRun.of(more.toArray(String[]::new)).requireSuccess();
        assertTrue(told.contains("assumed: --decoding membrane"), told);
        ModelFile.write(
                model,
                network(36, 4),
                Map.of("training.steps", "4", "training.code", "rate", "training.decoding", "count"));
        String noted = CommandRun.of(run.toArray(String[]::new)).requireSuccess();
        assertFalse(noted.contains("assumed"), noted);
        assertTrue(noted.contains("as rate, 4 steps"), noted);
    }

    @Test
    void runSaysThatAPageIsNoModel() throws IOException {
        Path page = Files.writeString(folder.resolve("page.safetensors"), "<!DOCTYPE html><html></html>");
        CommandRun.of("run", "--model", page.toString(), "--data", images.toString())
                .requireFailureWith(1, page + ": is a page of HTML");
    }

    @Test
    void runFindsTheLabelsBesideTheImages() {
        Path model = folder.resolve("model.safetensors");
        train(model, "--epochs", "1").requireSuccess();
        String file = images.resolve("t10k-images-idx3-ubyte").toString();
        String run = CommandRun.of("run", "--model", model.toString(), "--images", file)
                .requireSuccess();
        assertTrue(run.contains("60 images"), run);
    }

    @Test
    void resumeWithoutACheckpointSaysSo() {
        Path model = folder.resolve("model.safetensors");
        String out = train(model, "--epochs", "1", "--resume").requireSuccess();
        assertTrue(out.contains("there is no checkpoint " + model + ".checkpoint to go on from"), out);
    }
}
