package dev.spikelane.cli.demo;

import dev.spikelane.kernel.Simd;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.memory.SpikeMatrix;

/** Counts which variant of the spike matmul serves the blocks of one layer. */
final class KernelUse {

    private final int inputs;
    private final int outputs;
    private int blocks;
    private int byTables;

    KernelUse(int inputs, int outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /** Adds a block of rows. */
    void add(SpikeMatrix spikes, int firstRow, int rows) {
        blocks++;
        if (!SpikeMatmul.variant(rows, inputs, outputs, spikes.count(firstRow, rows))
                .equals("active")) {
            byTables++;
        }
    }

    String describe() {
        if (Simd.bits() == 0) {
            return "scalar loops";
        }
        if (byTables == 0) {
            return "active inputs";
        }
        return byTables == blocks
                ? "partial-sum tables"
                : "partial-sum tables in " + byTables + " of " + blocks + " blocks";
    }
}
