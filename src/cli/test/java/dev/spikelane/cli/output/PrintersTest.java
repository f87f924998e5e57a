package dev.spikelane.cli.output;

import static dev.spikelane.cli.output.Value.named;
import static dev.spikelane.cli.output.Value.percent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.plot.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Equal facts as text, JSON and a page. */
final class PrintersTest {

    private static final Section RESULT = Section.of("result", "Result of\na file")
            .value("seed", 42L)
            .say("Accuracy", "%.1f %% of %d", percent("accuracy", 0.5), named("images", 2), named("quiet", true))
            .say("Loss", "unknown\nfor %s", "a\u001bb", named("loss", Double.NaN))
            .add(new Table("rows", "what they are", Set.of("word"), List.of(row(9, "a"), row(10, "long"))));

    private static final Section MORE =
            Section.of("result").add(new Confusion(List.of(0, 1), List.of(1, 1), List.of(), "As found"));

    private static Section row(int number, String word) {
        return Section.of("").say("n", "%d", named("n", number)).say("word", "%s", named("word", word));
    }

    private static String text(Section... sections) {
        StringWriter text = new StringWriter();
        new TextPrinter(new PrintWriter(text)).print(sections);
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    @Test
    void textHasLinesAndColumns() {
        assertEquals("""
                Result of a file
                  Accuracy       50.0 % of 2
                  Loss           unknown
                                 for a b
                  Columns        what they are

                   n  word
                   9  a
                  10  long

                  label \\ found     0     1
                              0     .     1
                              1     .     1

                """, text(RESULT, MORE));
    }

    @Test
    void aTableGoesOnUntilSomethingElseIsSaid() {
        StringWriter text = new StringWriter();
        TextPrinter printer = new TextPrinter(new PrintWriter(text));
        for (Section part : List.of(table(1), table(2), Section.of("").say("Note", "stop"), table(3))) {
            printer.add(part);
        }
        assertEquals(
                List.of("  n", "  1", "  2", "", "  Note           stop", "", "  n", "  3"),
                text.toString().lines().toList());
    }

    private static Section table(int number) {
        return Section.of("")
                .add(new Table("", "", Set.of(), List.of(Section.of("").say("n", "%d", number))));
    }

    @Test
    void jsonHasTheValues() {
        Section first = Section.of("list[]").value("n", 1);
        Section second = Section.of("list[]").value("n", 2);
        assertEquals(
                "{\"result\":{\"seed\":42,\"accuracy\":0.5,\"images\":2,\"quiet\":true,"
                        + "\"rows\":[{\"n\":9,\"word\":\"a\"},{\"n\":10,\"word\":\"long\"}],"
                        + "\"confusion\":[[0,1],[0,1]]},\"list\":[{\"n\":1},{\"n\":2}],\"version\":\"x\"}",
                JsonPrinter.of(
                        List.of(RESULT, first, MORE, second, Section.of("").value("version", "x"))));
    }

    @Test
    void pageHasStatementsAndThePicture(@TempDir Path folder) throws IOException {
        Report report = Report.of("Page");
        PagePrinter.list(report, RESULT, Section.of("").say("Loss", "again"));
        PagePrinter.confusion(report, "Confusion", MORE);
        Path file = folder.resolve("page.html");
        report.write(file);
        String page = Files.readString(file);
        for (String part : List.of("50.0 % of 2", "unknown; for a b; again", "<h2>Confusion</h2>", "As found")) {
            assertTrue(page.contains(part), part);
        }
    }
}
