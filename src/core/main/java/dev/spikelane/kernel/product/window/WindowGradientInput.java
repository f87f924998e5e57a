package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.kernel.product.BitsVector;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of the inputs of a convolution: {@code gradient[y][x][c] = sum over positions of (sum over outputs of
 * ofPosition[o] * weight[o][ky][kx][c])}.
 *
 * <p>Positions of the output ascend. At each position, outputs ascend, one fused multiply-add each from +0; this sum is
 * complete before it is added to the input's, which starts at +0. A gradient of zero adds nothing, so positions that
 * lose a pool add nothing.
 *
 * <p>Inputs of one row of the kernel are consecutive in a row of a map, so vectors are over {@code kx * channels + c}.
 * Rows of the kernel and strips of vectors descend, and each is added for some positions while its weights stay in the
 * L1 cache. So the sum of an input takes positions in ascending order.
 */
public final class WindowGradientInput {

    /** Percentage of nonzero gradients from which on lists do not pay. */
    private static final int MOST_FILLED = 40;

    private final WindowGradientShape shape;
    private final WindowGradientScalar scalar;
    /** Null without vectors. */
    private final @Nullable WindowGradientStrips strips;

    private FloatMatrix weights;
    /**
     * Prepares gradients.
     *
     * @param weights in the layout of the shape
     */
    public WindowGradientInput(Arena arena, WindowGradientShape shape, FloatMatrix weights) {
        this.shape = shape;
        this.scalar = new WindowGradientScalar(shape);
        this.weights = weights;
        this.strips = SimdWidth.VECTOR ? new WindowGradientStrips(arena, shape) : null;
        update(weights);
    }

    /**
     * Sets new or changed weights.
     *
     * @param changed in the layout of the shape
     */
    public void update(FloatMatrix changed) {
        weights = changed;
        if (strips != null) {
            strips.pack(changed);
        }
    }

    /**
     * Computes the gradients of the first rows.
     *
     * @param gradient {@code [at least rows x positions * outputs]}
     * @param rows the number of rows, at least 1
     * @param into {@code [at least rows x window.inputs()]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void pull(FloatMatrix gradient, int rows, FloatMatrix into, WindowGradientScratch room) {
        gradient.requireShape("gradient", gradient.rows(), shape.columns());
        into.requireShape("into", into.rows(), shape.window().inputs());
        Checks.rows("gradient", gradient.rows(), rows);
        Checks.rows("into", into.rows(), rows);
        Checks.apart("into", into, "gradient", gradient);
        boolean together = strips != null && gradient.stride() == shape.columns();
        int most = together ? WindowGradientScratch.rows(shape) : 1;
        for (int row = 0; row < rows; row += most) {
            int some = Math.min(most, rows - row);
            if (strips != null && some > 1 && isFinite(gradient, row, some)) {
                pull(strips, gradient, row, some, null, into, row, room.vectors());
                continue;
            }
            for (int i = row; i < row + some; i++) {
                pull(gradient, i, into, i, room);
            }
        }
    }

    /**
     * Computes the gradients of the first rows through the pool after the convolution, row by row.
     *
     * @param gradient {@code [at least rows]}, after the pool
     * @param rows the number of rows, at least 1
     * @param into {@code [at least rows x window.inputs()]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void pull(PooledGradients gradient, int rows, FloatMatrix into, WindowGradientScratch room) {
        into.requireShape("into", into.rows(), shape.window().inputs());
        Checks.rows("into", into.rows(), rows);
        boolean lists =
                strips != null && gradient.readsOnce() && WindowGradientListVector.serves(shape.outputsOfGroup());
        for (int row = 0; row < rows; row++) {
            if (lists && isFinite(gradient.behind(), row, 1)) {
                pull(Objects.requireNonNull(strips), gradient.behind(), row, 1, gradient, into, row, room.vectors());
            } else {
                pull(gradient.rows(row, 1), 0, into, row, room);
            }
        }
    }

    private void pull(FloatMatrix gradient, int row, FloatMatrix into, int intoRow, WindowGradientScratch room) {
        if (strips != null && isFinite(gradient, row, 1)) {
            pull(strips, gradient, row, 1, null, into, intoRow, room.vectors());
        } else {
            scalar.pull(gradient, row, weights, into, intoRow);
        }
    }

    /** Returns true if strips can serve: their padding of zeros gives NaN for gradients that are not finite. */
    private static boolean isFinite(FloatMatrix gradient, int row, int rows) {
        int bytes = (int) (gradient.rowOffset(1) - gradient.rowOffset(0));
        return BitsVector.areFinite(gradient.segment(), gradient.rowOffset(row), bytes, rows, bytes);
    }

