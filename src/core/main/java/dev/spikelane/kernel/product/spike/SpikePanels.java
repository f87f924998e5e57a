package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.MemorySegment;

/**
 * The variants of {@link SpikeMatmul} that share partial sums between rows. A table has the 16 sums of the active
 * weights of a group of four inputs ("four Russians"), and each row adds one entry of each group's table.
 *
 * <p>The tables of a panel of inputs and outputs fit the L1 cache. A panel is made, then added for all rows of a tile,
 * whose sums are contiguous scratch memory. Spikes are prepared once for all outputs.
 */
@SuppressWarnings("NarrowCalculation") // offsets within the workspace are int on purpose
final class SpikePanels {

    /** Shapes of a panel, each with its way to find the entries of a row. */
    enum Shape {
        /** Tables of 64 outputs and 16 inputs, 16 KB. */
        WIDE(256, 4),
        /** Tables of 32 outputs and 32 inputs, 16 KB. */
        NARROW(128, 8),
        /** Tables of 32 outputs and 128 inputs, 64 KB, and for each row a list of the groups with an active input. */
        LISTS(128, SpikeLister.GROUPS);

        /** Bytes of an entry, and of the sums of a row. */
        final int bytes;

        final int groups;

        Shape(int bytes, int groups) {
            this.bytes = bytes;
            this.groups = groups;
        }
    }

    /** Most rows whose spikes are prepared at a time. */
    static final int ROWS = 1_024;

    /** Most inputs whose spikes are prepared at a time. */
    static final int INPUTS = 1_024;

    /**
     * Entries are 256 bytes apart: one entry of 64 outputs, or the entries of two neighboring groups for 32 outputs.
     */
    static final int ENTRY_BYTES = PackedWeights.BLOCK_BYTES;

    static final int TABLE_BYTES = 16 * ENTRY_BYTES;

    /** Offset of the sums of a tile of rows, and of one row that padding of lists is added to. */
    static final int SUMS = SpikeLister.GROUPS / 2 * TABLE_BYTES;

    static final int WORKSPACE_BYTES = SUMS + (ROWS + 1) * Shape.LISTS.bytes;

    private SpikePanels() {}

    /** Returns the most rows of a tile. */
    static int mostRows(Shape shape) {
        return ROWS * Shape.LISTS.bytes / shape.bytes;
    }

    static void multiply(
            SpikeMatrix spikes,
            PackedWeights weights,
            Tile current,
            PreparedSpikes prepared,
            ProductScratch workspace) {
        Shape shape = prepared.shape();
        int tile = SpikeCosts.tile(prepared.choice.chooser.costs(), shape);
        MemorySegment panels = prepared.complete() ? prepared.panels : workspace.prepared.panels;
        SpikePanelsVector.clear(workspace.tables, shape.groups * shape.bytes / ENTRY_BYTES);
        int end = prepared.first() + prepared.rows();
        for (int row = prepared.first(); row < end; row += ROWS) {
            int some = Math.min(ROWS, end - row);
            for (int input = 0; input < weights.inputs(); input += INPUTS) {
                int inputs = Math.min(INPUTS, weights.paddedInputs() - input);
                if (!prepared.complete()) {
                    prepare(shape, spikes, row, some, input, inputs, panels);
                }
                long first = (long) current.firstBlock() * PackedWeights.BLOCK_BYTES;
                long endBytes = (long) current.endBlock() * PackedWeights.BLOCK_BYTES;
                for (long outputs = first; outputs < endBytes; outputs += shape.bytes) {
                    addOutputs(
                            shape, tile, row, some, weights, input, inputs, outputs, current, panels, workspace.tables);
                }
            }
        }
    }

    /** Lists or lays out at most {@link #INPUTS} inputs of at most {@link #ROWS} rows. */
    static void prepare(
            Shape shape, SpikeMatrix spikes, int row, int rows, int input, int inputs, MemorySegment panels) {
        switch (shape) {
            case WIDE -> SpikeSpread.shorts(spikes, row, rows, input, inputs, panels);
            case NARROW -> SpikeSpread.ints(spikes, row, rows, input, inputs, panels);
            case LISTS -> SpikeLister.list(spikes, row, rows, input, inputs, panels);
        }
    }

    /** Adds the inputs to the sums of one entry's outputs for all rows, tile by tile. */
    private static void addOutputs(
            Shape shape,
            int tile,
            int firstRow,
            int rows,
            PackedWeights weights,
            int input,
            int inputs,
            long outputs,
            Tile current,
            MemorySegment panels,
            MemorySegment workspace) {
        long to = outputs - (long) current.origin() * Float.BYTES;
        boolean used = outputs < (long) weights.outputs() * Float.BYTES;
        for (int row = 0; row < rows; row += tile) {
            int some = Math.min(tile, rows - row);
            if (input == 0) {
                SpikePanelsVector.start(weights.biasSegment(), outputs, shape.bytes, some, workspace);
            } else {
                SpikePanelsVector.load(current.matrix(), firstRow + row, some, to, shape.bytes, workspace);
            }
            if (used) {
                long from = weights.blockOffset((int) (outputs / PackedWeights.BLOCK_BYTES))
                        + (long) input * PackedWeights.BLOCK_BYTES
                        + outputs % PackedWeights.BLOCK_BYTES;
                addPanels(shape, row, some, rows, weights.segment(), from, inputs / 4, panels, workspace);
            }
            SpikePanelsVector.store(workspace, current.matrix(), firstRow + row, some, to, shape.bytes);
        }
    }

    /**
     * A separate method: inlined into the loop over tiles, C2 makes loops that take 2 % longer (Emerald Rapids,
     * 2026-11).
     */
    private static void addPanels(
            Shape shape,
            int row,
            int tile,
            int rows,
            MemorySegment weights,
            long from,
            int groups,
            MemorySegment panels,
            MemorySegment workspace) {
        for (int group = 0, panel = 0; group < groups; group += shape.groups, panel++) {
            int some = Math.min(shape.groups, groups - group);
            long inputs = from + (long) group * 4 * PackedWeights.BLOCK_BYTES;
            SpikePanelsVector.LOOPS.make(weights, inputs, some, shape.bytes, workspace);
            switch (shape) {
                case WIDE ->
                    SpikePanelsVector.LOOPS.addWide(workspace, panels, SpikeSpread.shorts(panel, rows, row), tile);
                case NARROW ->
                    SpikePanelsVector.LOOPS.addNarrow(workspace, panels, SpikeSpread.ints(panel, rows, row), tile);
                case LISTS -> SpikeListsVector.LOOPS.add(workspace, panels, panel);
            }
        }
    }
}
