package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.kernel.product.BitsVector;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.TileWalk;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Lanes;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of the weights of a convolution: {@code gradient[o][ky][kx][c] += sum over positions of source[y][x][c] *
 * ofPosition[o]}.
 *
 * <p>Rows are added in the order of the calls, and positions of a row in ascending order, to sums from +0. A spike adds
 * the gradient, a value is one fused multiply-add. The bias is an input that fires at each position. A silent or zero
 * input adds nothing, even if the gradient is infinite or NaN.
 */
public final class WindowGradientWeights {

    private static final int BLOCK_BYTES = PackedWeights.BLOCK_BYTES;

    /**
     * Weights to which all current positions are added before the next weights, so that their sums stay in the L1
     * cache.
     */
    private static final int SUMS = 8;

    private final WindowGradientShape shape;
    private final WindowGradientScalar scalar;
    /** Null without vectors. */
    private final @Nullable WindowGradientMaps maps;

    private int share;
    private int firstChannel;
    private int endChannel;

    public WindowGradientWeights(Arena arena, WindowGradientShape shape) {
        this.shape = shape;
        this.scalar = new WindowGradientScalar(shape);
        this.maps = SimdWidth.VECTOR ? new WindowGradientMaps(arena, shape) : null;
        this.endChannel = shape.channels();
    }

    /** Returns the bytes of lists on the heap. */
    public long listBytes() {
        return maps == null ? 0 : maps.places.bytes();
    }

    /**
     * Selects a share of the channels of each group; the first share also adds the biases. Threads may add different
     * shares to the same sums.
     *
     * @param number the number of the share, from 0
     */
    public void share(int number, int shares) {
        share = number;
        firstChannel = (int) ((long) number * shape.channels() / shares);
        endChannel = (int) ((long) (number + 1) * shape.channels() / shares);
    }

    /**
     * Adds some rows.
     *
     * @param source {@code [rows x window.inputs()]}
     * @param gradient {@code [rows x positions * outputs]}
     * @param first the first row
     * @param rows the number of rows, at least 1
     * @param sum updated; from spikes only, or from values only
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    public void add(Signal source, FloatMatrix gradient, int first, int rows, WindowGradientSum sum) {
        gradient.requireShape("gradient", source.rows(), shape.columns());
        check(source, first, rows);
        for (int row = first; row < first + rows; row += rowsAtATime()) {
            addSome(source, row, gradient, row, Math.min(rowsAtATime(), first + rows - row), sum);
        }
    }

    /**
     * Adds some rows through the pool after the convolution.
     *
     * @param source {@code [rows x window.inputs()]}
     * @param gradient {@code [rows]} after the pool, of which {@link #rowsAtATime} are read at a time
     * @param first the first row
     * @param rows the number of rows, at least 1
     * @param sum updated; from spikes only, or from values only
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    public void add(Signal source, PooledGradients gradient, int first, int rows, WindowGradientSum sum) {
        check(source, first, rows);
        WindowGradientMaps own = maps != null && maps.takes(gradient) ? maps : null;
        for (int row = first; row < first + rows; row += rowsAtATime()) {
            int some = Math.min(rowsAtATime(), first + rows - row);
            if (own != null && source instanceof SpikeMatrix spikes) {
                own.of(gradient, row);
                addSpikes(own, spikes, row, some, sum);
                continue;
            }
            for (int i = row; i < row + some && own != null; i++) {
                if (isFinite((FloatMatrix) source, i) && isFinite(gradient.behind(), i)) {
                    own.of(gradient, i);
                    addValues(own, (FloatMatrix) source, i, 1, sum);
                } else {
                    addPlain(source, i, gradient.rows(i, 1), 0, sum);
                }
            }
            if (own == null) {
                addSome(source, row, gradient.rows(row, some), 0, some, sum);
            }
        }
    }

    /** Returns the number of rows of gradients that are read at a time. */
    public int rowsAtATime() {
        return maps == null ? 1 : maps.rows;
    }

    private void addSome(
            Signal source, int first, FloatMatrix gradient, int firstGradient, int rows, WindowGradientSum sum) {
        WindowGradientMaps own = maps;
        if (own != null && source instanceof SpikeMatrix spikes) {
            own.of(gradient, firstGradient);
            addSpikes(own, spikes, first, rows, sum);
            return;
        }
        for (int i = 0; i < rows; ) {
            int some = 0;
            while (own != null
                    && i + some < rows
                    && isFinite((FloatMatrix) source, first + i + some)
                    && isFinite(gradient, firstGradient + i + some)) {
                some++;
            }
            if (own != null && some > 0) {
                own.of(gradient, firstGradient + i);
                addValues(own, (FloatMatrix) source, first + i, some, sum);
                i += some;
            } else {
                addPlain(source, first + i, gradient, firstGradient + i, sum);
                i++;
            }
        }
    }

    /** Adds rows of spikes, with the gradients that the maps have selected. */
    private void addSpikes(WindowGradientMaps own, SpikeMatrix spikes, int first, int rows, WindowGradientSum sum) {
        sum.byChannel = true;
        for (int band = 0; band < shape.window().y().outputs(); band = own.bottom) {
            own.openBand(band);
            own.list(spikes, first, rows);
            add(own, null, first, rows, sum);
        }
    }

    private void addValues(WindowGradientMaps own, FloatMatrix values, int row, int rows, WindowGradientSum sum) {
        for (int band = 0; band < shape.window().y().outputs(); band = own.bottom) {
            own.openBand(band);
            add(own, values, row, rows, sum);
        }
    }