    /**
     * Computes gradients by strips.
     *
     * @param rows the number of rows; more than one if positions of all rows are consecutive
     * @param past the gradients after a pool; null if there is no pool
     */
    private void pull(
            WindowGradientStrips strips,
            FloatMatrix gradient,
            int row,
            int rows,
            @Nullable PooledGradients past,
            FloatMatrix into,
            int intoRow,
            WindowGradientScratch.Vectors own) {
        int positions = rows * shape.window().positions();
        if (!WindowGradientListVector.serves(shape.outputsOfGroup())) {
            WindowGradientMapVector.notZero(gradient.segment(), gradient.rowOffset(row), own.bits);
        }
        for (int group = 0; group < shape.groups(); group++) {
            WindowGradientMapVector.clear(own.map, own.map.byteSize());
            for (int first = 0; first < positions; first += WindowGradientScratch.POSITIONS) {
                int count = Math.min(WindowGradientScratch.POSITIONS, positions - first);
                if (past == null) {
                    list(gradient, row, group, first, count, own);
                } else {
                    int outputs = shape.outputsOfGroup();
                    WindowGradientListVector.list(past, row, group * outputs, outputs, first, count, own.lists);
                }
                if (past == null
                        && own.lists.ends[count - 1] * 100L > (long) count * shape.outputsOfGroup() * MOST_FILLED
                        && strips.isFinite()) {
                    strips.addAll(gradient, row, group, first, count, own);
                } else {
                    strips.add(own.lists, group, first, count, own.map);
                }
            }
            for (int i = 0; i < rows; i++) {
                copy(strips, own.map, strips.mapBytes() * i, into, intoRow + i, group);
            }
        }
    }

    /** Lists the nonzero gradients of each position: by vectors, or by bits that are set if vectors cannot. */
    private void list(
            FloatMatrix gradient, int row, int group, int firstPosition, int count, WindowGradientScratch.Vectors own) {
        MemorySegment from = gradient.segment();
        WindowGradientLists lists = own.lists;
        int outputs = shape.outputsOfGroup();
        if (WindowGradientListVector.serves(outputs)) {
            long first = (long) firstPosition * shape.outputs() + (long) group * outputs;
            long at = gradient.rowOffset(row) + first * Float.BYTES;
            WindowGradientListVector.list(from, at, (long) shape.outputs() * Float.BYTES, outputs, count, lists);
            return;
        }
        int end = 0;
        for (int i = 0; i < count; i++) {
            int first = (firstPosition + i) * shape.outputs() + group * outputs;
            int last = first + outputs - 1;
            long at = gradient.rowOffset(row) + (long) first * Float.BYTES;
            lists.starts[i] = end;
            for (int word = first / Long.SIZE; word <= last / Long.SIZE; word++) {
                int base = word * Long.SIZE - first;
                long bits = own.bits[word];
                bits &= base < 0 ? -1L << -base : -1L;
                bits &= base + Long.SIZE > outputs ? -1L >>> base + Long.SIZE - outputs : -1L;
                while (bits != 0) {
                    int output = base + Long.numberOfTrailingZeros(bits);
                    bits &= bits - 1;
                    lists.places[end] = output;
                    lists.factors[end] = from.get(JAVA_FLOAT, at + (long) output * Float.BYTES);
                    end++;
                }
            }
            lists.ends[i] = end;
        }
    }

    /** Copies the inputs out of a map, without padding and the gaps between spread inputs. */
    private void copy(
            WindowGradientStrips strips, MemorySegment map, long ofRow, FloatMatrix into, int row, int group) {
        Window window = shape.window();
        Window.Axis x = window.x();
        long bytes = (long) shape.channels() * Float.BYTES;
        for (int iy = 0; iy < window.y().inputs(); iy++) {
            int y = WindowGradientShape.firstInput(window.y()) + iy * window.y().spread();
            long from = ofRow + strips.mapOffset(y, WindowGradientShape.firstInput(x));
            long to = into.rowOffset(row) + (long) window.place(iy, 0) * Float.BYTES + group * bytes;
            if (shape.groups() == 1 && x.spread() == 1) {
                MemorySegment.copy(map, from, into.segment(), to, x.inputs() * bytes);
                continue;
            }
            for (int ix = 0; ix < x.inputs(); ix++) {
                MemorySegment.copy(
                        map,
                        from + (long) ix * x.spread() * bytes,
                        into.segment(),
                        to + (long) ix * shape.groups() * bytes,
                        bytes);
            }
        }
    }
}
