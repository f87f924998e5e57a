package dev.spikelane.connection;

import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.FileText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads the synapses of a matrix that {@code scipy.sparse.save_npz} wrote, in the format CSR, CSC or COO. */
final class SciPyMatrix {

    private SciPyMatrix() {}

    /** Reads synapses from rows to columns, or from columns to rows. */
    static Sparse read(Path file, boolean fromRows) throws IOException {
        Tensors read = Tensors.read(file, Tensors.Format.NUMPY, Long.MAX_VALUE);
        return FileText.made(file + ": ", () -> of(read, fromRows));
    }

    private static Sparse of(Tensors file, boolean fromRows) {
        String format = file.metadata().getOrDefault("format", "");
        int[] shape = integers(file, "shape");
        if (shape.length != 2 || shape[0] < 1 || shape[1] < 1) {
            throw new IllegalArgumentException(
                    "shape is " + Arrays.toString(shape) + ", expected a matrix [rows x columns]");
        }
        float[] entries = file.tensor("data").rounded().floats();
        int[] rows;
        int[] columns;
        switch (format) {
            case "coo" -> {
                rows = integers(file, "row");
                columns = integers(file, "col");
            }
            case "csr" -> {
                columns = integers(file, "indices");
                rows = spread(integers(file, "indptr"), shape[0], columns.length);
            }
            case "csc" -> {
                rows = integers(file, "indices");
                columns = spread(integers(file, "indptr"), shape[1], rows.length);
            }
            default ->
                throw new IllegalArgumentException(
                        (format.isEmpty() ? "is no matrix of SciPy" : "is a matrix of SciPy of format '" + format + "'")
                                + ", expected 'csr', 'csc' or 'coo', as scipy.sparse.save_npz writes them");
        }
        if (rows.length != columns.length || rows.length != entries.length) {
            throw new IllegalArgumentException("has " + rows.length + " rows, " + columns.length + " columns and "
                    + entries.length + " numbers of entries, expected as many of each");
        }
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= shape[0] || columns[i] < 0 || columns[i] >= shape[1]) {
                throw new IllegalArgumentException("entry " + i + " stands in row " + rows[i] + " and column "
                        + columns[i] + ", expected rows below " + shape[0] + " and columns below " + shape[1]);
            }
        }
        Connectivity edges = fromRows ? Connectivity.of(rows, columns) : Connectivity.of(columns, rows);
        Sparse made = Sparse.of(edges).to(shape[fromRows ? 1 : 0]);
        return entries.length == 0 ? made : made.weights(Distribution.list(entries));
    }

    private static int[] integers(Tensors file, String name) {
        return file.tensor(name).integers();
    }

    /** Returns the row of each entry, from the offsets of rows. */
    private static int[] spread(int[] starts, int lines, int entries) {
        int[] spread = new int[entries];
        boolean ascend = starts.length == lines + 1 && starts[0] == 0 && starts[lines] == entries;
        for (int i = 0; i < lines && ascend; i++) {
            ascend = starts[i] <= starts[i + 1] && starts[i + 1] <= entries;
            if (ascend) {
                Arrays.fill(spread, starts[i], starts[i + 1], i);
            }
        }
        if (!ascend) {
            throw new IllegalArgumentException("indptr has " + starts.length + " numbers, expected " + (lines + 1)
                    + " that ascend from 0 to " + entries + ", the number of indices");
        }
        return spread;
    }
}