    private void addPlain(Signal source, int row, FloatMatrix gradient, int gradientRow, WindowGradientSum sum) {
        scalar.add(source, row, gradient, gradientRow, sum.weights, firstChannel, endChannel);
        if (share == 0) {
            scalar.addBias(gradient, gradientRow, sum.bias);
        }
    }

    private void check(Signal source, int first, int rows) {
        source.requireShape("source", source.rows(), shape.window().inputs());
        Checks.range("row", first, first + rows, source.rows());
    }

    /** Returns true if vectors can serve: the zeros in a map's padding give NaN for values that are not finite. */
    private static boolean isFinite(FloatMatrix values, int row) {
        int bytes = (int) (values.rowOffset(1) - values.rowOffset(0));
        return BitsVector.areFinite(values.segment(), values.rowOffset(row), 0, 1, bytes);
    }

    /** Adds the current band of listed rows of spikes, or of rows of values. */
    private void add(WindowGradientMaps own, @Nullable FloatMatrix values, int row, int rows, WindowGradientSum sum) {
        for (int group = 0; group < shape.groups(); group++) {
            for (int i = 0; i < rows && values != null; i++) {
                own.takeValues(values, row + i, i, group);
            }
            for (int block = 0; block < shape.blocks(); block++) {
                own.takeGradients(rows, group, block);
                if (share == 0) {
                    addBias(own, rows, sum.bias, group * shape.blocks() + block);
                }
                long to = sum.weights.rowOffset(shape.row(group, block));
                if (values == null) {
                    addSpikes(own, group, sum.weights.segment(), to);
                } else {
                    addValues(own, rows, shape.outputsOfBlock(block), sum.weights.segment(), to);
                }
            }
        }
    }

    private void addBias(WindowGradientMaps own, int rows, FloatMatrix bias, int block) {
        Window.Axis x = shape.window().x();
        for (int row = 0; row < rows; row++) {
            long from = own.gradientOffset(row, own.top, 0);
            long down = own.gradientOffset(row, own.top + 1, 0) - from;
            WindowGradientMapVector.LOOPS.addAll(
                    own.gradients,
                    from,
                    down,
                    own.bottom - own.top,
                    (long) x.stride() * BLOCK_BYTES,
                    x.outputs(),
                    bias.segment(),
                    bias.rowOffset(block));
        }
    }

    /** Adds the kernel's columns for each channel and row of the kernel, as many at a time as there are registers. */
    private void addSpikes(WindowGradientMaps own, int group, MemorySegment sums, long to) {
        int rows = shape.window().y().kernel();
        int first = (group * shape.channels() + firstChannel) * rows;
        int end = (group * shape.channels() + endChannel) * rows;
        long at = to - own.places.lists.targets[group * shape.channels() * rows];
        for (WindowGradientMaps.Chunk chunk : own.chunks) {
            chunk.run()
                    .add(
                            own.places.lists,
                            first,
                            end,
                            own.gradients,
                            chunk.from(),
                            BLOCK_BYTES,
                            sums,
                            at + chunk.to(),
                            chunk.pieces());
        }
    }

    /** Adds products of the kernel's inputs and the gradients, to {@value #SUMS} weights of 64 outputs at a time. */
    private void addValues(WindowGradientMaps own, int rows, int outputs, MemorySegment sums, long to) {
        Window.Axis y = shape.window().y();
        Window.Axis x = shape.window().x();
        int some = endChannel - firstChannel;
        boolean together = x.dilation() == 1 && some == shape.channels();
        TileWalk tile = own.tile;
        tile.rowOfA = Float.BYTES;
        tile.stepOfA = (long) x.stride() * shape.channels() * Float.BYTES;
        tile.stepOfB = (long) x.stride() * BLOCK_BYTES;
        tile.rowOfC = BLOCK_BYTES;
        for (int ky = 0; ky < y.kernel(); ky++) {
            for (int kx = 0; kx < x.kernel(); kx += together ? x.kernel() : 1) {
                int all = together ? some * x.kernel() : some;
                for (int first = 0; first < all; first += SUMS) {
                    int weight = (ky * x.kernel() + kx) * shape.channels() + firstChannel + first;
                    int count = Math.min(SUMS, all - first);
                    for (int row = 0; row < rows; row++) {
                        for (int oy = own.top; oy < own.bottom; oy += own.lines()) {
                            tile.a = own.valueOffset(row, oy, ky, kx) + (long) (firstChannel + first) * Float.BYTES;
                            tile.b = own.gradientOffset(row, oy, 0);
                            tile.c = to + (long) weight * BLOCK_BYTES;
                            add(own, outputs, sums, count);
                        }
                    }
                }
            }
        }
    }

    /** Adds the positions of a line, or of consecutive lines, to some weights. */
    private static void add(WindowGradientMaps own, int outputs, MemorySegment sums, int count) {
        TileWalk tile = own.tile;
        if (outputs <= Lanes.COUNT) {
            tile.addNarrow(own.values, own.gradients, sums, count, own.positions());
            return;
        }
        for (int strip = 0; strip < BLOCK_BYTES; strip += TileWalk.STRIP_BYTES) {
            tile.add(own.values, own.gradients, sums, count, own.positions());
            tile.b += TileWalk.STRIP_BYTES;
            tile.c += TileWalk.STRIP_BYTES;
        }
    }
}
