package dev.spikelane.connection.operator;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.kernel.product.gradient.NarrowMatmul;
import dev.spikelane.kernel.product.spike.PreparedSpikes;
import dev.spikelane.kernel.product.spike.ProductScratch;
import dev.spikelane.kernel.product.window.WindowGradientScratch;
import dev.spikelane.kernel.product.window.WindowGradientShape;
import dev.spikelane.kernel.product.window.WindowLists;
import dev.spikelane.kernel.product.window.WindowTables;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Lazy;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Scratch memory of one thread, which runs one operator at a time: operators share objects of equal shape. Getters
 * return one object for equal arguments, with any content.
 */
public final class Scratch {

    private final Arena arena;
    private final Shared shared;
    private final List<FloatMatrix> made = new ArrayList<>();
    private final Lazy<ProductScratch> spikes;
    private final Lazy<NarrowMatmul> narrow;
    private final StageChoice few = new StageChoice(Chooser.OF_JVM, 1);
    // A list, read by index: an iterator would be allocated until C2 removes it.
    private final List<UnfoldedRows> unfolded = new ArrayList<>();
    private final List<WindowGradientScratch> gradients = new ArrayList<>();
    private final List<WindowLists> windows = new ArrayList<>();
    private final List<BitsOperator.Room> wholeNumbers = new ArrayList<>();

    /** Creates scratch memory for a single thread. */
    public Scratch(Arena arena) {
        this(arena, new Shared(1, false));
    }

    private Scratch(Arena arena, Shared shared) {
        this.arena = arena;
        this.shared = shared;
        this.narrow = new Lazy<>(() -> new NarrowMatmul(arena));
        this.spikes = new Lazy<>(() -> new ProductScratch(arena));
    }

    /** Creates scratch memory for each of some threads. */
    public static Scratch[] of(Arena arena, int threads) {
        return of(arena, threads, false);
    }

    /** Creates scratch memory for threads whose products have many rows, as in training, and which need less memory. */
    public static Scratch[] ofManyRows(Arena arena, int threads) {
        return of(arena, threads, true);
    }

    private static Scratch[] of(Arena arena, int threads, boolean manyRows) {
        Shared shared = new Shared(threads, manyRows);
        return Stream.generate(() -> new Scratch(arena, shared)).limit(threads).toArray(Scratch[]::new);
    }

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

    public ProductScratch spikes() {
        return spikes.get();
    }

    public NarrowMatmul narrow() {
        return narrow.get();
    }

    public UnfoldedRows unfolded(int columns, int outputs) {
        for (int i = 0; i < unfolded.size(); i++) {
            if (unfolded.get(i).isOf(columns, outputs)) {
                return unfolded.get(i);
            }
        }
        UnfoldedRows rows = new UnfoldedRows(arena, columns, outputs);
        unfolded.add(rows);
        return rows;
    }

    public WindowGradientScratch gradients(WindowGradientShape shape) {
        for (int i = 0; i < gradients.size(); i++) {
            if (gradients.get(i).isOf(shape)) {
                return gradients.get(i);
            }
        }
        WindowGradientScratch room = new WindowGradientScratch(arena, shape);
        gradients.add(room);
        return room;
    }

    public WindowLists windows(WindowTables tables) {
        for (int i = 0; i < windows.size(); i++) {
            if (windows.get(i).isOf(tables)) {
                return windows.get(i);
            }
        }
        WindowLists lists = new WindowLists(arena, tables);
        windows.add(lists);
        return lists;
    }

    BitsOperator.Room wholeNumbers(int rows, int inputs, int outputs) {
        for (int i = 0; i < wholeNumbers.size(); i++) {
            if (wholeNumbers.get(i).isOf(rows, inputs, outputs)) {
                return wholeNumbers.get(i);
            }
        }
        BitsOperator.Room room = new BitsOperator.Room(arena, rows, inputs, outputs);
        wholeNumbers.add(room);
        return room;
    }

    StageChoice few() {
        return few;
    }

    boolean manyRows() {
        return shared.manyRows;
    }

    /** Returns the preparation that all threads share. */
    public PreparedSpikes prepared() {
        PreparedSpikes known = shared.prepared;
        if (known == null) {
            known = shared.threads == 1 ? spikes().prepared() : new PreparedSpikes(arena, shared.threads);
            shared.prepared = known;
        }
        return known;
    }

    /** Returns the heap bytes of the products' lists, for the scratch memory of all threads. */
    public static long listBytes(Scratch[] of) {
        PreparedSpikes common = of[0].shared.prepared;
        long bytes = 0;
        boolean own = false;
        for (Scratch each : of) {
            ProductScratch known = each.spikes.known();
            bytes += known == null ? 0 : known.listBytes();
            own |= known != null && known.prepared() == common;
            for (WindowGradientScratch room : each.gradients) {
                bytes += room.listBytes();
            }
            for (WindowLists lists : each.windows) {
                bytes += lists.listBytes();
            }
        }
        return common == null || own ? bytes : bytes + common.listBytes();
    }

    private static final class Shared {
        private final int threads;
        private final boolean manyRows;
        private @Nullable PreparedSpikes prepared;

        private Shared(int threads, boolean manyRows) {
            this.threads = threads;
            this.manyRows = manyRows;
        }
    }
}
