package dev.spikelane.model;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.model.c.CNetwork;
import dev.spikelane.network.Network;
import dev.spikelane.simd.Checks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Exports a network as one C99 file for one sample, with fixed memory, no libraries, and the spikes of Java.
 *
 * <pre>{@code
 * CExport.of(ModelFile.readModel(Path.of("model.safetensors"))).write(Path.of("network.c"));
 * }</pre>
 *
 * <p>The function {@code network_step} takes the inputs of a step and computes the spikes of the output population;
 * {@code network_reset} resets the state. {@code NETWORK_TEST} adds a {@code main} that compares golden spikes. Integer
 * weights stay: {@link ModelFile#readIntegers} keeps the integers of a file, whose sums are exact,
 * {@link ModelFile#readModel} converts them to floats, whose sums round, so a few spikes may differ between these two
 * networks. {@link dev.spikelane.neuron.SLstm}, truncated kernels, neurons with inhibition, quantization or dropout,
 * {@link dev.spikelane.connection.Dense.ByOpenBlas} and a batch norm with values for each step have no form in C.
 *
 * <p>For a model of static frames, a step multiplies the frame by the weights only if it differs from the previous
 * frame.
 */
public final class CExport {

    private static final int TEST_STEPS = 20;
    private static final int MOST_TEST_STEPS = 10_000;

    private final Network network;
    private final CNetwork.Options options;

    private CExport(Network network, CNetwork.Options options) {
        this.network = network;
        this.options = options;
    }

    /**
     * Exports a network whose inputs are spikes, and whose output is its last population.
     *
     * @param network the network; {@link #text} reads its current values
     * @return the export
     */
    public static CExport of(Network network) {
        return of(Model.of(network));
    }

    /**
     * Exports a model, whose notes define the type of its inputs and its output population.
     *
     * @param model the model; {@link #text} reads its current values
     * @return the export
     */
    public static CExport of(Model model) {
        Objects.requireNonNull(model, "model");
        int steps = model.steps().orElse(1);
        InputEncoding code =
                model.code().map(word -> InputEncoding.named(word, steps)).orElse(null);
        boolean values = code != null && code.allocate(1, steps) instanceof FloatMatrix;
        boolean frame = code != null && values && code.steps() == 0;
        return new CExport(
                model.network(),
                new CNetwork.Options("network", values, frame, List.of(model.population()), TEST_STEPS));
    }

    /**
     * Returns this export with another prefix of its functions.
     *
     * @param name letters, digits and underscores
     * @return an export
     * @throws IllegalArgumentException if the name has other characters, or starts with a digit
     */
    public CExport withName(String name) {
        if (!name.matches("[A-Za-z][A-Za-z0-9_]*")) {
            throw new IllegalArgumentException(
                    "name is " + JsonValue.quoted(name) + ", expected letters, digits and underscores, a letter first");
        }
        return new CExport(
                network,
                new CNetwork.Options(name, options.values(), options.frame(), options.outputs(), options.testSteps()));
    }

    /**
     * Returns this export with other inputs.
     *
     * @param values true for values, false for spikes
     * @return an export
     */
    public CExport withValues(boolean values) {
        return new CExport(
                network,
                new CNetwork.Options(options.name(), values, options.frame(), options.outputs(), options.testSteps()));
    }

    /**
     * Returns this export with other outputs.
     *
     * @param populations the names of the populations whose spikes a step returns, in this order
     * @return an export
     * @throws IllegalArgumentException if there is no such population, or none is named
     */
    public CExport withOutputs(String... populations) {
        if (populations.length == 0) {
            throw new IllegalArgumentException("no population is named, expected at least one");
        }
        for (String each : populations) {
            network.population(each);
        }
        return new CExport(
                network,
                new CNetwork.Options(
                        options.name(), options.values(), options.frame(), List.of(populations), options.testSteps()));
    }

    /**
     * Returns this export with another length of the self-test.
     *
     * @param steps steps, 1 to 10,000
     * @return an export
     * @throws IllegalArgumentException if the number is out of range
     */
    public CExport withTestSteps(int steps) {
        Checks.require(steps >= 1 && steps <= MOST_TEST_STEPS, "steps", steps, "1 to " + MOST_TEST_STEPS);
        return new CExport(
                network,
                new CNetwork.Options(options.name(), options.values(), options.frame(), options.outputs(), steps));
    }

    /**
     * Returns the text of the file.
     *
     * @return C99
     * @throws IllegalArgumentException if a part of the network has no form in C; the message names it
     */
    public String text() {
        ConnectionForms.requireNoRule(network, "C");
        NeuronForms.requireC(network);
        return CNetwork.text(
                network, options, declared -> ConnectionForms.of(declared).c());
    }

    /**
     * Writes the file; a complete file replaces an older one.
     *
     * @param file the path
     * @throws IllegalArgumentException if a part of the network has no form in C; the message names it, and nothing is
     *     written
     * @throws IOException if the file cannot be written; an older file stays
     */
    public void write(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        AtomicFile.write(file, text().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "CExport " + options.name() + " of " + network;
    }
}
