package dev.spikelane.bench;

import dev.spikelane.io.ReportFile;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.plot.CurvePlot;
import dev.spikelane.plot.Plot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Appends a line to the history of speed and draws it. Times of shared machines do not compare, but ratios to the fixed
 * C kernels of {@code native}, timed in turns with the library, do.
 */
final class History {

    /** The works that are timed; a row keeps its name, since the columns of older lines are its. */
    static final List<String> WORKS = List.of(
            "spike matmul 784x1000 rows 1 density 0.10 threads 1",
            "spike matmul 784x1000 rows 200 density 0.02 threads 1",
            "spike matmul 784x1000 rows 200 density 0.10 threads 1",
            "spike matmul 784x1000 rows 200 density 0.50 threads 1",
            "int8 matmul 784x1000 rows 16 density 0.50 threads 1",
            "convolution 12->64 5x5 on 12x12 density 0.10 threads 1",
            "leaky step neurons 1000 batch 1 steps 200 reset subtract threads 1",
            "leaky step neurons 1000 batch 128 steps 200 reset subtract threads 1",
            "rate coding neurons 784 batch 1 steps 200 threads 1",
            "network 784x1000x10 batch 1 steps 200 density 0.10 threads 1",
            "network 784x1000x10 batch 1 steps 200 density 0.50 threads 1",
            "network 784x1000x10 batch 128 steps 200 density 0.10 threads 1");

    private static final String HEAD = "date,commit,cpu,java," + String.join(",", WORKS) + "\n";
    private static final int FACTS = 4;
    private static final int WIDTH = 900;
    private static final int HEIGHT_OF_PANEL = 120;

    private History() {}

    /** Takes the file, the picture and the commit. */
    public static void main(String... arguments) throws IOException {
        Locale.setDefault(Locale.ROOT);
        if (!Yardstick.AVAILABLE) {
            throw new IllegalStateException("the C kernels are missing: run make -C native");
        }
        Path file = Path.of(arguments[0]);
        List<Measurement> measured = new ArrayList<>();
        for (Work work : works()) {
            measured.add(Bench.measure(work));
            System.out.println(Table.line(measured.getLast()));
        }
        String facts = LocalDate.now() + "," + arguments[2] + "," + Machine.cpu() + "," + Runtime.version();
        String text = (Files.exists(file) ? Files.readString(file) : HEAD) + line(facts, measured);
        ReportFile.write(file, text);
        draw(text).write(Path.of(arguments[1]));
    }

    static List<Work> works() {
        List<Work> all = Workloads.all();
        return WORKS.stream()
                .map(name -> all.stream()
                        .filter(work -> work.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("no work is named '" + name + "'")))
                .toList();
    }

    /** A line of the file: how many times as fast as C the library is. */
    static String line(String facts, List<Measurement> measured) {
        StringBuilder line = new StringBuilder(facts);
        for (Measurement each : measured) {
            OptionalDouble ratio = each.ratio(Contestant.YARDSTICK);
            line.append(String.format(
                    Locale.ROOT,
                    ",%.3f",
                    ratio.orElseThrow(() -> new IllegalStateException("C does not take part in '" + each.work() + "'"))));
        }
        return line.append('\n').toString();
    }

    /** A panel for each work; dashed lines are the speed of C. The last run is repeated, since a point is no line. */
    static CurvePlot draw(String text) {
        if (!text.startsWith(HEAD)) {
            throw new IllegalArgumentException("the history has other columns than the works, expected " + HEAD);
        }
        List<String[]> lines =
                text.lines().skip(1).map(line -> line.split(",", -1)).toList();
        CurvePlot plot = null;
        for (int work = 0; work < WORKS.size(); work++) {
            int column = FACTS + work;
            double[] ratios = IntStream.rangeClosed(0, lines.size())
                    .mapToObj(run -> lines.get(Math.min(run, lines.size() - 1)))
                    .mapToDouble(line -> Double.parseDouble(line[column]))
                    .toArray();
            String name = WORKS.get(work).replace(" threads 1", "");
            plot = plot == null ? Plot.curve(name, ratios) : plot.panel(name, ratios);
            plot.threshold(1).yLimits(0, 2);
        }
        return plot.title("Speed relative to C kernels; the last run is drawn twice")
                .epochs()
                .xLabel("run")
                .size(WIDTH, HEIGHT_OF_PANEL * WORKS.size());
    }
}
