package dev.spikelane.equation;

import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.loop.LoopCompiler;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Computes a text of equations for each element of rows of numbers, by a frame for each thread. */
public final class Elementwise {

    private final CompiledProgram compiled;
    private final Set<String> parameters;
    private final Map<String, float[]> numbers;
    private final Map<String, MemorySegment> rows;

    @SuppressWarnings("ThreadLocalUsage") // texts are few, and threads come and go with them
    private final ThreadLocal<@Nullable Frame> frames = new ThreadLocal<>();

    /**
     * Compiles a text and stores all its variables.
     *
     * @param own the lookup in whose package the class lives
     * @param numbers parameters by name, an array of one value each, which may change between runs; a parameter that is
     *     not among them has a value for each thread, which {@link Frame#set} sets
     * @param rows the rows whose addresses are the same in all runs, by name
     */
    public Elementwise(
            MethodHandles.Lookup own, Equations text, Map<String, float[]> numbers, Map<String, MemorySegment> rows) {
        this.parameters = Set.copyOf(text.parameters().keySet());
        this.compiled = LoopCompiler.compile(own, text::elementwise, parameters);
        this.numbers = numbers;
        this.rows = rows;
    }

    /** Compiles a text in which each thread has separate parameter values. */
    public static Elementwise of(MethodHandles.Lookup own, String text) {
        return new Elementwise(own, EquationParser.parse(text), Map.of(), Map.of());
    }

    /**
     * Returns the calling thread's frame, in which it sets the elements to compute and the addresses of the other rows.
     */
    public Frame frame() {
        Frame frame = frames.get();
        if (frame == null) {
            frame = new Frame(compiled.program(), Long.SIZE);
            for (String name : parameters) {
                frame.share(name, numbers.getOrDefault(name, new float[1]));
            }
            for (Map.Entry<String, MemorySegment> row : rows.entrySet()) {
                frame.put(row.getKey(), row.getValue(), 0, 0);
            }
            frames.set(frame);
        }
        return frame;
    }

    /** Computes {@code count} rows of the words of a frame, which then drops all addresses if no rows are fixed. */
    public void run(Frame frame, int count) {
        frame.batch = count;
        compiled.loop().run(frame, 0, 1, count);
        for (int i = 0; rows.isEmpty() && i < frame.segments.length; i++) {
            frame.segments[i] = MemorySegment.NULL;
        }
    }
}
