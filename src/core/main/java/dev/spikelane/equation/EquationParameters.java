package dev.spikelane.equation;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The values of all parameters, derived ones included, in native memory that a {@link Frame} can address. */
public final class EquationParameters {

    /** Alignment of rows in bytes: a cache line, or {@link #PAGE} for rows of whole pages, as in matrices. */
    private static final int ALIGNMENT = 64;

    private static final int PAGE = 4096;

    /** Names of the parameters that the lines {@code refractory} and {@code carries} derive. */
    static final String REFRACTORY = "_refractory";

    public static final String CARRIES = "_carries";

    /** Prefix of the name of a Poisson mean; the name of the count, {@code " to "} and the greatest count follow. */
    static final String MEAN = "_mean of ";

    /** Steps of the longest refractory period: float32 does not represent all larger whole numbers. */
    private static final float MOST_STEPS = 1 << 24;

    /** Zero bytes of the arena, for checks of access. */
    private final MemorySegment access;

    private final int neurons;
    private final Map<String, float[]> values = new LinkedHashMap<>();

    private final List<DerivedValue> derivedValues = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<Limit> limits = new ArrayList<>();
    private int version;

    /**
     * Copies the values to native memory and computes the derived ones.
     *
     * @param given values by the names of {@link Equations#parameters}: one value, or one for each neuron; missing
     *     parameters have the text's value
     */
    public EquationParameters(Arena arena, Equations equations, int neurons, Map<String, float[]> given) {
        this(arena, equations.parameters(), equations.derived(), neurons, given);
    }

    EquationParameters(
            Arena arena,
            Map<String, Double> parameters,
            Map<String, Derived> derived,
            int neurons,
            Map<String, float[]> given) {
        this.access = Objects.requireNonNull(arena, "arena").allocate(0);
        this.neurons = neurons;
        for (Map.Entry<String, Double> declared : parameters.entrySet()) {
            String name = declared.getKey();
            float[] of = given.get(name);
            if (of != null && of.length != 1 && of.length != neurons) {
                throw new IllegalArgumentException(
                        name + " has " + of.length + " values, expected 1 or " + neurons + ", one for each neuron");
            }
            values.put(name, of == null ? new float[] {declared.getValue().floatValue()} : of);
        }
        for (Map.Entry<String, Derived> made : derived.entrySet()) {
            Derived of = made.getValue();
            float[] into = new float[count(of.of())];
            values.put(made.getKey(), into);
            derivedValues.add(new DerivedValue(of, new DoubleProgram(of.of(), of.single()), into));
        }
        values.forEach((name, all) -> limit(derived, name, all));
        long bytes = (long) Math.ceilDiv(neurons, Long.SIZE) * Long.SIZE * Float.BYTES;
        for (Map.Entry<String, float[]> each : values.entrySet()) {
            if (each.getValue().length > 1) {
                MemorySegment row = arena.allocate(bytes, bytes % PAGE == 0 ? PAGE : ALIGNMENT);
                rows.add(new Row(each.getKey(), each.getValue(), row, Float.NaN));
            }
        }
        update();
    }

    private static boolean isConstant(String name) {
        return name.startsWith("_") && Character.isDigit(name.charAt(1));
    }

