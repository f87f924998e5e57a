package dev.spikelane.equation;

import dev.spikelane.kernel.base.Exponential;
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
 * Writes programs as statements of C99, with the bits of the {@link Interpreter}: each operation is one of float32, and
 * the functions are those of the library, written out. The compiler must neither fuse nor reorder:
 * {@code -ffp-contract=off}, and no {@code -ffast-math}.
 */
public final class C99 {

    /** What begins the names of functions. */
    private static final String PREFIX = "spk_";

    private static final Set<Op> OF_BITS = EnumSet.of(Op.ABS, Op.SQRT, Op.POWER2, Op.EXPONENT, Op.SCALE);

    /** Functions that the {@link Lowering} writes out. */
    private static final List<Op> LOWERED = List.of(Op.EXP, Op.EXPM1, Op.LOG, Op.SIGMOID, Op.TANH);

    /** Words of the language and of its headers, and the name of the neuron. */
    private static final Set<String> TAKEN = Set.of(
            ("asm auto break case char const continue default do double else enum extern float for goto if inline int"
                            + " long main register restrict return short signed sizeof static struct switch typedef"
                            + " typeof union unix linux unsigned void volatile while i neurons memcpy memset NAN"
                            + " INFINITY")
                    .split(" "));

    /** Types, macros, and what statements call their values. */
    private static final String OF_HEADERS = "[a-z0-9_]+_t|[A-Z][A-Z0-9_]+|t[0-9]+";

    private static final String BITS = """
            static inline uint32_t spk_bits(float x)
            {
                uint32_t n;
                memcpy(&n, &x, sizeof n);
                return n;
            }

            static inline float spk_float(uint32_t n)
            {
                float x;
                memcpy(&x, &n, sizeof x);
                return x;
            }

            """;

    private static final String ABS = """
            static inline float spk_abs(float x)
            {
                return spk_float(spk_bits(x) & 0x7fffffffu);
            }

            """;

    private static final String FMA = """
            /*
             * a * b + c, rounded once. The product is exact in double; the sum is rounded to odd, so that the second
             * rounding is right (Boldo and Melquiond, 2008).
             */
            static inline float spk_fma(float a, float b, float c)
            {
            #ifdef __FP_FAST_FMAF
                return __builtin_fmaf(a, b, c);
            #else
                double product = (double) a * b;
                double sum = product + c;
                double added = sum - product;
                double error = (product - (sum - added)) + (c - added);
                uint64_t bits;
                memcpy(&bits, &sum, sizeof bits);
                if ((bits & 1) == 0 && (error < 0 || error > 0) && sum - sum == 0) {
                    bits += (error > 0) == (sum > 0) ? 1 : UINT64_MAX;
                    memcpy(&sum, &bits, sizeof sum);
                }
                return (float) sum;
            #endif
            }

            """;

    private static final String SQRT = """
            /* The square root, bit by bit, as a target without the C library has no other. */
            static float spk_sqrt(float x)
            {
                uint32_t n = spk_bits(x);
                if (!(x > 0) || n >= 0x7f800000u) {
                    return x < 0 ? NAN : x;
                }
                int32_t e = (int32_t) (n >> 23);
                uint64_t m = n & 0x7fffffu;
                if (e > 0) {
                    m |= 0x800000u;
                } else {
                    for (e = 1; m < 0x800000u; e--) {
                        m <<= 1;
                    }
                }
                int32_t shift = (e & 1) == 0 ? 26 : 25; /* so that e - 150 - shift is even */
                uint64_t square = m << shift;
                uint64_t root = 0;
                for (uint64_t bit = (uint64_t) 1 << 24; bit != 0; bit >>= 1) {
                    if ((root | bit) * (root | bit) <= square) {
                        root |= bit;
                    }
                }
                int32_t exponent = (e - 150 - shift) / 2 + 151;
                return spk_float(((uint32_t) exponent << 23) + (uint32_t) ((root + 1) >> 1) - 0x800000u);
            }

            """;

    private C99() {}

    /** Says where the rows of a program are. */
    public interface Rows {

        /** An expression for a leaf that is no number. */
        String load(Node leaf);

        /** What a value is assigned to. */
        String store(Program.Store store);
    }

    /**
     * Writes what a program does to one neuron: each operation to a name of its own, then all that is stored.
     *
     * @param indent what begins each line
     */
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

