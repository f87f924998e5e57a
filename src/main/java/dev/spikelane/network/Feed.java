package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

/** Where a layer's currents come from. */
interface Feed {

    /** Fills the currents of the first rows for some blocks of 64 neurons; a matrix narrower than the layer is a tile of these blocks. */
    void fill(int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace);

    /** How many of the first rows it is best to fill at a time. */
    default int rowsAtATime(int rows) {
        return rows;
    }

    /** Inputs of the first rows that are not zero. */
    long active(int rows);

    /** Names the kernel that fills them. */
    String kernel(int rows, long active);

    /** The spikes of the layer before, or of the network's input. */
    record Spikes(Connection connection, SpikeMatrix input) implements Feed {

        @Override
        public void fill(int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
            connection.multiply(input, rows, current, firstBlock, endBlock, workspace);
        }

        @Override
        public int rowsAtATime(int rows) {
            return connection.rowsAtATime(rows, active(rows));
        }

        @Override
        public long active(int rows) {
            return input.count(0, rows);
        }

        @Override
        public String kernel(int rows, long active) {
            return connection.kernel(rows, active);
        }
    }

    /** The network's analog input. */
    record Analog(Connection connection, FloatMatrix input) implements Feed {

        /** The product reads the weights once for 256 rows; currents of more rows would leave the L2 cache before neurons take them. */
        private static final int ROWS_AT_A_TIME = 256;

        @Override
        public void fill(int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
            connection.multiply(input, rows, current, firstBlock, endBlock, workspace);
        }

        @Override
        public long active(int rows) {
            long active = 0;
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < input.columns(); column++) {
                    active += input.get(row, column) == 0 ? 0 : 1;
                }
            }
            return active;
        }

        @Override
        public String kernel(int rows, long active) {
            return connection.kernel(rows);
        }

        @Override
        public int rowsAtATime(int rows) {
            return Math.min(rows, ROWS_AT_A_TIME);
        }
    }

    /** Currents computed once, {@code [batch x neurons]}, which drive every step. */
    record Constant(FloatMatrix held) implements Feed {

        @Override
        public void fill(int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
            long from = (long) firstBlock * FloatMatrix.ROW_MULTIPLE * Float.BYTES;
            long to = current.columns() == held.columns() ? from : 0; // else a tile
            long bytes = (long) (endBlock - firstBlock) * FloatMatrix.ROW_MULTIPLE * Float.BYTES;
            for (int row = 0; row < rows; row++) {
                long heldRow = held.rowOffset(row % held.rows());
                MemorySegment.copy(
                        held.segment(), heldRow + from, current.segment(), current.rowOffset(row) + to, bytes);
            }
        }

        @Override
        public long active(int rows) {
            return 0;
        }

        @Override
        public String kernel(int rows, long active) {
            return "constant";
        }
    }
}
