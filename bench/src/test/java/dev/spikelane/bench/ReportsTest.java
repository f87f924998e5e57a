package dev.spikelane.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Of made up figures: JSON, Markdown, targets, and how time grows. */
class ReportsTest {

    private static final String MATMUL = "spike matmul 784x1000 rows 200 density 0.10 threads 1";
    private static final String HALF = "spike matmul 784x1000 rows 200 density 0.50 threads 1";

    @BeforeAll
    static void useDecimalPoints() {
        Locale.setDefault(Locale.ROOT);
    }

    @Test
    void jsonHasAllFigures() {
        Report report = report(Map.of(MATMUL, 500.0), measured(MATMUL, 400, Map.of(Contestant.YARDSTICK, 300.0)));

        String json = JsonReport.of(report);

        assertTrue(json.startsWith("{\n  \"facts\": [\"a \\\"CPU\\\"\"],\n  \"command\": \"bench --full\",\n"), json);
        assertTrue(
                json.contains("    {\"work\": \"" + MATMUL
                        + "\", \"threads\": 1, \"bytes\": 0, \"busy\": false, \"times\": {"
                        + "\"java\": {\"median\": 400.0, \"low\": 360.0, \"high\": 440.0}, "
                        + "\"yardstick\": {\"median\": 300.0, \"low\": 270.0, \"high\": 330.0}}}"),
                json);
        assertTrue(json.contains("\"withoutFlags\": {\"" + MATMUL + "\": 500.0}"), json);
        assertTrue(
                json.contains("{\"work\": \"" + MATMUL
                        + ", against C\", \"goal\": \">= 0.95\", \"found\": \"0.75\", \"verdict\": \"missed\"}"),
                json);
    }

    @Test
    void stringsAreEscaped() {
        assertEquals("\"a \\\"b\\\" \\\\ \\u000a µ\"", JsonReport.string("a \"b\" \\ \n µ"));
    }

    @Test
    void markdownShowsOnlyContestantsThatTookPart() {
        String markdown = MarkdownReport.of(report(
                Map.of(),
                measured(MATMUL, 2_000_000, Map.of(Contestant.OPENBLAS, 9_000_000.0, Contestant.CYCLES, 1_000_000.0))));

        assertTrue(markdown.contains("""
                ## spike matmul

                |  | time | ± | B | OpenBLAS | 1 a cycle |
                | --- | ---: | ---: | ---: | ---: | ---: |
                | 784x1000 rows 200 density 0.10 threads 1 | 2.00 ms | 10 % | 0 | 4.50 | 50 % |
                """), markdown);
        assertTrue(markdown.contains("\n## In short\n\n| work | found |\n"), markdown);
    }

    @Test
    void targetsTellMetFromMissedAndFromNotMeasured() {
        List<Targets.Target> targets = Targets.of(report(
                Map.of(MATMUL, 500.0, HALF, 410.0),
                measured(MATMUL, 400, Map.of(Contestant.YARDSTICK, 300.0, Contestant.CYCLES, 280.0)),
                measured(HALF, 400, Map.of(Contestant.YARDSTICK, 392.0))));

        assertEquals(
                new Targets.Target(MATMUL + ", against C", ">= 0.95", "0.75", Targets.Verdict.MISSED), targets.get(1));
        assertEquals(new Targets.Target(HALF + ", against C", ">= 0.95", "0.98", Targets.Verdict.MET), targets.get(2));
        assertEquals(
                new Targets.Target(MATMUL + ", against C, without any flag", ">= 0.80", "0.60", Targets.Verdict.MISSED),
                targets.get(4));
        assertEquals(
                new Targets.Target(MATMUL + ", share of one load a cycle", ">= 0.70", "0.70", Targets.Verdict.MET),
                targets.get(6));
        assertEquals(Targets.Verdict.NOT_MEASURED, targets.get(7).verdict());
        assertEquals(Targets.Verdict.MET, targets.getLast().verdict());
    }

    @Test
    void anyAllocationMissesItsTarget() {
        Measurement allocates = new Measurement(MATMUL, 1, Map.of(Contestant.JAVA, new Timing(1, 1, 1)), 16, 1);

        Targets.Target target = Targets.of(report(Map.of(), allocates)).getLast();

        assertEquals("16 B", target.found());
        assertEquals(Targets.Verdict.MISSED, target.verdict());
    }

    @Test
    void slopesAreTakenBetweenNeighbours() {
        StringBuilder text = new StringBuilder();
        Report report = report(Map.of(), measured(MATMUL, 300_000, Map.of()), measured(HALF, 927_200, Map.of()));

        Scaling.append(text, report.measured());

        assertTrue(text.toString().contains("| " + MATMUL + " | 15680 | 300.0 us | 19.13 ns | - |\n"), text.toString());
        assertTrue(
                text.toString().contains("| " + HALF + " | 78400 | 927.2 us | 11.83 ns | 10.00 ns |\n"),
                text.toString());
    }

    @Test
    void numbersAreFoundInNames() {
        assertEquals(1000, Scaling.number(MATMUL, "784x"));
        assertEquals(200, Scaling.number(MATMUL, "rows "));
    }

    @Test
    void tableLinesHaveDashesForWhoIsMissing() {
        String line = Table.line(measured(MATMUL, 1500, Map.of(Contestant.SCALAR, 3000.0)));

        assertEquals(List.of(MATMUL.split(" ")).size() + 7, line.strip().split(" +").length, line);
        assertTrue(line.matches(MATMUL + " +1\\.5 us +2\\.0( +-){4}"), line);
    }

    @Test
    void rowsMeasuredOnABusyMachineAreMarked() {
        Map<Contestant, Timing> times = Map.of(Contestant.JAVA, new Timing(1, 1, 1));

        assertTrue(Table.line(new Measurement(MATMUL, 1, times, 0, 0.7)).endsWith("  busy"));
        assertTrue(!Table.line(new Measurement(MATMUL, 1, times, 0, 0.9)).contains("busy"));
    }

    @Test
    void timesHaveUnits() {
        assertEquals("512 ns", Table.time(512));
        assertEquals("15.0 us", Table.time(15_000));
        assertEquals("1.40 ms", Table.time(1_400_000));
    }

    private static Report report(Map<String, Double> withoutFlags, Measurement... measurements) {
        Map<String, Measurement> measured = new LinkedHashMap<>();
        for (Measurement measurement : measurements) {
            measured.put(measurement.work(), measurement);
        }
        return new Report(List.of("a \"CPU\""), "bench --full", measured, withoutFlags);
    }

    /** Quartiles are 10 % from the median. */
    private static Measurement measured(String work, double java, Map<Contestant, Double> others) {
        Map<Contestant, Timing> times = new EnumMap<>(Contestant.class);
        times.put(Contestant.JAVA, new Timing(java, java * 0.9, java * 1.1));
        others.forEach((contestant, time) -> times.put(contestant, new Timing(time, time * 0.9, time * 1.1)));
        return new Measurement(work, 1, times, 0, 1);
    }
}
