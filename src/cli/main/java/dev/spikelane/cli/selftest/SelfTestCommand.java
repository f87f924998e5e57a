package dev.spikelane.cli.selftest;

import dev.spikelane.cli.output.Machine;
import dev.spikelane.kernel.Simd;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "selftest",
        description = "Compute a fixed set of results and compare them with those of every other machine,"
                + " bit for bit; print the speed of the main kernel.",
        footer = {"  ./spikelane selftest", "  JAVA_OPTS=-Dspikelane.simd=256 ./spikelane selftest"})
public final class SelfTestCommand implements Callable<Integer> {

    private static final String ANSWERS = "answers.properties";

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = command.commandLine().getOut();
        out.println(Machine.cpu() + ", JDK " + Runtime.version() + ", " + Simd.describe());
        Properties answers = answers();
        int different = 0;
        for (Computation each : Computation.values()) {
            String expected = answers.getProperty(each.name());
            String found = each.checksum();
            boolean same = found.equals(expected);
            different += same ? 0 : 1;
            out.printf(
                    "%-12s  %s  %s%n",
                    each.name().toLowerCase(Locale.ROOT), found, same ? "same" : "different, expected " + expected);
            out.flush();
        }
        out.println(
                different == 0
                        ? "This machine computes the same bits as every other one."
                        : different + " of " + Computation.values().length + " results are different.");
        out.println(Speed.measured());
        return different == 0 ? 0 : 1;
    }

    /** Returns the expected checksums. */
    static Properties answers() {
        Properties answers = new Properties();
        try (InputStream stream = SelfTestCommand.class.getResourceAsStream(ANSWERS)) {
            answers.load(new InputStreamReader(Objects.requireNonNull(stream, ANSWERS), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return answers;
    }
}
