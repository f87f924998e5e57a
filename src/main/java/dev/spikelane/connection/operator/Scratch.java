package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Scratch memory of one thread, which runs an operator at a time: those that need matrices of one shape share it. */
public final class Scratch {

    private final Arena arena;
    private final List<FloatMatrix> made = new ArrayList<>();

    /**
     * Makes scratch memory of nothing.
     *
     * @param arena the arena that owns what is asked for
     */
    public Scratch(Arena arena) {
        this.arena = arena;
    }

    /**
     * Makes scratch memory for each of some threads.
     *
     * @param arena the arena that owns what is asked for
     * @param threads how many
     * @return as many
     */
    public static Scratch[] of(Arena arena, int threads) {
        return Stream.generate(() -> new Scratch(arena)).limit(threads).toArray(Scratch[]::new);
    }

    /**
     * Returns the matrix of a shape.
     *
     * @param rows its rows
     * @param columns its columns
     * @return one and the same for equal shapes; of any content
     */
    public FloatMatrix matrix(int rows, int columns) {
        for (FloatMatrix matrix : made) {
            if (matrix.rows() == rows && matrix.columns() == columns) {
                return matrix;
            }
        }
        FloatMatrix matrix = FloatMatrix.zeros(arena, rows, columns);
        made.add(matrix);
        return matrix;
    }
}