    static boolean isHoisted(String name) {
        return name.startsWith("_") && !name.equals(REFRACTORY) && !name.equals(CARRIES) && !name.startsWith(MEAN);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Limit(String name, Set<String> of, float[] values, float least, float most, String expected) {

        /** @param of the parameters from which a constant is derived; empty for a name of the text */
        static Limit finite(String name, Set<String> of, float[] values) {
            return new Limit(name, of, values, -Float.MAX_VALUE, Float.MAX_VALUE, "a finite number");
        }

        /**
         * Returns the index of the first value outside the range, or of the first NaN; the number of values if there is
         * none.
         */
        int outside() {
            int i = 0;
            while (i < values.length && values[i] >= least && values[i] <= most) {
                i++;
            }
            return i;
        }
    }

    private void require(Limit limit, BiFunction<String, String, IllegalArgumentException> error) {
        int i = limit.outside();
        if (i < limit.values.length) {
            String what = limit.of.isEmpty()
                    ? "'" + limit.name + "'"
                    : limit.of.stream()
                            .map(each -> each + " = " + value(each, i))
                            .collect(Collectors.joining(", ", "a constant of the equations, with ", ","));
            String at = limit.values.length == 1 ? "" : " for neuron " + i;
            throw error.apply(limit.name, what + " is " + limit.values[i] + at + ", expected " + limit.expected);
        }
    }

    private static Set<String> origins(Map<String, Derived> derived, String constant) {
        Set<String> origins = new TreeSet<>();
        for (Node node : Graph.order(Graph.of(derived, constant).of())) {
            if (node.op() == Op.PARAMETER) {
                origins.addAll(isConstant(node.name()) ? origins(derived, node.name()) : Set.of(node.name()));
            }
        }
        return origins;
    }

    private void limit(Map<String, Derived> derived, String name, float[] all) {
        if (name.equals(REFRACTORY)) {
            String expected = "0 to " + (int) MOST_STEPS + " steps";
            limits.add(new Limit(name.substring(1), Set.of(), all, 0, MOST_STEPS, expected));
        } else if (name.startsWith(MEAN)) {
            String[] count = name.substring(MEAN.length()).split(" to ", 2);
            float mean = Noise.greatestMean(Integer.parseInt(count[1]));
            String expected = "a mean of 0 to " + mean + " for counts to " + count[1];
            limits.add(new Limit(count[0], Set.of(), all, 0, mean, expected));
        } else if (isConstant(name)) {
            limits.add(Limit.finite(name, origins(derived, name), all));
        } else if (!isHoisted(name)) {
            limits.add(Limit.finite(name.equals(CARRIES) ? name.substring(1) : name, Set.of(), all));
        }
    }

    /**
     * Checks that all parameters, derived ones and initial values are finite. A refractory period must be 0 to 2^24
     * steps. The mean of a Poisson count must be at most {@link Noise#greatestMean}. A whole number must begin within
     * its range.
     *
     * @param variables initial values by the names of the variables
     * @param greatest the greatest value of each variable that is a whole number, by name
     * @param error makes the exception to throw from a name and a message
     */
    public void requireNumbers(
            Map<String, Node> variables,
            Map<String, Integer> greatest,
            BiFunction<String, String, IllegalArgumentException> error) {
        limits.forEach(each -> require(each, error));
        variables.forEach((name, begins) -> {
            Integer most = greatest.get(name);
            Limit limit = most == null
                    ? Limit.finite(name, Set.of(), values(begins))
                    : new Limit(name, Set.of(), values(begins), 0, most, "0 to " + most);
            require(limit, error);
        });
    }

    /** Returns true if the present values pass the checks of {@link #requireNumbers}. */
    public boolean areNumbers() {
        boolean all = true;
        for (int i = 0; i < limits.size(); i++) {
            all &= limits.get(i).outside() == limits.get(i).values.length;
        }
        return all;
    }

    /** Computes the derived parameters from the {@link #values} and copies all values to native memory. */
    public void update() {
        for (int neuron = 0; neuron < neurons; neuron++) {
            DerivedValue last = null;
            for (int i = 0; i < derivedValues.size(); i++) {
                DerivedValue next = derivedValues.get(i);
                if (neuron < next.into.length) {
                    next.update(this, neuron, last);
                    last = next;
                }
            }
        }
        for (int i = 0; i < rows.size(); i++) {
            rows.get(i).update(neurons);
        }
        version++;
    }

    /**
     * Throws unless this thread can read the memory.
     *
     * @throws IllegalStateException if the arena is closed
     * @throws WrongThreadException if the arena is confined to another thread
     */
    public void requireAccessible() {
        if (!access.scope().isAlive()) {
            throw new IllegalStateException("the arena of parameters is closed");
        }
        if (!access.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("the arena of parameters is confined to another thread");
        }
    }

    public int version() {
        return version;
    }

    /**
     * Returns a matrix {@code [1 x neurons]} of a parameter's values, which each {@link #update} refreshes.
     *
     * @param pad the value after the last neuron
     */
    public FloatMatrix row(Arena arena, String name, float pad) {
        FloatMatrix row = FloatMatrix.zeros(arena, 1, neurons);
        Row made = new Row(name, values(name), row.segment(), pad);
        made.update(neurons);
        rows.add(made);
        return row;
    }

    private static final class DerivedValue {

        private final Derived of;
        private final DoubleProgram program;
        private final float[] into;
        private double[] exponential = new double[0];

        DerivedValue(Derived of, DoubleProgram program, float[] into) {
            this.of = of;
            this.program = program;
            this.into = into;
        }

        /**
         * Computes the value of a neuron.
         *
         * @param last the derived parameter computed before for this neuron, perhaps another entry of the same matrix
         */
        @SuppressWarnings("ReferenceEquality") // entries of one matrix share it
        void update(EquationParameters parameters, int neuron, @Nullable DerivedValue last) {
            if (last != null && !of.isExpression() && last.of.of() == of.of()) {
                exponential = last.exponential;
            } else {
                program.run(parameters, neuron);
                exponential = of.isExpression() ? exponential : Derived.exponential(program.values(), of.size());
            }
            into[neuron] =
                    (float) (of.isExpression() ? program.value(0) : exponential[of.row() * of.size() + of.column()]);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(String name, float[] values, MemorySegment row, float pad) {

        void update(int neurons) {
            for (int i = 0; i < row.byteSize() / Float.BYTES; i++) {
                boolean pads = i >= neurons && !Float.isNaN(pad);
                row.setAtIndex(JAVA_FLOAT, i, pads ? pad : values[Math.min(i, values.length - 1)]);
            }
        }
    }

    private int count(List<Node> nodes) {
        int count = 1;
        for (Node node : Graph.order(nodes)) {
            count = node.op() == Op.PARAMETER ? Math.max(count, values(node.name()).length) : count;
        }
        return count;
    }

    float value(String name, int neuron) {
        float[] all = values(name);
        return all[all.length == 1 ? 0 : neuron];
    }

    /**
     * Returns the values of a parameter, one or one for each neuron, not copied. Call {@link #update} after changing
     * them.
     */
    public float[] values(String name) {
        return Graph.of(values, name);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    public Set<String> shared() {
        return values.keySet().stream().filter(name -> values(name).length == 1).collect(Collectors.toSet());
    }

    public float[] values(Node node) {
        DoubleProgram program = new DoubleProgram(List.of(node));
        float[] all = new float[count(List.of(node))];
        for (int i = 0; i < all.length; i++) {
            program.run(this, i);
            all[i] = (float) program.value(0);
        }
        return all;
    }

    public int neurons() {
        return neurons;
    }

    public void put(Frame frame) {
        for (Row row : rows) {
            frame.put(row.name, row.row, 0, 0);
        }
        for (Map.Entry<String, float[]> each : values.entrySet()) {
            if (each.getValue().length == 1) {
                frame.share(each.getKey(), each.getValue());
            }
        }
    }
}
