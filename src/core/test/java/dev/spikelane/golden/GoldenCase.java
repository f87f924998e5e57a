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
 * A golden case: the operation, its options, inputs and expected outputs.
 *
 * <p>It records which outputs a test has compared or skipped with a reason. Any other output is a failure, so that no
 * reference number is forgotten.
 */
public final class GoldenCase {

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

    public String name() {
        return json.path("name").asText();
    }

    /** Returns the operation or the kind of files, which selects the test. */
    public String operation() {
        return json.path("op").asText(json.path("kind").asText());
    }

    /** Returns another fact of the case; a missing node if there is none. */
    public JsonNode fact(String key) {
        return json.path(key);
    }

    public byte[] file(String file) {
        try {
            return files.read(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(name() + "/" + file + " cannot be read", failure);
        }
    }

    /** Returns remarks of the author; may be empty. */
    public String notes() {
        return json.path("notes").asText();
    }

    /** Returns the Python exception that snnTorch raised instead of outputs. */
    public Optional<String> raises() {
        return json.hasNonNull("raises") ? Optional.of(json.path("raises").asText()) : Optional.empty();
    }

    /** Returns the argument of {@code torch.manual_seed}; 0 if it is unknown. */
    public long seed() {
        return json.path("seed").longValue();
    }

    /** Returns the smallest distance of a membrane from its threshold; NaN if it is unknown. */
    public double margin() {
        return json.path("margin").asDouble(Double.NaN);
    }

    /** Returns all options, for lists such as layers. */
    public JsonNode parameters() {
        return json.path("params");
    }

    public boolean has(String parameter) {
        return parameters().hasNonNull(parameter);
    }

    public int integer(String parameter) {
        return required(parameters(), parameter).intValue();
    }

    /** Returns an option rounded to float32, like snnTorch. */
    public float number(String parameter) {
        return scalarOf(required(parameters(), parameter), parameter);
    }

    public float number(String parameter, float otherwise) {
        return has(parameter) ? number(parameter) : otherwise;
    }

    /** Returns an option in float64, like Python. */
    public double real(String parameter, double otherwise) {
        return has(parameter) ? required(parameters(), parameter).doubleValue() : otherwise;
    }

    public int integer(String parameter, int otherwise) {
        return has(parameter) ? integer(parameter) : otherwise;
    }

    public boolean flag(String parameter) {
        return required(parameters(), parameter).booleanValue();
    }

    public boolean flagIfSet(String parameter) {
        return has(parameter) && flag(parameter);
    }

    public String text(String parameter) {
        return required(parameters(), parameter).asText();
    }

    /** Returns true if an option has one value for each neuron. */
    public boolean perNeuron(String parameter) {
        return parameters().path(parameter).asText().startsWith(ARRAY_PREFIX);
    }

    /** Returns an option for each neuron, from an array or a repeated number. */
    public float[] floatOrArray(String parameter, int neurons) {
        return floatOrArray(parameters(), parameter, neurons);
    }

    /** Returns an option for each neuron, from an array or a repeated number. */
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

    /** Returns a computed number: a loss, an accuracy, a count. */
    public double scalar(String scalar) {
        return required(json.path("scalars"), scalar).doubleValue();
    }

    public JsonNode scalars() {
        return json.path("scalars");
    }

    public List<String> inputs() {
        return names("inputs");
    }

    public List<String> outputs() {
        return names("outputs");
    }

    /** Returns true if there is such an input; missing states start at zero. */
    public boolean hasInput(String array) {
        return json.path("inputs").has(array);
    }

    public List<Integer> shape(String array) {
        List<Integer> shape = new ArrayList<>();
        declared(array).path("shape").forEach(size -> shape.add(size.intValue()));
        return shape;
    }

    /** Returns true for float32, false for uint8. */
    public boolean isFloat(String array) {
        return required(declared(array), "dtype").asText().equals("float32");
    }

    public float[] floats(String array) {
        GoldenArray stored = stored(array);
        if (!stored.type().equals("float32")) {
            throw new IllegalArgumentException(name() + ": " + array + " is " + stored.type() + ", expected float32");
        }
        return stored.floats();
    }

    public byte[] bytes(String array) {
        GoldenArray stored = stored(array);
        if (!stored.type().equals("uint8")) {
            throw new IllegalArgumentException(name() + ": " + array + " is " + stored.type() + ", expected uint8");
        }
        return isPacked(array) ? stored.unpacked(GoldenArray.length(shape(array))) : stored.bytes();
    }

    /** Compares floats within the tolerance of the output; NaN equals NaN, an infinity itself. */
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

    /** Compares bits; 0 and -0 differ, all NaNs are equal. */
    public void assertBits(String output, float[] got) {
        float[] want = floats(output);
        compare(output, got.length, "bit for bit")
                .requireSame(
                        i -> Float.floatToIntBits(got[i]) == Float.floatToIntBits(want[i]), i -> got[i], i -> want[i]);
    }

    public void assertSpikes(String output, byte[] got) {
        byte[] want = bytes(output);
        compare(output, got.length, "margin " + margin())
                .requireSame(i -> got[i] == want[i], i -> got[i], i -> want[i]);
    }

    /** Records that the test has compared an output itself. */
    public void markChecked(String output) {
        required(json.path("outputs"), output);
        checked.add(output);
    }

    public void leaveOut(String output, String reason) {
        required(json.path("outputs"), output);
        leftOut.put(output, reason);
    }

    public void leaveOutStarting(String prefix, String reason) {
        outputs().stream().filter(output -> output.startsWith(prefix)).forEach(output -> leftOut.put(output, reason));
    }

    public void leaveOutCase(String reason) {
        reasonLeftOut = reason;
    }

    void countRejection(boolean refused) {
        toReject++;
        rejected += refused ? 1 : 0;
    }

    int toReject() {
        return toReject;
    }

    int rejected() {
        return rejected;
    }

    String reasonLeftOut() {
        return reasonLeftOut;
    }

    Map<String, String> outputsLeftOut() {
        return leftOut;
    }

    /** Returns outputs that were neither compared nor skipped. */
    List<String> outputsForgotten() {
        return outputs().stream()
                .filter(output -> !checked.contains(output) && !leftOut.containsKey(output))
                .toList();
    }

    /** Returns true if something was compared; a case without outputs counts because of its exception. */
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
