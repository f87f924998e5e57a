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

    /** Name of the memory for lists of active inputs and for sums of integers. */
    static final String LIST = "list";

    static final String SUMS = "sums";
    /** Name of the memory for a row of dequantized weights. */
    static final String SCALED = "scaled";

    private static final Set<String> WHOLE = Set.of(LIST, SUMS);
    private static final int LINE = 100;

    /** Names that every file uses. */
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
    /** Called functions of {@link C99}. */
    final Set<Op> operations = EnumSet.noneOf(Op.class);

    /** Scratch memory, shared by statements, and its largest size. */
    private final Map<String, Integer> rooms = new TreeMap<>();

    private final Set<String> names = new HashSet<>(TAKEN);
    /** Memory of port currents, shared by populations. */
    private final Map<String, String> ports =
            new TreeMap<>(Map.of(Neuron.CURRENT, Neuron.CURRENT, Neuron.FEEDBACK, Neuron.FEEDBACK));

    private long constantBytes;
    private long memoryBytes;

    CFile() {
        for (CFunction each : CFunction.values()) {
            CALLED.matcher(each.text).results().forEach(called -> names.add(called.group(1)));
        }
    }

    /** Returns a unique prefix of functions. */
    String prefix(String wanted) {
        String prefix = name(wanted);
        names.add(prefix + "_step");
        names.add(prefix + "_reset");
        return prefix;
    }

    /** Returns a unique name similar to the wanted one. */
    String name(String wanted) {
        String plain = C99.identifier(wanted);
        String name = plain;
        for (int i = 2; !names.add(name); i++) {
            name = plain + "_" + i;
        }
        return name;
    }

    /** Returns the name of a port's currents. */
    String port(String declared) {
        return ports.computeIfAbsent(declared, this::name);
    }

    /** Adds a statement of a step. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation is no part of the JDK
    void statement(String format, Object... arguments) {
        step.append("    ").append(CText.of(format, arguments)).append(";\n");
    }

    void comment(String text) {
        step.append("\n    /* ").append(CText.comment(text)).append(" */\n");
    }

    void call(CFunction... called) {
        functions.addAll(List.of(called));
    }

    /** Declares memory; on request, a reset fills it with zeros. */
    void memory(String type, int bytes, String name, long count, boolean resets) {
        memory.append(CText.of("static %s %s[%d];\n", type, name, count));
        memoryBytes += bytes * count;
        if (resets) {
            reset.append(CText.of("    memset(%1$s, 0, sizeof %1$s);\n", name));
        }
    }

    /** Declares scratch floats, valid within one statement. */
    String room(String name, int count) {
        rooms.merge(name, count, Math::max);
        return name;
    }

    /** Returns the declarations of all scratch memory. */
    String roomText() {
        StringBuilder text = new StringBuilder();
        rooms.forEach((name, count) ->
                text.append(CText.of("static %s %s[%d];\n", WHOLE.contains(name) ? "int32_t" : "float", name, count)));
        return text.toString();
    }

    /** Declares a step counter. */
    void counter(String name) {
        memory.append("static unsigned ").append(name).append(";\n");
        memoryBytes += Integer.BYTES;
    }

    /** Adds a constant array of floats. */
    String floats(String wanted, float... values) {
        return array("float", Float.BYTES, wanted, values.length, i -> C99.literal(values[i]));
    }

    /** Adds a constant array. */
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

    /** Returns true if all values are equal. */
    static boolean areSame(float... values) {
        int first = Float.floatToRawIntBits(values[0]);
        for (float value : values) {
            if (Float.floatToRawIntBits(value) != first) {
                return false;
            }
        }
        return true;
    }

    /** Returns the text of the called functions, in order. */
    String functionText() {
        StringBuilder text = new StringBuilder();
        Arrays.stream(CFunction.values()).filter(functions::contains).forEach(each -> text.append(each.text));
        return text.toString();
    }
}
