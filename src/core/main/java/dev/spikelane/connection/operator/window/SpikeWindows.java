package dev.spikelane.connection.operator.window;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.window.SmallWindowTables;
import dev.spikelane.kernel.product.window.WindowMatmul;
import dev.spikelane.kernel.product.window.WindowTables;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Methods of a convolution that compute whole maps of spikes without unfolded rows: sliding windows, or windows that
 * are words.
 */
final class SpikeWindows {

    /** The methods of {@link Chooser.Kind#WINDOWS}. */
    private static final int UNFOLDED = 0;

    private static final int SLIDING = 1;

    private final int positions;
    private final @Nullable WindowTables tables;
    final @Nullable SmallWindowTables words;

    /**
     * Creates the tables of windows, if there are any.
     *
     * @param arena the arena that owns them
     * @param windows windows of each group
     * @param outputs outputs of a group
     * @param mostBytes the most bytes of tables for sliding windows; 0 for none
     */
    SpikeWindows(Arena arena, Window[] windows, int outputs, long mostBytes) {
        boolean slides = windows.length == 1 && WindowMatmul.serves(windows[0], outputs);
        this.positions = windows[0].positions();
        this.tables = slides && WindowTables.bytesOf(windows[0], outputs) <= mostBytes
                ? new WindowTables(arena, windows[0], outputs)
                : null;
        this.words = mostBytes > 0 && !slides && windows.length == 1 && SmallWindowTables.serves(windows[0])
                ? new SmallWindowTables(arena, windows[0], outputs)
                : null;
    }

    /** Returns true if windows would {@link #serveAlways} with tables of any size. */
    static boolean serveAlways(Window[] windows, int outputs) {
        return windows.length == 1
                && (WindowMatmul.serves(windows[0], outputs)
                        ? WindowTables.bytesOf(windows[0], outputs) <= WindowTables.SMALL_BYTES
                        : SmallWindowTables.serves(windows[0]));
    }

    /** Updates the tables for new or changed weights. */
    void fill(PackedWeights weights) {
        if (tables != null) {
            tables.fill(weights);
        }
        if (words != null) {
            words.fill(weights);
        }
    }

    void reserve(Scratch scratch) {
        if (tables != null) {
            scratch.windows(tables);
        }
    }

    /** Returns true if windows slide for some inputs. */
    boolean slide() {
        return tables != null;
    }

    /** Returns true if rows are computed one after the other for all inputs. */
    boolean serveAlways() {
        return words != null || tables != null && tables.areSmall();
    }

    /** Computes all outputs of the first rows; returns false if it cannot. */
    boolean multiply(UnfoldedOperator of, SpikeMatrix spikes, int count, Tile current, Scratch scratch) {
        if (tables != null && !tables.areSmall()) {
            choose(of, spikes, count, current, scratch, tables);
            return true;
        }
        return multiply(of, spikes, 0, count, current, scratch);
    }

    /** Computes all outputs of some rows if these windows {@link #serveAlways}; returns false otherwise. */
    boolean multiply(UnfoldedOperator of, SpikeMatrix spikes, int first, int count, Tile current, Scratch scratch) {
        if (words != null) {
            multiply(of, spikes, first, count, words, current, of.rows(scratch).spikes());
            return true;
        }
        if (tables != null) {
            WindowMatmul.multiply(spikes, first, count, scratch.windows(tables), current);
        }
        return tables != null;
    }

    private void multiply(
            UnfoldedOperator of,
            SpikeMatrix spikes,
            int first,
            int count,
            SmallWindowTables by,
            Tile current,
            SpikeMatrix unfolded) {
        for (int row = 0; row < count; row++) {
            for (int done = 0; done < positions; done += unfolded.rows()) {
                int some = Math.min(unfolded.rows(), positions - done);
                of.unfold(0, spikes, (first + row) * positions + done, some, unfolded);
                by.multiply(unfolded, some, current.matrix(), row, done);
            }
        }
        UnfoldedOperator.clearPadding(current, count);
    }

    /** Runs the method that the chooser has measured as faster, and lets C2 compile the other one on a map. */
    private static void choose(
            UnfoldedOperator of, SpikeMatrix spikes, int count, Tile current, Scratch scratch, WindowTables by) {
        StageChoice choice = scratch.windows(by).choice;
        describe(choice, of, count, spikes.count(0, count), by);
        choice.open(1);
        if (choice.rehearses()) {
            long since = System.nanoTime();
            run(choice.rehearsedWay, of, spikes, 1, current, scratch, by);
            choice.rehearsed(since);
        }
        long start = choice.now();
        run(choice.way, of, spikes, count, current, scratch, by);
        choice.done(start, 1);
    }

    private static void run(
            int way,
            UnfoldedOperator of,
            SpikeMatrix spikes,
            int count,
            Tile current,
            Scratch scratch,
            WindowTables by) {
        if (way == SLIDING) {
            WindowMatmul.multiply(spikes, 0, count, scratch.windows(by), current);
        } else {
            of.multiplyUnfolded(spikes, count, current, scratch);
        }
    }

    private static void describe(StageChoice choice, UnfoldedOperator of, int count, long active, WindowTables by) {
        choice.of(Chooser.Kind.WINDOWS, count, of.inputs(), of.outputs(), active);
        choice.costs[UNFOLDED] = of.estimate(count, active);
        choice.costs[SLIDING] = by.estimate(count, active);
    }

    /** Names the kernel; null for unfolded rows. */
    @Nullable
    String kernel(UnfoldedOperator of, int count, long active) {
        if (words != null) {
            return "unfolded, words";
        }
        return tables != null && slides(tables, of, count, active) ? "window" : null;
    }

    private static boolean slides(WindowTables by, UnfoldedOperator of, int count, long active) {
        StageChoice choice = new StageChoice(Chooser.OF_JVM, 1);
        describe(choice, of, count, active, by);
        return by.areSmall() || choice.peek() == SLIDING;
    }
}
