package dev.spikelane.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final StringWriter terminal = new StringWriter();
    private long now;

    @Test
    void quickWorkShowsNothing() {
        Progress progress = progress(true);
        progress.begin("Images", 10);
        for (int i = 0; i < 10; i++) {
            now += 99_999_999;
            progress.advance(1);
        }
        progress.end();
        assertEquals("", terminal.toString());
    }

    @Test
    void longWorkShowsABarAndLeavesNoTrace() {
        Progress progress = progress(true);
        progress.begin("Images", 4);
        now += 1_500_000_000;
        progress.advance(1);
        assertEquals("\rImages [#######-----------------------] 25 %, 1 s", terminal.toString());
        progress.advance(1);
        assertEquals("\rImages [#######-----------------------] 25 %, 1 s", terminal.toString());
        now += 1_000_000_000;
        progress.advance(5);
        assertTrue(terminal.toString().endsWith("\rImages [##############################] 100 %, 2 s"));
        progress.end();
        assertTrue(terminal.toString().endsWith("\r" + " ".repeat(50) + "\r"), terminal.toString());
    }

    @Test
    void nothingIsShownWhereThereIsNoTerminal() {
        Progress progress = progress(false);
        progress.begin("Images", 4);
        now += 5_000_000_000L;
        progress.advance(1);
        progress.end();
        assertEquals("", terminal.toString());
    }

    private Progress progress(boolean shown) {
        return new Progress(new PrintWriter(terminal), shown, () -> now);
    }
}
