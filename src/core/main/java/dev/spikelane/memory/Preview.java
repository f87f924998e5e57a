package dev.spikelane.memory;

/** Prints a matrix: kind, shape and first elements; also if its arena is closed. */
final class Preview {

    /** Most rows and columns. */
    private static final int MOST = 8;

    private static final String LEFT_OUT = "...";

    private Preview() {}

    static String of(Signal signal) {
        String title = Memory.describe(signal);
        try {
            return switch (signal) {
                case FloatMatrix values -> title + elements(values);
                case SpikeMatrix spikes -> title + total(spikes) + elements(spikes);
            };
        } catch (WrongThreadException confined) {
            return title + ", whose arena is confined to another thread";
        } catch (IllegalStateException closed) {
            return title + ", whose arena is closed";
        }
    }

    private static String total(SpikeMatrix spikes) {
        long count = spikes.count();
        double density = (double) count / ((double) spikes.rows() * spikes.columns());
        return ", " + count + (count == 1 ? " spike" : " spikes") + ", density " + (float) density;
    }

    private static String elements(Signal signal) {
        int rows = Math.min(signal.rows(), MOST);
        int columns = Math.min(signal.columns(), MOST);
        String[][] cells = new String[rows][columns];
        int width = 0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                cells[row][column] = element(signal, row, column);
                width = Math.max(width, cells[row][column].length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (String[] row : cells) {
            text.append('\n');
            for (String cell : row) {
                text.append(" ".repeat(width - cell.length() + 1)).append(cell);
            }
            if (signal.columns() > columns) {
                text.append(' ').append(LEFT_OUT);
            }
        }
        if (signal.rows() > rows) {
            text.append("\n ").append(LEFT_OUT);
        }
        return text.toString();
    }

    private static String element(Signal signal, int row, int column) {
        return switch (signal) {
            case FloatMatrix values -> Float.toString(values.get(row, column));
            case SpikeMatrix spikes -> spikes.get(row, column) ? "1" : "0";
        };
    }
}
