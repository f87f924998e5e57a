package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Window;
import java.lang.foreign.MemorySegment;

/** The specification of {@link WindowRowsVector}: plain loops over all 64 channels of a block. */
final class WindowRowsScalar extends WindowRows {

    @Override
    void add(WindowLists lists, KernelRowSpan pass, int block, int lanes, MemorySegment sums, long to, int position) {
        WindowTables tables = lists.tables;
        Window.Axis x = tables.window.x();
        int shift = tables.window.y().padding() - pass.kernelRow();
        for (int output = pass.top(); output <= pass.bottom(); output++) {
            for (int column = 0; column < x.outputs(); column++) {
                long at = to + (long) (output * x.outputs() + column) * position;
                if (pass.begins()) {
                    long bias = (long) block * PackedWeights.BLOCK_BYTES;
                    MemorySegment.copy(tables.bias.segment(), bias, sums, at, PackedWeights.BLOCK_BYTES);
                }
                for (int row = 0; row < pass.rows(); row++) {
                    int y = output - shift + row;
                    if (y >= pass.first() && y < pass.end()) {
                        addRow(lists, y, column * x.stride() - x.padding(), block, pass.kernelRow() + row, sums, at);
                    }
                }
            }
        }
    }

    /** Adds one row of a window to an output, by one row of the kernel. */
    private static void addRow(
            WindowLists lists, int y, int first, int block, int kernelRow, MemorySegment sums, long at) {
        WindowTables tables = lists.tables;
        Window.Axis x = tables.window.x();
        int groups = tables.window.channels() / 4;
        int left = (y * x.inputs() + Math.clamp(first, 0, x.inputs())) * groups;
        int right = (y * x.inputs() + Math.clamp(first + x.kernel(), 0, x.inputs())) * groups;
        int from = (y * x.inputs() + first) * tables.pixelBytes();
        long table = tables.blockOffset(block) - tables.entryBytes() + (long) kernelRow * PackedWeights.BLOCK_BYTES;
        for (int i = lists.starts[left]; i < lists.starts[right]; i++) {
            long entry = table + (lists.entries[i] - from);
            for (long lane = 0; lane < PackedWeights.BLOCK_BYTES; lane += Float.BYTES) {
                float sum = sums.get(JAVA_FLOAT, at + lane) + tables.segment().get(JAVA_FLOAT, entry + lane);
                sums.set(JAVA_FLOAT, at + lane, sum);
            }
        }
    }
}
