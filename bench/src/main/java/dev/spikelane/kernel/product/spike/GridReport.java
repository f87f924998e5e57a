package dev.spikelane.kernel.product.spike;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The results of a {@link SpikeGrid}: each point's speed relative to the best peer, and its share of the roofline. */
public final class GridReport {

    private static final int CELL_WIDTH = 76;
    private static final int CELL_HEIGHT = 40;
    private static final int LEFT = 64;
    private static final int TOP = 58;
    private static final int GAP = 24;

    /** The speed relative to the best peer at which a point's color is full. */
    private static final double FULL = 32;

    private GridReport() {}

    /** Returns Markdown tables for each number of threads: of speed, and of the cost of wrong initial constants. */
    public static String table(List<GridPoint> points) {
        StringBuilder tables = new StringBuilder();
        for (int threads : SpikeGrid.THREADS) {
            tables.append(table(
                    points,
                    title(threads),
                    threads,
                    point -> speed(point) + " " + share(point) + " " + point.chosen()));
            tables.append(table(
                    points,
                    "Times as long as the best variant, from the constants of another CPU: first call, and settled, "
                            + ofThreads(threads),
                    threads,
                    GridPoint::misled));
        }
        return tables.toString();
    }

    private static String table(List<GridPoint> points, String title, int threads, Function<GridPoint, String> text) {
        StringBuilder table = new StringBuilder("\n" + title + "\n\n| rows |");
        for (double density : SpikeGrid.DENSITIES) {
            table.append(String.format(Locale.ROOT, " %.2f |", density));
        }
        table.append("\n|---|")
                .append("---|".repeat(SpikeGrid.DENSITIES.length))
                .append('\n');
        for (int rows : SpikeGrid.ROWS) {
            table.append("| ").append(rows).append(" |");
            for (double density : SpikeGrid.DENSITIES) {
                String cell =
                        at(points, rows, density, threads).map(text).orElse("").strip();
                table.append(' ').append(cell).append(" |");
            }
            table.append('\n');
        }
        return table.toString();
    }

    /** Returns an SVG picture of the points, a heat map for each number of threads. */
    public static String heatMap(List<GridPoint> points) {
        int height = TOP + SpikeGrid.ROWS.length * CELL_HEIGHT + GAP;
        StringBuilder cells = new StringBuilder();
        for (int map = 0; map < SpikeGrid.THREADS.length; map++) {
            int threads = SpikeGrid.THREADS[map];
            int top = map * height + TOP;
            cells.append(text(8, top - 34, "start", "title", title(threads)));
            cells.append(text(LEFT - 8, top - 10, "end", "axis", "rows"));
            for (int column = 0; column < SpikeGrid.DENSITIES.length; column++) {
                cells.append(text(
                        LEFT + column * CELL_WIDTH + CELL_WIDTH / 2,
                        top - 10,
                        "middle",
                        "axis",
                        String.format(Locale.ROOT, "%.0f %%", 100 * SpikeGrid.DENSITIES[column])));
            }
            for (int row = 0; row < SpikeGrid.ROWS.length; row++) {
                int y = top + row * CELL_HEIGHT;
                cells.append(text(
                        LEFT - 8,
                        y + CELL_HEIGHT / 2 + 5,
                        "end",
                        "axis",
                        String.format(Locale.ROOT, "%,d", SpikeGrid.ROWS[row])));
                for (int column = 0; column < SpikeGrid.DENSITIES.length; column++) {
                    int x = LEFT + column * CELL_WIDTH;
                    at(points, SpikeGrid.ROWS[row], SpikeGrid.DENSITIES[column], threads)
                            .ifPresent(point -> cells.append(cell(point, x, y)));
                }
            }
        }
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d">
                <style>text { font: 13px sans-serif; fill: #222 } .title { font-weight: bold } .axis, .share { fill: #555 } .share { font-size: 10px }</style>
                <rect width="100%%" height="100%%" fill="#fff"/>
                %3$s</svg>
                """.formatted(
                        LEFT + SpikeGrid.DENSITIES.length * CELL_WIDTH + GAP, SpikeGrid.THREADS.length * height, cells);
    }

    private static String cell(GridPoint point, int x, int y) {
        int middle = x + CELL_WIDTH / 2;
        return "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"><title>%s%s</title></rect>\n"
                        .formatted(x, y, CELL_WIDTH - 2, CELL_HEIGHT - 2, color(point), point.name(), point.chosen())
                + text(middle, y + 17, "middle", "speed", speed(point))
                + text(middle, y + 31, "middle", "share", share(point));
    }

    /** Returns white if the best peer is as fast, blue if it is slower and red if it is faster. */
    private static String color(GridPoint point) {
        double times = point.ofPeers().orElse(1);
        double strength = Math.min(1, Math.abs(Math.log(times)) / Math.log(FULL));
        int faded = (int) Math.round(255 - 175 * strength);
        return times < 1 ? "#ff%02x%02x".formatted(faded, faded) : "#%02x%02xff".formatted(faded, (255 + faded) / 2);
    }

    private static String text(int x, int y, String anchor, String style, String words) {
        return "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" class=\"%s\">%s</text>\n"
                .formatted(x, y, anchor, style, words);
    }

    private static String title(int threads) {
        return "Times as fast as the best of OpenBLAS, ONNX Runtime and PyTorch, and share of the roofline, "
                + ofThreads(threads);
    }

    private static String ofThreads(int threads) {
        return threads + (threads == 1 ? " thread" : " threads");
    }

    private static String speed(GridPoint point) {
        return point.ofPeers().isPresent()
                ? String.format(Locale.ROOT, "%.1f", point.ofPeers().getAsDouble())
                : "";
    }

    private static String share(GridPoint point) {
        return point.ofRoofline().isPresent()
                ? String.format(Locale.ROOT, "%.0f %%", 100 * point.ofRoofline().getAsDouble())
                : "";
    }

    private static Optional<GridPoint> at(List<GridPoint> points, int rows, double density, int threads) {
        String name = GridPoint.name(rows, density, threads);
        return points.stream().filter(point -> point.name().equals(name)).findFirst();
    }
}
