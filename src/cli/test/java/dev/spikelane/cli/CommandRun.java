package dev.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.cli.terminal.StandardOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** The exit code and the output of a command. */
public record CommandRun(int code, String out, String err) {

    public static CommandRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), new BenchCommand(), arguments);
        return new CommandRun(code, out.toString(), err.toString());
    }

    /** Splits the words at blanks; each {@code %s} stands for the next value. */
    public static CommandRun line(String words, Object... values) {
        Iterator<Object> next = List.of(values).iterator();
        return of(Stream.of(words.split(" "))
                .map(word -> word.equals("%s") ? next.next().toString() : word)
                .toArray(String[]::new));
    }

    /** Runs a command whose standard output fails with this reason. */
    public static CommandRun into(String reason, String... arguments) {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException(reason);
            }
        };
        StringWriter err = new StringWriter();
        PrintWriter out = new PrintWriter(new StandardOutput(broken), false, StandardCharsets.UTF_8);
        int code = Main.run(out, new PrintWriter(err), new BenchCommand(), arguments);
        return new CommandRun(code, "", err.toString());
    }

    /** Fails unless the command succeeded without a message; returns its output. */
    public String requireSuccess() {
        assertEquals("", err);
        assertEquals(0, code);
        return out;
    }

    public void requireFailure(int expectedCode, String expectedLine) {
        assertEquals(expectedLine + System.lineSeparator(), err);
        assertEquals(expectedCode, code);
        assertEquals("", out);
    }

    /** Fails unless the line on standard error has these parts. */
    public void requireFailureWith(int expectedCode, String... parts) {
        assertEquals(1, err.lines().count(), err);
        for (String part : parts) {
            assertTrue(err.contains(part), err);
        }
        assertEquals(expectedCode, code);
        assertEquals("", out);
    }
}
