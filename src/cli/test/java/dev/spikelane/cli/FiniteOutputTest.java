package dev.spikelane.cli;

import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No text, page or JSON has NaN or an infinity, even without spikes or times. */
@Users
final class FiniteOutputTest extends FolderCase {

    private static final Pattern NO_NUMBER = Pattern.compile("(?i:\\b(nan|infinity|null|undefined)\\b)|[\uFFFD\u221E]");
    private static final Pattern SCRIPT = Pattern.compile("(?s)<script>.*?</script>");
    private static final Pattern CONTENT = Pattern.compile("(?s)<script type=\"application/json\"[^>]*>(.*?)</script>");

    private static final Set<String> COMMANDS = Set.of(
            "demo",
            "train",
            "run",
            "measure",
            "watch",
            "show",
            "convert",
            "export",
            "info",
            "verify",
            "selftest",
            "bench",
            "spark",
            "help",
            "generate-completion");

    @BeforeEach
    void writeImages() throws IOException {
        SmallImages.write(folder.resolve("small"));
        for (String part : List.of("train", "t10k")) {
            images("black/" + part, 40, 6, 6);
        }
        images("large", 3, 28, 28);
        images("one", 1, 3, 5);
    }

    @Test
    void allCommandsAreHere() {
        Set<String> found = Arrays.stream(Main.class
                        .getAnnotation(picocli.CommandLine.Command.class)
                        .subcommands())
                .map(each ->
                        each.getAnnotation(picocli.CommandLine.Command.class).name())
                .collect(Collectors.toSet());
        assertEquals(COMMANDS, found);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--version",
                "help demo",
                "demo --help",
                "train --help",
                "run --help",
                "measure --help",
                "watch --help",
                "show --help",
                "convert --help",
                "export --help",
                "info --help",
                "verify --help",
                "selftest --help",
                "bench --help",
                "spark --help",
                "generate-completion --help",
                "info",
                "info --json"
            })
    void wordsHaveNumbers(String arguments) {
        require(arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--warm-up 0 --count 1 --steps 1 --batch 1",
                "--warm-up 0 --count 2 --steps 1 --batch 1 --json",
                "--warm-up 0 --count 3 --steps 25",
                "--warm-up 0 --images %/large-images-idx3-ubyte --steps 3",
                "--warm-up 0 --images %/large-images-idx3-ubyte --steps 3 --json",
                "--warm-up 0 --images %/one-images-idx3-ubyte --steps 2",
                "--warm-up 0 --images %/one-images-idx3-ubyte --steps 2 --json"
            })
    void demoHasNumbers(String arguments) throws IOException {
        require("demo --report %/page.html " + arguments);
        requireFile("page.html");
    }

    @Test
    void timesCountOnceTheyAgree() throws IOException {
        String out = require("demo --report %/page.html --warm-up 20 --count 1 --steps 200 --threads 1 --json");
        requireFile("page.html");
        JsonNode images = new ObjectMapper().readTree(out).get("images");
        double fastest = images.get("network_ms_per_image_fastest").asDouble();
        double slowest = images.get("network_ms_per_image_slowest").asDouble();
        double median = images.get("network_ms_per_image").asDouble();
        assertTrue(0 < fastest && fastest <= median && median <= slowest, images.toString());
        assumeTrue(images.get("settled").asBoolean(), "this machine is too busy for times that agree");
        assertTrue(slowest < 2 * fastest, images.toString());
    }

    /** By day each model runs in one output form; the models alternate. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--data %/small --hold-out 0 --epochs 1",
                "--data %/small --hold-out 0 --epochs 1 --json",
                "--data %/small --hold-out 1 --epochs 2 --loss first-spike --json",
                "--data %/black --hold-out 1 --epochs 1",
                "--data %/black --hold-out 1 --epochs 1 --json",
                "--data %/black --hold-out 39 --epochs 1 --loss count",
                "--data %/black --hold-out 39 --epochs 1 --loss mse-count --eight-bits"
            })
    void trainAndRunHaveNumbers(String arguments) throws IOException {
        String model = "--model %/model.safetensors";
        String history = arguments.contains("--json") ? "history.json" : "history.csv";
        require("train --hidden 5 --steps 2 --history %/" + history + " --report %/train.html " + model + " "
                + arguments);
        requireFile(history);
        requireFile("train.html");
        List<String> forms = List.of("", " --json", " --decoding first-spike --steps 1");
        int turn = Math.floorMod(arguments.hashCode(), forms.size());
        for (String images :
                List.of("--data %/small", "--data %/black", "--images %/black/t10k-images-idx3-ubyte --count 1")) {
            for (String form : Tries.ALL ? forms : List.of(forms.get(turn++ % forms.size()))) {
                require("run " + model + " " + images + form + " --report %/run.html");
                requireFile("run.html");
            }
        }
    }

    /** Rounding makes a silent neuron fire: its relative change is not finite. */
    @ParameterizedTest
    @ValueSource(strings = {"", "--json"})
    void integerWeightsHaveNumbers(String form) throws IOException {
        Dense first = Dense.of(FloatMatrix.of(new float[] {127, 0.6f, 0}, new float[] {0.6f, 0, 127}));
        Dense second = Dense.of(FloatMatrix.of(new float[] {1, 0}, new float[] {0, 1}));
        Network network = Networks.of(3, by(first, new Leaky(0.0).withThreshold(0.9)), by(second, new Leaky(0.0)));
        ModelFile.write(folder.resolve("silent.safetensors"), network);
        byte[] middle = {0, (byte) 255, 0};
        Files.write(folder.resolve("m-images"), SmallImages.idx(middle, 1, 1, 3));
        Files.write(folder.resolve("m-labels"), SmallImages.idx(new byte[1], 1));
        String out = require("run --model %/silent.safetensors --images %/m-images --labels %/m-labels --steps 2"
                + " --decoding count --weights int8 " + form);
        assertTrue(form.isEmpty() == out.contains("lif1 from none to some"), out);
    }

    @Test
    void filesOfModelsHaveNumbers() throws IOException {
        Dense silent = Dense.of(FloatMatrix.of(new float[] {0, 0}));
        ModelFile.write(
                folder.resolve("model.safetensors"),
                Network.builder(2).connect(silent).neuron(new Leaky(0.5)).build());
        require("show %/model.safetensors");
        require("show %/model.safetensors --json");
        Files.write(folder.resolve("s-images"), SmallImages.idx(new byte[2], 1, 1, 2));
        Files.write(folder.resolve("s-labels"), SmallImages.idx(new byte[1], 1));
        String measured =
                require("measure --model %/model.safetensors --images %/s-images --labels %/s-labels --seed 42");
        assertTrue(measured.contains("  Operations     per image: 50.0 dense; effective: 0.0 MACs, "), measured);
        require("convert %/model.safetensors %/model.npz");
        require("show %/model.npz");
        require("export %/model.safetensors --c %/model.c");
    }

    /** The notes name a population that is not the last, with two blocks of two outputs. */
    @Test
    void runReadsTheOutputsThatTheModelNotes() throws IOException {
        Network network = Networks.of(
                3,
                by(
                        Dense.of(FloatMatrix.of(
                                new float[] {0, 2, 0}, new float[] {0, 0, 0}, new float[] {0, 0, 2}, new float[] {
                                    0, 0, 2
                                })),
                        new Leaky(0.0)),
                by(Dense.of(FloatMatrix.of(new float[] {0, 0, 0, 0}, new float[] {0, 0, 0, 0})), new Leaky(0.0)));
        Model model = Model.of(network)
                .with(Model.STEPS, "3")
                .with(Model.CODE, "frame")
                .with(Model.DECODING, "count")
                .with(Model.POPULATION, "lif1")
                .with(Model.CLASSES, "2");
        ModelFile.write(folder.resolve("blocks.safetensors"), model);
        byte[] both = {0, (byte) 255, 0, 0, 0, (byte) 255};
        Files.write(folder.resolve("b-images"), SmallImages.idx(both, 2, 1, 3));
        Files.write(folder.resolve("b-labels"), SmallImages.idx(new byte[] {0, 1}, 2));
        String out = require("run --model %/blocks.safetensors --images %/b-images --labels %/b-labels");
        assertTrue(out.contains("100.00 % of 2 images"), out);
        String run = "run --model %/blocks.safetensors --images %/b-images --labels %/b.npy";
        Files.write(folder.resolve("b.npy"), SmallImages.npy(0, 1));
        assertTrue(require(run).contains("100.00 % of 2 images"));
        Files.write(folder.resolve("b.npy"), SmallImages.npy(0, 2));
        CommandRun.of(run.replace("%", folder.toString()).split(" ")).requireFailureWith(1, "; label 1 is 2");
    }

    private String require(String arguments) {
        String[] words = Stream.of(arguments.strip().split(" +"))
                .map(word -> word.replace("%", folder.toString()))
                .toArray(String[]::new);
        CommandRun run = CommandRun.of(words);
        assertEquals(0, run.code(), run.err());
        requireNumbers(arguments, run.out());
        requireNumbers(arguments, run.err());
        if (run.out().startsWith("{")) {
            requireNoNull(arguments, run.out());
        }
        return run.out();
    }

    private void requireFile(String name) throws IOException {
        String text = Files.readString(folder.resolve(name));
        if (name.endsWith(".html")) {
            Matcher content = CONTENT.matcher(text);
            assertTrue(content.find(), name);
            requireNoNull(name, content.group(1));
            text = SCRIPT.matcher(text).replaceAll("");
        }
        if (name.endsWith(".json")) {
            requireNoNull(name, text);
        }
        requireNumbers(name, text);
    }

    private static void requireNumbers(String what, String text) {
        Matcher found = NO_NUMBER.matcher(text);
        assertFalse(
                found.find(),
                () -> what + ": "
                        + text.substring(Math.max(0, found.start() - 80), Math.min(text.length(), found.end() + 20)));
    }

    private static void requireNoNull(String what, String json) {
        try {
            List<String> absent = new ArrayList<>();
            collect(new ObjectMapper().readTree(json), "", absent);
            assertEquals(List.of(), absent, what);
        } catch (IOException noJson) {
            throw new AssertionError(what + ": " + json, noJson);
        }
    }

    private static void collect(JsonNode node, String path, List<String> absent) {
        if (node.isNull()) {
            absent.add(path);
        }
        node.properties().forEach(each -> collect(each.getValue(), path + "/" + each.getKey(), absent));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            collect(node.get(i), path + "/" + i, absent);
        }
    }

    private void images(String name, int count, int height, int width) throws IOException {
        Path images = folder.resolve(name + "-images-idx3-ubyte");
        Files.createDirectories(images.getParent());
        Files.write(images, SmallImages.idx(new byte[count * height * width], count, height, width));
        byte[] labels = new byte[count];
        for (int image = 0; image < count; image++) {
            labels[image] = (byte) (image % 4);
        }
        Files.write(folder.resolve(name + "-labels-idx1-ubyte"), SmallImages.idx(labels, count));
    }
}
