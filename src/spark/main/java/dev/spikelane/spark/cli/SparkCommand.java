package dev.spikelane.spark.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;

/** A command of {@code ./spikelane spark}. */
interface SparkCommand {

    Set<String> HELP_WORDS = Set.of("--help", "-h");

    /** Setters and parameters of the library, and what a command line calls them. */
    Map<String, String> OPTIONS = Map.of(
            "setInputCol", "--input-col",
            "setOutputCol", "--output-col",
            "setIdCol", "--id-col",
            "setLabelCol", "--label-col",
            "the setter", "an option",
            "batchSize", "--batch",
            "handleInvalid", "--invalid");

    Pattern SETTERS = Pattern.compile("\\b(" + String.join("|", OPTIONS.keySet()) + ")\\b");

    /** Does it, and prints what came of it. */
    void call(PrintStream out) throws IOException;

    /** Runs a command; returns what the JVM should end with. */
    static int run(String... arguments) {
        try {
            of(arguments).call(System.out);
            return 0;
        } catch (CommandOptions.Wrong wrong) {
            System.err.println("spikelane spark: " + wrong.getMessage());
            return 2;
        } catch (Exception failed) {
            System.err.println("spikelane spark: " + line(failed));
            return 1;
        }
    }

    /** What Spark says about a task that failed, in a line, and the reason, as a full disk, where it names none. */
    static String line(Throwable failed) {
        Throwable root = failed;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String what = first(failed);
        String reason = first(root);
        return inOptions(what.contains(reason) ? what : what + ": " + reason);
    }

    /** A message of the library in the words of the command line. */
    static String inOptions(String message) {
        return SETTERS.matcher(message).replaceAll(found -> OPTIONS.get(found.group()));
    }

    private static String first(Throwable failed) {
        return String.valueOf(failed.getMessage()).lines().findFirst().orElse(failed.toString());
    }

    /**
     * Finds a command.
     *
     * @throws CommandOptions.Wrong if there is none of that name, or its options are wrong
     */
    static SparkCommand of(String... arguments) {
        String name = arguments.length == 0 ? "--help" : arguments[0];
        boolean helps = arguments.length > 1 && HELP_WORDS.contains(arguments[1]);
        return switch (name) {
            case "run" ->
                helps
                        ? out -> out.print(CommandHelp.RUN)
                        : new RunCommand(new CommandOptions(arguments, 1, CommandHelp.RUN));
            case "train" ->
                helps
                        ? out -> out.print(CommandHelp.TRAIN)
                        : new TrainCommand(new CommandOptions(arguments, 1, CommandHelp.TRAIN));
            case "--help", "-h" -> out -> out.print(CommandHelp.of(""));
            default -> throw new CommandOptions.Wrong("there is no command '" + name + "', expected run or train");
        };
    }

    /** Starts Spark under a master, unless spark-submit has said which. */
    static SparkSession session(CommandOptions options) {
        SparkSession.Builder builder = SparkSession.builder().appName("spikelane");
        if (System.getProperty("spark.master") == null
                || options.text("--master").isPresent()) {
            builder.master(options.text("--master").orElse("local[*]"));
        }
        return builder.getOrCreate();
    }
}
