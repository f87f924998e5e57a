package dev.spikelane.memory;

import java.lang.foreign.MemorySegment;

final class RowCopies {

    private RowCopies() {}

    static <S extends Signal> S gather(String kind, Signal from, S into, int... rows) {
        for (int i = 0; i < rows.length; i++) {
            Memory.requireRows(kind, rows[i], 1, from.rows());
            copy(from, rows[i], into, i, 1);
        }
        return into;
    }

    static <S extends Signal> S sample(Signal from, S into, int sample, int batch) {
        for (int step = 0; step < into.rows(); step++) {
            copy(from, step * batch + sample, into, step, 1);
        }
        return into;
    }

    @SafeVarargs
    static <S extends Signal> S concatenate(S into, S... parts) {
        int row = 0;
        for (S part : parts) {
            copy(part, 0, into, row, part.rows());
            row += part.rows();
        }
        return into;
    }

    /** Returns the total rows of matrices with equal columns. */
    static int rowsOf(Signal... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("there is no matrix, expected at least one");
        }
        long rows = 0;
        for (Signal part : parts) {
            part.requireShape("matrix", part.rows(), parts[0].columns());
            rows += part.rows();
        }
        if (rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the matrices have " + rows + " rows, expected at most 2147483647");
        }
        return (int) rows;
    }

    /** Returns the number of steps of time-major rows. */
    static int steps(Signal rows, int batch) {
        if (batch < 1 || rows.rows() % batch != 0) {
            throw new IllegalArgumentException(
                    "batch is " + batch + ", expected one that divides the " + rows.rows() + " rows");
        }
        return rows.rows() / batch;
    }

    static int requireSample(int sample, int batch) {
        if (sample < 0 || sample >= batch) {
            throw new IndexOutOfBoundsException("sample is " + sample + ", expected 0 to " + (batch - 1));
        }
        return sample;
    }

    static void copy(Signal from, int firstRow, Signal into, int toRow, int rows) {
        MemorySegment.copy(
                from.segment(), from.rowOffset(firstRow), into.segment(), into.rowOffset(toRow), from.rowOffset(rows));
    }
}