    /** Returns what the statements of a program do. */
    public static Set<Op> operations(Program program) {
        Set<Op> operations = EnumSet.noneOf(Op.class);
        needed(program.stores().stream().map(Program.Store::value).toList()).forEach(node -> operations.add(node.op()));
        return operations;
    }

    /**
     * Writes a function that takes neurons through a step: a parameter for each row, those of variables read and
     * written, those of parameters that all neurons share passed as a number, and a byte of spikes for each neuron.
     * No two rows overlap.
     *
     * @param program of one step
     * @param shared parameters that are one value for all neurons
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

    /** The rows that a function has parameters for, behind the number of neurons. */
    static List<String> rows(Program program) {
        return program.rows().stream().filter(row -> !row.startsWith(Parts.CUT)).toList();
    }

    /** Returns a name as C may have it. */
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

    /** All nodes that values need, without the distances of spikes. */
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
            case ADD -> of.get(0) + " + " + of.get(1);
            case SUB -> of.get(0) + " - " + of.get(1);
            case MUL -> of.get(0) + " * " + of.get(1);
            case DIV -> of.get(0) + " / " + of.get(1);
            case NEG -> "-" + of.get(0);
            case GT -> of.get(0) + " > " + of.get(1);
            case GE -> of.get(0) + " >= " + of.get(1);
            case LT -> of.get(0) + " < " + of.get(1);
            case LE -> of.get(0) + " <= " + of.get(1);
            case AND -> of.get(0) + " & " + of.get(1);
            case OR -> of.get(0) + " | " + of.get(1);
            case NOT -> "!" + of.get(0);
            case SELECT -> of.get(0) + " ? " + of.get(1) + " : " + of.get(2);
            case SPIKE -> "(float) " + of.get(0);
            default -> name(node.op()) + "(" + String.join(", ", of) + ")";
        };
    }

    private static String name(Op op) {
        return PREFIX + op.name().toLowerCase(Locale.ROOT);
    }

    /** A number as C writes it, exactly; a negative one in parentheses. */
    public static String literal(float value) {
        if (Float.isNaN(value)) {
            return "NAN";
        }
        String magnitude = Float.isInfinite(value) ? "INFINITY" : Float.toHexString(Math.abs(value)) + "f";
        boolean negative = value < 0 || Float.floatToRawIntBits(value) == Float.floatToRawIntBits(-0f);
        return negative ? "(-" + magnitude + ")" : magnitude;
    }

    /**
     * Writes the functions that statements call, behind {@code math.h}, {@code stdint.h} and {@code string.h}, of which
     * no library is needed.
     *
     * @param operations those of the programs, and {@link Op#FMA} if the caller wants {@code spk_fma}
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
        StringBuilder text = new StringBuilder();
        text.append(called.stream().anyMatch(OF_BITS::contains) ? BITS : "");
        text.append(called.contains(Op.ABS) ? ABS : "");
        text.append(called.contains(Op.FMA) ? FMA : "");
        text.append(called.contains(Op.SQRT) ? SQRT : "");
        text.append(scaling(called));
        return text.append(lowered).toString();
    }

    /** Functions that take exponents apart. */
    private static String scaling(Set<Op> called) {
        int exponent = Exponential.EXPONENT;
        int bits = Exponential.MANTISSA_BITS;
        String round = literal(Exponential.ROUND);
        StringBuilder text = new StringBuilder();
        if (called.contains(Op.POWER2)) {
            text.append("""
                    /* 2 to the integer in the low bits of x. */
                    static inline float spk_power2(float x)
                    {
                        return spk_float((spk_bits(x) + (uint32_t) %d) << %d);
                    }

                    """.formatted(exponent, bits));
        }
        if (called.contains(Op.EXPONENT)) {
            text.append("""
                    /* The exponent of a normal number. */
                    static inline float spk_exponent(float x)
                    {
                        return spk_float((spk_bits(x) >> %d) - (uint32_t) %d) - %s;
                    }

                    """.formatted(bits, exponent, round));
        }
        if (called.contains(Op.SCALE)) {
            text.append("""
                    /* a / 2^b. */
                    static inline float spk_scale(float a, float b)
                    {
                        return spk_float(spk_bits(a) - (spk_bits(b + %s) << %d));
                    }

                    """.formatted(round, bits));
        }
        return text.toString();
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
