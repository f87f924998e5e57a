package dev.spikelane.model.c;

import dev.spikelane.equation.C99;
import dev.spikelane.loop.Op;
import dev.spikelane.neuron.Neuron;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.regex.Pattern;

/** The parts of a C file: constants, memory, called functions, and the statements of a step. */
final class CFile {

    static final String LIST = "list";

    static final String SUMS = "sums";
    /** A row of dequantized weights. */
    static final String SCALED = "scaled";

    private static final Set<String> WHOLE = Set.of(LIST, SUMS);
    private static final int LINE = 100;

    private static final Set<String> TAKEN = Set.of(
            ("c p list sums scaled current feedback added scratch0 scratch1 axis layer place value add_rows count"
                            + " arguments seed draw step steps spikes same start printf atol clock")
                    .split(" "));

    private static final Pattern CALLED = Pattern.compile("\\b(\\w+)\\(");

    final StringBuilder constants = new StringBuilder();
    final StringBuilder memory = new StringBuilder();
    final StringBuilder reset = new StringBuilder();
    final StringBuilder step = new StringBuilder();
    final Set<CFunction> functions = EnumSet.noneOf(CFunction.class);
    final Set<Op> operations = EnumSet.noneOf(Op.class);

    /** Sizes of the scratch memory that statements share. */
    private final Map<String, Integer> rooms = new TreeMap<>();

    private final Set<String> names = new HashSet<>(TAKEN);
    /** Names of port currents, whose memory populations share. */
    private final Map<String, String> ports =
            new TreeMap<>(Map.of(Neuron.CURRENT, Neuron.CURRENT, Neuron.FEEDBACK, Neuron.FEEDBACK));

    private long constantBytes;
    private long memoryBytes;

    CFile() {
        for (CFunction each : CFunction.values()) {
            CALLED.matcher(each.text).results().forEach(called -> names.add(called.group(1)));
        }
    }

    String prefix(String wanted) {
        String prefix = name(wanted);
        names.add(prefix + "_step");
        names.add(prefix + "_reset");
        return prefix;
    }

    /** Returns a unique C name, as similar to the wanted name as possible. */
    String name(String wanted) {
        String plain = C99.identifier(wanted);
        String name = plain;
        for (int i = 2; !names.add(name); i++) {
            name = plain + "_" + i;
        }
        return name;
    }

    String port(String declared) {
        return ports.computeIfAbsent(declared, this::name);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is not in the JDK
    void statement(String format, Object... arguments) {
        step.append("    ").append(CText.of(format, arguments)).append(";\n");
    }

    void comment(String text) {
        step.append("\n    /* ").append(CText.comment(text)).append(" */\n");
    }

    void call(CFunction... called) {
        functions.addAll(List.of(called));
    }

    /** Declares memory, which a reset may fill with zeros. */
    void memory(String type, int bytes, String name, long count, boolean resets) {
        memory.append(CText.of("static %s %s[%d];\n", type, name, count));
        memoryBytes += bytes * count;
        if (resets) {
            reset.append(CText.of("    memset(%1$s, 0, sizeof %1$s);\n", name));
        }
    }

    /** Declares scratch floats, valid only within one statement. */
    String room(String name, int count) {
        rooms.merge(name, count, Math::max);
        return name;
    }

    String roomText() {
        StringBuilder text = new StringBuilder();
        rooms.forEach((name, count) ->
                text.append(CText.of("static %s %s[%d];\n", WHOLE.contains(name) ? "int32_t" : "float", name, count)));
        return text.toString();
    }

    void counter(String name) {
        memory.append("static unsigned ").append(name).append(";\n");
        memoryBytes += Integer.BYTES;
    }

    String floats(String wanted, float... values) {
        return array("float", Float.BYTES, wanted, values.length, i -> C99.literal(values[i]));
    }

    String array(String type, int bytes, String wanted, int count, IntFunction<String> item) {
        String name = name(wanted);
        constants.append(CText.of("static const %s %s[%d] = {", type, name, count));
        int column = LINE;
        for (int i = 0; i < count; i++) {
            String text = item.apply(i) + ",";
            if (column + text.length() >= LINE) {
                constants.append("\n    ");
                column = 4;
            }
            constants.append(text);
            column += text.length();
        }
        constants.append("\n};\n\n");
        constantBytes += (long) bytes * count;
        return name;
    }

    long constantBytes() {
        return constantBytes;
    }

    long memoryBytes() {
        return memoryBytes
                + Float.BYTES * rooms.values().stream().mapToLong(each -> each).sum();
    }

    /** Compares bits, so that 0 and -0 differ. */
    static boolean areSame(float... values) {
        int first = Float.floatToRawIntBits(values[0]);
        for (float value : values) {
            if (Float.floatToRawIntBits(value) != first) {
                return false;
            }
        }
        return true;
    }

    String functionText() {
        StringBuilder text = new StringBuilder();
        Arrays.stream(CFunction.values()).filter(functions::contains).forEach(each -> text.append(each.text));
        return text.toString();
    }
}
