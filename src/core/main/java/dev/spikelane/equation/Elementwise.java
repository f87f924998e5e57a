package dev.spikelane.equation;

import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Frame;
import dev.spikelane.loop.LoopCompiler;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a text makes of rows of numbers, element by element; each thread says by a frame of its own where they are. */
public final class Elementwise {

    private final CompiledProgram compiled;
    private final Set<String> parameters;
    private final Map<String, float[]> numbers;
    private final Map<String, MemorySegment> rows;

    @SuppressWarnings("ThreadLocalUsage") // texts are few, and threads come and go with them
    private final ThreadLocal<@Nullable Frame> frames = new ThreadLocal<>();

    /**
     * Compiles a text, all of whose variables are stored.
     *
     * @param own the lookup in whose package the class lives
     * @param numbers parameters, one value each, which may change between runs; of others each thread has a value,
     *     {@link Frame#set}
     * @param rows those that stay where they are
     */
    public Elementwise(
            MethodHandles.Lookup own, Equations text, Map<String, float[]> numbers, Map<String, MemorySegment> rows) {
        this.parameters = Set.copyOf(text.parameters().keySet());
        this.compiled = LoopCompiler.compile(own, text::elementwise, parameters);
        this.numbers = numbers;
        this.rows = rows;
    }

    /** Compiles a text of whose parameters each thread has values of its own. */
    public static Elementwise of(MethodHandles.Lookup own, String text) {
        return new Elementwise(own, EquationParser.parse(text), Map.of(), Map.of());
    }

    /** Where this thread says which elements run, and where the other rows are. */
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

    /** Runs so many rows of the words of this thread's {@link #frame}, which then forgets those that do not stay. */
    public void run(Frame frame, int count) {
        frame.batch = count;
        compiled.loop().run(frame, 0, 1, count);
        for (int i = 0; rows.isEmpty() && i < frame.segments.length; i++) {
            frame.segments[i] = MemorySegment.NULL;
        }
    }
}
