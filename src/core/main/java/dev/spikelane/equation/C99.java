package dev.spikelane.equation;

import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Interpreter;
import dev.spikelane.loop.Lowering;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.loop.Program;
import dev.spikelane.loop.ProgramSplitter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Writes programs as statements of C99, with the bits of the {@link Interpreter}: each operation is rounded to float32,
 * and the library's own functions are written out. The C compiler must neither fuse nor reorder operations: pass
 * {@code -ffp-contract=off} and never {@code -ffast-math}.
 */
public final class C99 {

    private static final String PREFIX = "spk_";

    private static final Set<Op> OF_BITS = EnumSet.of(Op.ABS, Op.SQRT, Op.POWER2, Op.EXPONENT, Op.SCALE);

    private static final Set<String> BITS = Set.of(PREFIX + "bits", PREFIX + "float");

    /** Functions that the {@link Lowering} writes out. */
    private static final List<Op> LOWERED = List.of(Op.EXP, Op.EXPM1, Op.LOG, Op.SIGMOID, Op.TANH);

    /** Reserved words of the language and its headers, and the name of the neuron. */
    private static final Set<String> TAKEN = Set.of(
            ("asm auto break case char const continue default do double else enum extern float for goto if inline int"
                            + " long main register restrict return short signed sizeof static struct switch typedef"
                            + " typeof union unix linux unsigned void volatile while i neurons memcpy memset NAN"
                            + " INFINITY")
                    .split(" "));

    /** Types and macros of the headers, and the names that statements give to their values. */
    private static final String OF_HEADERS = "[a-z0-9_]+_t|[A-Z][A-Z0-9_]+|t[0-9]+";

    private C99() {}

    public interface Rows {

        String load(Node leaf);

        String store(Program.Store store);
    }

    /** Returns C statements for one neuron: a variable for each operation, then the assignments of stored values. */
    public static String statements(Program program, Rows rows, String indent) {
        StringBuilder text = new StringBuilder();
        List<Node> stored = program.stores().stream().map(Program.Store::value).toList();
        Map<Node, String> names = compute(needed(stored), rows, indent, text);
        for (Program.Store store : program.stores()) {
            String value = Graph.of(names, store.value());
            text.append(indent).append(rows.store(store)).append(" = ");
            text.append(store.value().op().isCondition() ? "(uint8_t) " : "")
                    .append(value)
                    .append(";\n");
        }
        return text.toString();
    }

    public static Set<Op> operations(Program program) {
        Set<Op> operations = EnumSet.noneOf(Op.class);
        needed(program.stores().stream().map(Program.Store::value).toList()).forEach(node -> operations.add(node.op()));
        return operations;
    }

    /**
     * Returns a C function that advances neurons by one step. Its parameters are the rows: rows of variables are read
     * and written, a shared neuron parameter is a number, and spikes are a byte for each neuron. Rows must not overlap.
     *
     * @param shared names of parameters that have one value for all neurons
     */
    public static String function(String name, Program program, Set<String> shared) {
        Set<String> stored = new HashSet<>();
        program.stores().forEach(store -> stored.add(store.name()));
        List<String> parameters = new ArrayList<>(List.of("int neurons"));
        Map<String, String> names = new HashMap<>();
        for (String row : rows(program)) {
            String plain = identifier(row);
            String unique = plain;
            for (int i = 2; names.containsValue(unique); i++) {
                unique = plain + "_" + i;
            }
            names.put(row, unique);
            String type = program.isBits(row)
                    ? "uint8_t *restrict "
                    : shared.contains(row)
                            ? "float "
                            : stored.contains(row) ? "float *restrict " : "const float *restrict ";
            parameters.add(type + unique);
        }
        Rows rows = new Rows() {
            @Override
            public String load(Node leaf) {
                return Graph.of(names, leaf.name()) + (shared.contains(leaf.name()) ? "" : "[i]");
            }

            @Override
            public String store(Program.Store store) {
                return Graph.of(names, store.name()) + "[i]";
            }
        };
        return "void " + name + "(" + String.join(", ", parameters) + ")\n{\n    for (int i = 0; i < neurons; i++) {\n"
                + statements(program, rows, "        ") + "    }\n}\n\n";
    }

    static List<String> rows(Program program) {
        return program.rows().stream()
                .filter(row -> !row.startsWith(ProgramSplitter.CUT))
                .toList();
    }

