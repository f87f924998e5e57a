package dev.spikelane.equation;

import static dev.spikelane.Filled.floats;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.loop.Frame;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Loop;
import dev.spikelane.loop.Program;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** A neuron with memory, before and after its loops. */
public final class EquationCase {

    static final int STEPS = 4;
    private static final float[] AWKWARD = {
        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 1e-40f, 3e38f, -88.5f, 88.5f, 1e10f, -87
    };

    final Equations equations;
    private final int neurons;
    private final int batch;
    private final boolean rows;
    private final long seed;

    /**
     * @param rows true for one value of a parameter for each neuron
     */
    public EquationCase(Equations equations, int neurons, int batch, boolean rows, long seed) {
        this.equations = equations;
        this.neurons = neurons;
        this.batch = batch;
        this.rows = rows;
        this.seed = seed;
    }

    public static List<byte[]> copies(Frame frame) {
        return Arrays.stream(frame.segments)
                .map(rows -> rows.toArray(JAVA_BYTE))
                .toList();
    }

    public static void restore(Frame frame, List<byte[]> copies) {
        for (int i = 0; i < frame.segments.length; i++) {
            MemorySegment.copy(copies.get(i), 0, frame.segments[i], JAVA_BYTE, 0, copies.get(i).length);
        }
    }

    /** Returns typical and special numbers. */
    private static float number(Random random) {
        return random.nextInt(12) == 0
                ? AWKWARD[random.nextInt(AWKWARD.length)]
                : (float) random.nextGaussian() * (random.nextInt(8) == 0 ? 50 : 1);
    }

    /** Returns the bits of variables, recordings and spikes after some steps; all NaNs are equal. */
    public List<Integer> run(Graph graph, int stepsAtOnce, BiFunction<Program, Set<String>, Loop> loops) {
        try (Arena arena = Arena.ofShared()) {
            return run(arena, graph, stepsAtOnce, loops);
        }
    }

    private List<Integer> run(Arena arena, Graph graph, int stepsAtOnce, BiFunction<Program, Set<String>, Loop> loops) {
        Random random = new Random(seed);
        EquationParameters parameters = new EquationParameters(arena, equations, neurons, given(random));
        List<String> variables = List.copyOf(equations.variables().keySet());
        Program program = equations.forward(stepsAtOnce, variables, graph);
        Frame frame = new Frame(program, neurons);
        frame.batch = batch;
        parameters.put(frame);
        int padded = frame.words * Long.SIZE;
        Map<String, MemorySegment> memory = new HashMap<>();
        for (String name : variables) {
            memory.put(name, rows(arena, frame, name, batch, padded));
            memory.put(Equations.RECORD + name, rows(arena, frame, Equations.RECORD + name, STEPS * batch, padded));
        }
        for (String name : equations.inputs()) {
            memory.put(name, rows(arena, frame, name, STEPS * batch, padded));
        }
        for (String name : variables) {
            fill(memory.get(name), random, padded);
        }
        for (String name : equations.inputs()) {
            fill(memory.get(name), random, padded);
        }
        MemorySegment spikes = arena.allocate((long) STEPS * batch * frame.words * Long.BYTES, 64);
        frame.put(Equations.SPIKE, spikes, 0, (long) frame.words * Long.BYTES);
        loops.apply(program, parameters.shared()).run(frame, 0, STEPS / stepsAtOnce, stepsAtOnce * batch);
        List<Integer> bits = new ArrayList<>();
        for (int i = 0; i < STEPS * batch * frame.words; i++) {
            long word = spikes.getAtIndex(JAVA_LONG, i);
            bits.add((int) word);
            bits.add((int) (word >>> 32));
        }
        for (String name : variables) {
            bits(memory.get(name), bits);
            bits(memory.get(Equations.RECORD + name), bits);
        }
        return bits;
    }

    /** Returns the bits of all rows after both kinds of backward steps; each starts from other values. */
    List<Integer> back(Supplier<Graph> graphs, BiFunction<Program, Set<String>, Loop> loops) {
        List<String> sums = new ArrayList<>(equations.parameters().keySet());
        sums.addAll(equations.derived().keySet());
        EquationGradients back = new EquationGradients(equations, sums);
        List<String> names = new ArrayList<>(equations.inputs());
        names.addAll(equations.variables().keySet());
        names.addAll(List.of(Equations.SPIKE, EquationGradients.DISTANCE));
        names.addAll(names.stream().map(EquationGradients.GRADIENT::concat).toList());
        names.addAll(sums.stream().map(EquationGradients.SUM::concat).toList());
        names.add(EquationGradients.AFTER);
        List<Integer> bits = new ArrayList<>();
        Random random = new Random(seed);
        try (Arena arena = Arena.ofShared()) {
            EquationParameters parameters = new EquationParameters(arena, equations, neurons, given(random));
            for (Program program : List.of(back.toDistance(graphs.get()), back.toCurrents(graphs.get()))) {
                Frame frame = new Frame(program, neurons);
                frame.batch = batch;
                parameters.put(frame);
                int padded = frame.words * Long.SIZE;
                List<MemorySegment> memory = names.stream()
                        .map(name -> rows(arena, frame, name, batch, padded))
                        .toList();
                memory.forEach(each -> fill(each, random, padded));
                loops.apply(program, parameters.shared()).run(frame, 0, 1, batch);
                memory.forEach(each -> bits(each, bits));
            }
        }
        return bits;
    }

    private Map<String, float[]> given(Random random) {
        Map<String, float[]> given = new HashMap<>();
        equations.parameters().forEach((name, value) -> {
            float[] values =
                    floats(rows ? neurons : 1, i -> (float) (value + (rows ? 0.1 * random.nextGaussian() : 0)));
            given.put(name, values);
        });
        return given;
    }

    private static MemorySegment rows(Arena arena, Frame frame, String name, int count, int padded) {
        MemorySegment made = arena.allocate((long) count * padded * Float.BYTES, 64);
        frame.put(name, made, 0, (long) padded * Float.BYTES);
        return made;
    }

    private void fill(MemorySegment rows, Random random, int padded) {
        for (int i = 0; i < rows.byteSize() / Float.BYTES; i++) {
            if (i % padded < neurons) {
                rows.setAtIndex(JAVA_FLOAT, i, number(random));
            }
        }
    }

    private static void bits(MemorySegment rows, List<Integer> into) {
        for (int i = 0; i < rows.byteSize() / Float.BYTES; i++) {
            into.add(Float.floatToIntBits(rows.getAtIndex(JAVA_FLOAT, i)));
        }
    }
}
