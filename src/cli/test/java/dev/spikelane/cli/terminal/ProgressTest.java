package dev.spikelane.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressTest {

    private static final String ERASE = "\r\u001b[K";

    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private long now;

    @Test
    void quickWorkShowsNothing() {
        Progress progress = progress(80);
        progress.begin("Images", 10);
        for (int i = 0; i < 10; i++) {
            now += 99_999_999;
            progress.advance(1);
        }
        progress.end();
        assertEquals("", printed());
    }

    @Test
    void longWorkShowsABarAndLeavesNoTrace() {
        Progress progress = progress(80);
        progress.begin("Images", 4);
        now += 1_500_000_000;
        progress.advance(1);
        assertEquals(ERASE + "Images [#######-----------------------] 25 %, 1 s", printed());
        progress.advance(1);
        assertEquals(ERASE + "Images [#######-----------------------] 25 %, 1 s", printed());
        now += 1_000_000_000;
        progress.advance(5);
        assertTrue(printed().endsWith(ERASE + "Images [##############################] 100 %, 2 s"));
        progress.end();
        assertTrue(printed().endsWith("100 %, 2 s" + ERASE), printed());
    }

    @Test
    void workWithoutAKnownEndHasNoBar() {
        Progress progress = progress(80);
        progress.begin("Watching", 0);
        now += 2_500_000_000L;
        progress.advance(1, () -> "7 events");
        assertEquals(ERASE + "Watching 2 s, 7 events", printed());
    }

    @Test
    void nothingIsShownWhereThereIsNoTerminal() {
        Progress progress = progress(0);
        progress.begin("Images", 4);
        now += 5_000_000_000L;
        progress.advance(1);
        progress.end();
        assertEquals("", printed());
    }

    /** "^C" and the cursor must fit, or a terminal would start another line. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20, 60, 80, 81, 200})
    void aLineIsNeverWiderThanTheTerminal(int columns) {
        Progress progress = progress(columns);
        progress.begin("Epoch 100", 60_000);
        for (int i = 0; i < 5; i++) {
            now += 100_000_000_000L;
            progress.advance(15_000, () -> "loss 0.4938, accuracy 100.0 %, 1,234,567 images/s");
        }
        String longest = "Epoch 100 [##############################] 100 %, 500 s, loss 0.4938, accuracy 100.0 %,"
                + " 1,234,567 images/s";
        for (String line : printed().split(ERASE.replace("[", "\\["))) {
            assertTrue(line.length() <= Math.max(0, columns - 3), line);
        }
        assertEquals(columns > longest.length() + 3, printed().contains(longest));
        assertEquals(columns >= 80, printed().contains("100 %, 500 s, loss 0.4938, accuracy 100.0 %, 1,"), printed());
    }

    @Test
    void aMessageClearsTheBar() throws IOException {
        StatusLine line = new StatusLine(terminal, 80);
        OutputStream messages = line.before(terminal);
        line.show("Images [###");
        messages.write("stopped\n".getBytes(StandardCharsets.UTF_8));
        messages.write('!');
        assertEquals(ERASE + "Images [###" + ERASE + "stopped\n!", printed());
    }

    /** Like decisions of {@code watch} on a terminal with a progress bar, or in a file. */
    @Test
    void theLineStandsBelowWhatIsPrinted() throws IOException {
        StatusLine line = new StatusLine(terminal, 80);
        OutputStream lines = line.before(terminal);
        line.show("Watching");
        lines.write("half".getBytes(StandardCharsets.UTF_8));
        lines.flush();
        lines.write(" a line\n".getBytes(StandardCharsets.UTF_8));
        lines.flush();
        lines.flush();
        line.clear();
        lines.write('!');
        lines.write('\n');
        lines.flush();
        assertEquals(ERASE + "Watching" + ERASE + "half a line\n" + ERASE + "Watching" + ERASE + "!\n", printed());
    }

    private String printed() {
        return terminal.toString(StandardCharsets.UTF_8);
    }

    private Progress progress(int columns) {
        return new Progress(new StatusLine(terminal, columns), () -> now);
    }
}
