package dev.spikelane.cli;

import dev.spikelane.cli.demo.DemoCommand;
import dev.spikelane.cli.format.ConvertCommand;
import dev.spikelane.cli.format.ShowCommand;
import dev.spikelane.cli.input.CommonOptions;
import dev.spikelane.cli.run.ExportCommand;
import dev.spikelane.cli.run.MeasureCommand;
import dev.spikelane.cli.run.RunCommand;
import dev.spikelane.cli.run.VerifyCommand;
import dev.spikelane.cli.run.WatchCommand;
import dev.spikelane.cli.selftest.SelfTestCommand;
import dev.spikelane.cli.terminal.Failures;
import dev.spikelane.cli.terminal.Program;
import dev.spikelane.cli.terminal.Relaunch;
import dev.spikelane.cli.terminal.StandardOutput;
import dev.spikelane.cli.terminal.StatusLine;
import dev.spikelane.cli.train.TrainCommand;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line. */
@Command(
        name = Program.NAME,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        description = "Run and train spiking neural networks.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            TrainCommand.class,
            RunCommand.class,
            MeasureCommand.class,
            WatchCommand.class,
            ShowCommand.class,
            ConvertCommand.class,
            ExportCommand.class,
            InfoCommand.class,
            VerifyCommand.class,
            SelfTestCommand.class,
            BenchCommand.class,
            SparkCommand.class,
            HelpCommand.class,
            GenerateCompletion.class
        })
public final class Main implements Runnable {

    static {
        // picocli sets the annotated fields, but a module closes these packages to other modules.
        for (Class<?> each : List.of(
                Main.class,
                CommonOptions.class,
                DemoCommand.class,
                TrainCommand.class,
                RunCommand.class,
                MeasureCommand.class,
                SelfTestCommand.class,
                ShowCommand.class)) {
            Main.class.getModule().addOpens(each.getPackageName(), CommandLine.class.getModule());
        }
    }

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Print the stack trace when a command fails.")
    private boolean verbose;

    private Main() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (Relaunch.pays()) {
            System.exit(Relaunch.run(Main.class, arguments));
        }
        start(new BenchCommand(), arguments);
    }

    public static void start(BenchCommand bench, String... arguments) {
        StatusLine status = StatusLine.OF_PROCESS;
        OutputStream output = new BufferedOutputStream(status.before(new FileOutputStream(FileDescriptor.out)));
        OutputStream errors = status.before(new FileOutputStream(FileDescriptor.err));
        System.setErr(new PrintStream(errors, true, System.err.charset()));
        PrintWriter out = new PrintWriter(new StandardOutput(output), false, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        System.exit(run(out, err, bench, arguments));
    }

    /** Returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, BenchCommand bench, String... arguments) {
        Main main = new Main();
        Failures failures = new Failures(err, () -> main.verbose);
        try {
            int code = commandLine(main, bench)
                    .setOut(out)
                    .setErr(err)
                    .setParameterExceptionHandler(failures)
                    .setExecutionExceptionHandler(failures)
                    .setExecutionStrategy(parsed -> execute(parsed, failures))
                    .execute(arguments);
            if (code == 0) {
                out.flush();
            }
            return code;
        } catch (RuntimeException | Error failure) {
            return failures.report(failure);
        }
    }

    /** Printing of help also fails here, outside the exception handlers. */
    private static int execute(ParseResult parsed, Failures failures) {
        try {
            return new RunLast().execute(parsed);
        } catch (UncheckedIOException failure) {
            return failures.report(failure);
        }
    }

    @Override
    public void run() {
        command.commandLine().usage(command.commandLine().getOut());
    }

    private static CommandLine commandLine(Main main, BenchCommand bench) {
        CommandLine commandLine = new CommandLine(main, new Commands(bench))
                .registerConverter(int.class, Main::integer)
                .registerConverter(Integer.class, Main::integer)
                .registerConverter(long.class, text -> wholeNumber(text, Long.MIN_VALUE, Long.MAX_VALUE))
                .registerConverter(float.class, text -> (float) number(text))
                .registerConverter(double.class, Main::number)
                .registerConverter(Double.class, Main::number)
                .registerConverter(Path.class, Main::path)
                // An argument that starts with @ is a name; picocli would read arguments from that file.
                .setExpandAtFiles(false);
        describe(commandLine);
        commandLine.getSubcommands().values().forEach(Main::describe);
        return commandLine;
    }

    /** Returns the commands, for tests of their options. */
    static CommandLine commandLine() {
        return commandLine(new Main(), new BenchCommand());
    }

    private record Commands(BenchCommand bench) implements IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            return type == BenchCommand.class
                    ? type.cast(bench)
                    : CommandLine.defaultFactory().create(type);
        }
    }

    private static void describe(CommandLine commandLine) {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "The command did what it should.");
        codes.put("1", "A file cannot be read or written, or a run failed.");
        codes.put("2", "The arguments are wrong.");
        if (commandLine.getCommandName().equals("train")) {
            codes.put("130", "Ctrl-C stopped it, and it is saved.");
        }
        CommandSpec spec = commandLine.getCommandSpec().version(Program.NAME + " " + Program.version());
        spec.usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(codes);
        boolean hasExamples = spec.usageMessage().footer().length > 0;
        spec.usageMessage().sortOptions(!hasExamples).footerHeading(hasExamples ? "%nExamples:%n" : "%n");
    }

    private static Path path(String text) {
        if (text.isBlank()) {
            throw new TypeConversionException("the name is empty, expected that of a file or folder");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException refused) {
            throw new TypeConversionException("'" + text + "' is no name of a file or folder: " + refused.getReason());
        }
    }

    private static Integer integer(String text) {
        return wholeNumber(text, Integer.MIN_VALUE, Integer.MAX_VALUE).intValue();
    }

    private static double number(String text) {
        try {
            double number = Double.parseDouble(text.strip());
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        throw new TypeConversionException("'" + text + "' is not a number");
    }

    private static Long wholeNumber(String text, long least, long most) {
        try {
            long number = Long.parseLong(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        throw new TypeConversionException("'" + text + "' is not a whole number from " + least + " to " + most);
    }
}
