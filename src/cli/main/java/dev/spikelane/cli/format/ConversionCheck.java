package dev.spikelane.cli.format;

import dev.spikelane.cli.certify.Certificate;
import dev.spikelane.cli.input.ArrayInput;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.NirImport;
import dev.spikelane.model.ThresholdMargins;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares a written file with the original on an input. A NIR graph runs in the float64 reference, any other original
 * as a network.
 *
 * @param graph null for other files
 */
record ConversionCheck(
        Path file,
        List<String> notices,
        NirFile.@Nullable Graph graph,
        Network before,
        NirImport semantics,
        Map<String, Signal> input,
        int batch) {

    private static final String RANDOM = "random";
    private static final int STEPS = 100;
    static final int SAMPLES = 4;
    private static final float RATE = .3f;

    static ConversionCheck of(Path file, Content content, NirImport semantics, String input) throws IOException {
        Network before = content.requireModel().network();
        NirFile.Graph graph =
                content.format().equals(NirFormat.NAME) ? NirFile.read(file).graph() : null;
        List<Input> inputs = before.inputs();
        if (input.equals(RANDOM)) {
            return new ConversionCheck(file, content.notices(), graph, before, semantics, random(inputs), SAMPLES);
        }
        ArrayInput given = ArrayInput.read(Path.of(input), inputs);
        Map<String, Signal> rows = Map.of(inputs.getFirst().name(), given.rows());
        return new ConversionCheck(file, content.notices(), graph, before, semantics, rows, given.batch());
    }

    static Map<String, Signal> random(List<Input> inputs) {
        TorchRandom random = new TorchRandom(1);
        Map<String, Signal> made = new LinkedHashMap<>();
        for (Input input : inputs) {
            FloatMatrix drawn = random.rand(STEPS * SAMPLES, input.shape().size());
            SpikeMatrix fired = SpikeMatrix.zeros(drawn.rows(), drawn.columns());
            for (int row = 0; row < drawn.rows(); row++) {
                for (int column = 0; column < drawn.columns(); column++) {
                    fired.set(row, column, drawn.get(row, column) < RATE);
                }
            }
            made.put(input.name(), fired);
        }
        return made;
    }

    /** Prints the result, and returns true if both are equal. */
    boolean print(PrintWriter to, Network network, Path written, Path out) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("in", file.toString());
        facts.put("in_sha256", hash(file));
        facts.put("out", out.toString());
        facts.put("out_sha256", hash(written));
        boolean same;
        String json;
        try {
            if (graph == null) {
                ThresholdMargins margins = ThresholdMargins.of(before, network, input, batch);
                same = margins.populations().stream().allMatch(row -> row.flips() == 0);
                JsonWriter writer = new JsonWriter().object().name("equal").value(same);
                facts.forEach((name, text) -> writer.name(name).value(text));
                json = writer.end().text().replaceFirst("}$", ",\"float\":") + margins.json();
            } else {
                Certificate certificate = Certificate.of(graph, semantics, network, input, batch);
                same = certificate.equal();
                json = certificate.json(facts).replaceFirst("}$", "");
            }
        } catch (IllegalArgumentException refused) {
            throw new IOException(file + ": cannot be compared: " + refused.getMessage(), refused);
        }
        String warnings = new JsonWriter().strings(notices).text();
        to.println(json + ",\"warnings\":" + warnings + ",\"int8\":" + integers(network) + "}");
        // A command that fails prints nothing more, but this is its result.
        to.flush();
        return same;
    }

    /** Returns margins against integer weights, if the network can have them. */
    private String integers(Network network) {
        try {
            return ThresholdMargins.of(network, network.quantized(ElementType.INT8), input, batch)
                    .json();
        } catch (IllegalArgumentException cannot) {
            return "[]";
        }
    }

    private static String hash(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }
}