    /** Returns a C identifier for a name; names that C reserves get an underscore. */
    public static String identifier(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9]+", "_").replaceAll("^(?=[0-9_])", "n");
        boolean taken = TAKEN.contains(plain) || plain.startsWith(PREFIX) || plain.matches(OF_HEADERS);
        return taken ? plain + "_" : plain;
    }

    private static Map<Node, String> compute(List<Node> order, Rows rows, String indent, StringBuilder text) {
        Map<Node, String> names = new HashMap<>();
        for (Node node : order) {
            if (node.op() == Op.CONSTANT) {
                names.put(node, literal((float) node.value()));
                continue;
            }
            String name = "t" + names.size();
            text.append(indent).append(node.op().isCondition() ? "const int " : "const float ");
            text.append(name)
                    .append(" = ")
                    .append(expression(node, names, rows))
                    .append(";\n");
            names.put(node, name);
        }
        return names;
    }

    /** Returns all nodes that values need, without the distances of spikes. */
    private static List<Node> needed(Collection<Node> values) {
        Set<Node> needed = new HashSet<>(values);
        List<Node> found = new ArrayList<>();
        for (Node node : Graph.order(values).reversed()) {
            if (needed.contains(node)) {
                found.add(node);
                needed.addAll(node.op() == Op.SPIKE ? node.of().subList(0, 1) : node.of());
            }
        }
        return found.reversed();
    }

    private static String expression(Node node, Map<Node, String> names, Rows rows) {
        if (node.op().isLeaf()) {
            return rows.load(node);
        }
        List<String> of =
                node.of().stream().map(each -> names.getOrDefault(each, "")).toList();
        return switch (node.op()) {
            case ADD, SUB, MUL, DIV, GT, GE, LT, LE, AND, OR ->
                of.get(0) + " " + node.op().sign() + " " + of.get(1);
            case NEG -> "-" + of.get(0);
            case NOT -> "!" + of.get(0);
            case SELECT -> of.get(0) + " ? " + of.get(1) + " : " + of.get(2);
            case SPIKE -> "(float) " + of.get(0);
            default -> name(node.op()) + "(" + String.join(", ", of) + ")";
        };
    }

    private static String name(Op op) {
        return PREFIX + op.name().toLowerCase(Locale.ROOT);
    }

    /** Returns an exact C literal of a number; a negative one stands in parentheses. */
    public static String literal(float value) {
        if (Float.isNaN(value)) {
            return "NAN";
        }
        String magnitude = Float.isInfinite(value) ? "INFINITY" : Float.toHexString(Math.abs(value)) + "f";
        boolean negative = value < 0 || Float.floatToRawIntBits(value) == Float.floatToRawIntBits(-0f);
        return negative ? "(-" + magnitude + ")" : magnitude;
    }

    /**
     * Returns the C functions that the statements call. They need the headers {@code math.h}, {@code stdint.h} and
     * {@code string.h} before them, and no library.
     *
     * @param operations the operations of the programs; {@link Op#FMA} too if the caller uses {@code spk_fma}
     */
    public static String functions(Set<Op> operations) {
        Set<Op> called = EnumSet.of(Op.CONSTANT);
        called.addAll(operations);
        StringBuilder lowered = new StringBuilder();
        for (Op op : LOWERED) {
            if (called.contains(op)) {
                lowered(op, called, lowered);
            }
        }
        Set<String> names = new HashSet<>(called.stream().anyMatch(OF_BITS::contains) ? BITS : Set.of());
        called.forEach(op -> names.add(name(op)));
        StringBuilder text = new StringBuilder();
        for (String function : Zoo.resource("functions.c").split("\n\n", -1)) {
            int name = function.indexOf(PREFIX);
            if (names.contains(function.substring(name, function.indexOf('(', name)))) {
                text.append(function.stripTrailing()).append("\n\n");
            }
        }
        return text.append(lowered).toString();
    }

    private static void lowered(Op op, Set<Op> called, StringBuilder text) {
        Graph graph = new Lowering();
        Node x = graph.leaf(Op.STATE, "x", 0);
        Node result = graph.of(op, x);
        Rows rows = new Rows() {
            @Override
            public String load(Node leaf) {
                return leaf.name();
            }

            @Override
            public String store(Program.Store store) {
                throw new AssertionError(store);
            }
        };
        List<Node> order = needed(List.of(result));
        order.forEach(node -> called.add(node.op()));
        text.append("static inline float ").append(name(op)).append("(float x)\n{\n");
        Map<Node, String> names = compute(order, rows, "    ", text);
        text.append("    return ").append(Graph.of(names, result)).append(";\n}\n\n");
    }
}
