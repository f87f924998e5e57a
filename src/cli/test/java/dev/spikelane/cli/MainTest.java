package dev.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.cli.terminal.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class MainTest {

    private static final String SEE_DEMO = "; see './spikelane demo --help'";

    @Test
    void printsItsUsageWithoutArguments() {
        String usage = CommandRun.of().requireSuccess();
        assertTrue(usage.startsWith("Usage: spikelane"), usage);
        assertTrue(usage.contains("demo") && usage.contains("info") && usage.contains("Exit codes:"), usage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "help", "demo --help", "info --help", "help demo"})
    void printsHelp(String arguments) {
        String help = CommandRun.of(arguments.split(" ")).requireSuccess();
        assertTrue(help.startsWith("Usage: spikelane"), help);
        assertTrue(help.endsWith(System.lineSeparator()), help);
        help.lines().forEach(line -> assertTrue(line.length() <= 80, line));
    }

    /** Each line of a description is an entry of the list of commands. */
    @Test
    void helpIsWholeSentences() {
        for (CommandLine each : Main.commandLine().getSubcommands().values()) {
            CommandSpec spec = each.getCommandSpec();
            if (each.getCommand().getClass().getName().startsWith("picocli.")) {
                continue;
            }
            Stream<String> words = Stream.of(
                            Stream.of(spec.usageMessage().description()),
                            spec.usageMessage().exitCodeList().values().stream(),
                            spec.args().stream().flatMap(option -> Stream.of(option.description())))
                    .flatMap(lines -> lines);
            words.forEach(line -> assertTrue(line.matches("(?s)\\S.*\\."), spec.name() + ": " + line));
        }
    }

    /** Examples are whole lines of at most 80 columns, or two lines with a backslash, and valid commands. */
    @Test
    void examplesCanBePasted() {
        List<String> examples = new ArrayList<>();
        for (CommandLine each : Main.commandLine().getSubcommands().values()) {
            for (String line : each.getCommandSpec().usageMessage().footer()) {
                assertTrue(line.length() <= 80 && !line.contains("#"), line);
                boolean goesOn = !examples.isEmpty() && examples.getLast().endsWith("\\");
                examples.add((goesOn ? examples.removeLast().replace("\\", "") : "") + line.strip());
            }
        }
        for (String example : examples) {
            if (example.startsWith("./spikelane ") && !example.contains(" spark ")) {
                String[] words =
                        example.replaceFirst(" \\| .*", "").replace("'", "").split(" +");
                Main.commandLine().parseArgs(Arrays.copyOfRange(words, 1, words.length));
            }
        }
        assertTrue(examples.size() > 20, examples.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V", "demo --version", "info -V"})
    void printsItsVersion(String arguments) {
        String version = CommandRun.of(arguments.split(" ")).requireSuccess();
        assertEquals("spikelane " + Program.version() + System.lineSeparator(), version);
    }

    @Test
    void makesACompletionScript() {
        String script = CommandRun.of("generate-completion").requireSuccess();
        assertTrue(script.startsWith("#!/") && script.contains("--threads"), script);
    }

    @Test
    void bashCompletesOptions(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash: completion is not tried");
        Path script = Files.writeString(
                folder.resolve("completion"),
                CommandRun.of("generate-completion").requireSuccess());
        String typed = "source '" + script
                + "'; compopt() { :; }; COMP_WORDS=(./spikelane demo --re); COMP_CWORD=2; COMP_LINE='./spikelane"
                + " demo --re';"
                + " COMP_POINT=${#COMP_LINE}; _complete_spikelane; echo \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("/bin/bash", "-c", typed)
                .redirectErrorStream(true)
                .start();
        String offered = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), offered);
        assertEquals("--report", offered.strip());
    }

    @Test
    void namesAnUnknownCommand() {
        CommandRun.of("dome").requireFailureWith(2, "spikelane: ", "'dome'", "; see './spikelane --help'");
        CommandRun.of("xyz")
                .requireFailureWith(
                        2,
                        "'xyz', expected one of demo, train, run, measure, watch, show, convert, export, info, verify, selftest,"
                                + " bench, spark, help, generate-completion;");
    }

    @Test
    void namesAnUnknownCommandThatNeedsHelp() {
        CommandRun.of("help", "dome")
                .requireFailure(2, "spikelane: Unknown subcommand 'dome'; see './spikelane --help'");
    }

    @Test
    void namesAnUnknownOption() {
        CommandRun.of("demo", "--stepz", "3").requireFailureWith(2, "spikelane: ", "'--stepz'", "--steps", SEE_DEMO);
    }

    @Test
    void namesAMissingValue() {
        CommandRun.of("demo", "--steps").requireFailureWith(2, "spikelane: ", "--steps", SEE_DEMO);
    }

    @ParameterizedTest
    @CsvSource({
        "--steps, abc, -2147483648, 2147483647",
        "--steps, 1.5, -2147483648, 2147483647",
        "--batch, 99999999999, -2147483648, 2147483647",
        "--seed, 9223372036854775808, -9223372036854775808, 9223372036854775807",
    })
    void namesABadNumber(String option, String value, String least, String most) {
        CommandRun.of("demo", option, value)
                .requireFailureWith(
                        2, option, "'" + value + "' is not a whole number from " + least + " to " + most, SEE_DEMO);
    }

    @ParameterizedTest
    @CsvSource({
        "--steps, 0, 1 to 100000",
        "--steps, 100001, 1 to 100000",
        "--batch, 0, 1 to 4096",
        "--threads, -1, 1 to 1024",
        "--count, 0, '1 to 256, the images of embedded Fashion-MNIST sample'",
        "--count, 257, '1 to 256, the images of embedded Fashion-MNIST sample'",
        "--warm-up, -1, 0 to 600",
    })
    void namesANumberOutOfRange(String option, String value, String range) {
        CommandRun.of("demo", option, value)
                .requireFailure(2, "spikelane: " + option + " is " + value + ", expected " + range + SEE_DEMO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0085", "\u009b31m", "\u202e", "\u2028", "\u001b[2J"})
    void printsNothingThatMovesATerminal(String unprintable, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("im" + unprintable + "ages");
        byte[] idx = {0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9};
        Files.write(file, idx);
        String shown = file.toString().replace(unprintable.substring(0, 1), " ");
        String out = CommandRun.of("demo", "--images", file.toString(), "--steps", "2", "--warm-up", "0", "--no-report")
                .requireSuccess();
        assertTrue(out.contains(shown), out);
        String json = CommandRun.line("demo --images %s --steps 2 --warm-up 0 --no-report --json", file)
                .requireSuccess();
        assertTrue(json.contains(String.format("im\\u%04x", (int) unprintable.charAt(0))), json);
        String escaped = file.toString()
                .replace(unprintable.substring(0, 1), String.format("\\u%04x", (int) unprintable.charAt(0)));
        CommandRun.of("demo", "--images", file + "x").requireFailure(1, "spikelane: " + escaped + "x: no such file");
    }

    @Test
    void takesNoArgumentsFromFiles(@TempDir Path folder) throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "--steps 7");
        CommandRun run = CommandRun.of("demo", "@" + secret);
        run.requireFailureWith(2, "'@" + secret + "'");
    }

    @Test
    void namesAnEmptyFileName() {
        CommandRun.of("demo", "--report", "")
                .requireFailureWith(2, "--report", "the name is empty, expected that of a file or folder", SEE_DEMO);
    }

    @Test
    void helpKnowsTheBenchmarks() {
        assertTrue(CommandRun.of("--help").requireSuccess().contains("  bench "));
        assertTrue(CommandRun.of("generate-completion").requireSuccess().contains("bench"));
        CommandRun.of("bench", "network")
                .requireFailureWith(2, "bench network is started by the launcher of a checkout, ./spikelane bench");
        CommandRun.of("bench", "--full", "--json", "a.json", "network")
                .requireFailureWith(2, "bench --full --json a.json network is started by the launcher");
        assertTrue(CommandRun.of("bench", "--help").requireSuccess().contains("--markdown=FILE"));
    }

    @Test
    void helpKnowsSpark() {
        assertTrue(CommandRun.of("--help").requireSuccess().contains("  spark "));
        CommandRun.of("spark", "Classify", "m")
                .requireFailureWith(2, "spark Classify m is started by the launcher of a checkout, ./spikelane spark");
    }

    @Test
    void keepsMessagesOnOneLine() {
        CommandRun.of("demo", "--images", "no\nsuch\u001b[31mfile")
                .requireFailureWith(1, "no\\u000asuch\\u001b[31mfile");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo --verbose --images missing", "--verbose demo --images missing"})
    void printsAStackTraceWhenAskedTo(String arguments) {
        CommandRun run = CommandRun.of(arguments.split(" "));
        assertEquals(1, run.code());
        assertTrue(run.err().startsWith("spikelane: missing: no such file" + System.lineSeparator()), run.err());
        assertTrue(run.err().contains("\tat dev.spikelane"), run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "--help", "demo --count 1 --warm-up 0 --no-report"})
    void endsQuietlyWhenNobodyReadsOn(String arguments) {
        CommandRun run = CommandRun.into("Broken pipe", arguments.split(" "));
        assertEquals("", run.err());
        assertEquals(0, run.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"info", "--help", "demo --count 1 --warm-up 0 --no-report"})
    void complainsWhenTheOutputCannotBeWritten(String arguments) {
        CommandRun run = CommandRun.into("No space left on device", arguments.split(" "));
        assertEquals("spikelane: standard output: No space left on device" + System.lineSeparator(), run.err());
        assertEquals(1, run.code());
    }
}
