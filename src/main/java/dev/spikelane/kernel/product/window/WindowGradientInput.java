package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.kernel.base.Window;
import dev.spikelane.kernel.product.BitsVector;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of the inputs of a convolution:
 * {@code gradient[y][x][c] = sum over positions of (sum over outputs of ofPosition[o] * weight[o][ky][kx][c])}.
 *
 * <p>Positions of the output ascend. At each of them, outputs ascend, one fused multiply-add each from +0; that sum is
 * complete before it is added to the input's, which starts at +0. A gradient of zero adds nothing, so what a pool has
 * left out is left out here.
 *
 * <p>Inputs of a row of the kernel stand side by side in a row of a map, so vectors are over {@code kx * channels + c}.
 * Rows of the kernel, and strips of such vectors, go down: then what they add to an input comes from positions that go
 * up, though each goes over some positions by itself, with weights that stay in the L1 cache.
 */
public final class WindowGradientInput {

    /** Positions whose sums are in the L1 cache at a time: 48 KB with 12 vectors of 512 bits. */
    private static final int POSITIONS = 64;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private final WindowGradientShape shape;
    private final WindowGradientScalar scalar;
    /** Null where there are no vectors. */
    private final @Nullable WindowGradientStrips strips;

    private final Workspace[] workspaces;
    private FloatMatrix weights;

    /** What a thread needs. */
    private record Workspace(WindowGradientLists lists, MemorySegment map, MemorySegment sums) {}

    /**
     * Prepares gradients.
     *
     * @param arena the arena that owns memory
     * @param shape of the convolution
     * @param weights in the layout of the shape
     * @param threads threads that make gradients
     */
    public WindowGradientInput(Arena arena, WindowGradientShape shape, FloatMatrix weights, int threads) {
        this.shape = shape;
        this.scalar = new WindowGradientScalar(shape);
        this.weights = weights;
        this.strips = SimdWidth.VECTOR ? new WindowGradientStrips(arena, shape, POSITIONS) : null;
        this.workspaces = new Workspace[strips == null ? 0 : threads];
        for (int i = 0; i < workspaces.length; i++) {
            int positions = Math.min(POSITIONS, shape.window().positions());
            workspaces[i] = new Workspace(
                    new WindowGradientLists(positions, positions * shape.outputsOfGroup(), true),
                    Objects.requireNonNull(strips).newMap(arena),
                    strips.newSums(arena));
        }
        update(weights);
    }

    /**
     * Takes other weights, or those that have changed.
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
     * @param rows how many rows, at least 1
     * @param into {@code [at least rows x window.inputs()]}, overwritten
     * @param thread whose scratch memory is used
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void pull(FloatMatrix gradient, int rows, FloatMatrix into, int thread) {
        gradient.requireShape("gradient", gradient.rows(), shape.columns());
        into.requireShape("into", into.rows(), shape.window().inputs());
        Checks.rows("gradient", gradient.rows(), rows);
        Checks.rows("into", into.rows(), rows);
        Checks.apart("into", into, "gradient", gradient);
        for (int row = 0; row < rows; row++) {
            if (strips != null && isFinite(gradient, row)) {
                pull(strips, gradient, row, into, workspaces[thread]);
            } else {
                scalar.pull(gradient, row, weights, into);
            }
        }
    }

    /** What is not finite must not meet the zeros behind a strip. */
    private static boolean isFinite(FloatMatrix gradient, int row) {
        int bytes = (int) (gradient.rowOffset(1) - gradient.rowOffset(0));
        return BitsVector.areFinite(gradient.segment(), gradient.rowOffset(row), 0, 1, bytes);
    }

    private void pull(
            WindowGradientStrips strips, FloatMatrix gradient, int row, FloatMatrix into, Workspace own) {
        int positions = shape.window().positions();
        for (int group = 0; group < shape.groups(); group++) {
            own.map.fill((byte) 0);
            for (int first = 0; first < positions; first += POSITIONS) {
                int count = Math.min(POSITIONS, positions - first);
                list(gradient, row, group, first, count, own.lists);
                strips.add(own.lists, group, first, count, own.sums, own.map);
            }
            copy(strips, own.map, into, row, group);
        }
    }

    /** Lists what is not zero at each position. */
    private void list(
            FloatMatrix gradient, int row, int group, int firstPosition, int count, WindowGradientLists lists) {
        MemorySegment from = gradient.segment();
        int[] places = lists.places;
        float[] factors = lists.factors;
        int outputs = shape.outputsOfGroup();
        int end = 0;
        for (int i = 0; i < count; i++) {
            long at = gradient.rowOffset(row)
                    + ((long) (firstPosition + i) * shape.outputs() + group * outputs) * Float.BYTES;
            lists.starts[i] = end;
            for (int output = 0; output < outputs; output++) {
                float factor = from.get(FLOAT, at + (long) output * Float.BYTES);
                places[end] = output;
                factors[end] = factor;
                end += factor != 0 ? 1 : 0;
            }
            lists.ends[i] = end;
        }
    }

    /** Copies what is no padding. */
    private void copy(WindowGradientStrips strips, MemorySegment map, FloatMatrix into, int row, int group) {
        Window window = shape.window();
        int pixels = window.x().inputs();
        long bytes = (long) shape.channels() * Float.BYTES;
        for (int y = 0; y < window.y().inputs(); y++) {
            long from = strips.mapOffset(y + window.y().padding(), window.x().padding());
            long to = into.rowOffset(row) + (y * (long) pixels * shape.groups() + group) * bytes;
            if (shape.groups() == 1) {
                MemorySegment.copy(map, from, into.segment(), to, pixels * bytes);
                continue;
            }
            for (int x = 0; x < pixels; x++) {
                MemorySegment.copy(map, from + x * bytes, into.segment(), to + x * shape.groups() * bytes, bytes);
            }
        }
    }
}
