package dev.spikelane.equation;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Op;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The values of parameters, those that follow from others too, in memory where a {@link Frame} finds them. */
public final class EquationParameters implements ParameterRows {

    /** Rows begin where vectors and lines of the cache do, and where pages do, as those of matrices. */
    private static final int ALIGNMENT = 64;

    private static final int PAGE = 4096;

    /** What follows from {@code refractory} and {@code carries}. */
    static final String REFRACTORY = "_refractory";

    static final String CARRIES = "_carries";

    /** What begins the name of a count's mean, before the count's own and the greatest one. */
    static final String MEAN = "_mean of ";

    /** Steps of the longest refractory period: float32 does not count down from more. */
    private static final float MOST_STEPS = 1 << 24;

    private final int neurons;
    /** One value, or one for each neuron. */
    private final Map<String, float[]> values = new LinkedHashMap<>();

    private final List<Following> following = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();

    /**
     * Lays values out.
     *
     * @param given by the names of {@link Equations#parameters}: one value, or one for each neuron; others are what the
     *     text says
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
        this.neurons = neurons;
        for (Map.Entry<String, Double> said : parameters.entrySet()) {
            String name = said.getKey();
            float[] of = given.get(name);
            if (of != null && of.length != 1 && of.length != neurons) {
                throw new IllegalArgumentException(
                        name + " has " + of.length + " values, expected 1 or " + neurons + ", one for each neuron");
            }
            values.put(name, of == null ? new float[] {said.getValue().floatValue()} : of);
        }
        for (Map.Entry<String, Derived> made : derived.entrySet()) {
            Derived of = made.getValue();
            float[] into = new float[count(of.of())];
            values.put(made.getKey(), into);
            following.add(new Following(of, new DoubleProgram(of.of()), into));
        }
        long bytes = (long) Math.ceilDiv(neurons, Long.SIZE) * Long.SIZE * Float.BYTES;
        for (Map.Entry<String, float[]> each : values.entrySet()) {
            if (each.getValue().length > 1) {
                MemorySegment row = arena.allocate(bytes, bytes % PAGE == 0 ? PAGE : ALIGNMENT);
                rows.add(new Row(each.getKey(), each.getValue(), row));
            }
        }
        update();
    }

    /** Whether a parameter is one that no line of a text says. */
    static boolean isHoisted(String name) {
        return name.startsWith("_") && !name.equals(REFRACTORY) && !name.equals(CARRIES) && !name.startsWith(MEAN);
    }

    /**
     * Requires that what lines of a text make of parameters is finite, a refractory period a number of steps, and the
     * mean of counts so small that they hardly reach the greatest.
     *
     * @param variables by name, and what they begin with
     * @param error of a name and a message
     */
    public void requireNumbers(
            Map<String, Node> variables, BiFunction<String, String, IllegalArgumentException> error) {
        values.forEach((name, all) -> {
            if (name.equals(REFRACTORY)) {
                require(name.substring(1), all, 0, MOST_STEPS, "0 to " + (int) MOST_STEPS + " steps", error);
            } else if (name.startsWith(MEAN)) {
                String[] count = name.substring(MEAN.length()).split(" to ", 2);
                float mean = Noise.greatestMean(Integer.parseInt(count[1]));
                require(count[0], all, 0, mean, "a mean of 0 to " + mean + " for counts to " + count[1], error);
            } else if (!isHoisted(name)) {
                requireFinite(name.equals(CARRIES) ? name.substring(1) : name, all, error);
            }
        });
        variables.forEach((name, begins) -> requireFinite(name, values(begins), error));
    }

    private static void requireFinite(
            String name, float[] values, BiFunction<String, String, IllegalArgumentException> error) {
        require(name, values, -Float.MAX_VALUE, Float.MAX_VALUE, "a finite number", error);
    }

    private static void require(
            String name,
            float[] values,
            float least,
            float most,
            String expected,
            BiFunction<String, String, IllegalArgumentException> error) {
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= least && values[i] <= most)) { // NaN is neither
                String at = values.length == 1 ? "" : " for neuron " + i;
                throw error.apply(name, "'" + name + "' is " + values[i] + at + ", expected " + expected);
            }
        }
    }

    /** Computes what follows from the {@link #values}, and lays all out anew; rows behind the last neuron repeat it. */
    public void update() {
        for (int neuron = 0; neuron < neurons; neuron++) {
            Following last = null;
            for (int i = 0; i < following.size(); i++) {
                Following next = following.get(i);
                if (neuron < next.into.length) {
                    next.update(this, neuron, last);
                    last = next;
                }
            }
        }
        for (int i = 0; i < rows.size(); i++) {
            float[] of = rows.get(i).values;
            MemorySegment row = rows.get(i).row;
            for (int j = 0; j < row.byteSize() / Float.BYTES; j++) {
                row.setAtIndex(JAVA_FLOAT, j, of[Math.min(j, of.length - 1)]);
            }
        }
    }

    /** What follows from other parameters. */
    private static final class Following {

        private final Derived of;
        private final DoubleProgram program;
        private final float[] into;
        private double[] exponential = new double[0];

        Following(Derived of, DoubleProgram program, float[] into) {
            this.of = of;
            this.program = program;
            this.into = into;
        }

        /**
         * Computes the value of a neuron.
         *
         * @param last what was computed last for the neuron, perhaps another entry of the same matrix
         */
        @SuppressWarnings("ReferenceEquality") // entries of one matrix share it
        void update(EquationParameters parameters, int neuron, @Nullable Following last) {
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

    /** A parameter that is no single value. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Row(String name, float[] values, MemorySegment row) {}

    /** How many values nodes of parameters have: one, or one for each neuron. */
    private int count(List<Node> nodes) {
        int count = 1;
        for (Node node : Graph.order(nodes)) {
            count = node.op() == Op.PARAMETER ? Math.max(count, values(node.name()).length) : count;
        }
        return count;
    }

    /** The value of a parameter for a neuron. */
    float value(String name, int neuron) {
        float[] all = values(name);
        return all[all.length == 1 ? 0 : neuron];
    }

    /** The values of a parameter, one or one for each neuron; to be followed by {@link #update} if they are changed. */
    public float[] values(String name) {
        return Graph.of(values, name);
    }

    @Override
    public Set<String> shared() {
        Set<String> shared = new HashSet<>(values.keySet());
        for (Row row : rows) {
            shared.remove(row.name);
        }
        return shared;
    }

    /** The values of a node of parameters: one, or one for each neuron. */
    public float[] values(Node node) {
        DoubleProgram program = new DoubleProgram(List.of(node));
        float[] all = new float[count(List.of(node))];
        for (int i = 0; i < all.length; i++) {
            program.run(this, i);
            all[i] = (float) program.value(0);
        }
        return all;
    }

    @Override
    public int neurons() {
        return neurons;
    }

    @Override
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
