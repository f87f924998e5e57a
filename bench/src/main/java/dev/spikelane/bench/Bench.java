package dev.spikelane.bench;

import dev.spikelane.cli.Main;
import dev.spikelane.io.ReportFile;
import dev.spikelane.kernel.product.spike.CostFit;
import dev.spikelane.kernel.product.spike.GridPeers;
import dev.spikelane.kernel.product.spike.GridPoint;
import dev.spikelane.kernel.product.spike.GridReport;
import dev.spikelane.kernel.product.spike.SpikeGrid;
import dev.spikelane.simd.SimdWidth;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The speed of the kernels beside all that they are compared with: a short selection as a table, or everything as JSON
 * and Markdown. All contestants of a work run in turns in this one JVM, and only after they have left the same bits.
 */
public final class Bench {

    private static final int WRONG_USE = 2;

    private Bench() {}

    /** See {@link Options#USAGE}. */
    public static void main(String... arguments) {
        Locale.setDefault(Locale.ROOT);
        if (ModelBench.isWanted(arguments)) {
            Main.start(
                    new ModelBench(arguments),
                    Stream.concat(Stream.of("bench"), Stream.of(arguments)).toArray(String[]::new));
        }
        System.exit(run(arguments));
    }

    private static int run(String... arguments) {
        try {
            if (List.of(arguments).equals(List.of("--tune")) && SimdWidth.VECTOR) {
                CostFit.print();
                return 0;
            }
            Options options = Options.parse(arguments);
            if (options.help()) {
                System.out.println(Options.USAGE);
                return 0;
            }
            if (options.grid()) {
                return grid(options);
            }
            List<Work> works = (options.full() ? Workloads.all() : Workloads.quick())
                    .stream().filter(work -> options.takes(work.name())).toList();
            if (works.isEmpty()) {
                throw new Options.Wrong("no work has '" + String.join("' and '", options.words()) + "' in its name");
            }
            if (options.full()) {
                full(options, works, arguments);
            } else {
                quick(works);
            }
            return 0;
        } catch (Options.Wrong wrong) {
            System.err.println("spikelane: " + wrong.getMessage());
            System.err.println(Options.USAGE);
            return WRONG_USE;
        } catch (IOException failure) {
            System.err.println("spikelane: " + failure.getMessage());
            return 1;
        }
    }

    private static void quick(List<Work> works) {
        Machine.facts().forEach(System.out::println);
        System.out.println();
        System.out.println(Table.HEAD);
        for (Work work : works) {
            System.out.println(Table.line(measure(work)));
        }
        System.out.println();
        System.out.println(Table.LEGEND);
    }

    private static void full(Options options, List<Work> works, String... arguments) throws IOException {
        // Before an hour of measuring rather than after it.
        ReportFile.requireWritable(options.json());
        ReportFile.requireWritable(options.markdown());
        Progress progress = new Progress(works.size());
        Map<String, Measurement> measured = new LinkedHashMap<>();
        for (Work work : works) {
            progress.begin(work.name());
            measured.put(work.name(), measure(work));
            progress.end(measured.get(work.name()));
        }
        Report report = new Report(
                Machine.facts(),
                "./spikelane bench " + String.join(" ", arguments),
                measured,
                WithoutFlags.measure(measured));
        ReportFile.write(options.json(), JsonReport.of(report));
        ReportFile.write(options.markdown(), MarkdownReport.of(report));
        System.out.println("Wrote " + options.json() + " and " + options.markdown());
    }

    /** Fails where the chosen variant is much slower than another one. */
    private static int grid(Options options) throws IOException {
        ReportFile.requireWritable(options.json());
        ReportFile.requireWritable(options.heatMap());
        List<String> facts;
        List<GridPoint> points;
        try (GridPeers peers = GridPeers.start()) {
            facts = Machine.facts(peers.describe());
            facts.forEach(System.out::println);
            points = SpikeGrid.measure(options::takes, peers, point -> System.out.println(point.json()));
        }
        System.out.println(GridReport.table(points));
        ReportFile.write(options.json(), gridJson(facts, points));
        ReportFile.write(options.heatMap(), GridReport.heatMap(points));
        System.out.println("Wrote " + options.json() + " and " + options.heatMap());
        List<GridPoint> slow =
                points.stream().filter(point -> point.excess() > SpikeGrid.MOST).toList();
        slow.forEach(point -> System.err.println(point.name() + "takes " + "%.2f".formatted(point.excess())
                + " times as long as its best variant, expected at most " + SpikeGrid.MOST));
        return slow.isEmpty() ? 0 : 1;
    }

    private static String gridJson(List<String> facts, List<GridPoint> points) {
        return "{\n  \"facts\": ["
                + facts.stream().map(JsonReport::string).collect(Collectors.joining(", "))
                + "],\n  \"points\": [\n    "
                + points.stream().map(GridPoint::json).collect(Collectors.joining(",\n    "))
                + "\n  ]\n}\n";
    }

    /** Verifies that all contestants agree, and times them. */
    static Measurement measure(Work work) {
        try (Case open = work.open()) {
            open.verify();
            return Race.run(work, open);
        } catch (RuntimeException failure) {
            throw new IllegalStateException(work.name() + ": " + failure.getMessage(), failure);
        }
    }
}
