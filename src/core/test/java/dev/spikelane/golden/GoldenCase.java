package dev.spikelane.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One golden case: what was computed with which options, the inputs, and the outputs that must come out.
 *
 * <p>It remembers which outputs a test has compared and which it has left out for what reason. An output with neither
 * is a failure, so that no reference number is forgotten.
 */
public final class GoldenCase {

    /** Reads a file of the case. */
    @FunctionalInterface
    interface Files {
        byte[] read(String file) throws IOException;
    }

    private static final String ARRAY_PREFIX = "array:";

    private final JsonNode json;
    private final Files files;
    private final Set<String> checked = new LinkedHashSet<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private String reasonLeftOut = "";
    private int toReject;
    private int rejected;

    GoldenCase(JsonNode json, Files files) {
        this.json = json;
        this.files = files;
    }

    /** The case's name. */
    public String name() {
        return json.path("name").asText();
    }

    /** What was called, or what kind of files there are to read, which decides the test that runs the case. */
    public String operation() {
        return json.path("op").asText(json.path("kind").asText());
    }

    /** What else the case says, such as its files and what to expect of each; missing if it says nothing of it. */
    public JsonNode fact(String key) {
        return json.path(key);
    }

    /** A file of the case, whatever it holds. */
    public byte[] file(String file) {
        try {
            return files.read(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(name() + "/" + file + " cannot be read", failure);
        }
    }

    /** Remarks of whoever made the case; empty if there are none. */
    public String notes() {
        return json.path("notes").asText();
    }

    /** The Python exception that snnTorch raised instead of giving outputs. */
    public Optional<String> raises() {
        return json.hasNonNull("raises") ? Optional.of(json.path("raises").asText()) : Optional.empty();
    }

    /** What {@code torch.manual_seed} was given before the call; 0 if that is not known. */
    public long seed() {
        return json.path("seed").longValue();
    }

    /** The smallest distance of a membrane from its threshold over all comparisons; NaN if it is not known. */
    public double margin() {
        return json.path("margin").asDouble(Double.NaN);
    }

    /**
     * All options as they stand in the file, for those that the methods below do not reach, such as lists of layers.
     */
    public JsonNode parameters() {
        return json.path("params");
    }

    /** Whether an option is set. */
    public boolean has(String parameter) {
        return parameters().hasNonNull(parameter);
    }

    /** A whole number among the options. */
    public int integer(String parameter) {
        return required(parameters(), parameter).intValue();
    }

    /** A number among the options, rounded to float32 as snnTorch does it. */
    public float number(String parameter) {
        return scalarOf(required(parameters(), parameter), parameter);
    }

    /** A number among the options, or another where it is not set. */
    public float number(String parameter, float otherwise) {
        return has(parameter) ? number(parameter) : otherwise;
    }

    /** A number among the options as Python has it, in float64, or another where it is not set. */
    public double real(String parameter, double otherwise) {
        return has(parameter) ? required(parameters(), parameter).doubleValue() : otherwise;
    }

    /** A whole number among the options, or another where it is not set. */
    public int integer(String parameter, int otherwise) {
        return has(parameter) ? integer(parameter) : otherwise;
    }

    /** A yes or no among the options. */
    public boolean flag(String parameter) {
        return required(parameters(), parameter).booleanValue();
    }

    /** A yes or no among the options; no where it is not set. */
    public boolean flagIfSet(String parameter) {
        return has(parameter) && flag(parameter);
    }

    /** A word among the options. */
    public String text(String parameter) {
        return required(parameters(), parameter).asText();
    }

    /** Whether an option has one value for each neuron. */
    public boolean perNeuron(String parameter) {
        return parameters().path(parameter).asText().startsWith(ARRAY_PREFIX);
    }

    /**
     * An option for each neuron: the array that it names, or its only number repeated, also that of an array of one.
     */
    public float[] floatOrArray(String parameter, int neurons) {
        return floatOrArray(parameters(), parameter, neurons);
    }

    /** The same for an option of a layer, one of {@code parameters().path("layers")}. */
    public float[] floatOrArray(JsonNode options, String parameter, int neurons) {
        JsonNode value = required(options, parameter);
        float[] values = new float[neurons];
        if (!value.isTextual()) {
            Arrays.fill(values, scalarOf(value, parameter));
            return values;
        }
        float[] array = floats(value.asText().substring(ARRAY_PREFIX.length()));
        if (array.length == 1) {
            Arrays.fill(values, array[0]);
            return values;
        }
        if (array.length != neurons) {
            throw new IllegalArgumentException(
                    name() + ": " + parameter + " has " + array.length + " values, expected " + neurons);
        }
        return array;
    }

    /** A plain number that was computed: a loss, an accuracy, a count. */
    public double scalar(String scalar) {
        return required(json.path("scalars"), scalar).doubleValue();
    }

    /** All plain numbers that were computed, and lists of them. */
    public JsonNode scalars() {
        return json.path("scalars");
    }

    /** The names of the input arrays. */
    public List<String> inputs() {
        return names("inputs");
    }

    /** The names of the output arrays. */
    public List<String> outputs() {
        return names("outputs");
    }

    /** Whether there is such an input array; states that are not stored start at zero. */
    public boolean hasInput(String array) {
        return json.path("inputs").has(array);
    }

    /** The dimensions of an input or output, unpacked. */
    public List<Integer> shape(String array) {
        List<Integer> shape = new ArrayList<>();
        declared(array).path("shape").forEach(size -> shape.add(size.intValue()));
        return shape;
    }

    /** Whether an input or output is float32; otherwise it is uint8. */
    public boolean isFloat(String array) {
        return required(declared(array), "dtype").asText().equals("float32");
    }

    /** The values of a float32 input or output in C order. */
    public float[] floats(String array) {
        GoldenArray stored = stored(array);
        if (!stored.type().equals("float32")) {
            throw new IllegalArgumentException(name() + ": " + array + " is " + stored.type() + ", expected float32");
        }
        return stored.floats();
    }

    /** The values of a uint8 input or output in C order, unpacked where bits are stored. */
    public byte[] bytes(String array) {
        GoldenArray stored = stored(array);
        if (!stored.type().equals("uint8")) {
            throw new IllegalArgumentException(name() + ": " + array + " is " + stored.type() + ", expected uint8");
        }
        return isPacked(array) ? stored.unpacked(GoldenArray.length(shape(array))) : stored.bytes();
    }

    /** Compares floats within the output's own tolerance; NaN equals NaN, an infinity itself. */
    public void assertClose(String output, float[] got) {
        JsonNode tolerance = required(required(json.path("outputs"), output), "tolerance");
        if (tolerance.asText().equals("statistical")) {
            throw new IllegalStateException(name() + ": " + output + " is random, only statistics can be compared");
        }
        double atol = tolerance.path("atol").asDouble(0);
        double rtol = tolerance.path("rtol").asDouble(0);
        float[] want = floats(output);
        GoldenComparison comparison = compare(output, got.length, "atol " + atol + ", rtol " + rtol);
        comparison.requireSame(i -> GoldenComparison.isClose(got[i], want[i], atol, rtol), i -> got[i], i -> want[i]);
    }

    /** Compares floats bit for bit; 0 and -0 differ, NaN equals any NaN. */
    public void assertBits(String output, float[] got) {
        float[] want = floats(output);
        compare(output, got.length, "bit for bit")
                .requireSame(
                        i -> Float.floatToIntBits(got[i]) == Float.floatToIntBits(want[i]), i -> got[i], i -> want[i]);
    }

    /** Compares spikes, 0 or 1, all of which must be equal. */
    public void assertSpikes(String output, byte[] got) {
        byte[] want = bytes(output);
        compare(output, got.length, "margin " + margin())
                .requireSame(i -> got[i] == want[i], i -> got[i], i -> want[i]);
    }

    /** Notes that the test has compared an output by its own means. */
    public void markChecked(String output) {
        required(json.path("outputs"), output);
        checked.add(output);
    }

    /** Leaves one output out, and says why. */
    public void leaveOut(String output, String reason) {
        required(json.path("outputs"), output);
        leftOut.put(output, reason);
    }

    /** Leaves out all outputs whose names start so, and says why. */
    public void leaveOutStarting(String prefix, String reason) {
        outputs().stream().filter(output -> output.startsWith(prefix)).forEach(output -> leftOut.put(output, reason));
    }

    /** Leaves the whole case out, and says why. */
    public void leaveOutCase(String reason) {
        reasonLeftOut = reason;
    }

    /** Notes what came of reading a file that must be refused. */
    void countRejection(boolean refused) {
        toReject++;
        rejected += refused ? 1 : 0;
    }

    /** How many files that must be refused were read. */
    int toReject() {
        return toReject;
    }

    /** How many of them were refused. */
    int rejected() {
        return rejected;
    }

    /** The reason for which the whole case was left out; empty if it was not. */
    String reasonLeftOut() {
        return reasonLeftOut;
    }

    /** Output by output the reason for which it was left out. */
    Map<String, String> outputsLeftOut() {
        return leftOut;
    }

    /** The outputs of a case that ran which nobody compared or left out. */
    List<String> outputsForgotten() {
        return outputs().stream()
                .filter(output -> !checked.contains(output) && !leftOut.containsKey(output))
                .toList();
    }

    /** Whether something was compared; a case without outputs counts, as its exception is what there is to compare. */
    boolean ran() {
        return reasonLeftOut.isEmpty() && (outputs().isEmpty() || !checked.isEmpty());
    }

    private GoldenComparison compare(String output, int length, String rule) {
        markChecked(output);
        GoldenComparison comparison = new GoldenComparison(name() + ": " + output, shape(output), rule);
        comparison.requireLength(length);
        return comparison;
    }

    private GoldenArray stored(String array) {
        String file = required(declared(array), "file").asText();
        GoldenArray stored;
        try {
            stored = GoldenArray.parse(name() + "/" + file, files.read(file));
        } catch (IOException failure) {
            throw new UncheckedIOException(name() + "/" + file + " cannot be read", failure);
        }
        List<Integer> expected = new ArrayList<>();
        declared(array).path(isPacked(array) ? "stored_shape" : "shape").forEach(size -> expected.add(size.intValue()));
        String type = required(declared(array), "dtype").asText();
        if (!stored.shape().equals(expected) || !stored.type().equals(type)) {
            throw new IllegalArgumentException(name() + "/" + file + " is " + stored.type() + " " + stored.shape()
                    + ", its case declares " + type + " " + expected);
        }
        return stored;
    }

    private boolean isPacked(String array) {
        return declared(array).has("packed");
    }

    private JsonNode declared(String array) {
        return required(hasInput(array) ? json.path("inputs") : json.path("outputs"), array);
    }

    private JsonNode required(JsonNode parent, String key) {
        if (!parent.hasNonNull(key)) {
            throw new IllegalArgumentException(name() + " has no " + key);
        }
        return parent.path(key);
    }

    private float scalarOf(JsonNode value, String parameter) {
        if (!value.isNumber()) {
            throw new IllegalArgumentException(name() + ": " + parameter + " is " + value + ", expected one number");
        }
        return (float) value.doubleValue();
    }

    private List<String> names(String section) {
        List<String> names = new ArrayList<>();
        json.path(section).fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Override
    public String toString() {
        return name();
    }
}
