package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;

/**
 * Transposed spikes times a float matrix: sums up what was sent along every synapse, as weight gradients need it.
 *
 * <p>{@code product[i][o] = sum over the rows r in which input i fires of values[r][o]}, in the canonical order of {@link SpikeMatmul},
 * with rows in place of inputs. The spikes are transposed as bits, and then the same kernels run.
 */
public final class TransposedSpikeMatmul {

    private TransposedSpikeMatmul() {}

    /**
     * Scratch memory of one size, to be used again and again by one thread at a time.
     *
     * @see #workspace
     */
    public static final class Workspace {
        private final SpikeMatrix transposed;
        private final PackedWeights packed;
        private final SpikeWorkspace tables;
        private final FloatMatrix nothing;
        private final Tile tile;

        private Workspace(Arena arena, int rows, int pre, int post) {
            this.transposed = SpikeMatrix.zeros(arena, pre, rows);
            this.packed = PackedWeights.zeros(arena, rows, post);
            this.tables = new SpikeWorkspace(arena);
            this.nothing = FloatMatrix.zeros(arena, 1, 1);
            this.tile = Tile.whole(nothing);
        }
    }

    /**
     * Allocates scratch memory.
     *
     * @param arena the arena that owns the memory
     * @param rows rows of spikes and values, at least 1
     * @param pre columns of the spikes, at least 1
     * @param post columns of the values, at least 1
     * @return the memory, about as large as spikes and values together
     * @throws IllegalArgumentException if a size is below 1 or they overflow
     */
    public static Workspace workspace(Arena arena, int rows, int pre, int post) {
        return new Workspace(arena, rows, pre, post);
    }

    /**
     * Computes the product.
     *
     * @param spikes {@code [rows x pre]}
     * @param values {@code [rows x post]}
     * @param product {@code [pre x post]}, overwritten; may share memory with {@code values}, which are copied first
     * @param workspace from {@link #workspace} for these sizes, overwritten
     * @throws IllegalArgumentException if a shape does not fit
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(SpikeMatrix spikes, FloatMatrix values, FloatMatrix product, Workspace workspace) {
        SpikeTranspose.transpose(spikes, workspace.transposed);
        workspace.packed.setRows(values);
        product.requireShape("product", workspace.transposed.rows(), values.columns());
        Tile whole = workspace.tile.on(product);
        SpikeMatmul.multiply(
                workspace.transposed, workspace.transposed.rows(), workspace.packed, whole, workspace.tables);
        whole.on(workspace.nothing);
    }
}
